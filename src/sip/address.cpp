#include "sip/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/bytes.hpp"

namespace lintel::sip {
namespace {

// RFC 3261's grammar lets "2001:db8:::192.0.2.1" be written, and it must be read (RFC 5118 §4.10): of three colons in
// front of an IPv4 address one goes.
void drop_third_colon(char* text) {
  char* const colons = std::strstr(text, ":::");
  if (colons == nullptr) return;
  std::array<unsigned char, 4> ignored{};
  if (inet_pton(AF_INET, colons + 3, ignored.data()) == 1) std::memmove(colons, colons + 1, std::strlen(colons));
}

}  // namespace

std::optional<SocketAddress> SocketAddress::parse(std::string_view host, std::uint16_t port) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::array<char, 64> text{};
  if (host.empty() || host.size() >= text.size()) return std::nullopt;
  std::memcpy(text.data(), host.data(), host.size());
  SocketAddress address;
  address.port_ = port;
  if (inet_pton(AF_INET, text.data(), address.bytes_.data()) == 1) {
    address.family_ = 4;
    return address;
  }
  drop_third_colon(text.data());
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, text.data(), &v6.sin6_addr) != 1) return std::nullopt;
  address = from(reinterpret_cast<const sockaddr*>(&v6));
  address.port_ = port;
  return address;
}

SocketAddress SocketAddress::from(const sockaddr* raw) {
  SocketAddress address;
  if (raw->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(raw);
    std::memcpy(address.bytes_.data(), &v4->sin_addr, 4);
    address.port_ = ntohs(v4->sin_port);
    address.family_ = 4;
  } else if (raw->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(raw);
    address.port_ = ntohs(v6->sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      std::memcpy(address.bytes_.data(), v6->sin6_addr.s6_addr + 12, 4);
      address.family_ = 4;
    } else {
      std::memcpy(address.bytes_.data(), &v6->sin6_addr, 16);
      address.scope_ = v6->sin6_scope_id;
      address.family_ = 6;
    }
  }
  return address;
}

bool SocketAddress::is_wildcard() const {
  return bytes_ == decltype(bytes_){};
}

SocketAddress::Text SocketAddress::host_text() const {
  Text text;
  if (family_ == 4) {  // every request asks for it, and inet_ntop goes through printf
    char* at = text.text_.data();
    for (std::size_t i = 0; i < 4; ++i) {
      if (i != 0) *at++ = '.';
      unsigned number = bytes_[i];
      if (number >= 100) *at++ = static_cast<char>('0' + number / 100);
      if (number >= 10) *at++ = static_cast<char>('0' + number / 10 % 10);
      *at++ = static_cast<char>('0' + number % 10);
    }
    text.size_ = static_cast<std::size_t>(at - text.text_.data());
  } else if (family_ == 6) {
    static_assert(std::tuple_size_v<decltype(text.text_)> >= INET6_ADDRSTRLEN);
    inet_ntop(AF_INET6, bytes_.data(), text.text_.data(), INET6_ADDRSTRLEN);
    text.size_ = std::strlen(text.text_.data());
  }
  return text;
}

std::string SocketAddress::uri_host() const {
  return family_ == 6 ? "[" + host() + "]" : host();
}
std::string SocketAddress::text() const {
  return uri_host() + ":" + std::to_string(port_);
}

unsigned SocketAddress::to_sockaddr(void* storage, bool mapped) const {
  if (family_ == 4 && !mapped) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port_);
    std::memcpy(&v4.sin_addr, bytes_.data(), 4);
    std::memcpy(storage, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port_);
  if (family_ == 4) {
    v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xff;
    std::memcpy(v6.sin6_addr.s6_addr + 12, bytes_.data(), 4);
  } else {
    std::memcpy(&v6.sin6_addr, bytes_.data(), 16);
    v6.sin6_scope_id = scope_;
  }
  std::memcpy(storage, &v6, sizeof v6);
  return sizeof v6;
}

std::size_t SocketAddress::host_hash() const {
  // Who has a whole IPv6 network chooses half of the address: by known numbers he would find the one that counts as a
  // neighbour's.
  static const std::uint64_t first = bytes::random_number() | 1U, second = bytes::random_number() | 1U;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::memcpy(&low, bytes_.data(), 8);
  std::memcpy(&high, bytes_.data() + 8, 8);
  const std::uint64_t hash = (low ^ low >> 32) * first + (high ^ high >> 32) * second;
  return hash ^ (hash >> 29);
}

std::size_t SocketAddress::network_hash() const {
  SocketAddress network = *this;
  if (family_ == 6) std::fill(network.bytes_.begin() + 8, network.bytes_.end(), std::uint8_t{0});
  return network.host_hash();
}

std::size_t SocketAddress::hash() const {
  return host_hash() ^ (std::size_t{port_} * 0x9e3779b97f4a7c15U);
}

std::size_t SocketAddress::compact(char* out) const {
  const std::size_t host = host_bytes().size();
  const std::size_t scope = family_ == 6 ? sizeof scope_ : 0;
  char* at = out;
  *at++ = static_cast<char>(family_);
  std::memcpy(at, bytes_.data(), host);
  at += host;
  std::memcpy(at, &scope_, scope);
  at += scope;
  *at++ = static_cast<char>(port_ >> 8);
  *at++ = static_cast<char>(port_ & 0xff);
  return static_cast<std::size_t>(at - out);
}

std::optional<SocketAddress> SocketAddress::from_compact(std::string_view data) {
  SocketAddress address;
  if (data.empty()) return std::nullopt;
  address.family_ = static_cast<std::uint8_t>(data[0]);
  const std::size_t host = address.family_ == 4 ? 4 : address.family_ == 6 ? 16 : 0;
  const std::size_t scope = address.family_ == 6 ? 4 : 0;
  if (address.family_ != 0 && address.family_ != 4 && address.family_ != 6) return std::nullopt;
  if (data.size() != 1 + host + scope + 2) return std::nullopt;
  std::memcpy(address.bytes_.data(), data.data() + 1, host);
  if (scope != 0) std::memcpy(&address.scope_, data.data() + 1 + host, 4);
  address.port_ = static_cast<std::uint16_t>(static_cast<unsigned char>(data[data.size() - 2]) << 8 |
                                             static_cast<unsigned char>(data[data.size() - 1]));
  return address;
}

std::string numeric_host_of(std::string_view host_and_port) {
  const auto address = SocketAddress::parse(host_and_port.substr(0, host_and_port.rfind(':')), 0);
  return address ? address->host() : std::string();
}

}  // namespace lintel::sip
