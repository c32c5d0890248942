// The character classes and small pieces of RFC 3261 §25 that the parsers of this room share.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
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

// A set of characters, for tests that run for every byte of every message. All sets are bits of one table, of which
// the few lines that text touches stay in the cache. A set takes the next bit; there are sixteen.
namespace classes {
enum : std::uint16_t {
  token = 1,
  host = 2,
  user = 4,
  password = 8,
  uri_parameters = 16,
  uri_headers = 32,
  scheme = 64,
  loose = 128,       // an unquoted value of a header's parameter, as peers write it
  ends_value = 256,  // what can change where a comma-separated value ends
  space = 512,       // CRLF only inside folds
  control = 1024,
  hexadecimal = 2048,
  ends_quoted = 4096,    // a quoted string, or makes it a strange one
  ends_unquoted = 8192,  // a value in a header of comma-separated parameters
};

struct Members {
  std::uint16_t bit;
  std::string_view members;
  bool with_alphanumeric = true;
};
inline constexpr std::array all{Members{token, "-.!%*_+`'~"},
                                Members{host, "-._"},
                                Members{user, "-_.!~*'()&=+$,;?/#"},
                                Members{password, "-_.!~*'()&=+$,"},
                                Members{uri_parameters, "-_.!~*'()[]/:&+$;="},
                                Members{uri_headers, "-_.!~*'()[]/?:+$&="},
                                Members{scheme, "+-."},
                                Members{loose, "-.!%*_+`'~[]:/@&?$=<>#|{}^"},
                                Members{ends_value, "\\\"<>,", false},
                                Members{space, " \t\r\n", false},
                                Members{ends_quoted, "\"\\", false},
                                Members{ends_unquoted, ",\" \t\r\n", false}};

inline constexpr auto table = [] {
  std::array<std::uint16_t, 256> out{};
  for (const auto& one : all) {
    for (int c = 0; c < 256 && one.with_alphanumeric; ++c)
      if (is_alphanumeric(static_cast<char>(c))) out[static_cast<std::size_t>(c)] |= one.bit;
    for (const char c : one.members) out[static_cast<unsigned char>(c)] |= one.bit;
  }
  for (std::size_t c = 0; c < 128; ++c) {
    if ((c < 32 && c != '\t') || c == 127) out[c] |= control | ends_quoted | ends_unquoted;
    if (is_hex(static_cast<char>(c))) out[c] |= hexadecimal;
  }
  return out;
}();
}  // namespace classes

// Whether `c` is in any of the classes.
constexpr bool is(char c, unsigned which) {
  return (classes::table[static_cast<unsigned char>(c)] & which) != 0;
}
// The first character from `at` on of which `wanted` is true; `text.size()`: there is none. By fours: nearly all that
// the parsers of this room do is this loop.
template <typename Wanted>
constexpr std::size_t find_if(std::string_view text, std::size_t at, Wanted wanted) {
  const char* const begin = text.data();
  const std::size_t end = text.size();
  for (; at + 4 <= end; at += 4) {
    if (wanted(begin[at])) return at;
    if (wanted(begin[at + 1])) return at + 1;
    if (wanted(begin[at + 2])) return at + 2;
    if (wanted(begin[at + 3])) return at + 3;
  }
  while (at < end && !wanted(begin[at])) ++at;
  return at;
}
// The first character from `at` on that is in one of the classes.
constexpr std::size_t skip_to(std::string_view text, std::size_t at, unsigned which) {
  return find_if(text, at, [which](char c) { return is(c, which); });
}
// The first character from `at` on that is in none of the classes.
constexpr std::size_t skip(std::string_view text, std::size_t at, unsigned which) {
  return find_if(text, at, [which](char c) { return !is(c, which); });
}

// The first CR or LF from `at` on; `text.size()`: there is none. Eight bytes at once.
inline std::size_t find_line_break(std::string_view text, std::size_t at) {
  constexpr std::uint64_t each = 0x0101010101010101U;
  constexpr std::uint64_t above_both = 14;
  const auto is_break = [](char c) { return c == '\r' || c == '\n'; };
  const std::size_t end = text.size();
  for (; at + 8 <= end; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    // Whether one of them is below 14; the few others that are need not be told apart here.
    if (((word - each * above_both) & ~word & (each * 128)) == 0) continue;
    for (std::size_t i = at; i < at + 8; ++i)
      if (is_break(text.data()[i])) return i;
  }
  while (at < end && !is_break(text.data()[at])) ++at;
  return at;
}

constexpr bool is_token(char c) {
  return is(c, classes::token);
}
constexpr bool is_space(char c) {
  return is(c, classes::space);
}
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}
constexpr bool is_token(std::string_view text) {
  return !text.empty() && skip(text, 0, classes::token) == text.size();
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

inline constexpr std::size_t longest_host = 255;
// A host name, IPv4 literal or bracketed IPv6 literal by its characters.
constexpr bool valid_host(std::string_view host) {
  if (host.empty() || host.size() > longest_host) return false;
  if (host.front() == '[') {
    if (host.size() < 4 || host.back() != ']') return false;
    for (const char c : host.substr(1, host.size() - 2))
      if (!is_hex(c) && c != ':' && c != '.') return false;
    return true;
  }
  return skip(host, 0, classes::host) == host.size();
}

// "host", "host:port", "[v6]:port" from the front of `text`; `left` is what follows. A port of 0 given or above 65535
// fails.
constexpr bool split_host_port(std::string_view text, std::string_view& host, std::uint16_t& port,
                               std::string_view& left) {
  port = 0;
  std::size_t end = 0;
  const bool bracketed = !text.empty() && text.front() == '[';
  if (bracketed) {
    end = text.find(']');
    if (end == std::string_view::npos) return false;
    ++end;
  } else {
    end = skip(text, 0, classes::host);
    if (end == 0 || end > longest_host) return false;
  }
  host = text.substr(0, end);
  if (bracketed && !valid_host(host)) return false;
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

// Whether two texts of one size are the same but for case; the second is a name in lower case, of letters, digits, and
// hyphens, dots and pluses. Only where it has a letter may the other one differ, by the bit that tells the cases apart.
constexpr bool is_lower_of(std::string_view text, std::string_view name) {
  const char* const known = name.data();
  std::size_t at = 0;
  while (at < text.size() && (text.data()[at] | (known[at] & 0x40) >> 1) == known[at]) ++at;
  return at == text.size();
}

// Where the parameter at `begin` ends: before the next ';' outside of quotes.
constexpr std::size_t end_of_parameter(std::string_view text, std::size_t begin) {
  std::size_t end = find_if(text, begin, [](char c) { return c == ';' || c == '"'; });
  for (bool quoted = false; end < text.size() && (quoted || text[end] != ';'); ++end) {
    if (text[end] == '"') quoted = !quoted;
    if (quoted && text[end] == '\\') ++end;  // whatever it escapes, a quote too
  }
  return std::min(end, text.size());
}

// Reads ";name;name=token;name="quoted"" and calls `visit(name, value)` for each: a flag has an empty value, a quoted
// one comes without its quotes, escapes unresolved. False when something in it is malformed, and then some were
// visited. Bounded by its input, no recursion.
template <typename Visit>
constexpr bool read_parameters(std::string_view text, Visit visit) {
  std::size_t at = 0;
  const std::size_t end = text.size();
  const char* const begin = text.data();
  const auto skip_space = [&] { at = skip(text, at, classes::space); };
  for (skip_space(); at < end; skip_space()) {
    if (begin[at] != ';') return false;
    ++at;
    skip_space();
    if (at == end || begin[at] == ';') continue;  // an empty parameter: common and harmless
    const std::size_t name = at;
    at = skip(text, at, classes::token);
    if (at == name) return false;
    const std::string_view its_name(begin + name, at - name);
    skip_space();
    if (at == end || begin[at] != '=') {
      visit(its_name, std::string_view{});
      continue;
    }
    ++at;
    skip_space();
    std::size_t value = at;
    std::size_t value_end = at;
    if (at < end && begin[at] == '"') {
      for (++at; at < end && begin[at] != '"';) at += begin[at] == '\\' ? 2 : 1;
      if (at >= end) return false;
      ++value;
      value_end = at++;
    } else {
      // Token or host; peers also write colons, slashes and escapes here (received=[::1], +sip.instance unquoted).
      value_end = at = skip(text, at, classes::loose);
    }
    visit(its_name, std::string_view(begin + value, value_end - value));
  }
  return true;
}

}  // namespace lintel::sip::grammar
