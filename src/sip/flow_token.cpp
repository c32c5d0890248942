#include "sip/flow_token.hpp"

#include "base/bytes.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t mac_bytes = 8;
constexpr std::size_t most = 160;  // characters of a token

void append_number(std::string& out, std::uint64_t number, std::size_t size) {
  for (int shift = (static_cast<int>(size) - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(number >> shift & 0xff));
}

bool take_number(std::string_view& in, std::uint64_t& number, std::size_t size) {
  if (in.size() < size) return false;
  number = 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8 | static_cast<unsigned char>(in[i]);
  in.remove_prefix(size);
  return true;
}

void append_hop(std::string& out, const Hop& hop) {
  out.push_back(static_cast<char>(hop.kind));
  // A UDP socket of ours is found again by its address family alone.
  append_number(out, hop.kind == TransportKind::udp ? 0 : hop.flow, 6);
  const std::string address = hop.address.compact();
  out.push_back(static_cast<char>(address.size()));
  out.append(address);
}

bool take_hop(std::string_view& in, Hop& hop) {
  if (in.empty() || static_cast<unsigned char>(in[0]) > static_cast<unsigned char>(TransportKind::local)) return false;
  hop.kind = static_cast<TransportKind>(in[0]);
  in.remove_prefix(1);
  std::uint64_t number = 0;
  if (!take_number(in, number, 6)) return false;
  hop.flow = number;
  if (!take_number(in, number, 1) || in.size() < number) return false;
  const auto address = SocketAddress::from_compact(in.substr(0, number));
  in.remove_prefix(number);
  if (!address) return false;
  hop.address = *address;
  return true;
}

}  // namespace

FlowTokens::FlowTokens(const std::string& key)
    : hash_(bytes::hmac_sha256(key, "flow token side")),
      mac_(bytes::hmac_sha256(key, "flow token")),
      boot_(static_cast<std::uint32_t>(bytes::random_number())) {}

std::uint32_t FlowTokens::side(std::string_view call_id, std::string_view tag) const {
  return static_cast<std::uint32_t>(hash_.run().add(call_id).add(tag).finish());
}

std::string FlowTokens::make(std::string_view call_id, std::string_view caller_tag, const Hop& caller,
                             const Hop& callee) const {
  std::string token;
  append_number(token, boot_, 4);
  append_number(token, side(call_id, caller_tag), 4);
  append_hop(token, caller);
  append_hop(token, callee);
  append_number(token, mac_(token), mac_bytes);
  return bytes::to_base64url(token);
}

FlowTokens::Found FlowTokens::read(std::string_view text, std::string_view call_id, std::string_view from_tag,
                                   std::string_view to_tag) const {
  if (text.size() < 24 || text.size() > most) return {};
  const auto decoded = bytes::from_base64(text);
  if (!decoded || decoded->size() <= mac_bytes) return {};
  std::string_view rest(*decoded);
  std::string_view mac_text = rest.substr(rest.size() - mac_bytes);
  rest.remove_suffix(mac_bytes);
  std::uint64_t mac = 0;
  if (!take_number(mac_text, mac, mac_bytes) || mac != mac_(rest)) return {};
  std::uint64_t boot = 0;
  std::uint64_t caller_side = 0;
  Hop caller;
  Hop callee;
  if (!take_number(rest, boot, 4) || !take_number(rest, caller_side, 4) || !take_hop(rest, caller) ||
      !take_hop(rest, callee))
    return {};
  Found found{State::of_another_dialog, {}, {}};
  if (side(call_id, from_tag) == caller_side)
    found = {State::good, callee, caller};
  else if (!to_tag.empty() && side(call_id, to_tag) == caller_side)
    found = {State::good, caller, callee};
  if (boot != boot_ && found.to.kind != TransportKind::local) found.to.flow = 0;
  return found;
}

}  // namespace lintel::sip
