#include "sip/address.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace lintel::sip {
namespace {

// Connections and messages are counted by it.
TEST(Addresses, nobodyCanAimAtTheHashOfAnother) {
  // The host in one's own network whose address a product by a known odd number makes the same as the victim's.
  constexpr std::uint64_t known = 0x9e3779b97f4a7c15U;
  std::uint64_t inverse = known;
  for (int i = 0; i < 6; ++i) inverse *= 2 - known * inverse;
  const auto victim = *SocketAddress::parse("192.0.2.1", 5060);
  std::uint64_t aimed_at = 0;
  std::memcpy(&aimed_at, victim.raw().data(), 8);
  std::array<std::uint8_t, 16> own{0x20, 0x01, 0x0d, 0xb8};
  std::uint64_t network = 0;
  std::memcpy(&network, own.data(), 8);
  const std::uint64_t host = (network ^ aimed_at) * inverse;
  std::memcpy(own.data() + 8, &host, 8);
  std::array<char, 24> compact{6};
  std::memcpy(compact.data() + 1, own.data(), own.size());
  const auto attacker = SocketAddress::from_compact({compact.data(), 23});
  ASSERT_TRUE(attacker);
  EXPECT_NE(attacker->host_hash(), victim.host_hash());
  EXPECT_EQ(SocketAddress::parse("192.0.2.1", 9)->host_hash(), victim.host_hash()) << "whatever the port";
}

TEST(Addresses, ofAnIPv6NetworkCountAsOneStranger) {
  const auto network = [](const char* host) { return SocketAddress::parse(host, 5060)->network_hash(); };
  EXPECT_EQ(network("2001:db8:0:1::1"), network("2001:db8:0:1:ffff::2"));
  EXPECT_NE(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
  EXPECT_NE(network("192.0.2.1"), network("192.0.2.2"));
}

}  // namespace
}  // namespace lintel::sip
