// What lines and listeners may do inside the calls that dial, tell and end.
#include "calls/calls.hpp"

#include <gtest/gtest.h>


#include "calls/fakes.hpp"

namespace lintel::calls {
namespace {
using namespace std::chrono_literals;
using test::CallsTest;

TEST_F(CallsTest, aLineThatFailsInsideTheDiallingEndsCleanly) {
  lines.on_dial = [&](LegId leg) { calls.leg_refused(leg, Refusal::unreachable); };
  EXPECT_EQ(calls.press("101"), Start::started);
  EXPECT_FALSE(state());
  EXPECT_EQ(lines.dialled.size(), 2u);
  EXPECT_EQ(heard.cause(), Cause::unreachable);
}

TEST_F(CallsTest, anAnswerInsideTheDiallingWinsAndTheOthersAreEnded) {
  lines.on_dial = [&](LegId leg) { calls.leg_answered(leg); };
  calls.press("101");
  EXPECT_EQ(state(), CallState::talking);
  EXPECT_TRUE(lines.was_ended(lines.leg(1), LegEnd::answered_elsewhere));
  EXPECT_FALSE(lines.was_ended(lines.leg(0), LegEnd::answered_elsewhere));
}

TEST_F(CallsTest, allAreDialledBeforeAnybodyIsTold) {
  std::size_t dialled_when_told = 0;
  heard.on_event = [&](const CallEvent& event) {
    if (event.event == "call.placed") dialled_when_told = lines.dialled.size();
  };
  lines.on_dial = [&](LegId leg) {
    if (leg == lines.leg(0)) calls.leg_refused(leg, Refusal::unreachable);
  };
  calls.press("101");
  EXPECT_EQ(dialled_when_told, 2U);
  EXPECT_EQ(heard.names(), "placed leg_refused");
}

TEST_F(CallsTest, whatAListenerCausesIsToldAfterWhatHappenedBefore) {
  lines.on_dial = [&](LegId leg) {
    if (leg == lines.leg(0)) calls.leg_refused(leg, Refusal::unreachable);
  };
  heard.on_event = [&](const CallEvent& event) {
    if (event.event == "call.placed") calls.hang_up();
  };
  calls.press("101");
  EXPECT_EQ(heard.names(), "placed leg_refused ended");
  EXPECT_TRUE(lines.was_ended(lines.leg(1), LegEnd::cancelled));
}

TEST_F(CallsTest, aListenerMayHangUpOrCallAgainWhenItHears) {
  heard.on_event = [&](const CallEvent& event) {
    if (event.event == "call.placed" && event.number == "101") calls.hang_up();
    if (event.event == "call.ended" && event.number == "101") calls.press("102");
  };
  EXPECT_EQ(calls.press("101"), Start::started);
  EXPECT_EQ(calls.current()->number, "102");
  EXPECT_EQ(heard.names(), "placed ended placed");
  EXPECT_TRUE(lines.was_ended(lines.leg(0), LegEnd::cancelled));
  EXPECT_TRUE(lines.was_ended(lines.leg(1), LegEnd::cancelled));
  EXPECT_EQ(lines.dialled.size(), 3u);
}

TEST_F(CallsTest, aLineMayTellOfTheEndInsideEnding) {
  lines.on_end = [&](LegId leg) { calls.leg_ended(leg); };
  calls.press("101");
  calls.leg_answered(lines.leg(0));
  EXPECT_EQ(state(), CallState::talking);
  calls.hang_up();
  EXPECT_EQ(heard.names(), "placed answered ended");
  EXPECT_EQ(heard.cause(), Cause::hung_up);
}

}  // namespace
}  // namespace lintel::calls
