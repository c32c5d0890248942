#include <gtest/gtest.h>

#include "calls/calls.hpp"
#include "calls/fakes.hpp"

namespace lintel::calls {
namespace {
using namespace std::chrono_literals;
using test::CallsTest;

TEST_F(CallsTest, C16_anAuthorisedMonitorsLiveViewIsAnsweredByItself) {
  EXPECT_EQ(arrive(false), Start::started);
  ASSERT_EQ(lines.accepted.size(), 1u);
  EXPECT_EQ(state(), CallState::answering);
  calls.leg_answered(lines.accepted[0]);
  EXPECT_EQ(state(), CallState::talking);
  EXPECT_EQ(calls.current()->kind, CallKind::live_view);
  EXPECT_EQ(heard.names(), "arrived accepted answered");
}

TEST_F(CallsTest, C16_answersAfterItsDelay) {
  options([](CallOptions& changed) { changed.auto_answer_delay = 3s; });
  arrive(true);
  EXPECT_EQ(state(), CallState::arriving);
  clock.advance(3s);
  EXPECT_EQ(lines.accepted.size(), 1u);
}

TEST_F(CallsTest, C15_anArrivingCallRingsNoLongerThanItsTime) {
  EXPECT_EQ(arrive(true, true, false), Start::started);  // no monitor: the front is asked
  EXPECT_TRUE(lines.accepted.empty());
  clock.advance(30s);
  EXPECT_EQ(heard.cause(), Cause::not_answered);
  EXPECT_EQ(lines.ended.back().second, LegEnd::not_answered);
}

TEST_F(CallsTest, C33_aCallInMayBeTakenOrDeclinedAtTheFront) {
  arrive(true, true, false);
  EXPECT_TRUE(calls.accept());
  EXPECT_FALSE(calls.accept());
  calls.hang_up();
  arrive(true, true, false);
  calls.hang_up();
  EXPECT_EQ(lines.ended.back().second, LegEnd::declined);
  EXPECT_FALSE(calls.accept());
}

TEST_F(CallsTest, C18_aStrangerNeverRings) {
  EXPECT_EQ(arrive(true, false), Start::not_allowed);
  EXPECT_EQ(lines.ended.back().second, LegEnd::not_allowed);
  EXPECT_TRUE(lines.accepted.empty());
  EXPECT_EQ(heard.names(), "turned_away");
}

TEST_F(CallsTest, C21_aCallInThatCannotBeEncryptedNeverRings) {
  Arrival arrival;
  arrival.leg = calls.new_leg();
  arrival.account = "101#1";
  arrival.allowed = arrival.monitor = arrival.lacks_encryption = true;
  EXPECT_EQ(calls.arrive(arrival), Start::no_encryption);
  EXPECT_EQ(lines.ended.back().second, LegEnd::no_encryption);
  EXPECT_TRUE(lines.accepted.empty());
  EXPECT_EQ(heard.names(), "turned_away");
  EXPECT_EQ(heard.events.back().start, Start::no_encryption);
}

TEST_F(CallsTest, aCallInWhileOneRunsIsBusy) {
  talk_to("102");
  EXPECT_EQ(arrive(true), Start::busy);
  EXPECT_EQ(lines.ended.back().second, LegEnd::busy);
  EXPECT_EQ(state(), CallState::talking);
}

TEST_F(CallsTest, aVisitorGoesBeforeALiveView) {
  arrive(false);
  calls.leg_answered(lines.accepted[0]);
  EXPECT_EQ(calls.press("999"), Start::no_such_number);
  EXPECT_EQ(calls.press("103"), Start::nobody_available);
  EXPECT_EQ(state(), CallState::talking);
  EXPECT_EQ(calls.press("101"), Start::started);
  EXPECT_TRUE(lines.was_ended(lines.accepted[0], LegEnd::pre_empted));
}

TEST_F(CallsTest, theCallerMayGiveUpBeforeItIsAnswered) {
  arrive(true, true, false);
  calls.leg_ended(LegId{1});  // the first leg there ever was
  EXPECT_EQ(heard.cause(), Cause::caller_gave_up);
}

}  // namespace
}  // namespace lintel::calls
