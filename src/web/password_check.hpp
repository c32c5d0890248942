// Private to the room.
#pragma once

#include <functional>
#include <string>

#include "web/context.hpp"

namespace lintel::web {

// Asks for the caller's own password before a change that matters; counts as a login attempt. Answers the refusal
// itself.
void with_password(Call& call, const char* field, const std::string& password, std::function<void(Context&)> then);

}  // namespace lintel::web
