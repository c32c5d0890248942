// Lists that come page by page. Loop only; private to the room.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"
#include "http/router.hpp"
#include "web/json.hpp"

namespace lintel::web {

struct PageWish {
  static constexpr std::size_t usual = 50, largest = 500;  // items
  std::string text;    // looked for; empty: all
  std::string cursor;  // as the page before gave it; empty: from the beginning
  std::size_t limit = usual;

  [[nodiscard]] std::int64_t number() const;  // the cursor of lists that are in the order of numbers; 0: the beginning
};

// From the query's text, cursor and limit. Error: invalid, "limit".
[[nodiscard]] Result<PageWish> page_wish(const http::Request& request, std::size_t largest = PageWish::largest);

// {"items", "next_cursor", "total"}; an empty `next`: there are no more.
[[nodiscard]] Json page_json(Json items, const std::string& next, std::size_t total);
[[nodiscard]] Json page_json(Json items, std::int64_t next, std::size_t total);  // 0: no more

}  // namespace lintel::web
