// Calls where two things happen at once, and in every order.
#include "calls/calls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "calls/fakes.hpp"

namespace lintel::calls {
namespace {
using namespace std::chrono_literals;
using test::CallsTest;

TEST_F(CallsTest, glareTheSecondOfTwoAnswersIsEndedAsAnsweredElsewhere) {
  calls.press("101");
  calls.leg_answered(lines.leg(0));
  lines.ended.clear();
  calls.leg_answered(lines.leg(1));  // crossed our cancel
  EXPECT_EQ(lines.ended, (std::vector{std::pair(lines.leg(1), LegEnd::answered_elsewhere)}));
  EXPECT_EQ(state(), CallState::talking);
  EXPECT_EQ(calls.current()->who, "101#0");
}

TEST_F(CallsTest, glareAnAnswerThatCrossesTheVisitorsCancelIsEnded) {
  calls.press("102");
  calls.leg_ringing(lines.leg(0));
  EXPECT_TRUE(calls.hang_up());
  EXPECT_EQ(heard.cause(), Cause::cancelled);
  lines.ended.clear();
  calls.leg_answered(lines.leg(0));
  EXPECT_EQ(lines.ended, (std::vector{std::pair(lines.leg(0), LegEnd::cancelled)}));
  EXPECT_FALSE(state());
  EXPECT_EQ(heard.names(), "placed ringing ended");
}

TEST_F(CallsTest, glareARefusalThatCrossesTheCancelIsNothing) {
  calls.press("102");
  calls.hang_up();
  calls.leg_refused(lines.leg(0), Refusal::declined);
  calls.leg_ended(lines.leg(0));
  EXPECT_EQ(heard.names(), "placed ended");
}

TEST_F(CallsTest, theSameAnswerTwiceIsOne) {
  const LegId leg = talk_to("102");
  calls.leg_answered(leg);
  EXPECT_EQ(heard.names(), "placed answered");
  EXPECT_TRUE(lines.ended.empty());
}

TEST_F(CallsTest, anAnswerOfALegNobodyKnowsIsEnded) {
  calls.leg_answered(4711);
  EXPECT_EQ(lines.ended, (std::vector{std::pair(LegId{4711}, LegEnd::cancelled)}));
}

// Two monitors, a visitor, the clock and an operator, in every order of four: one call ends once, and nothing rings on.
TEST_F(CallsTest, endsOnceAndCleanlyInEveryOrder) {
  constexpr int happenings = 12;
  for (int order = 0; order < happenings * happenings * happenings * happenings; ++order) {
    heard.events.clear();
    lines.dialled.clear();
    lines.ended.clear();
    ASSERT_EQ(calls.press("101"), Start::started);
    std::vector<LegId> over;  // the far end told that these are over
    int left = order;
    for (int step = 0; step < 4; ++step, left /= happenings) {
      const LegId leg = lines.leg(static_cast<std::size_t>(left % 2));
      switch (left % happenings / 2) {
        case 0:
          calls.leg_ringing(leg);
          break;
        case 1:
          calls.leg_answered(leg);
          break;
        case 2:
          calls.leg_refused(leg, Refusal::declined);
          over.push_back(leg);
          break;
        case 3:
          calls.leg_ended(leg, true);
          over.push_back(leg);
          break;
        case 4:
          calls.hang_up();
          break;
        default:
          clock.advance(31s);
          break;
      }
    }
    clock.advance(1h);
    ASSERT_FALSE(state()) << order;
    const auto ends = std::count_if(heard.events.begin(), heard.events.end(),
                                    [](const auto& event) { return event.event == "call.ended"; });
    ASSERT_EQ(ends, 1) << order;
    for (const auto& [leg, account] : lines.dialled) {
      const bool we_ended = std::any_of(lines.ended.begin(), lines.ended.end(),
                                        [&, id = leg](const auto& each) { return each.first == id; });
      const bool they_ended = std::find(over.begin(), over.end(), leg) != over.end();
      ASSERT_TRUE(we_ended || they_ended) << order << " leg " << leg << " rings on";
    }
  }
}

}  // namespace
}  // namespace lintel::calls
