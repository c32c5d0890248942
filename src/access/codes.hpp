// The port to the door codes (A10). The household keeps them, by keyed hash and in memory; access only asks. Loop only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/types.hpp"

namespace lintel::access {

struct Code {
  std::string name;   // whom it was issued to
  std::string room;   // or empty
  LockSet locks = 1;  // which locks it opens, of those that take local methods (A08)
};

class Codes {
 public:
  virtual ~Codes() = default;
  // The active code that is this one. Answers at once, and takes as long for a wrong one.
  [[nodiscard]] virtual std::optional<Code> find(std::string_view digits) const = 0;
};

}  // namespace lintel::access
