#include "access/repeats.hpp"

namespace lintel::access {

bool Repeats::tell(std::string_view same, const std::function<void()>& tell,
                   const std::function<void(Duration untold)>& repeated) {
  if (told_.wait({}, same) > Duration::zero()) return false;
  tell();
  if (const Duration untold = told_.failed({}, same); untold > Duration::zero()) repeated(untold);
  return true;
}

}  // namespace lintel::access
