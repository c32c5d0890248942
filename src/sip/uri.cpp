#include "sip/uri.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "sip/grammar.hpp"

namespace lintel::sip {
namespace {

using grammar::is_hex;

constexpr grammar::CharacterSet in_user("-_.!~*'()&=+$,;?/#");
constexpr grammar::CharacterSet in_password("-_.!~*'()&=+$,");
constexpr grammar::CharacterSet in_parameters("-_.!~*'()[]/:&+$;=");
constexpr grammar::CharacterSet in_headers("-_.!~*'()[]/?:+$&=");
constexpr grammar::CharacterSet in_scheme("+-.");

// Escapes must be whole; everything else must be in `allowed`.
bool valid_part(std::string_view part, const grammar::CharacterSet& allowed) {
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    if (allowed(c)) continue;
    if (c == '%') {
      if (i + 2 >= part.size() || !is_hex(part[i + 1]) || !is_hex(part[i + 2])) return false;
      i += 2;
      continue;
    }
    return false;
  }
  return true;
}

bool valid_scheme(std::string_view scheme) {
  if (scheme.empty() || !grammar::is_alpha(scheme.front())) return false;
  for (const char c : scheme)
    if (!in_scheme(c)) return false;
  return true;
}

bool parse_sip(std::string_view rest, Uri& uri) {
  // A user may contain ';' and '?', so the '@' decides first (RFC 4475 "semiuri"). It never stands in what follows.
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    std::string_view userinfo = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    if (const auto colon = userinfo.find(':'); colon != std::string_view::npos) {
      uri.password = userinfo.substr(colon + 1);
      if (!valid_part(uri.password, in_password)) return false;
      userinfo = userinfo.substr(0, colon);
    }
    if (userinfo.empty() || !valid_part(userinfo, in_user)) return false;
    uri.user = userinfo;
  }
  const auto host_end = rest.find_first_of(";?");
  std::string_view host_port = rest.substr(0, host_end);
  rest = host_end == std::string_view::npos ? std::string_view{} : rest.substr(host_end);
  std::string_view left;
  if (!grammar::split_host_port(host_port, uri.host, uri.port, left) || !left.empty()) return false;
  const auto question = rest.find('?');
  uri.parameters = rest.substr(0, question);
  if (question != std::string_view::npos) {
    uri.headers = rest.substr(question + 1);
    if (!valid_part(uri.headers, in_headers)) return false;
  }
  return valid_part(uri.parameters, in_parameters);
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
  while (!rest.empty() && (rest.front() == ';' || grammar::is_space(rest.front()))) rest.remove_prefix(1);
  if (rest.empty()) return false;
  std::size_t end = std::min(rest.find(';'), rest.size());
  if (rest.substr(0, end).find('"') != std::string_view::npos) {
    bool quoted = false;
    for (end = 0; end < rest.size() && (quoted || rest[end] != ';'); ++end) {
      if (rest[end] == '"') quoted = !quoted;
      if (quoted && rest[end] == '\\' && end + 1 < rest.size()) ++end;
    }
  }
  const std::string_view whole = rest.substr(0, end);
  rest.remove_prefix(end);
  std::size_t equals = whole.find('=');
  name = grammar::trim(whole.substr(0, equals));
  value = equals == std::string_view::npos ? std::string_view{} : grammar::trim(whole.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  return true;
}

}  // namespace

std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name) {
  std::string_view key;
  std::string_view value;
  while (next_parameter(parameters, key, value))
    if (text::equals_ignoring_case(key, name)) return value;
  return std::nullopt;
}

std::optional<Uri> Uri::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || !valid_scheme(text.substr(0, colon))) return std::nullopt;
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == '"' || c == 127) return std::nullopt;
  Uri uri;
  uri.text = text;
  const auto scheme = text.substr(0, colon);
  const auto rest = text.substr(colon + 1);
  if (text::equals_ignoring_case(scheme, "sip"))
    uri.scheme = Scheme::sip;
  else if (text::equals_ignoring_case(scheme, "sips"))
    uri.scheme = Scheme::sips;
  else if (text::equals_ignoring_case(scheme, "tel")) {
    uri.scheme = Scheme::tel;
    const auto end = rest.find(';');
    uri.user = rest.substr(0, end);
    if (uri.user.empty()) return std::nullopt;
    if (end != std::string_view::npos) uri.parameters = rest.substr(end);
    return uri;
  } else {
    if (rest.empty()) return std::nullopt;
    return uri;
  }
  if (!parse_sip(rest, uri)) return std::nullopt;
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

std::optional<Address> Address::parse(std::string_view text) {
  Address address;
  text = grammar::trim(text);
  address.text = text;
  std::size_t open = std::string_view::npos;
  if (!text.empty() && text.front() == '"') {
    std::size_t end = 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    if (end >= text.size()) return std::nullopt;
    address.display = text.substr(0, end + 1);
    open = end + 1;
    while (open < text.size() && grammar::is_space(text[open])) ++open;
    if (open >= text.size() || text[open] != '<') return std::nullopt;
  } else {
    open = text.find('<');
    if (open != std::string_view::npos) {
      address.display = grammar::trim(text.substr(0, open));
      // Unquoted, a display name is tokens and spaces only.
      for (const char c : address.display)
        if (!grammar::is_token(c) && !grammar::is_space(c)) return std::nullopt;
    }
  }
  std::string_view uri_text;
  if (open != std::string_view::npos) {
    const auto close = text.find('>', open);
    if (close == std::string_view::npos) return std::nullopt;
    uri_text = text.substr(open + 1, close - open - 1);
    address.parameters = grammar::trim(text.substr(close + 1));
  } else {
    // Without <> every parameter belongs to the header, and the URI may hold no comma, semicolon or question mark.
    const auto end = text.find(';');
    uri_text = grammar::trim(text.substr(0, end));
    if (end != std::string_view::npos) address.parameters = text.substr(end);
    if (uri_text.find_first_of("?,") != std::string_view::npos) return std::nullopt;
  }
  if (!address.parameters.empty() &&
      (address.parameters.front() != ';' || !grammar::valid_parameters(address.parameters)))
    return std::nullopt;
  const auto uri = Uri::parse(uri_text);
  if (!uri) return std::nullopt;
  address.uri = *uri;
  return address;
}

}  // namespace lintel::sip
