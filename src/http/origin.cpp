#include "http/origin.hpp"

#include <string>

#include "base/text.hpp"

namespace lintel::http {

bool plain_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  for (const char c : host) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && std::string_view(".-:[]_").find(c) == std::string_view::npos) return false;
  }
  return true;
}

std::string_view host_without_port(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const std::size_t end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(0, end + 1);
  }
  return host.substr(0, host.find(':'));
}

bool is_local_host(std::string_view host) {
  const std::string_view name = host_without_port(host);
  return text::equals_ignoring_case(name, "localhost") || name == "127.0.0.1" || name == "[::1]";
}

bool same_origin(std::string_view origin, std::string_view host, bool secure) {
  if (origin.empty()) return true;
  const std::string own = std::string(secure ? "https://" : "http://") + std::string(host);
  return !host.empty() && text::equals_ignoring_case(origin, own);
}

}  // namespace lintel::http
