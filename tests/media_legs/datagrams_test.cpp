// The sockets of a host whose addresses come and go: by DHCP, IPv6's privacy extensions, VPNs and containers.
#include "media/datagrams.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

namespace lintel::media {
namespace {

constexpr int many = 150;  // addresses, and more than are remembered

class DatagramSockets : public ::testing::Test {
 protected:
  ~DatagramSockets() override { ::close(epoll); }
  static Endpoint own(int number) { return *endpoint_of("127.0.0." + std::to_string(number), 0); }

  std::vector<Endpoint> hosts;
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  Datagrams datagrams{epoll, 0, 0, [this] { return hosts; }};
};

TEST_F(DatagramSockets, areThereForANewAddressHoweverManyCameAndWent) {
  std::optional<std::uint32_t> last;
  for (int number = 1; number <= many; ++number) {
    hosts = {own(number)};
    const auto given = datagrams.addresses();
    ASSERT_TRUE(given.ok()) << number << ": " << given.error().message;
    ASSERT_EQ(given->size(), 1U);
    EXPECT_EQ(given->front().ip, hosts.front().ip);
    const auto sockets = datagrams.sockets(false);
    ASSERT_EQ(sockets.size(), 1U) << "those of addresses that are gone are closed";
    EXPECT_NE(sockets.front(), last) << "what still goes by the last one must not leave from another address";
    last = sockets.front();
  }
  // The last of them hears, and under its own number.
  const Endpoint there = datagrams.addresses()->front();
  *datagrams.place() = 7;
  datagrams.commit(1, {*last, there}, nullptr);
  datagrams.flush();
  epoll_event event{};
  ASSERT_EQ(epoll_wait(epoll, &event, 1, 5000), 1);
  ASSERT_EQ(event.data.u32, *last);
  int heard = 0;
  datagrams.receive(event.data.u32, [&](const Path& path, std::span<std::uint8_t> datagram) {
    ++heard;
    EXPECT_EQ(path, (Path{*last, there}));
    EXPECT_EQ(datagram[0], 7);
  });
  EXPECT_EQ(heard, 1);
}

TEST_F(DatagramSockets, stayWithAnAddressThatStays) {
  hosts = {own(1)};
  const Endpoint there = datagrams.addresses().value().front();
  const std::uint32_t socket = datagrams.sockets(false).front();
  for (int number = 2; number <= many; ++number) {
    hosts = {own(number), own(1)};
    const auto given = datagrams.addresses();
    ASSERT_TRUE(given.ok()) << given.error().message;
    ASSERT_EQ(given->size(), 2U) << number;
    EXPECT_EQ(given->back(), there);
    EXPECT_EQ(datagrams.sockets(false).size(), 2U);
    EXPECT_EQ(datagrams.sockets(false).front(), socket);
  }
}

}  // namespace
}  // namespace lintel::media
