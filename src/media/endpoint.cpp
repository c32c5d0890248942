#include "media/endpoint.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace lintel::media {
namespace {

bool is_link_local(const Endpoint& endpoint) {
  return endpoint.six ? endpoint.ip[0] == 0xFE && (endpoint.ip[1] & 0xC0) == 0x80
                      : endpoint.ip[0] == 169 && endpoint.ip[1] == 254;
}

}  // namespace

std::optional<Endpoint> endpoint_of(const std::string& address, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.port = port;
  if (inet_pton(AF_INET, address.c_str(), endpoint.ip.data()) == 1) return endpoint;
  endpoint.six = true;
  if (inet_pton(AF_INET6, address.c_str(), endpoint.ip.data()) == 1) return endpoint;
  return std::nullopt;
}

Endpoint endpoint_of(const sockaddr_storage& address) {
  Endpoint endpoint;
  if (address.ss_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof(four));
    std::memcpy(endpoint.ip.data(), &four.sin_addr, 4);
    endpoint.port = ntohs(four.sin_port);
  } else {
    sockaddr_in6 six{};
    std::memcpy(&six, &address, sizeof(six));
    std::memcpy(endpoint.ip.data(), &six.sin6_addr, 16);
    endpoint.port = ntohs(six.sin6_port);
    endpoint.six = true;
  }
  return endpoint;
}

socklen_t to_system(const Endpoint& endpoint, sockaddr_storage& address) {
  if (endpoint.six) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(endpoint.port);
    std::memcpy(&six.sin6_addr, endpoint.ip.data(), 16);
    std::memcpy(&address, &six, sizeof(six));
    return sizeof(six);
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(endpoint.port);
  std::memcpy(&four.sin_addr, endpoint.ip.data(), 4);
  std::memcpy(&address, &four, sizeof(four));
  return sizeof(four);
}

std::string address_text(const Endpoint& endpoint) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(endpoint.six ? AF_INET6 : AF_INET, endpoint.ip.data(), text.data(), text.size());
  return text.data();
}

std::vector<Endpoint> host_addresses(bool with_loopback) {
  std::vector<Endpoint> outer;
  std::vector<Endpoint> loopback;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || (at->ifa_flags & IFF_UP) == 0) continue;
    const int family = at->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    sockaddr_storage address{};
    std::memcpy(&address, at->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    Endpoint endpoint = endpoint_of(address);
    endpoint.port = 0;
    if (is_link_local(endpoint)) continue;
    ((at->ifa_flags & IFF_LOOPBACK) != 0 ? loopback : outer).push_back(endpoint);
  }
  freeifaddrs(list);
  if (with_loopback || outer.empty()) outer.insert(outer.end(), loopback.begin(), loopback.end());
  std::ranges::stable_sort(outer, {}, &Endpoint::six);  // IPv4 first: it is what a house has
  if (outer.size() > host_address_limit) outer.resize(host_address_limit);
  return outer;
}

}  // namespace lintel::media
