#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/handle.hpp"
#include "base/text.hpp"
#include "system/certificates.hpp"

namespace lintel::system {
namespace {

using Interfaces = Handle<ifaddrs, freeifaddrs>;

// The address as text, or empty for one that does not help anybody to reach us.
std::string reachable(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address == nullptr) return {};
  if (address->sa_family == AF_INET) {
    const auto* four = reinterpret_cast<const sockaddr_in*>(address);
    return inet_ntop(AF_INET, &four->sin_addr, text.data(), text.size()) != nullptr ? text.data() : std::string();
  }
  if (address->sa_family != AF_INET6) return {};
  const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
  if (IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr)) return {};
  return inet_ntop(AF_INET6, &six->sin6_addr, text.data(), text.size()) != nullptr ? text.data() : std::string();
}

}  // namespace

std::vector<std::string> own_addresses() {
  std::vector<std::string> addresses;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return addresses;
  const Interfaces interfaces(first);
  for (const ifaddrs* at = first; at != nullptr; at = at->ifa_next) {
    if ((at->ifa_flags & IFF_UP) == 0 || (at->ifa_flags & IFF_LOOPBACK) != 0) continue;
    std::string address = reachable(at->ifa_addr);
    if (!address.empty()) addresses.push_back(std::move(address));
  }
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

std::string own_host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "lintel";
  const std::string_view whole = name.data();
  const std::string label = text::lower(whole.substr(0, whole.find('.')));
  const bool plain = label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  return label.empty() || !plain ? "lintel" : label;
}

}  // namespace lintel::system
