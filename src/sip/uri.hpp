// SIP URIs and name-addr values as views into the text they were parsed from. Nothing is copied, nothing decoded early:
// a user is compared unescaped (`101%232` is `101#2`) but forwarded as it came. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lintel::sip {

// Finds `name` (ignoring case) in ";name=value;flag" text. A flag has an empty value; a quoted value comes without its
// quotes, escapes unresolved. Nothing when absent.
[[nodiscard]] std::optional<std::string_view> parameter(std::string_view parameters, std::string_view name);

// RFC 3261 §19.1, RFC 3966 for tel. The views live as long as the text given to parse().
struct Uri {
  enum class Scheme : std::uint8_t { sip, sips, tel, other };

  Scheme scheme = Scheme::other;
  std::string_view text;        // the whole URI
  std::string_view user;        // as written, escaped; empty when absent (the number, for tel)
  std::string_view password;    // never used, kept for comparison
  std::string_view host;        // an IPv6 literal keeps its brackets
  std::uint16_t port = 0;       // 0: not given
  std::string_view parameters;  // ";transport=ws;lr", with the first semicolon
  std::string_view headers;     // after '?', without it

  // Nothing unless the whole of `text` is one well-formed URI: bad escapes, an empty host, a port above 65535 or stray
  // characters refuse it. A scheme other than sip, sips and tel is well formed with Scheme::other and only `text` set.
  [[nodiscard]] static std::optional<Uri> parse(std::string_view text);
  [[nodiscard]] bool read(std::string_view from);  // the same in place; after false what it holds means nothing

  [[nodiscard]] bool is_sip() const { return scheme == Scheme::sip || scheme == Scheme::sips; }
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const {
    return sip::parameter(parameters, name);
  }
  [[nodiscard]] bool has(std::string_view name) const { return parameter(name).has_value(); }
  [[nodiscard]] std::string unescaped_user() const;  // `101%232` gives `101#2`
};

// Both users after unescaping, byte by byte (RFC 3261 §19.1.4: users are case-sensitive).
[[nodiscard]] bool same_user(std::string_view escaped_left, std::string_view escaped_right);
// RFC 3261 §19.1.4.
[[nodiscard]] bool equivalent(const Uri& left, const Uri& right);
// `101#2` gives `101%232`: what may not stand in a user part is escaped.
[[nodiscard]] std::string escape_user(std::string_view user);

// One From, To, Contact, Route, Record-Route or Path value (RFC 3261 §20.10): `"Name" <sip:…>;tag=…`.
struct Address {
  std::string_view text;        // the whole value
  std::string_view display;     // as written, with quotes if any; may be empty
  Uri uri;                      // of uri.scheme `other` when the scheme is not ours
  std::string_view parameters;  // those of the header, ";tag=…"
  std::string_view tag;         // of them; empty when absent

  [[nodiscard]] static std::optional<Address> parse(std::string_view text);
  [[nodiscard]] bool read(std::string_view from);  // the same in place; after false what it holds means nothing
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const {
    return sip::parameter(parameters, name);
  }
};

}  // namespace lintel::sip
