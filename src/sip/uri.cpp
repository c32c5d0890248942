#include "sip/uri.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "sip/grammar.hpp"

namespace lintel::sip {
namespace {

using grammar::is_hex;

namespace classes = grammar::classes;

// The end of what is in `allowed` or a whole escape.
std::size_t skip_part(std::string_view text, std::size_t at, unsigned allowed) {
  for (;;) {
    at = grammar::skip(text, at, allowed);
    if (text.size() - at < 3 || text[at] != '%' || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return at;
    at += 3;
  }
}

bool valid_scheme(std::string_view scheme) {
  return !scheme.empty() && grammar::is_alpha(scheme.front()) &&
         grammar::skip(scheme, 0, classes::scheme) == scheme.size();
}

// What follows "sip:", each character looked at once (twice where there is no user). What an URI may not hold at all is
// in none of the classes.
bool parse_sip(std::string_view rest, Uri& uri) {
  constexpr auto none = std::string_view::npos;
  // A user may contain ';' and '?', so the '@' decides first (RFC 4475 "semiuri"). It never stands in what follows.
  std::size_t at = skip_part(rest, 0, classes::user);
  const std::size_t user_end = at;
  if (at < rest.size() && rest[at] == ':') {
    at = skip_part(rest, at + 1, classes::password);
    if (at < rest.size() && rest[at] == '@') uri.password = rest.substr(user_end + 1, at - user_end - 1);
  }
  if (at < rest.size() && rest[at] == '@') {
    if (user_end == 0) return false;
    uri.user = rest.substr(0, user_end);
    ++at;
  } else {
    if (at < rest.size() && rest.find('@', at) != none) return false;
    at = 0;
  }
  const std::size_t host = at;
  if (at < rest.size() && rest[at] == '[') {
    at = rest.find(']', at);
    if (at == none) return false;
    ++at;
    if (!grammar::valid_host(rest.substr(host, at - host))) return false;
  } else {
    at = grammar::skip(rest, at, classes::host);
    if (at == host || at - host > grammar::longest_host) return false;
  }
  uri.host = rest.substr(host, at - host);
  if (at < rest.size() && rest[at] == ':') {
    const std::size_t port = ++at;
    while (at < rest.size() && grammar::is_digit(rest[at])) ++at;
    std::uint64_t number = 0;
    if (!grammar::to_number(rest.substr(port, at - port), number) || number == 0 || number > 65'535) return false;
    uri.port = static_cast<std::uint16_t>(number);
  }
  if (at == rest.size()) return true;
  if (rest[at] == ';') {
    const std::size_t parameters = at;
    at = skip_part(rest, at, classes::uri_parameters);
    uri.parameters = rest.substr(parameters, at - parameters);
    if (at == rest.size()) return true;
  }
  if (rest[at] != '?') return false;
  uri.headers = rest.substr(at + 1);
  return skip_part(uri.headers, 0, classes::uri_headers) == uri.headers.size();
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

// The next character of an escaped text, decoded.
char next_unescaped(std::string_view& text) {
  if (text.size() >= 3 && text[0] == '%' && is_hex(text[1]) && is_hex(text[2])) {
    const char c = static_cast<char>(hex_value(text[1]) * 16 + hex_value(text[2]));
    text.remove_prefix(3);
    return c;
  }
  const char c = text.front();
  text.remove_prefix(1);
  return c;
}

bool same_unescaped(std::string_view left, std::string_view right, bool ignoring_case) {
  while (!left.empty() && !right.empty()) {
    char a = next_unescaped(left);
    char b = next_unescaped(right);
    if (ignoring_case) a = grammar::lower(a), b = grammar::lower(b);
    if (a != b) return false;
  }
  return left.empty() && right.empty();
}

// One ";name=value" from the front of `rest`; false at the end.
bool next_parameter(std::string_view& rest, std::string_view& name, std::string_view& value) {
  const auto between = [](char c) { return c == ';' || grammar::is_space(c); };
  const std::size_t begin = grammar::find_if(rest, 0, [&](char c) { return !between(c); });
  if (begin == rest.size()) return false;
  const std::size_t end = grammar::end_of_parameter(rest, begin);
  const std::string_view one = rest.substr(begin, end - begin);
  const std::size_t equals = grammar::find_if(one, 0, [](char c) { return c == '='; });
  name = grammar::trim(one.substr(0, equals));
  value = grammar::trim(one.substr(std::min(equals + 1, one.size())));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  rest.remove_prefix(end);
  return true;
}

}  // namespace

std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) {
  std::string_view key;
  std::string_view value;
  while (next_parameter(parameters, key, value))
    if (key.size() == name.size() && text::equals_ignoring_case(key, name)) return value;
  return std::nullopt;
}

bool Uri::read(std::string_view from) {
  *this = {};
  const auto is_letter = [&](std::size_t at, char lower) { return (from[at] | 0x20) == lower; };
  text = from;
  if (from.size() > 4 && is_letter(0, 's') && is_letter(1, 'i') && is_letter(2, 'p')) {
    if (from[3] == ':') {
      scheme = Scheme::sip;
      return parse_sip(from.substr(4), *this);
    }
    if (is_letter(3, 's') && from[4] == ':') {
      scheme = Scheme::sips;
      return parse_sip(from.substr(5), *this);
    }
  }
  const auto colon = from.find(':');
  if (colon == std::string_view::npos || !valid_scheme(from.substr(0, colon))) return false;
  for (const char c : from)
    if (static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == '"' || c == 127) return false;
  const auto rest = from.substr(colon + 1);
  if (rest.empty()) return false;
  if (!text::equals_ignoring_case(from.substr(0, colon), "tel"))
    return !text::equals_ignoring_case(from.substr(0, colon), "sip");
  scheme = Scheme::tel;
  const auto end = rest.find(';');
  user = rest.substr(0, end);
  if (end != std::string_view::npos) parameters = rest.substr(end);
  return !user.empty();
}

std::optional<Uri> Uri::parse(std::string_view text) {
  std::optional<Uri> uri(std::in_place);
  if (!uri->read(text)) uri.reset();
  return uri;
}

std::string Uri::unescaped_user() const {
  std::string result;
  result.reserve(user.size());
  for (std::string_view rest = user; !rest.empty();) result.push_back(next_unescaped(rest));
  return result;
}

bool same_user(std::string_view left, std::string_view right) {
  return same_unescaped(left, right, false);
}

std::string escape_user(std::string_view user) {
  return text::percent_encode(user, "!*'()&=+$,;?/");
}

bool equivalent(const Uri& left, const Uri& right) {
  if (left.scheme != right.scheme) return false;
  if (!left.is_sip()) return text::equals_ignoring_case(left.text, right.text);
  if (!same_user(left.user, right.user) || !same_user(left.password, right.password) || left.port != right.port ||
      !text::equals_ignoring_case(left.host, right.host))
    return false;
  // A parameter in both must match; these must match even when one side lacks them.
  for (const std::string_view name : {"user", "ttl", "method", "maddr", "transport"})
    if (left.has(name) != right.has(name)) return false;
  std::string_view name;
  std::string_view value;
  for (std::string_view rest = left.parameters; next_parameter(rest, name, value);)
    if (const auto other = right.parameter(name); other && !same_unescaped(value, *other, true)) return false;
  // Headers must be the same set; their order may differ.
  const auto contains_all = [](std::string_view some, std::string_view others) {
    while (!some.empty()) {
      const auto end = some.find('&');
      const auto one = some.substr(0, end);
      some = end == std::string_view::npos ? std::string_view{} : some.substr(end + 1);
      bool found = false;
      for (std::string_view rest = others; !rest.empty() && !found;) {
        const auto stop = rest.find('&');
        found = same_unescaped(one, rest.substr(0, stop), true);
        rest = stop == std::string_view::npos ? std::string_view{} : rest.substr(stop + 1);
      }
      if (!found) return false;
    }
    return true;
  };
  return contains_all(left.headers, right.headers) && contains_all(right.headers, left.headers);
}

bool Address::read(std::string_view from) {
  constexpr auto none = std::string_view::npos;
  *this = {};
  from = grammar::trim(from);
  text = from;
  std::size_t open = none;
  if (!from.empty() && from.front() == '"') {
    std::size_t end = 1;
    while (end < from.size() && from[end] != '"') end += from[end] == '\\' ? 2 : 1;
    if (end >= from.size()) return false;
    display = from.substr(0, end + 1);
    open = grammar::skip(from, end + 1, classes::space);
    if (open >= from.size() || from[open] != '<') return false;
  } else {
    // Unquoted, a display name is tokens and spaces only.
    open = grammar::skip(from, 0, classes::token | classes::space);
    if (open == from.size()) return false;
    if (from[open] == '<')
      display = grammar::trim(from.substr(0, open));
    else if (from.find('<', open) != none)
      return false;
    else
      open = none;
  }
  std::string_view uri_text;
  if (open != none) {
    const auto close = from.find('>', open);
    if (close == none) return false;
    uri_text = from.substr(open + 1, close - open - 1);
    parameters = grammar::trim(from.substr(close + 1));
  } else {
    // Without <> every parameter belongs to the header, and the URI may hold no comma, semicolon or question mark.
    const auto end = from.find(';');
    uri_text = grammar::trim(from.substr(0, end));
    if (end != none) parameters = from.substr(end);
    for (const char c : uri_text)
      if (c == '?' || c == ',') return false;
  }
  if (!parameters.empty()) {
    bool tagged = false;
    const auto note = [&](std::string_view name, std::string_view value) {
      if (name.size() != 3 || tagged || !grammar::is_lower_of(name, "tag")) return;
      tag = value;
      tagged = true;
    };
    if (parameters.front() != ';' || !grammar::read_parameters(parameters, note)) return false;
  }
  return uri.read(uri_text);
}

std::optional<Address> Address::parse(std::string_view text) {
  std::optional<Address> address(std::in_place);
  if (!address->read(text)) address.reset();
  return address;
}

}  // namespace lintel::sip
