// Searches over many records, a part of them at each turn of the loop.
#include "household/inner.hpp"

namespace lintel::household {

Error too_many_searches() {
  return {ErrorCode::full, "Too many searches run at once; try again in a moment."};
}

bool Household::Inner::search(std::function<bool()> look) {
  if (searches.size() >= searches_limit) return false;
  const auto one = searches.emplace(searches.end());
  one->look = std::move(look);
  go_on(one);
  return true;
}

void Household::Inner::go_on(std::list<Search>::iterator search) {
  search->next = clock.after(Duration::zero(), [this, search] {
    if (search->look()) return go_on(search);
    searches.erase(search);
  });
}

}  // namespace lintel::household
