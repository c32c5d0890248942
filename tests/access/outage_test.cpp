// What fails and works again all the time is a few entries, and hides no failure that lasts. It checks: A19.
#include "access/outage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace lintel::access {
namespace {
using namespace std::chrono_literals;

struct OutageTest : testing::Test {
  SimulatedClock clock;
  std::vector<std::string> told;
  Outage outage{clock,
                {.failed = [this] { told.emplace_back("failed"); },
                 .repeated = [this](Duration) { told.emplace_back("repeated"); },
                 .works = [this] { told.emplace_back("works"); }}};

  void flap(Duration away, Duration there) {
    outage.failed();
    clock.advance(away);
    outage.works();
    clock.advance(there);
  }
  // Until a failure would not be told at once.
  void flap_until_quiet() {
    while (std::count(told.begin(), told.end(), "repeated") == 0) flap(1s, 2s);
    told.clear();
  }
};

TEST_F(OutageTest, isToldAndSoIsItsEnd) {
  outage.works();
  EXPECT_TRUE(told.empty()) << "it never failed";
  outage.failed();
  outage.failed();
  EXPECT_TRUE(outage.works());
  EXPECT_FALSE(outage.works());
  EXPECT_EQ(told, (std::vector<std::string>{"failed", "works"}));
}

TEST_F(OutageTest, A19_aLoosePlugIsAFewEntriesADay) {
  for (auto end = clock.monotonic() + 24h; clock.monotonic() < end;) flap(1s, 2s);
  EXPECT_LT(told.size(), 400U) << "of 28,800 failures";
  EXPECT_GT(std::count(told.begin(), told.end(), "repeated"), 24) << "but it is seen that it goes on";
}

TEST_F(OutageTest, A19_aFailureThatLastsIsToldAllTheSame) {
  flap_until_quiet();
  outage.failed();
  clock.advance(Outage::lasting - 1s);
  EXPECT_TRUE(outage.untold());
  EXPECT_TRUE(told.empty());
  clock.advance(1s);
  EXPECT_FALSE(outage.untold());
  EXPECT_TRUE(outage.works());
  EXPECT_EQ(told, (std::vector<std::string>{"failed", "works"}));
}

TEST_F(OutageTest, A19_theEndOfOneThatWasNotToldIsNotToldEither) {
  flap_until_quiet();
  outage.failed();
  EXPECT_FALSE(outage.works());
  clock.advance(Outage::lasting);
  EXPECT_TRUE(told.empty());
}

TEST_F(OutageTest, A19_whatTookItsPlaceHasNotFailed) {
  flap_until_quiet();
  outage.failed();
  outage.forget();
  clock.advance(Outage::lasting);
  EXPECT_FALSE(outage.works());
  EXPECT_TRUE(told.empty());
}

}  // namespace
}  // namespace lintel::access
