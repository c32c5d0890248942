// Addresses of UDP peers as plain values. Any thread.
#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lintel::media {

struct Endpoint {
  std::array<std::uint8_t, 16> ip{};  // network order; IPv4 in the first four
  std::uint16_t port = 0;
  bool six = false;
  auto operator<=>(const Endpoint&) const = default;
};

[[nodiscard]] std::optional<Endpoint> endpoint_of(const std::string& address, std::uint16_t port);  // numeric only
[[nodiscard]] Endpoint endpoint_of(const sockaddr_storage& address);
socklen_t to_system(const Endpoint& endpoint, sockaddr_storage& address);  // answers its size
[[nodiscard]] std::string address_text(const Endpoint& endpoint);          // without the port

// This host's addresses that peers may reach: interfaces that are up, no link-local ones, loopback only when it is
// asked for or when there is nothing else. At most `host_address_limit`; port zero.
inline constexpr std::size_t host_address_limit = 8;
[[nodiscard]] std::vector<Endpoint> host_addresses(bool with_loopback);

}  // namespace lintel::media
