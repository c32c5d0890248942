#include "base/clock.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace lintel {
namespace {
using namespace std::chrono_literals;

TEST(SimulatedClock, firesTimersInOrderAndTiesByAge) {
  SimulatedClock clock;
  std::string order;
  const auto c = clock.after(2s, [&] { order += 'c'; });
  const auto a = clock.after(1s, [&] { order += 'a'; });
  const auto b = clock.after(1s, [&] { order += 'b'; });
  clock.advance(3s);
  EXPECT_EQ(order, "abc");
}

TEST(SimulatedClock, aDestroyedTimerNeverFires) {
  SimulatedClock clock;
  bool fired = false;
  { const auto gone = clock.after(1s, [&] { fired = true; }); }
  clock.advance(2s);
  EXPECT_FALSE(fired);
}

TEST(SimulatedClock, aTimerMayDestroyItselfInItsOwnCallback) {
  SimulatedClock clock;
  auto holder = std::make_unique<Timer>();
  int fired = 0;
  *holder = clock.every(1s, [&] {
    ++fired;
    holder.reset();
  });
  clock.advance(10s);
  EXPECT_EQ(fired, 1);
}

TEST(SimulatedClock, aPeriodDoesNotDrift) {
  SimulatedClock clock;
  const auto start = clock.monotonic();
  Monotonic last;
  const auto timer = clock.every(100ms, [&] { last = clock.monotonic(); });
  clock.advance(1050ms);
  EXPECT_EQ(last - start, Duration(1s));
}

TEST(SimulatedClock, jumpingTheWallTimeMovesNoTimer) {
  SimulatedClock clock;
  bool fired = false;
  const auto timer = clock.after(1h, [&] { fired = true; });
  clock.jump_wall(24h);
  clock.advance(59min);
  EXPECT_FALSE(fired);
  clock.advance(1min);
  EXPECT_TRUE(fired);
}

}  // namespace
}  // namespace lintel
