// People's passwords: the rules of S02, and slow salted hashes (Argon2id, RFC 9106). Hashing takes tens of milliseconds
// and 19 MiB: on a worker only. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace lintel::system {

inline constexpr std::size_t shortest_password = 8;   // characters
inline constexpr std::size_t longest_password = 128;  // bytes

// Error `invalid` with field "password", a sentence for the first broken rule and the limit; never the value. The rules
// (S02): 8 to 128, no control characters; at least two of: lower case, upper case, digits, others; without the user
// name forwards or backwards (any case; from 3 letters on); no run of three rising, falling or equal letters or digits
// such as 123, cba, aaa.
[[nodiscard]] Result<void> check_password(std::string_view password, std::string_view user);

// "$argon2id$v=19$m=19456,t=2,p=1$…": salted, self-describing. Error: internal (out of memory).
[[nodiscard]] Result<std::string> hash_password(std::string_view password);
// False also for a damaged hash. `hash` empty: works as long as for a real one, then false (no telling who exists).
[[nodiscard]] bool verify_password(std::string_view password, std::string_view hash);

}  // namespace lintel::system
