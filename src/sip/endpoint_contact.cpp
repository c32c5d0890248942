#include "sip/endpoint_contact.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace lintel::sip {

void append_contact(Buffer& out, Core& core, std::string_view user, const Hop& to) {
  out.append("<sip:");
  if (!user.empty()) out.append(user).append('@');
  out.append(core.sent_by(to));
  if (to.kind == TransportKind::tcp || to.kind == TransportKind::tls)
    out.append(";transport=").append(parameter_name_of(to.kind));
  out.append('>');
}

std::string contact_user_of(std::string_view user, std::string_view domain, std::string_view password) {
  const auto hash = bytes::hmac_sha256(password, fmt::format("contact {}@{}", user, domain));
  return bytes::to_hex(std::string_view(hash).substr(0, 8));
}

std::string instance_of(std::string_view contact_user) {
  std::string raw = bytes::sha256(fmt::format("instance {}", contact_user)).substr(0, 16);
  raw[6] = static_cast<char>((static_cast<unsigned char>(raw[6]) & 0x0FU) | 0x80U);  // RFC 9562: version 8, own making
  raw[8] = static_cast<char>((static_cast<unsigned char>(raw[8]) & 0x3FU) | 0x80U);
  const std::string hex = bytes::to_hex(raw);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20));
}

}  // namespace lintel::sip
