#include "base/addresses.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace lintel::addresses {
namespace {

TEST(Addresses, ownOnesHaveNoLoopbackAndNoneTwice) {
  const auto all = own();
  EXPECT_TRUE(std::ranges::is_sorted(all));
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
  for (const auto& one : all) EXPECT_FALSE(one.starts_with("127.") || one == "::1" || one.starts_with("fe80")) << one;
}

TEST(Addresses, thePeerIsMetFromTheNetworkThatLeadsThere) {
  EXPECT_EQ(own_towards("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(own_towards("127.9.8.7"), "127.0.0.1");
  for (const auto& one : own()) EXPECT_EQ(own_towards(one), one) << "an address of this host is reached from itself";
}

TEST(Addresses, whatIsNoAddressHasNoWay) {
  for (const char* none : {"", "phone.example", "300.1.1.1", "10.0.0.1:5060", "[::1]"}) EXPECT_EQ(own_towards(none), "") << none;
}

TEST(Addresses, theMainOneIsAlwaysThere) {
  const auto main = own_main();
  EXPECT_FALSE(own_towards(main).empty()) << main;
}

TEST(Addresses, nothingIsToldWhileNothingChanges) {
  Loop loop;
  int told = 0;
  const Changes changes(loop, [&] { ++told; });
  while (loop.turn(false)) {
  }
  EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace lintel::addresses
