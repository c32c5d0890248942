// Relays and contacts that may be away. It checks: A12, A19.
#include "hardware/points.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "hardware/twin_devices.hpp"

namespace lintel::hardware {
namespace {
using namespace std::chrono_literals;

// A plug with a relay or a contact on it: opened while it is in, gone once it is pulled.
struct Plug {
  bool in = false;
  int tries = 0;
  bool level = false;  // of the relay's line or the contact
};

struct PluggedRelay final : Relay {
  explicit PluggedRelay(Plug& plug) : plug_(plug) {}
  void energise() override { set(true); }
  void release() override { set(false); }
  [[nodiscard]] std::optional<bool> energised() const override {
    return plug_.in ? std::optional(plug_.level) : std::nullopt;
  }
  [[nodiscard]] bool present() const override { return plug_.in; }

 private:
  void set(bool energise) {
    if (!plug_.in) return tell(RelayReport::failed);
    plug_.level = energise;
    tell(energise ? RelayReport::energised : RelayReport::released);
  }
  Plug& plug_;
};

struct PluggedInput final : Input {
  explicit PluggedInput(Plug& plug) : plug_(plug) {}
  [[nodiscard]] bool active() const override { return plug_.level; }
  [[nodiscard]] bool present() const override { return plug_.in; }

 private:
  Plug& plug_;
};

template <typename Device, typename Plugged>
typename Slot<Device>::Open opener(Plug& plug) {
  return [&plug]() -> Result<std::unique_ptr<Device>> {
    ++plug.tries;
    if (!plug.in) return Error{ErrorCode::unavailable, "The plug is out."};
    return std::unique_ptr<Device>(std::make_unique<Plugged>(plug));
  };
}

struct RelayPointTest : testing::Test {
  SimulatedClock clock;
  Plug plug;
  int replaced = 0;
  std::vector<RelayReport> reports;
  RelayPoint point{clock, [this] { ++replaced; }};
  void SetUp() override {
    point.listen([this](RelayReport report) { reports.push_back(report); });
  }
  void open() { point.open(opener<Relay, PluggedRelay>(plug)); }
};

TEST_F(RelayPointTest, A19_anAbsentRelayFailsEveryOrderAndSaysWhy) {
  open();
  EXPECT_FALSE(point.present());
  EXPECT_EQ(point.problem(), "The plug is out.");
  EXPECT_EQ(replaced, 1) << "whoever ordered it orders again, and sees it fail";
  point.energise();
  point.release();
  EXPECT_EQ(reports, (std::vector{RelayReport::failed, RelayReport::failed}));
  EXPECT_EQ(point.energised(), std::nullopt);
}

TEST_F(RelayPointTest, A19_isTriedAgainAfterPausesThatGrowToALimit) {
  open();
  std::vector<int> seconds;
  for (int second = 1; second <= 40; ++second) {
    const int before = plug.tries;
    clock.advance(1s);
    if (plug.tries != before) seconds.push_back(second);
  }
  EXPECT_EQ(seconds, (std::vector{1, 3, 7, 15, 25, 35}));
}

TEST_F(RelayPointTest, A19_comesBackByItselfAndSaysSo) {
  open();
  plug.in = true;
  clock.advance(Slot<Relay>::longest_pause);
  EXPECT_TRUE(point.present());
  EXPECT_EQ(point.problem(), "");
  EXPECT_EQ(replaced, 2);
  point.energise();
  EXPECT_EQ(reports, std::vector{RelayReport::energised});
}

TEST_F(RelayPointTest, A19_noticesAPulledPlugWithoutAnOrder) {
  plug.in = true;
  open();
  EXPECT_EQ(replaced, 1);
  plug.in = false;
  clock.advance(Slot<Relay>::look_period);
  EXPECT_FALSE(point.present());
  EXPECT_EQ(point.problem(), "The plug is out.");
  EXPECT_EQ(replaced, 2) << "a lock that nobody holds shall not look as if it held";
  plug.in = true;
  clock.advance(Slot<Relay>::longest_pause);
  EXPECT_TRUE(point.present());
  EXPECT_EQ(replaced, 3);
}

TEST_F(RelayPointTest, A19_leavesNoCurrentOnARelayThatItDrivesNoMore) {
  plug.in = true;
  open();
  point.energise();
  reports.clear();
  TwinRelay twin(clock, "lock-1");
  point.use(twin);
  EXPECT_FALSE(plug.level);
  EXPECT_TRUE(reports.empty()) << "the old relay's answer is nobody's business";
  EXPECT_EQ(replaced, 2);
  point.energise();
  EXPECT_EQ(twin.energised(), true);
  EXPECT_EQ(reports, std::vector{RelayReport::energised});
  point.clear();
  EXPECT_EQ(twin.energised(), false);
}

// A board whose firmware hangs keeps the loop waiting for five seconds each time; with four points on it the watchdog
// would end the station, again and again.
TEST_F(RelayPointTest, A19_aChipThatHangsIsLeftAloneForLonger) {
  point.open([this]() -> Result<std::unique_ptr<Relay>> {
    if (++plug.tries == 1) clock.advance(5s);
    return Error{ErrorCode::unavailable, "It does not answer."};
  });
  clock.advance(Slot<Relay>::first_rest - 1s);
  EXPECT_EQ(plug.tries, 1);
  clock.advance(1s);
  EXPECT_EQ(plug.tries, 2);
  clock.advance(2s);
  EXPECT_EQ(plug.tries, 3) << "it answers at once again, if only to say no";
}

struct InputPointTest : testing::Test {
  SimulatedClock clock;
  Plug plug;
  std::vector<std::pair<std::optional<bool>, bool>> told;
  TwinInput twin{clock, "exit-button"};
  InputPoint point{clock, [this](std::optional<bool> level, bool found) { told.emplace_back(level, found); }, 30ms};
  void open() { point.open(opener<Input, PluggedInput>(plug)); }
};

TEST_F(InputPointTest, A12_saysOnceHowItWasFoundAndThenWhatChanges) {
  point.use(twin);
  EXPECT_EQ(point.level(), std::nullopt);
  clock.advance(30ms);
  ASSERT_TRUE(twin.act("press").ok());
  clock.advance(1s);
  using Told = std::pair<std::optional<bool>, bool>;
  EXPECT_EQ(told, (std::vector<Told>{{false, true}, {true, false}, {false, false}}));
  EXPECT_EQ(point.level(), false);
}

TEST_F(InputPointTest, A19_aWireThatIsStillRisingIsNotBelieved) {
  plug = {.in = true, .level = true};
  open();
  plug.level = false;  // the pull-up has done its work
  clock.advance(30ms);
  EXPECT_EQ(told.size(), 1u);
  EXPECT_EQ(point.level(), false);
}

TEST_F(InputPointTest, A12_anEdgeThatGotLostIsMadeUpForByALook) {
  plug = {.in = true, .level = true};
  open();
  clock.advance(30ms);
  plug.level = false;  // nobody tells
  clock.advance(Slot<Input>::look_period + 30ms);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1], (std::pair<std::optional<bool>, bool>{false, false}));
}

TEST_F(InputPointTest, A19_anAbsentContactHasNoLevel) {
  open();
  clock.advance(1s);
  ASSERT_EQ(told.size(), 1u) << "once, not at each try";
  EXPECT_EQ(told[0].first, std::nullopt);
  EXPECT_EQ(point.level(), std::nullopt);
  EXPECT_EQ(point.problem(), "The plug is out.");
}

TEST_F(InputPointTest, A19_aPulledContactIsUnknownUntilItIsBack) {
  plug = {.in = true, .level = true};
  open();
  clock.advance(30ms);
  plug.in = false;
  clock.advance(2s);
  EXPECT_EQ(told.back(), (std::pair<std::optional<bool>, bool>(std::nullopt, false)));
  EXPECT_EQ(point.level(), std::nullopt);
  plug.in = true;
  clock.advance(11s);
  EXPECT_EQ(told.back(), (std::pair<std::optional<bool>, bool>(true, true))) << "found, not seen to change";
}

TEST_F(InputPointTest, A19_canBeReplacedWhileItSettles) {
  point.use(twin);
  clock.advance(10ms);
  plug = {.in = true, .level = true};
  open();
  clock.advance(30ms);
  EXPECT_EQ(told.size(), 1u);
  EXPECT_EQ(point.level(), true);
  ASSERT_TRUE(twin.act("press").ok());
  clock.advance(1s);
  EXPECT_EQ(told.size(), 1u) << "the twin is nobody's any more";
  point.clear();
  EXPECT_EQ(point.level(), std::nullopt);
}

}  // namespace
}  // namespace lintel::hardware
