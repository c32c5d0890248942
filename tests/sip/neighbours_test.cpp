// Strangers of one IPv6 network share the places of one source: nobody among them keeps the others out.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "sip/network.hpp"
#include "support.hpp"

namespace lintel::sip {
namespace {

using namespace std::chrono_literals;

sockaddr_in6 address_of(int host, std::uint16_t port = 0) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  inet_pton(AF_INET6, ("2001:db8::" + std::to_string(host)).c_str(), &address.sin6_addr);
  return address;
}

bool bound(int descriptor, int host) {
  const sockaddr_in6 address = address_of(host);
  return bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// The kernel looks at a new address for a moment before anybody may have it.
bool usable(int host) {
  const auto late = std::chrono::steady_clock::now() + 10s;
  for (;;) {
    const int probe = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool had = bound(probe, host);
    close(probe);
    if (had || std::chrono::steady_clock::now() > late) return had;
    std::this_thread::yield();
  }
}

// A network of the test's own, in a child: loopback with 2001:db8::1 to ::4, of one /64.
bool own_network() {
  if (unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  const int socket = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq up{.ifr_ifrn = {.ifrn_name = "lo"}, .ifr_ifru = {.ifru_flags = IFF_UP}};
  bool made = ioctl(socket, SIOCSIFFLAGS, &up) == 0;
  for (int host = 1; host <= 4; ++host) {
    in6_ifreq address{.ifr6_addr = address_of(host).sin6_addr, .ifr6_prefixlen = 64, .ifr6_ifindex = 1};
    made = made && ioctl(socket, SIOCSIFADDR, &address) == 0 && usable(host);
  }
  close(socket);
  return made;
}

struct Nobody final : TransportSink {
  void on_message(const Message& /*message*/, const Fault& /*fault*/, const Hop& /*from*/) override {}
  void on_flow_closed(FlowId /*flow*/) override {}
};

class House {
 public:
  explicit House(Duration young) : network_(loop_, settings(young)) {
    network_.set_sink(&sink_);
    port_ = network_.listen({TransportKind::tcp, "2001:db8::1", 0, "--sip-port"}).value();
  }
  int connect(int host) {
    const int descriptor = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_TRUE(bound(descriptor, host));
    const sockaddr_in6 station = address_of(1, port_);
    EXPECT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&station), sizeof station), 0);
    settle();
    return descriptor;
  }
  static bool is_in(int descriptor) {
    char byte = 0;
    return recv(descriptor, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
  }
  void trust(int host) {
    network_.trust({TransportKind::udp, 0, *SocketAddress::parse("2001:db8::" + std::to_string(host), 5060), {}});
  }

 private:
  static NetworkSettings settings(Duration young) {
    NetworkSettings settings;
    settings.connections_per_source = 2;
    settings.young = young;
    return settings;
  }
  void settle() {
    while (loop_.turn(false)) {
    }
  }
  Loop loop_;
  Nobody sink_;
  Network network_;
  std::uint16_t port_ = 0;
};

[[noreturn]] void in_own_network(void (*work)()) {
  if (!own_network()) _exit(2);
  work();
  _exit(testing::Test::HasFailure() ? 1 : 0);
}
void holds(void (*work)()) {
  EXPECT_EXIT(in_own_network(work), testing::ExitedWithCode(0), "");
}

// Security 16.
TEST(Neighbours, whoHasAllPlacesGivesOneUpHoweverBusyItKeepsThem) {
  holds([] {
    House house(1h);
    const std::vector<int> greedy{house.connect(2), house.connect(2)};
    const int phone = house.connect(3);
    EXPECT_TRUE(House::is_in(phone));
    EXPECT_EQ(std::ranges::count_if(greedy, House::is_in), 1);
  });
}

TEST(Neighbours, whoHasShownItselfElsewhereKeepsNoPlacesOfStrangers) {
  holds([] {
    House house(0s);
    const std::vector<int> greedy{house.connect(2), house.connect(2)};
    house.trust(2);
    EXPECT_TRUE(House::is_in(house.connect(3)));
    EXPECT_EQ(std::ranges::count_if(greedy, House::is_in), 1);
  });
}

TEST(Neighbours, thoseThatCameTogetherHaveTheirTimeToShowWhoTheyAre) {
  holds([] {
    House house(1h);
    const std::vector<int> phones{house.connect(2), house.connect(3)};
    EXPECT_FALSE(House::is_in(house.connect(4)));
    EXPECT_EQ(std::ranges::count_if(phones, House::is_in), 2);
  });
}

TEST(Neighbours, afterThatTheyMakeRoomForTheNext) {
  holds([] {
    House house(0s);
    const std::vector<int> phones{house.connect(2), house.connect(3)};
    EXPECT_TRUE(House::is_in(house.connect(4)));
    EXPECT_EQ(std::ranges::count_if(phones, House::is_in), 1);
  });
}

}  // namespace
}  // namespace lintel::sip
