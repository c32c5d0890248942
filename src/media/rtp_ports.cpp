#include "media/rtp_ports.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace lintel::media {
namespace {

constexpr int attempts_without_range = 64;

struct Host {
  sockaddr_storage address{};
  socklen_t size = 0;
};

// Any address of the family, or with `there_only` the one that `text` names.
Host host_of(const std::string& text, bool there_only) {
  Host host;
  if (text.find(':') == std::string::npos) {
    auto& four = reinterpret_cast<sockaddr_in&>(host.address);
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_ANY);
    if (there_only) (void)inet_pton(AF_INET, text.c_str(), &four.sin_addr);
    host.size = sizeof four;
  } else {
    auto& six = reinterpret_cast<sockaddr_in6&>(host.address);
    six.sin6_family = AF_INET6;
    if (there_only) (void)inet_pton(AF_INET6, text.c_str(), &six.sin6_addr);
    host.size = sizeof six;
  }
  return host;
}

UdpSocket bind_one(Host host, int port) {
  const int descriptor = ::socket(host.address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return {};
  UdpSocket socket(descriptor);
  auto& at = host.address.ss_family == AF_INET ? reinterpret_cast<sockaddr_in&>(host.address).sin_port
                                               : reinterpret_cast<sockaddr_in6&>(host.address).sin6_port;
  at = htons(static_cast<std::uint16_t>(port));
  if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&host.address), host.size) != 0) return {};
  return socket;
}

int port_of(const UdpSocket& socket) {
  Host host;
  host.size = sizeof host.address;
  if (::getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&host.address), &host.size) != 0) return 0;
  return ntohs(host.address.ss_family == AF_INET ? reinterpret_cast<sockaddr_in&>(host.address).sin_port
                                                 : reinterpret_cast<sockaddr_in6&>(host.address).sin6_port);
}

}  // namespace

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  deaf_ = other.deaf_;
  view_ = std::move(other.view_);
  return *this;
}

UdpSocket::~UdpSocket() {
  close();
}

void UdpSocket::close() {
  if (!view_ && descriptor_ >= 0) ::close(descriptor_);
  view_ = {};
  descriptor_ = -1;
}

void UdpSocket::deafen() {
  sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog program{1, &drop};
  deaf_ = ::setsockopt(descriptor_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

GSocket* UdpSocket::view() {
  if (std::exchange(deaf_, false)) {
    while (::recv(descriptor_, nullptr, 0, MSG_DONTWAIT) >= 0) {  // what came before it was deaf
    }
    const int none = 0;
    (void)::setsockopt(descriptor_, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof none);
  }
  if (!view_ && descriptor_ >= 0) view_ = Object<GSocket>::adopt(g_socket_new_from_fd(descriptor_, nullptr));
  return view_.get();
}

Result<PortPair> PortRange::bind(const std::string& address, bool there_only) {
  const Host to = host_of(address, there_only);
  if (first_ == 0) {
    for (int attempt = 0; attempt < attempts_without_range; ++attempt) {
      PortPair pair;
      pair.rtp = bind_one(to, 0);
      if (!pair.rtp) break;
      pair.port = port_of(pair.rtp);
      if (pair.port == 0 || pair.port % 2 != 0 || pair.port > 65533) continue;
      pair.rtcp = bind_one(to, pair.port + 1);
      if (pair.rtcp) return pair;
    }
    return Error{ErrorCode::unavailable, "No UDP port is free for the sound of a call.", {}, {}, {}};
  }
  const auto among = static_cast<std::uint32_t>(pairs());
  for (std::uint32_t attempt = 0; attempt < among; ++attempt) {
    std::uint32_t at = 0;
    {
      const std::lock_guard lock(mutex_);
      at = next_++ % among;
    }
    PortPair pair;
    pair.port = static_cast<int>(even() + 2 * at);
    pair.rtp = bind_one(to, pair.port);
    if (!pair.rtp) continue;
    pair.rtcp = bind_one(to, pair.port + 1);
    if (pair.rtcp) return pair;
  }
  return Error{ErrorCode::unavailable,
               fmt::format("No UDP port pair between {} and {} is free: widen the RTP port range.", first_, last_),
               {},
               {},
               fmt::format("{}-{}", first_, last_)};
}

}  // namespace lintel::media
