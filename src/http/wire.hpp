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

// A Host header of a plain form (letters, digits, '.', '-', ':', '[', ']', '_'): may be written into an answer.
[[nodiscard]] bool plain_host(std::string_view host);
[[nodiscard]] bool is_local_host(std::string_view host);  // localhost, 127.0.0.1, [::1], with any port
[[nodiscard]] std::string_view host_without_port(std::string_view host);
// RFC 6454: whether `origin` is this very host. Empty: not a browser, nothing to protect.
[[nodiscard]] bool same_origin(std::string_view origin, std::string_view host, bool secure);

}  // namespace lintel::http
