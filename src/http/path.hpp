// The one place where a request target becomes a path. Everything that decides (routing, rights, files) sees only its
// result. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace lintel::http {

struct Target {
  std::string path;  // begins with '/', decoded once
  Fields query;      // decoded once, '+' is a space
};

// Nothing (answer 400) when the target is not an origin form (RFC 9112 §3.2.1) of at most 4096 bytes, or when its path
// could mean two things to two readers: an escape that is cut short, an encoded '/' or '\', an empty segment ('//'),
// '.' or '..' in any spelling,
// ';' parameters, a backslash, control characters, NUL, or bytes that are not UTF-8. A '%' that remains after the one
// decoding stays literal. At most 64 query fields. Paths compare with case.
[[nodiscard]] std::optional<Target> normalise(std::string_view target);

}  // namespace lintel::http
