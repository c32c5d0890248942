// The rules over several settings. Inner header of this room.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "settings/settings.hpp"

namespace lintel::settings {

// What is wrong with the candidate; only rules that a changed setting takes part in are asked. `number_was_set`: the
// station's number has been set before.
[[nodiscard]] std::vector<Error> broken_rules(const Candidate& candidate, bool number_was_set);

}  // namespace lintel::settings
