#include "access/limiter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lintel::access {
namespace {
using namespace std::chrono_literals;

struct LimiterTest : testing::Test {
  SimulatedClock clock;
  AttemptLimiter limiter{clock};
};

TEST_F(LimiterTest, locksASourceOutAfterFiveFailuresAndForLongerEachTime) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(limiter.failed("admin", "10.0.0.1"), Duration::zero());
  EXPECT_EQ(limiter.failed("admin", "10.0.0.1"), Duration(60s));
  EXPECT_EQ(limiter.wait("admin", "10.0.0.1"), Duration(60s));
  clock.advance(60s);
  EXPECT_EQ(limiter.wait({}, "10.0.0.1"), Duration::zero());
  Duration wait{};
  for (int i = 0; i < 5; ++i) wait = limiter.failed({}, "10.0.0.1");
  EXPECT_EQ(wait, Duration(120s));
}

TEST_F(LimiterTest, aLockOutNeverExceedsItsLongest) {
  Duration wait{};
  for (int i = 0; i < 200; ++i) wait = std::max(wait, limiter.failed({}, "keypad"));
  EXPECT_EQ(wait, Duration(15min));
}

TEST_F(LimiterTest, forgetsAQuietSource) {
  for (int i = 0; i < 5; ++i) limiter.failed({}, "keypad");
  clock.advance(60s + 1h);
  Duration wait{};
  for (int i = 0; i < 5; ++i) wait = limiter.failed({}, "keypad");
  EXPECT_EQ(wait, Duration(60s));
}

TEST_F(LimiterTest, beingRightStartsTheCountAgain) {
  for (int i = 0; i < 4; ++i) limiter.failed({}, "keypad");
  limiter.succeeded({}, "keypad");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(limiter.failed({}, "keypad"), Duration::zero());
}

TEST_F(LimiterTest, manySourcesTogetherGetNoFurtherOnOneSubject) {
  int tried = 0;
  const auto start = clock.monotonic();
  for (int source = 0; clock.monotonic() - start < 1h; ++source) {
    const std::string name = "source-" + std::to_string(source);
    if (const auto wait = limiter.wait("door-code", name); wait > Duration::zero()) {
      clock.advance(wait);
    } else {
      limiter.failed("door-code", name);
      ++tried;
    }
  }
  EXPECT_LT(tried, 400);
}

TEST_F(LimiterTest, theOwnerStillGetsInFromWhereHeWasRightBefore) {
  limiter.succeeded("admin", "home");
  for (int i = 0; i < 50; ++i) limiter.failed("admin", "attacker-" + std::to_string(i));
  EXPECT_GT(limiter.wait("admin", "elsewhere"), Duration::zero());
  EXPECT_EQ(limiter.wait("admin", "home"), Duration::zero());
}

TEST_F(LimiterTest, oneSourceLockedOutLeavesOthersAlone) {
  for (int i = 0; i < 5; ++i) limiter.failed({}, "keypad");
  EXPECT_EQ(limiter.wait({}, "101#1"), Duration::zero());
}

TEST_F(LimiterTest, staysBoundedAndRemembersThoseLockedOut) {
  for (int i = 0; i < 5; ++i) limiter.failed({}, "keypad");
  for (int i = 0; i < 20'000; ++i) limiter.failed("subject-" + std::to_string(i), "source-" + std::to_string(i));
  EXPECT_LE(limiter.entries(), 3 * LimiterOptions{}.table_limit);
  EXPECT_GT(limiter.wait({}, "keypad"), Duration::zero());
}

TEST_F(LimiterTest, whoWasRightIsRememberedInALargeHouseAndThatIsBoundedToo) {
  const auto succeed = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) limiter.succeeded("phone-" + std::to_string(i), "192.0.2.1");
  };
  succeed(10'000);
  for (int i = 0; i < 20; ++i) limiter.failed("phone-0", "203.0.113." + std::to_string(i));
  EXPECT_GT(limiter.wait("phone-0", "198.51.100.1"), Duration::zero());
  EXPECT_EQ(limiter.wait("phone-0", "192.0.2.1"), Duration::zero());
  succeed(30'000);
  EXPECT_LE(limiter.entries(), LimiterOptions{}.known_limit + 3 * LimiterOptions{}.table_limit);
}

TEST_F(LimiterTest, ofThoseWhoWereRightTheOneUnusedForLongGoesFirst) {
  KnownPairs pairs;
  Monotonic now{1h};
  const auto name = [](int i) { return "phone-" + std::to_string(i); };
  for (int i = 0; i < 1000; ++i) pairs.touch(name(i), "192.0.2.1", now, 1000);
  now += 1h;
  for (int i = 0; i < 500; ++i) pairs.touch(name(i), "192.0.2.1", now, 1000);  // these come again
  EXPECT_EQ(pairs.size(), 1000U);
  for (int i = 1000; i < 1300; ++i) pairs.touch(name(i), "192.0.2.1", now, 1000);
  EXPECT_EQ(pairs.size(), 1000U);
  int lost = 0;
  for (int i = 0; i < 500; ++i) lost += pairs.contains(name(i), "192.0.2.1") ? 0 : 1;
  for (int i = 1000; i < 1300; ++i) lost += pairs.contains(name(i), "192.0.2.1") ? 0 : 1;
  EXPECT_LE(lost, 10);  // by chance: the oldest of a few goes, not the oldest of all (expected: 0.1)
  EXPECT_FALSE(pairs.contains("phone-", "0192.0.2.1"));
  EXPECT_FALSE(pairs.contains(name(0), "192.0.2.2"));
}

TEST_F(LimiterTest, whoWasRightAndLockedOutSinceIsLetInAgainAfterwardsAndCountedAnew) {
  limiter.succeeded("admin", "home");
  for (int i = 0; i < 5; ++i) limiter.failed("admin", "home");
  clock.advance(61s);
  EXPECT_EQ(limiter.wait("admin", "home"), Duration::zero());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(limiter.failed("admin", "home"), Duration::zero());
  limiter.succeeded("admin", "home");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(limiter.failed("admin", "home"), Duration::zero());
  EXPECT_EQ(limiter.failed("admin", "home"), Duration(120s));  // the second lock-out is longer
}

TEST_F(LimiterTest, aTableFullOfLockedOutSourcesIsStillBounded) {
  LimiterOptions small;
  small.table_limit = 8;
  small.free_failures = 1;
  AttemptLimiter tight(clock, small);
  for (int i = 0; i < 100; ++i) tight.failed({}, std::to_string(i));
  EXPECT_LE(tight.entries(), 8u);
}

TEST_F(LimiterTest, aStrangersGuessesDoNotLockOutTheNeighbourBehindTheSameRouter) {
  limiter.succeeded("101#1", "router");
  for (int i = 0; i < 5; ++i) limiter.failed("admin", "router");
  EXPECT_GT(limiter.wait("102#1", "router"), Duration::zero());
  EXPECT_EQ(limiter.wait("101#1", "router"), Duration::zero());
}

// In an IPv6 network each device has an address, and any device as many as it likes.
TEST_F(LimiterTest, aStrangersGuessesDoNotLockOutTheOwnerInTheSameNetwork) {
  const auto at = [](std::string_view place) { return Source("2001:db8::/64", place); };
  limiter.succeeded("101#1", at("2001:db8::1"));
  for (int i = 0; i < 30; ++i) limiter.failed("101#1", at("2001:db8::bad:" + std::to_string(i)));
  EXPECT_GT(limiter.locked_for("101#1", at("2001:db8::bad:99")), Duration::zero()) << "counted as one";
  EXPECT_EQ(limiter.wait("101#1", at("2001:db8::1")), Duration::zero()) << "where it was right before";
  EXPECT_GT(limiter.wait("102#1", at("2001:db8::1")), Duration::zero());
  for (int i = 0; i < 5; ++i) limiter.failed("101#1", at("2001:db8::1"));
  EXPECT_EQ(limiter.locked_for("101#1", at("2001:db8::1")), Duration(60s)) << "by its own guesses";
  clock.advance(61s);
  limiter.succeeded("101#1", at("2001:db8::1"));
  EXPECT_EQ(limiter.locked_for("101#1", at("2001:db8::1")), Duration::zero());
}

TEST_F(LimiterTest, anAccountOfOnesOwnInManyPlacesOfANetworkDoesNotStartTheCountAgain) {
  const auto at = [](std::string_view place) { return Source("2001:db8::/64", place); };
  limiter.succeeded("101#1", at("2001:db8::1"));
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(limiter.failed("admin", at("2001:db8::2")), Duration::zero());
    limiter.succeeded("101#1", at("2001:db8::3" + std::to_string(i)));
  }
  EXPECT_EQ(limiter.failed("admin", at("2001:db8::2")), Duration(60s));
}

TEST_F(LimiterTest, guessingFromWhereTheOwnerWasRightIsLockedOutToo) {
  limiter.succeeded("admin", "home");
  for (int i = 0; i < 5; ++i) limiter.failed("admin", "home");
  EXPECT_EQ(limiter.locked_for("admin", "home"), Duration(60s));
}

TEST_F(LimiterTest, whoWasRightIsNotLockedOutOfOneWayInByAnother) {
  const Source page("192.0.2.1", "192.0.2.1"), telephone("192.0.2.1", "192.0.2.1", Way::sip);
  limiter.succeeded("101#0", page);
  for (int i = 0; i < 5; ++i) limiter.failed("101#0", page);
  EXPECT_EQ(limiter.locked_for("101#0", page), Duration(60s));
  EXPECT_EQ(limiter.locked_for("101#0", telephone), Duration::zero()) << "right by any way is right from there";
  for (int i = 0; i < 5; ++i) limiter.failed("101#0", telephone);
  EXPECT_EQ(limiter.locked_for("101#0", telephone), Duration(60s)) << "by its own guesses";
  for (int i = 0; i < 5; ++i) limiter.failed("102#0", telephone);
  EXPECT_GT(limiter.locked_for("102#0", page), Duration::zero()) << "a stranger is one, whichever way he tries";
}

TEST_F(LimiterTest, anAccountOfOnesOwnDoesNotStartTheCountForOthersAgain) {
  limiter.succeeded("101#1", "visitor");
  for (int i = 0; i < 4; ++i) limiter.failed("admin", "visitor");
  limiter.succeeded("101#1", "visitor");
  EXPECT_EQ(limiter.failed("admin", "visitor"), Duration(60s));
}

TEST_F(LimiterTest, beingRightAgainAfterALongWhileStartsTheCountAgain) {
  limiter.succeeded("Anna", "keypad");
  clock.advance(LimiterOptions{}.forget_after);
  for (int i = 0; i < 4; ++i) limiter.failed({}, "keypad");
  limiter.succeeded("Anna", "keypad");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(limiter.failed({}, "keypad"), Duration::zero());
}

TEST_F(LimiterTest, aSourceWithARuleOfItsOwnFollowsIt) {
  limiter.set_rule("keypad", {.free_failures = 2, .lock_out = 10s, .longest_lock_out = 10s});
  limiter.failed({}, "keypad");
  EXPECT_EQ(limiter.failed({}, "keypad"), Duration(10s));
  limiter.failed({}, "10.0.0.1");
  EXPECT_EQ(limiter.failed({}, "10.0.0.1"), Duration::zero());
}

TEST_F(LimiterTest, aPairCannotBeForgedByItsSpelling) {
  limiter.succeeded("admin", "x");
  for (int i = 0; i < 50; ++i) limiter.failed("adminx", "s" + std::to_string(i));
  EXPECT_GT(limiter.wait("adminx", "y"), Duration::zero());
}

}  // namespace
}  // namespace lintel::access
