#include "sip/flow_token.hpp"

#include <gtest/gtest.h>

#include "sip/wheel.hpp"
#include "support.hpp"

namespace lintel::sip {
namespace {

using namespace std::chrono_literals;
using State = FlowTokens::State;

class FlowToken : public testing::Test {
 protected:
  FlowTokens tokens{std::string(32, 'k')};
  Hop caller = test::tcp(70, "2001:db8::1", 40'000);
  Hop callee = test::wss(71);
  std::string token{tokens.make("call", "tag", caller, callee).view()};
};

TEST_F(FlowToken, leadsFromEachSideToTheOther) {
  const auto forth = tokens.read(token, "call", "tag", "other");
  EXPECT_EQ(forth.state, State::good);
  EXPECT_EQ(forth.to, callee);
  EXPECT_EQ(forth.from, caller);
  const auto back = tokens.read(token, "call", "other", "tag");
  EXPECT_EQ(back.state, State::good);
  EXPECT_EQ(back.to, caller);
  EXPECT_EQ(back.from, callee);
}

TEST_F(FlowToken, isGoodForItsDialogOnly) {
  EXPECT_EQ(tokens.read(token, "another", "tag", "other").state, State::of_another_dialog);
  EXPECT_EQ(tokens.read(token, "call", "x", "y").state, State::of_another_dialog);
  EXPECT_EQ(tokens.read(token, "call", "x", "").state, State::of_another_dialog);
}

TEST_F(FlowToken, cannotBeChangedOrMade) {
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    for (const char other : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/")) {
      if (token[i] == other) continue;
      changed[i] = other;
      EXPECT_NE(tokens.read(changed, "call", "tag", "other").state, State::good) << i << other;
    }
  }
  EXPECT_EQ(tokens.read(token.substr(0, 30), "call", "tag", "").state, State::foreign);
  EXPECT_EQ(tokens.read("alice", "call", "tag", "").state, State::foreign);
  EXPECT_EQ(FlowTokens(std::string(32, 'x')).read(token, "call", "tag", "").state, State::foreign);
}

TEST_F(FlowToken, ofAnEarlierRunNamesNoConnectionOfThisOne) {
  const FlowTokens restarted(std::string(32, 'k'));
  const auto found = restarted.read(token, "call", "tag", "other");
  EXPECT_EQ(found.state, State::good);
  EXPECT_EQ(found.to.flow, 0U);
  EXPECT_EQ(found.to.address, callee.address);
}

TEST(TimerWheel, firesEveryEntryOnceInTimeWhateverTheDistance) {
  SimulatedClock clock;
  std::vector<std::uint64_t> fired;
  Wheel wheel(clock, [&](std::uint64_t owner, std::uint8_t) { fired.push_back(owner); });
  std::vector<std::unique_ptr<Wheel::Entry>> entries;
  for (const auto delay : {0ms, 1ms, 20ms, 500ms, 19'999ms, 20'480ms, 32'000ms, 180'000ms}) {
    entries.push_back(std::make_unique<Wheel::Entry>());
    entries.back()->owner = static_cast<std::uint64_t>(delay.count());
    wheel.arm(*entries.back(), delay);
  }
  for (auto passed = 0ms; passed < 200'000ms; passed += 20ms) {
    for (const auto owner : fired) EXPECT_LE(owner, static_cast<std::uint64_t>(passed.count()));
    clock.advance(20ms);
  }
  EXPECT_EQ(fired, (std::vector<std::uint64_t>{0, 1, 20, 500, 19'999, 20'480, 32'000, 180'000}));
}

TEST(TimerWheel, entriesMayEndAndArmEachOtherWhileFiring) {
  SimulatedClock clock;
  Wheel::Entry first;
  Wheel::Entry second;
  int fired = 0;
  Wheel* self = nullptr;
  Wheel wheel(clock, [&](std::uint64_t owner, std::uint8_t) {
    ++fired;
    if (owner == 2) Wheel::cancel(first);
    if (owner == 1) Wheel::cancel(second);
    if (fired < 5) self->arm(owner == 1 ? first : second, 10ms);
  });
  self = &wheel;
  first.owner = 1;
  second.owner = 2;
  wheel.arm(first, 10ms);
  wheel.arm(second, 10ms);
  clock.advance(1s);
  EXPECT_EQ(fired, 5);
}

}  // namespace
}  // namespace lintel::sip
