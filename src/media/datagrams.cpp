#include "media/datagrams.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/log.hpp"

namespace lintel::media {
namespace {

constexpr int send_buffer = 4 * 1024 * 1024;  // a key frame for every viewer at once
constexpr int receive_buffer = 1024 * 1024;
constexpr std::size_t received_limit = 2048;  // bytes of one datagram that is heard
constexpr unsigned received_at_once = 16;
constexpr int rounds_limit = 8;             // then others have their turn
constexpr std::size_t messages_limit = 64;  // of one sendmmsg
constexpr std::size_t segments_limit = 44;  // of one message: the kernel takes 64, and 65,535 bytes
constexpr std::size_t sockets_limit = 64;   // addresses remembered
static_assert(sockets_limit > host_address_limit);

}  // namespace

Datagrams::Datagrams(int epoll, std::uint16_t first, std::uint16_t last, Addresses hosts)
    : epoll_(epoll), first_(first), last_(last), hosts_(std::move(hosts)) {
  entries_.reserve(datagrams_limit);
}

Datagrams::~Datagrams() {
  for (Socket& socket : sockets_) close(socket);
}

void Datagrams::close(Socket& socket) {
  if (socket.descriptor >= 0) ::close(std::exchange(socket.descriptor, -1));
}

int Datagrams::open(Endpoint& local) {
  const int descriptor = ::socket(local.six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  const int one = 1;
  if (local.six) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(send_buffer));
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  // From the top of the range down: RTP's pairs are taken from its bottom up.
  for (int port = last_; port >= first_; --port) {
    local.port = static_cast<std::uint16_t>(port);
    sockaddr_storage address{};
    const socklen_t size = to_system(local, address);
    if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
      if (errno != EADDRINUSE || port == 0) break;
      continue;
    }
    socklen_t bound_size = sizeof(address);
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &bound_size);
    local = endpoint_of(address);
    return descriptor;
  }
  ::close(descriptor);
  return -1;
}

// Where the socket of an address is, or is to be. Of those that are closed each is taken in its turn, so that what is
// still sent to a path over one that went a moment ago finds it closed, and goes nowhere.
std::size_t Datagrams::place_of(const Endpoint& address) {
  for (std::size_t index = 0; index < sockets_.size(); ++index) {
    if (sockets_[index].local.ip == address.ip && sockets_[index].local.six == address.six) return index;
  }
  if (sockets_.size() < sockets_limit) {
    sockets_.emplace_back();
    return sockets_.size() - 1;
  }
  while (sockets_[next_].descriptor >= 0) next_ = (next_ + 1) % sockets_limit;  // few are open: it ends
  return std::exchange(next_, (next_ + 1) % sockets_limit);
}

Result<std::vector<Endpoint>> Datagrams::addresses() {
  std::vector<Endpoint> wanted = hosts_();
  for (Socket& socket : sockets_) {
    const bool there = std::ranges::any_of(
        wanted, [&socket](const Endpoint& one) { return one.ip == socket.local.ip && one.six == socket.local.six; });
    if (!there) close(socket);
  }
  std::vector<Endpoint> given;
  for (Endpoint& one : wanted) {
    const std::size_t index = place_of(one);
    if (sockets_[index].descriptor >= 0) {
      given.push_back(sockets_[index].local);
      continue;
    }
    const int descriptor = open(one);
    sockets_[index] = {descriptor, one};
    if (descriptor < 0) {
      log::debug("media.webrtc", "no socket at {}", address_text(one));
      continue;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(index);
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
    given.push_back(one);
  }
  if (given.empty()) {
    return Error{ErrorCode::unavailable,
                 first_ == 0
                     ? "This host has no network address that a browser could reach."
                     : fmt::format("No UDP port between {} and {} is free for browsers: widen the range of media "
                                   "ports.",
                                   first_, last_),
                 {},
                 {},
                 {}};
  }
  return given;
}

std::vector<std::uint32_t> Datagrams::sockets(bool six) const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t index = 0; index < sockets_.size(); ++index) {
    if (sockets_[index].descriptor >= 0 && sockets_[index].local.six == six) found.push_back(index);
  }
  return found;
}

std::uint8_t* Datagrams::place() {
  if (used_ + datagram_limit > arena_size || entries_.size() >= datagrams_limit) flush();
  return arena_.get() + used_;
}

void Datagrams::commit(std::size_t size, const Path& path, bool* refused) {
  entries_.push_back({used_, size, path, refused});
  used_ += size;  // packets of one peer lie side by side: a segmented send needs no list
}

void Datagrams::flush() {
  for (std::size_t at = 0; at < entries_.size();) at += send_some(at);
  entries_.clear();
  used_ = 0;
}

std::size_t Datagrams::send_some(std::size_t from) {
  struct Control {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint16_t))> bytes;
  };
  std::array<mmsghdr, messages_limit> messages;
  std::array<iovec, messages_limit> pieces;
  std::array<sockaddr_storage, messages_limit> addresses;
  std::array<Control, messages_limit> controls;
  std::array<std::size_t, messages_limit> counts;  // entries of each message
  const std::uint32_t socket = entries_[from].path.socket;
  std::size_t message = 0;
  std::size_t at = from;
  while (at < entries_.size() && message < messages_limit && entries_[at].path.socket == socket) {
    const Entry& first = entries_[at];
    std::size_t count = 1;
    std::size_t total = first.size;
    // Equal sizes and a last one that is shorter: what the kernel (or the card) cuts again.
    while (segmentation_ && count < segments_limit && at + count < entries_.size()) {
      const Entry& next = entries_[at + count];
      if (next.path != first.path || next.size > first.size || next.at != first.at + total) break;
      ++count;
      total += next.size;
      if (next.size < first.size) break;
    }
    pieces[message] = {arena_.get() + first.at, total};
    msghdr header{};
    header.msg_name = &addresses[message];
    header.msg_namelen = to_system(first.path.peer, addresses[message]);
    header.msg_iov = &pieces[message];
    header.msg_iovlen = 1;
    if (count > 1) {
      header.msg_control = controls[message].bytes.data();
      header.msg_controllen = CMSG_SPACE(sizeof(std::uint16_t));
      cmsghdr* control = CMSG_FIRSTHDR(&header);
      control->cmsg_level = SOL_UDP;
      control->cmsg_type = UDP_SEGMENT;
      control->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
      const auto segment = static_cast<std::uint16_t>(first.size);
      std::memcpy(CMSG_DATA(control), &segment, sizeof(segment));
    }
    messages[message] = {header, 0};
    counts[message++] = count;
    at += count;
  }
  const int descriptor = socket < sockets_.size() ? sockets_[socket].descriptor : -1;
  if (descriptor < 0) return at - from;
  // Mostly there is one: a packet of sound, or all of a picture.
  const int sent = message > 1 ? sendmmsg(descriptor, messages.data(), static_cast<unsigned>(message), MSG_NOSIGNAL)
                   : sendmsg(descriptor, &messages[0].msg_hdr, MSG_NOSIGNAL) >= 0 ? 1
                                                                                  : -1;
  if (sent > 0) {
    std::size_t done = 0;
    for (int index = 0; index < sent; ++index) done += counts[static_cast<std::size_t>(index)];
    return done;
  }
  if (counts[0] > 1 && (errno == EIO || errno == EINVAL || errno == EOPNOTSUPP)) {
    log::info("media.webrtc", "this network takes no segmented sends: {}", std::strerror(errno));
    segmentation_ = false;
    return 0;
  }
  // The first of them did not go: a full socket, or a peer that is not reachable now.
  if (errno == EAGAIN || errno == ENOBUFS) {
    for (std::size_t index = from; index < from + counts[0]; ++index) {
      if (entries_[index].refused != nullptr) *entries_[index].refused = true;
    }
  }
  return counts[0];
}

void Datagrams::receive(std::uint32_t socket, const Heard& heard) {
  static thread_local std::array<std::array<std::uint8_t, received_limit>, received_at_once> buffers;
  for (int round = 0; round < rounds_limit; ++round) {
    if (socket >= sockets_.size() || sockets_[socket].descriptor < 0) return;
    std::array<mmsghdr, received_at_once> messages{};
    std::array<iovec, received_at_once> pieces;
    std::array<sockaddr_storage, received_at_once> addresses;
    for (unsigned index = 0; index < received_at_once; ++index) {
      pieces[index] = {buffers[index].data(), received_limit};
      messages[index].msg_hdr.msg_name = &addresses[index];
      messages[index].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
      messages[index].msg_hdr.msg_iov = &pieces[index];
      messages[index].msg_hdr.msg_iovlen = 1;
    }
    const int count = recvmmsg(sockets_[socket].descriptor, messages.data(), received_at_once, MSG_DONTWAIT, nullptr);
    for (int index = 0; index < count; ++index) {
      const auto& message = messages[static_cast<std::size_t>(index)];
      if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0 || message.msg_len == 0) continue;
      heard({socket, endpoint_of(addresses[static_cast<std::size_t>(index)])},
            std::span(buffers[static_cast<std::size_t>(index)]).first(message.msg_len));
    }
    if (count < static_cast<int>(received_at_once)) return;
  }
}

}  // namespace lintel::media
