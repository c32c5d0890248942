#include "base/addresses.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/handle.hpp"
#include "base/log.hpp"

namespace lintel::addresses {
namespace {

using Interfaces = Handle<ifaddrs, freeifaddrs>;

constexpr int reads_at_once = 16;  // of a burst of notices; the rest on the loop's next turn
constexpr std::uint16_t any_port = 9;
// Documentation's own (RFC 5737, RFC 3849): nobody has them, so the way to them is the default route.
constexpr const char* somewhere4 = "192.0.2.1";
constexpr const char* somewhere6 = "2001:db8::1";

std::string text_of(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address == nullptr) return {};
  if (address->sa_family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  if (address->sa_family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  return bytes != nullptr && inet_ntop(address->sa_family, bytes, text.data(), text.size()) != nullptr ? text.data() : std::string();
}

bool is_link_local(const sockaddr* address) {
  return address != nullptr && address->sa_family == AF_INET6 &&
         IN6_IS_ADDR_LINKLOCAL(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
}

}  // namespace

std::vector<std::string> own() {
  std::vector<std::string> found;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return found;
  const Interfaces interfaces(first);
  constexpr unsigned wanted = IFF_UP | IFF_RUNNING;  // the cable is in
  for (const ifaddrs* at = first; at != nullptr; at = at->ifa_next) {
    if ((at->ifa_flags & wanted) != wanted || (at->ifa_flags & IFF_LOOPBACK) != 0 || is_link_local(at->ifa_addr)) continue;
    std::string address = text_of(at->ifa_addr);
    if (!address.empty()) found.push_back(std::move(address));
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::string own_towards(const std::string& peer) {
  sockaddr_storage there{};
  socklen_t size = 0;
  auto& four = reinterpret_cast<sockaddr_in&>(there);
  auto& six = reinterpret_cast<sockaddr_in6&>(there);
  if (inet_pton(AF_INET, peer.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(any_port);
    size = sizeof four;
  } else if (inet_pton(AF_INET6, peer.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(any_port);
    size = sizeof six;
  } else {
    return {};
  }
  const int probe = ::socket(there.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return {};
  std::string own;
  sockaddr_storage here{};
  socklen_t length = sizeof here;
  // Connecting a datagram socket sends nothing; it only asks the routing table.
  if (::connect(probe, reinterpret_cast<const sockaddr*>(&there), size) == 0 &&
      getsockname(probe, reinterpret_cast<sockaddr*>(&here), &length) == 0)
    own = text_of(reinterpret_cast<const sockaddr*>(&here));
  ::close(probe);
  return own;
}

std::string own_main() {
  for (const char* somewhere : {somewhere4, somewhere6})
    if (std::string own = own_towards(somewhere); !own.empty()) return own;
  const auto all = own();
  return all.empty() ? "127.0.0.1" : all.front();
}

Changes::Changes(Loop& loop, std::function<void()> changed) : loop_(loop), changed_(std::move(changed)) {
  descriptor_ = ::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  if (descriptor_ >= 0 && ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&groups), sizeof groups) == 0) {
    // Not below the sockets of SIP: a flood that never pauses would leave it unheard.
    watch_ = loop_.watch(descriptor_, readable, [this](unsigned) { heard(); });
  } else {
    log::info("network", "The kernel does not say when addresses change: {}. Looking each 10 s.", std::strerror(errno));
    looking_ = loop_.clock().every(look, [this] { compare(); });
  }
  own_ = own();  // after it listens: nothing is missed in between
  main_ = own_main();
}

Changes::~Changes() {
  watch_ = {};
  if (descriptor_ >= 0) ::close(descriptor_);
}

// What a notice says does not matter, and one that was lost (ENOBUFS) is one as well: the addresses are read anew.
void Changes::heard() {
  std::array<char, 8192> notice;
  for (int reads = 0; reads < reads_at_once; ++reads)
    if (::recv(descriptor_, notice.data(), notice.size(), 0) < 0 && errno != ENOBUFS) break;
  if (!settling_.armed()) settling_ = loop_.clock().after(settle, [this] { compare(); });
}

void Changes::compare() {
  std::vector<std::string> own_now = own();
  std::string main_now = own_main();
  if (own_now == own_ && main_now == main_) return;
  own_ = std::move(own_now);
  main_ = std::move(main_now);
  changed_();
}

}  // namespace lintel::addresses
