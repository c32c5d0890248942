// What is done on and on is told now and then. It checks: A16, A21.
#include "access/repeats.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lintel::access {
namespace {
using namespace std::chrono_literals;

struct RepeatsTest : testing::Test {
  bool again(const std::string& same) {
    return repeats.tell(
        same, [&] { told.push_back(same); }, [&](Duration time) { untold.push_back(time); });
  }
  SimulatedClock clock;
  Repeats repeats{clock};
  std::vector<std::string> told;
  std::vector<Duration> untold;
};

TEST_F(RepeatsTest, aFewAreToldAndThenThatItGoesOn) {
  for (int time = 0; time < 1000; ++time) EXPECT_EQ(again("101#1"), time < 10) << time;
  EXPECT_EQ(told.size(), 10U);
  EXPECT_EQ(untold, (std::vector<Duration>{1min}));
  EXPECT_TRUE(again("102#1")) << "another one is told";
  clock.advance(1min);
  EXPECT_TRUE(again("101#1"));
}

TEST_F(RepeatsTest, aWholeDayOfItIsAFewHundredEntries) {
  for (auto end = clock.monotonic() + 24h; clock.monotonic() < end; clock.advance(1s)) again("101#1");
  EXPECT_LT(told.size() + untold.size(), 1'100U);
  EXPECT_GT(untold.size(), 80U) << "but it is seen that it goes on";
}

TEST_F(RepeatsTest, whoDoesItSeldomIsToldEachTime) {
  for (int time = 0; time < 100; ++time, clock.advance(11min)) EXPECT_TRUE(again("101#1"));
  EXPECT_TRUE(untold.empty());
}

}  // namespace
}  // namespace lintel::access
