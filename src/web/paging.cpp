#include "web/paging.hpp"

#include <utility>

#include "base/text.hpp"

namespace lintel::web {
namespace {

constexpr std::size_t longest = 100;  // of a text or cursor: the rest of a longer one is not looked at

}  // namespace

std::int64_t PageWish::number() const {
  return text::to_signed(cursor).value_or(0);
}

Result<PageWish> page_wish(const http::Request& request, std::size_t largest) {
  PageWish wish{request.query_value("text").value_or("").substr(0, longest),
                request.query_value("cursor").value_or("").substr(0, longest)};
  const std::string limit = request.query_value("limit").value_or(std::to_string(PageWish::usual));
  const auto wanted = text::to_unsigned(limit);
  if (!wanted || *wanted == 0 || *wanted > largest) {
    return Error{.code = ErrorCode::invalid,
                 .message = "'limit' must be from 1 to " + std::to_string(largest) + ".",
                 .field = "limit",
                 .value = limit.substr(0, 32),
                 .limit = "1 to " + std::to_string(largest)};
  }
  wish.limit = *wanted;
  return wish;
}

Json page_json(Json items, const std::string& next, std::size_t total) {
  Json json{{"items", std::move(items)}, {"next_cursor", nullptr}, {"total", total}};
  if (!next.empty()) json["next_cursor"] = next;
  return json;
}

}  // namespace lintel::web
