#include "access/dtmf.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace lintel::access {
namespace {
using namespace std::chrono_literals;

// Every sequence of `length` decimal digits once, in 10^length + length - 1 digits.
std::string de_bruijn(int length) {
  std::string sequence;
  std::vector<int> word(static_cast<std::size_t>(length) + 1, 0);
  const auto build = [&](auto&& self, int t, int p) -> void {
    if (t > length) {
      if (length % p == 0) {
        for (int i = 1; i <= p; ++i) sequence += static_cast<char>('0' + word[static_cast<std::size_t>(i)]);
      }
      return;
    }
    const auto at = static_cast<std::size_t>(t);
    word[at] = word[at - static_cast<std::size_t>(p)];
    self(self, t + 1, p);
    for (int j = word[at - static_cast<std::size_t>(p)] + 1; j <= 9; ++j) {
      word[at] = j;
      self(self, t + 1, t);
    }
  };
  build(build, 1, 1);
  return sequence + sequence.substr(0, static_cast<std::size_t>(length) - 1);
}

struct DtmfTest : testing::Test {
  SimulatedClock clock;
  AttemptLimiter limiter{clock};
  std::vector<LockNumber> opened;
  std::vector<bool> by_code;
  int wrong = 0;
  DtmfOptions options;
  DtmfCommands commands{clock, limiter,
                        [this](const DtmfCaller&, LockNumber lock, bool code) {
                          opened.push_back(lock);
                          by_code.push_back(code);
                        },
                        [this](const DtmfCaller&, Duration) { ++wrong; }};
  DtmfCaller monitor{"7", "101#1", "101", true};
  DtmfCaller stranger{"8", "sip:door@elsewhere", "101", false};

  void use(std::string first, std::string second, std::string code_1 = {}, std::string code_2 = {}) {
    options.commands = {std::move(first), std::move(second)};
    options.codes = {std::move(code_1), std::move(code_2)};
    ASSERT_TRUE(check(options).ok());
    commands.set_options(options);
  }
  void play(const DtmfCaller& caller, std::string_view digits) {
    for (const char digit : digits) commands.digit(caller, digit);
  }
};

TEST_F(DtmfTest, A06_nothingOpensUntilSomebodySetACommand) {
  for (const char* entry : {"#", "0#", "*", "0"}) {
    play(monitor, entry);
    clock.advance(10s);
  }
  EXPECT_TRUE(opened.empty());
}

TEST_F(DtmfTest, A06_oneKeyOpensForAMonitorOfTheCalledRoom) {
  use("#", "0#");
  play(monitor, "#");
  EXPECT_EQ(opened, std::vector{1});
  play(monitor, "0#");
  EXPECT_EQ(opened, (std::vector{1, 2}));
  EXPECT_EQ(wrong, 0);
}

TEST_F(DtmfTest, A06_oneKeyOpensForNobodyElse) {
  use("#", "0#");
  play(stranger, "#");
  play(stranger, "0#");
  play(stranger, "#########");
  EXPECT_TRUE(opened.empty());
}

TEST_F(DtmfTest, A06_anyOtherCallerNeedsACodeOfFourDigits) {
  use("#", "0#", "4711", "4712345");
  play(stranger, "4711");
  EXPECT_EQ(opened, std::vector{1});
  EXPECT_TRUE(by_code.front());
  play(stranger, "4712345");
  EXPECT_EQ(opened, (std::vector{1, 2}));
}

TEST_F(DtmfTest, A06_aLongCommandServesBoth) {
  use("4711#", "12", {}, {});
  play(stranger, "4711#");
  EXPECT_EQ(opened, std::vector{1});
  play(stranger, "12");
  clock.advance(10s);
  EXPECT_EQ(opened.size(), 1u);
  play(monitor, "12");
  EXPECT_EQ(opened, (std::vector{1, 2}));
}

TEST_F(DtmfTest, aCommandIsNotFoundInsideOtherDigits) {
  use("4711", "", "4711");
  play(monitor, "94711");
  EXPECT_TRUE(opened.empty());
  clock.advance(3s);
  play(monitor, "4711");
  EXPECT_EQ(opened, std::vector{1});
}

TEST_F(DtmfTest, aPauseEndsAnEntry) {
  use("4711", "", "4711");
  play(stranger, "47");
  clock.advance(3s);
  play(stranger, "11");
  clock.advance(3s);
  EXPECT_TRUE(opened.empty());
  EXPECT_EQ(wrong, 0);  // two digits are no attempt
  EXPECT_EQ(commands.collecting(), 0u);
}

TEST_F(DtmfTest, theEndOfACallClearsWhatItCollected) {
  use("4711", "", "4711");
  play(stranger, "471");
  commands.call_over("8");
  play(stranger, "1");
  EXPECT_TRUE(opened.empty());
}

TEST_F(DtmfTest, twoCallsDoNotMix) {
  use("4711", "", "4711");
  DtmfCaller other = stranger;
  other.call = "9";
  play(stranger, "47");
  play(other, "11");
  EXPECT_TRUE(opened.empty());
  play(stranger, "11");
  EXPECT_EQ(opened.size(), 1u);
}

TEST_F(DtmfTest, aDeBruijnSequenceNeverOpens) {
  const std::string all = de_bruijn(4);
  ASSERT_EQ(all.size(), 10'003u);
  ASSERT_NE(all.find("4711"), std::string::npos);
  use("4711", "", "4711");
  for (const char digit : all) {
    commands.digit(stranger, digit);
    clock.advance(50ms);
  }
  clock.advance(10s);
  EXPECT_TRUE(opened.empty());
  EXPECT_EQ(wrong, 1);
  play(monitor, all);
  EXPECT_TRUE(opened.empty());
}

TEST_F(DtmfTest, aDeBruijnSequenceCutByHashesIsStoppedByTheLimit) {
  use("#", "", "4711");
  for (int code = 0; code < 10'000; ++code) {
    std::string digits = std::to_string(code);
    digits.insert(0, 4 - digits.size(), '0');
    play(stranger, digits + "#");
    clock.advance(360ms);  // an hour in all
  }
  EXPECT_TRUE(opened.empty());
  EXPECT_LT(wrong, 100);
}

TEST_F(DtmfTest, manyCallersShareTheLimitOfTheCode) {
  use("#", "", "9999");
  for (int code = 0; code < 9'999; ++code) {
    std::string digits = std::to_string(code);
    digits.insert(0, 4 - digits.size(), '0');
    const DtmfCaller caller{"call-" + std::to_string(code), "caller-" + std::to_string(code), "101", false};
    play(caller, digits);
    commands.call_over(caller.call);
    clock.advance(360ms);
  }
  EXPECT_LT(wrong, 400);
}

TEST_F(DtmfTest, theRightCodeDoesNotOpenWhileLockedOut) {
  use("#", "", "4711");
  for (int i = 0; i < 5; ++i) play(stranger, "0000#");
  play(stranger, "4711#");
  EXPECT_TRUE(opened.empty());
  play(monitor, "#");
  EXPECT_EQ(opened.size(), 1u);
  clock.advance(10min);
  play(stranger, "4711");
  EXPECT_EQ(opened.size(), 2u);
}

TEST_F(DtmfTest, collectsABoundedNumberOfCallsAndDigits) {
  for (int i = 0; i < 1000; ++i) play({std::to_string(i), "s", "101", false}, "12");
  EXPECT_EQ(commands.collecting(), DtmfCommands::calls_limit);
  play(monitor, std::string(100'000, '5'));
}

TEST_F(DtmfTest, mayEndTheCallFromInsideTheOpening) {
  DtmfCommands* self = nullptr;
  int count = 0;
  DtmfCommands ending(clock, limiter,
                      [&](const DtmfCaller& caller, LockNumber, bool) {
                        ++count;
                        self->call_over(caller.call);
                      },
                      {}, {.commands = {"#", ""}});
  self = &ending;
  ending.digit(monitor, '#');
  ending.digit(monitor, '#');
  EXPECT_EQ(count, 2);
}

TEST(DtmfOptions, areCheckedWithTheFieldNamed) {
  const auto field = [](std::array<std::string, 2> commands, std::array<std::string, 2> codes) {
    DtmfOptions options;
    options.commands = std::move(commands);
    options.codes = std::move(codes);
    const auto result = check(options);
    return result.ok() ? std::string("ok") : result.error().field;
  };
  EXPECT_EQ(field({"#", "0#"}, {"", ""}), "ok");
  EXPECT_EQ(field({"", ""}, {"1234", "5678"}), "ok");
  EXPECT_EQ(field({"#1", ""}, {"", ""}), "commands");
  EXPECT_EQ(field({"1", "12"}, {"", ""}), "commands");
  EXPECT_EQ(field({"x", ""}, {"", ""}), "commands");
  EXPECT_EQ(field({"12345678901234567", ""}, {"", ""}), "commands");
  EXPECT_EQ(field({"#", ""}, {"123", ""}), "codes");
  EXPECT_EQ(field({"#", ""}, {"1234", "12345"}), "codes");
  EXPECT_EQ(field({"#", ""}, {"123#", ""}), "codes");
}

}  // namespace
}  // namespace lintel::access
