// `lintel reset-admin`: the way back for who lost the administrator's password, at the machine itself.
#pragma once

#include "app/options.hpp"
#include "base/result.hpp"

namespace lintel::app {

// Forgets the administrator (S03): the next start asks for set-up again, with a new one-time code. Refused with
// `conflict` while a station runs on the same data folder, with `not_found` where none has been.
[[nodiscard]] Result<void> reset_admin(const Options& options);

}  // namespace lintel::app
