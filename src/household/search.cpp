// Searches over many records, a part of them at each turn of the loop.
#include "household/inner.hpp"

namespace lintel::household {

Error too_many_searches() {
  return {ErrorCode::full, "Too many searches run at once; try again in a moment."};
}

bool Household::Inner::search(std::function<bool()> look) {
  if (searches.size() >= searches_limit) return false;
  searches.push_back(std::move(look));
  if (!next_look.armed()) next_look = clock.after(Duration::zero(), [this] { look_on(); });
  return true;
}

void Household::Inner::look_on() {
  auto look = std::move(searches.front());
  searches.pop_front();
  if (look()) searches.push_back(std::move(look));
  if (!searches.empty()) next_look = clock.after(Duration::zero(), [this] { look_on(); });
}

}  // namespace lintel::household
