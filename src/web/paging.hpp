// Lists that come page by page. Loop only; private to the room.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"
#include "household/household.hpp"
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

// The answer with a page of records, each as `to_json` tells it.
template <typename Record, typename ToJson>
[[nodiscard]] http::Response page_answer(const Result<household::Page<Record>>& page, const ToJson& to_json) {
  if (!page.ok()) return answer(page.error());
  Json items = Json::array();
  for (const Record& record : page->records) items.push_back(to_json(record));
  return answer(200, page_json(std::move(items), page->next_cursor == 0 ? "" : std::to_string(page->next_cursor), page->total));
}

}  // namespace lintel::web
