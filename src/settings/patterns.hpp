// What a text or number must look like beyond its bounds. Usable by the compiler, so that defaults are checked too.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace lintel::settings {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}
// What a phone can send by DTMF to open. '#' ends an entry, so it can only be the last key.
constexpr bool unlock_keys(std::string_view text) {
  if (text.ends_with('#')) text.remove_suffix(1);
  return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '*'; });
}
// A name in the Domain Name System or an IP address; also the bare word that SIP uses as a domain.
constexpr bool host(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == ':'; }) &&
         !text.starts_with('-') && !text.starts_with('.');
}
// One line of a SIP header that a person chose.
constexpr bool sip_words(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }) && !text.starts_with(' ') &&
         !text.ends_with(' ');
}
// S11: 80 or 1025 to 65535; HTTPS likewise with 443, RTSP with 554, RTSP over TLS with 322.
template <std::int64_t Standard>
constexpr bool port_or(std::int64_t port) {
  return port == Standard || (port >= 1025 && port <= 65535);
}

}  // namespace lintel::settings
