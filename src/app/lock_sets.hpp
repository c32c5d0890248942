// The household lists the locks of a credential; access asks for them as a set. Any thread.
#pragma once

#include <vector>

#include "access/types.hpp"

namespace lintel::app {

[[nodiscard]] inline access::LockSet lock_set(const std::vector<int>& locks) {
  access::LockSet set = 0;
  for (const int number : locks) set = static_cast<access::LockSet>(set | access::lock_bit(number));
  return set;
}

[[nodiscard]] inline std::vector<int> lock_list(access::LockSet set) {
  std::vector<int> locks;
  for (int number = 1; number <= access::max_locks; ++number)
    if ((set & access::lock_bit(number)) != 0) locks.push_back(number);
  return locks;
}

}  // namespace lintel::app
