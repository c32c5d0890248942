// Hosts and origins as browsers write them. Any thread.
#pragma once

#include <string_view>

namespace lintel::http {

// A Host header of a plain form (letters, digits, '.', '-', ':', '[', ']', '_'): may be written into an answer.
[[nodiscard]] bool plain_host(std::string_view host);
[[nodiscard]] bool is_local_host(std::string_view host);  // localhost, 127.0.0.1, [::1], with any port
[[nodiscard]] std::string_view host_without_port(std::string_view host);
// RFC 6454: whether `origin` is this very host. Empty: not a browser, nothing to protect.
[[nodiscard]] bool same_origin(std::string_view origin, std::string_view host, bool secure);

}  // namespace lintel::http
