// A response as bytes, with the headers that every answer carries. Private to the room; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace lintel::http {

struct HeadOptions {
  bool keep_alive = false;
  bool with_length = true;  // false: the body ends with the connection (event stream)
  std::size_t length = 0;
  bool secure = false;
  std::string_view host;  // the request's Host: names our own WebSocket origin in the pages' policy
};

// Status line to the empty line. Control characters in header values become spaces: no answer can be split.
[[nodiscard]] std::string write_head(const Response& response, const HeadOptions& options);

}  // namespace lintel::http
