// The cookie of a session, as browsers are told it. Private to the room.
#pragma once

#include <string>

namespace lintel::web {

[[nodiscard]] inline std::string session_cookie(const std::string& token, bool secure) {
  return "lintel_session=" + token + "; Path=/; HttpOnly; SameSite=Strict" + (secure ? "; Secure" : "");
}

[[nodiscard]] inline std::string no_session_cookie(bool secure) {
  return session_cookie({}, secure) + "; Max-Age=0";
}

}  // namespace lintel::web
