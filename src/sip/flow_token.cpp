#include "sip/flow_token.hpp"

#include <cstring>

#include "base/big_endian.hpp"
#include "base/bytes.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t mac_bytes = 8;
constexpr std::size_t hop_bytes = 1 + 6 + 1 + SocketAddress::longest_compact;
constexpr std::size_t most_bytes = 4 + 4 + 2 * hop_bytes + mac_bytes;

// The low `size` bytes, in network order: of a whole number, from which those in front are left away.
template <std::size_t size>
char* put_number(char* out, std::uint64_t number) {
  std::array<std::uint8_t, 8> whole;
  big_endian::write32(whole.data(), static_cast<std::uint32_t>(number >> 32));
  big_endian::write32(whole.data() + 4, static_cast<std::uint32_t>(number));
  std::memcpy(out, whole.data() + 8 - size, size);
  return out + size;
}

bool take_number(std::string_view& in, std::uint64_t& number, std::size_t size) {
  if (in.size() < size) return false;
  number = 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8 | static_cast<unsigned char>(in.data()[i]);
  in.remove_prefix(size);
  return true;
}

char* put_hop(char* out, const Hop& hop) {
  *out++ = static_cast<char>(hop.kind);
  // A UDP socket of ours is found again by its address family alone.
  out = put_number<6>(out, hop.kind == TransportKind::udp ? 0 : hop.flow);
  const std::size_t size = hop.address.compact(out + 1);
  *out = static_cast<char>(size);
  return out + 1 + size;
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

FlowTokens::Token FlowTokens::make(std::string_view call_id, std::string_view caller_tag, const Hop& caller,
                                   const Hop& callee) const {
  std::array<char, most_bytes> raw;
  char* end = put_number<4>(raw.data(), boot_);
  end = put_number<4>(end, side(call_id, caller_tag));
  end = put_hop(end, caller);
  end = put_hop(end, callee);
  end = put_number<mac_bytes>(end, mac_({raw.data(), static_cast<std::size_t>(end - raw.data())}));
  const std::string_view whole(raw.data(), static_cast<std::size_t>(end - raw.data()));
  Token token;
  static_assert(bytes::base64url_size(most_bytes) <= std::tuple_size_v<decltype(token.text_)>);
  bytes::to_base64url(whole, token.text_.data());
  token.size_ = bytes::base64url_size(whole.size());
  return token;
}

FlowTokens::Found FlowTokens::read(std::string_view text, std::string_view call_id, std::string_view from_tag,
                                   std::string_view to_tag) const {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::array<char, most_bytes> raw;
  const std::size_t size = text.size() * 3 / 4;
  if (text.size() < 24 || size > raw.size() || size <= mac_bytes || !bytes::from_base64(text, raw.data(), size))
    return {};
  std::string_view rest(raw.data(), size);
  std::string_view mac_text = rest.substr(rest.size() - mac_bytes);
  rest.remove_suffix(mac_bytes);
  std::uint64_t mac = 0;
  if (!take_number(mac_text, mac, mac_bytes) || mac != mac_(rest)) return {};
  // The last character may hold bits that stand for nothing: of the spellings that leaves, ours alone is a token.
  std::array<char, bytes::base64url_size(most_bytes)> spelt;
  bytes::to_base64url({raw.data(), size}, spelt.data());
  if (text != std::string_view(spelt.data(), bytes::base64url_size(size))) return {};
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
