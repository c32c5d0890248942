#include "media/rtsp_udp.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace lintel::media {
namespace {

constexpr int send_buffer = 4 << 20;  // as far as the system allows: a key frame for many viewers at once
constexpr int read_limit = 64;        // packets a call
constexpr std::size_t control_size = CMSG_SPACE(sizeof(std::uint16_t));

void ask_segments(char* control, std::uint16_t size) {
  auto* head = reinterpret_cast<cmsghdr*>(control);
  head->cmsg_level = SOL_UDP;
  head->cmsg_type = UDP_SEGMENT;
  head->cmsg_len = CMSG_LEN(sizeof size);
  std::memcpy(CMSG_DATA(head), &size, sizeof size);
}

bool blocked(int error) {
  return error == EAGAIN || error == ENOBUFS || error == EINTR;
}

in6_addr address_of(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET6) return reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
  in6_addr mapped{};
  mapped.s6_addr[10] = mapped.s6_addr[11] = 0xff;
  std::memcpy(&mapped.s6_addr[12], &reinterpret_cast<const sockaddr_in&>(from).sin_addr, 4);
  return mapped;
}
std::uint16_t port_of(const sockaddr_storage& from) {  // in network order
  return from.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(from).sin6_port
                                    : reinterpret_cast<const sockaddr_in&>(from).sin_port;
}

}  // namespace

bool same_endpoint(const sockaddr_storage& left, const sockaddr_storage& right) {
  const in6_addr first = address_of(left), second = address_of(right);
  return port_of(left) == port_of(right) && std::memcmp(&first, &second, sizeof first) == 0;
}

sockaddr_storage with_port(sockaddr_storage address, std::uint16_t port) {
  if (address.ss_family == AF_INET6)
    reinterpret_cast<sockaddr_in6&>(address).sin6_port = htons(port);
  else
    reinterpret_cast<sockaddr_in&>(address).sin_port = htons(port);
  return address;
}

Result<std::unique_ptr<RtspUdp>> RtspUdp::open(PortRange& range, const std::string& address) {
  LINTEL_TRY(PortPair ports, range.bind(address, true));
  return std::unique_ptr<RtspUdp>(new RtspUdp(std::move(ports)));
}

RtspUdp::RtspUdp(PortPair ports) : ports_(std::move(ports)) {
  (void)setsockopt(rtp_socket(), SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
  sockaddr_storage own{};
  address_size_ = sizeof own;
  (void)::getsockname(rtp_socket(), reinterpret_cast<sockaddr*>(&own), &address_size_);
}

std::vector<RtspUdp::Destination> RtspUdp::send(const Bundle& bundle, const std::vector<Destination>& to) {
  std::vector<Destination> missed;
  const auto wait = [&](const Destination& whom, std::size_t packet) {
    if (waiting_.size() >= waiting_limit)
      missed.push_back(whom);
    else
      waiting_.push_back({bundle, whom, packet});
  };
  if (!waiting_.empty()) {
    for (const Destination& whom : to) wait(whom, 0);
    return missed;
  }
  // One control message a run serves all viewers.
  controls_.assign(bundle->runs.size() * control_size, 0);
  for (std::size_t run = 0; run < bundle->runs.size(); ++run)
    ask_segments(controls_.data() + run * control_size, bundle->runs[run].segment);
  auto* packets = const_cast<iovec*>(bundle->packets.data());  // sendmmsg only reads them
  messages_.clear();
  owners_.clear();
  std::vector<Destination> one_by_one;
  for (std::size_t index = 0; index < to.size(); ++index) {
    if (!to[index]->segments) {
      one_by_one.push_back(to[index]);
      continue;
    }
    for (std::size_t run = 0; run < bundle->runs.size(); ++run) {
      const auto& [first, count, segment] = bundle->runs[run];
      mmsghdr message{};
      message.msg_hdr.msg_name = &to[index]->rtp;
      message.msg_hdr.msg_namelen = address_size_;
      message.msg_hdr.msg_iov = packets + first;
      message.msg_hdr.msg_iovlen = count;
      if (count > 1) {
        message.msg_hdr.msg_control = controls_.data() + run * control_size;
        message.msg_hdr.msg_controllen = control_size;
      }
      messages_.push_back(message);
      owners_.push_back(index);
    }
  }
  // Behind a socket that takes no more, the rest waits, each viewer at the packet it is at.
  std::size_t next = 0;
  while (next < messages_.size()) {
    const auto chunk = static_cast<unsigned>(std::min<std::size_t>(messages_.size() - next, 1024));
    const int sent = sendmmsg(rtp_socket(), messages_.data() + next, chunk, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      next += static_cast<std::size_t>(sent);
      continue;
    }
    const std::size_t owner = owners_[next];
    const auto packet = static_cast<std::size_t>(messages_[next].msg_hdr.msg_iov - packets);
    if (blocked(errno)) {
      wait(to[owner], packet);
      for (std::size_t later = owner + 1; later < to.size(); ++later)
        if (to[later]->segments) wait(to[later], 0);
      break;
    }
    // This way cannot cut (a narrow link, an old card): from now on packet by packet. Other errors lose this frame.
    if (errno == EMSGSIZE || errno == EIO || errno == EINVAL || errno == EOPNOTSUPP) {
      to[owner]->segments = false;
      Waiting rest{bundle, to[owner], packet};
      if (send_rest(rest) == Sent::blocked) wait(to[owner], rest.packet);
    }
    while (next < messages_.size() && owners_[next] == owner) ++next;
  }
  for (const Destination& whom : one_by_one) {
    Waiting rest{bundle, whom, 0};
    if (!waiting_.empty() || send_rest(rest) == Sent::blocked) wait(whom, rest.packet);
  }
  return missed;
}

RtspUdp::Sent RtspUdp::send_rest(Waiting& waiting) {
  const auto& packets = waiting.bundle->packets;
  std::array<mmsghdr, 64> messages{};
  while (waiting.packet < packets.size()) {
    const std::size_t count = std::min(packets.size() - waiting.packet, messages.size());
    for (std::size_t i = 0; i < count; ++i) {
      messages[i] = {};
      messages[i].msg_hdr.msg_name = &waiting.to->rtp;
      messages[i].msg_hdr.msg_namelen = address_size_;
      messages[i].msg_hdr.msg_iov = const_cast<iovec*>(&packets[waiting.packet + i]);
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int sent = sendmmsg(rtp_socket(), messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && blocked(errno)) return Sent::blocked;
    waiting.packet += sent > 0 ? static_cast<std::size_t>(sent) : 1;  // one that cannot be sent is lost, as on the way
  }
  return Sent::all;
}

void RtspUdp::report(std::string_view packet, const RtspDestination& to) {
  (void)sendto(rtcp_socket(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&to.rtcp), address_size_);
}

void RtspUdp::flush() {
  while (!waiting_.empty()) {
    if (send_rest(waiting_.front()) == Sent::blocked) return;
    waiting_.pop_front();
  }
}

void RtspUdp::receive(const std::function<void(const sockaddr_storage&, std::string_view)>& take) {
  std::array<char, 2048> buffer;
  for (int count = 0; count < read_limit; ++count) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const auto got =
        recvfrom(rtcp_socket(), buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return;
    take(from, std::string_view(buffer.data(), static_cast<std::size_t>(got)));
  }
}

void RtspUdp::discard() {
  std::array<char, 16> buffer;
  for (int count = 0; count < read_limit; ++count)
    if (recv(rtp_socket(), buffer.data(), buffer.size(), MSG_DONTWAIT) < 0) return;
}

}  // namespace lintel::media
