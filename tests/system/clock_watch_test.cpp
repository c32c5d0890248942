#include "system/clock_watch.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace lintel::system {
namespace {

using namespace std::chrono_literals;

// That the kernel says so is shown by the trial in a virtual machine, whose clock may be set.
TEST(ClockWatch, tellsByHowMuchTheClockWasMovedAndOnce) {
  Loop loop;
  SimulatedClock clock;
  std::vector<std::chrono::seconds> moved;
  ClockWatch watch(loop, clock, [&](std::chrono::seconds by) { moved.push_back(by); });
  clock.advance(24h);
  watch.look();
  EXPECT_TRUE(moved.empty()) << "a day goes by without anybody moving the clock";
  clock.jump_wall(3600s);
  clock.advance(90s);
  watch.look();
  watch.look();
  EXPECT_EQ(moved, (std::vector<std::chrono::seconds>{3600s}));
  clock.jump_wall(-86400s);
  watch.look();
  EXPECT_EQ(moved.back(), -86400s);
  clock.jump_wall(1s);
  watch.look();
  EXPECT_EQ(moved.size(), 2U) << "a second is as good as trimmed";
  clock.jump_wall(1s);
  watch.look();
  EXPECT_EQ(moved.back(), 2s) << "but several of them add up";
}

TEST(ClockWatch, costsNothingWhileNobodySetsTheClock) {
  Loop loop;
  const ClockWatch watch(loop, loop.clock(), [](std::chrono::seconds) { FAIL(); });
  for (int turn = 0; turn < 10; ++turn) EXPECT_FALSE(loop.turn(false));
}

}  // namespace
}  // namespace lintel::system
