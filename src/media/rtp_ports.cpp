#include "media/rtp_ports.hpp"

#include <fmt/format.h>

#include "base/handle.hpp"

namespace lintel::media {
namespace {

constexpr int attempts_without_range = 64;

Object<GSocket> bind_one(GInetAddress* to, int port) {
  Object<GSocket> socket = Object<GSocket>::adopt(
      g_socket_new(g_inet_address_get_family(to), G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, nullptr));
  if (!socket) return {};
  const Object<GSocketAddress> address =
      Object<GSocketAddress>::adopt(g_inet_socket_address_new(to, static_cast<guint16>(port)));
  if (!g_socket_bind(socket.get(), address.get(), FALSE, nullptr)) return {};
  return socket;
}

int port_of(GSocket* socket) {
  const Object<GSocketAddress> address = Object<GSocketAddress>::adopt(g_socket_get_local_address(socket, nullptr));
  return address ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address.get())) : 0;
}

}  // namespace

Result<PortPair> PortRange::bind(const std::string& address, bool there_only) {
  const GSocketFamily family = address.find(':') == std::string::npos ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6;
  Object<GInetAddress> to;
  if (there_only) to = Object<GInetAddress>::adopt(g_inet_address_new_from_string(address.c_str()));
  if (!to) to = Object<GInetAddress>::adopt(g_inet_address_new_any(family));
  if (first_ == 0) {
    for (int attempt = 0; attempt < attempts_without_range; ++attempt) {
      PortPair pair;
      pair.rtp = bind_one(to.get(), 0);
      if (!pair.rtp) break;
      pair.port = port_of(pair.rtp.get());
      if (pair.port == 0 || pair.port % 2 != 0 || pair.port > 65533) continue;
      pair.rtcp = bind_one(to.get(), pair.port + 1);
      if (pair.rtcp) return pair;
    }
    return Error{ErrorCode::unavailable, "No UDP port is free for the sound of a call.", {}, {}, {}};
  }
  const std::uint32_t even = (first_ + 1U) / 2 * 2;
  const std::uint32_t pairs = last_ > even ? (last_ - even + 1) / 2 : 0;
  for (std::uint32_t attempt = 0; attempt < pairs; ++attempt) {
    std::uint32_t at = 0;
    {
      const std::lock_guard lock(mutex_);
      at = next_++ % pairs;
    }
    PortPair pair;
    pair.port = static_cast<int>(even + 2 * at);
    pair.rtp = bind_one(to.get(), pair.port);
    if (!pair.rtp) continue;
    pair.rtcp = bind_one(to.get(), pair.port + 1);
    if (pair.rtcp) return pair;
  }
  return Error{ErrorCode::unavailable,
               fmt::format("No UDP port pair between {} and {} is free: widen the RTP port range.", first_, last_),
               {},
               {},
               fmt::format("{}-{}", first_, last_)};
}

}  // namespace lintel::media
