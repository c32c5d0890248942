// The character classes and small pieces of RFC 3261 §25 that the parsers of this room share.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace lintel::sip::grammar {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_alphanumeric(char c) {
  return is_digit(c) || is_alpha(c);
}
constexpr bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// A set of characters as a table: these tests run for every byte of every message.
class CharacterSet {
 public:
  constexpr explicit CharacterSet(std::string_view members, bool with_alphanumeric = true) {
    for (int c = 0; c < 256; ++c)
      if (with_alphanumeric && is_alphanumeric(static_cast<char>(c))) has_[static_cast<std::size_t>(c)] = true;
    for (const char c : members) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool operator()(char c) const { return has_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> has_{};
};

inline constexpr CharacterSet token("-.!%*_+`'~");
inline constexpr CharacterSet host_character("-._");
constexpr bool is_token(char c) {
  return token(c);
}
constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}  // CRLF only inside folds
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}
constexpr bool is_token(std::string_view text) {
  for (const char c : text)
    if (!is_token(c)) return false;
  return !text.empty();
}

// `value` as a decimal number of at most ten digits; false for anything else.
constexpr bool to_number(std::string_view text, std::uint64_t& number) {
  if (text.empty() || text.size() > 10) return false;
  number = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return true;
}

// A host name, IPv4 literal or bracketed IPv6 literal by its characters.
constexpr bool valid_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  if (host.front() == '[') {
    if (host.size() < 4 || host.back() != ']') return false;
    for (const char c : host.substr(1, host.size() - 2))
      if (!is_hex(c) && c != ':' && c != '.') return false;
    return true;
  }
  for (const char c : host)
    if (!host_character(c)) return false;
  return true;
}

// "host", "host:port", "[v6]:port" from the front of `text`; `left` is what follows. A port of 0 given or above 65535
// fails.
constexpr bool split_host_port(std::string_view text, std::string_view& host, std::uint16_t& port,
                               std::string_view& left) {
  port = 0;
  std::size_t end = 0;
  if (!text.empty() && text.front() == '[') {
    end = text.find(']');
    if (end == std::string_view::npos) return false;
    ++end;
  } else {
    while (end < text.size() && (host_character(text[end]))) ++end;
  }
  host = text.substr(0, end);
  if (!valid_host(host)) return false;
  left = text.substr(end);
  std::size_t colon = 0;  // Via allows space around the colon
  while (colon < left.size() && is_space(left[colon])) ++colon;
  if (colon < left.size() && left[colon] == ':') {
    ++colon;
    while (colon < left.size() && is_space(left[colon])) ++colon;
    std::size_t stop = colon;
    while (stop < left.size() && is_digit(left[stop])) ++stop;
    std::uint64_t number = 0;
    if (!to_number(left.substr(colon, stop - colon), number) || number == 0 || number > 65'535) return false;
    port = static_cast<std::uint16_t>(number);
    left = left.substr(stop);
  }
  return true;
}

// ";name;name=token;name="quoted"" with nothing malformed in it. Bounded by its input, no recursion.
bool valid_parameters(std::string_view parameters);

}  // namespace lintel::sip::grammar
