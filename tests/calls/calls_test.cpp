// Calls from the front. It checks: C01, C02, C03 (refusals), C06, C13, C14, C15, C17.
#include "calls/calls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "calls/fakes.hpp"

namespace lintel::calls {
namespace {
using namespace std::chrono_literals;
using test::CallsTest;
using Kind = Resolution::Kind;

TEST_F(CallsTest, C01_ringsEveryMonitorAndTheFirstAnswerWins) {
  EXPECT_EQ(calls.press("101"), Start::started);
  ASSERT_EQ(lines.dialled.size(), 2u);
  EXPECT_EQ(state(), CallState::dialling);
  calls.leg_ringing(lines.leg(0));
  calls.leg_ringing(lines.leg(1));
  EXPECT_EQ(state(), CallState::ringing);
  calls.leg_answered(lines.leg(1));
  EXPECT_EQ(state(), CallState::talking);
  EXPECT_EQ(calls.current()->who, "101#1");
  EXPECT_EQ(lines.ended, (std::vector{std::pair(lines.leg(0), LegEnd::answered_elsewhere)}));
  clock.advance(20s);
  calls.leg_ended(lines.leg(1));
  EXPECT_EQ(heard.names(), "placed ringing answered ended");
  EXPECT_EQ(heard.cause(), Cause::peer_hung_up);
  EXPECT_EQ(heard.events.back().talked, Duration(20s));
  EXPECT_EQ(heard.events.back().room, "101");
  EXPECT_FALSE(state());
}

TEST_F(CallsTest, mayBeAnsweredWithoutEverRinging) {
  talk_to("102");
  EXPECT_EQ(heard.names(), "placed answered");
}

TEST_F(CallsTest, C03_oneRefusalLeavesTheOthersRinging) {
  calls.press("101");
  calls.leg_ringing(lines.leg(0));
  calls.leg_refused(lines.leg(0), Refusal::declined);
  EXPECT_EQ(state(), CallState::ringing);
  EXPECT_EQ(heard.events.back().event, "call.leg_refused");
  EXPECT_EQ(heard.events.back().who, "101#0");
  calls.leg_answered(lines.leg(1));
  EXPECT_EQ(state(), CallState::talking);
  EXPECT_TRUE(lines.ended.empty());  // the refused leg is over already
}

TEST_F(CallsTest, C03_aRefusalCountsForEachWindowOfThatMonitor) {
  auto contacts = directory.resolve("101");
  contacts.contacts.push_back(contacts.contacts.at(0));
  contacts.contacts.back().id = "101#0@another window";
  directory.numbers["101"] = contacts;
  calls.press("101");
  ASSERT_EQ(lines.dialled.size(), 3u);
  calls.leg_refused(lines.leg(0), Refusal::declined);
  EXPECT_TRUE(lines.was_ended(lines.leg(2), LegEnd::declined_elsewhere));
  EXPECT_FALSE(lines.was_ended(lines.leg(1), LegEnd::declined_elsewhere));
  EXPECT_EQ(heard.names(), "placed leg_refused");
  calls.leg_answered(lines.leg(2));  // it crossed
  EXPECT_EQ(state(), CallState::dialling);

  contacts.contacts.back().id = "101#0@a third window";
  directory.numbers["101"] = contacts;
  calls.contact_came("101#0@a third window");
  EXPECT_EQ(lines.dialled.size(), 3u);
  calls.leg_refused(lines.leg(1), Refusal::busy);
  EXPECT_EQ(heard.cause(), Cause::refused);
}

TEST_F(CallsTest, C06_aGuardsRefusalLeavesTheOtherPhonesOfTheCentreRinging) {
  auto contacts = directory.resolve("888888");
  contacts.contacts.push_back(contacts.contacts.at(0));
  contacts.contacts.back().id = "another phone";
  directory.numbers["888888"] = contacts;
  calls.press("888888");
  const std::size_t phones = lines.dialled.size();
  calls.leg_refused(lines.leg(0), Refusal::declined);
  EXPECT_EQ(state(), CallState::dialling);
  EXPECT_FALSE(lines.was_ended(lines.leg(phones - 1), LegEnd::declined_elsewhere));
}

TEST_F(CallsTest, C03_oneRefusalEndsAllWhereThatIsSet) {
  options([](CallOptions& changed) { changed.refusal_ends_all = true; });
  calls.press("101");
  calls.leg_refused(lines.leg(0), Refusal::declined);
  EXPECT_EQ(heard.cause(), Cause::refused);
  EXPECT_TRUE(lines.was_ended(lines.leg(1), LegEnd::cancelled));
}

TEST_F(CallsTest, C13_doNotDisturbCountsAsARefusalButNeverForOthers) {
  options([](CallOptions& changed) { changed.refusal_ends_all = true; });
  calls.press("101");
  calls.leg_refused(lines.leg(0), Refusal::do_not_disturb);
  EXPECT_EQ(state(), CallState::dialling);
  calls.leg_refused(lines.leg(1), Refusal::do_not_disturb);
  EXPECT_EQ(heard.cause(), Cause::refused);
}

TEST_F(CallsTest, saysWhyNobodyTookIt) {
  const auto ends_with = [&](Refusal first, Refusal second) {
    const std::size_t before = lines.dialled.size();
    calls.press("101");
    calls.leg_refused(lines.leg(before), first);
    calls.leg_refused(lines.leg(before + 1), second);
    EXPECT_FALSE(state());
    return heard.cause();
  };
  EXPECT_EQ(ends_with(Refusal::busy, Refusal::busy), Cause::busy);
  EXPECT_EQ(ends_with(Refusal::busy, Refusal::declined), Cause::refused);
  EXPECT_EQ(ends_with(Refusal::unreachable, Refusal::busy), Cause::busy);
  EXPECT_EQ(ends_with(Refusal::unreachable, Refusal::failed), Cause::unreachable);
  EXPECT_EQ(ends_with(Refusal::no_answer, Refusal::failed), Cause::not_answered);
}

TEST_F(CallsTest, C21_aPhoneThatCannotBeEncryptedIsOneLess) {
  calls.press("101");
  calls.leg_refused(lines.leg(0), Refusal::no_encryption);
  EXPECT_EQ(heard.names(), "placed leg_refused");
  EXPECT_EQ(heard.events.back().refusal, Refusal::no_encryption);
  calls.leg_refused(lines.leg(1), Refusal::unreachable);
  EXPECT_EQ(heard.cause(), Cause::no_encryption);
  talk_to("102");
  calls.leg_refused(lines.leg(2), Refusal::no_encryption);  // it turned out after the answer
  EXPECT_EQ(heard.cause(), Cause::no_encryption);
  EXPECT_FALSE(state());
}

TEST_F(CallsTest, aRefusedLegThatAnswersAfterAllIsEnded) {
  calls.press("101");
  calls.leg_refused(lines.leg(0), Refusal::busy);
  calls.leg_answered(lines.leg(0));
  EXPECT_EQ(state(), CallState::dialling);
  EXPECT_EQ(lines.ended.size(), 1u);
}

TEST_F(CallsTest, C15_ringsNoLongerThanItsTime) {
  calls.press("101");
  calls.leg_ringing(lines.leg(0));
  clock.advance(29s);
  EXPECT_EQ(state(), CallState::ringing);
  clock.advance(1s);
  EXPECT_EQ(heard.cause(), Cause::not_answered);
  EXPECT_EQ(heard.events.back().talked, 30s) << "the journal says within what time nobody answered";
  EXPECT_EQ(lines.ended.size(), 2u);
}

TEST_F(CallsTest, C14_talksNoLongerThanItsTime) {
  const LegId leg = talk_to("102");
  clock.advance(119s);
  EXPECT_EQ(state(), CallState::talking);
  clock.advance(1s);
  EXPECT_EQ(heard.cause(), Cause::time_limit);
  EXPECT_TRUE(lines.was_ended(leg, LegEnd::time_limit));
}

TEST_F(CallsTest, C17_hangsUpAfterAnUnlockByTheChosenMethods) {
  options([](CallOptions& changed) { changed.hang_up_after_unlock = {{"dtmf", 5s}}; });
  const LegId leg = talk_to("102");
  calls.door_opened("monitor");
  clock.advance(10s);
  EXPECT_EQ(state(), CallState::talking);
  calls.door_opened("dtmf");
  clock.advance(3s);
  calls.door_opened("dtmf");  // does not begin again
  clock.advance(2s);
  EXPECT_EQ(heard.cause(), Cause::after_unlock);
  EXPECT_TRUE(lines.was_ended(leg, LegEnd::hung_up));
}

TEST_F(CallsTest, C17_anUnlockWhileItRingsEndsNothing) {
  options([](CallOptions& changed) { changed.hang_up_after_unlock = {{"monitor", 1s}}; });
  calls.press("102");
  calls.door_opened("monitor");
  clock.advance(5s);
  EXPECT_TRUE(state());
}

TEST_F(CallsTest, noSuchRoomNobodyThereAndBusyAreSaid) {
  EXPECT_EQ(calls.press("999"), Start::no_such_number);
  EXPECT_EQ(heard.events.back().event, "call.not_placed");
  EXPECT_EQ(heard.events.back().start, Start::no_such_number);
  EXPECT_EQ(calls.press(""), Start::no_such_number);
  EXPECT_EQ(calls.press("103"), Start::nobody_available);
  EXPECT_EQ(heard.events.back().room, "103");
  calls.press("101");
  EXPECT_EQ(calls.press("102"), Start::busy);
  EXPECT_EQ(calls.press("102"), Start::busy);
  EXPECT_EQ(calls.current()->number, "101");
}

// A code typed without its first key is no number: it must not be written down as a room that was busy.
TEST_F(CallsTest, whatIsNoNumberIsNoneDuringACallToo) {
  calls.press("101");
  EXPECT_EQ(calls.press("4711"), Start::no_such_number);
  EXPECT_EQ(heard.events.back().start, Start::no_such_number);
  EXPECT_TRUE(heard.events.back().room.empty());
}

TEST_F(CallsTest, H04_anExtensionIsCalledForItsRoom) {
  Resolution extension = directory.resolve("101");
  extension.number = "101#1";
  extension.contacts.erase(extension.contacts.begin());
  directory.numbers["101#1"] = extension;
  const LegId leg = talk_to("101#1");
  EXPECT_EQ(calls.current()->number, "101#1");
  EXPECT_EQ(calls.current()->room, "101");
  calls.leg_digit(leg, '#');
  EXPECT_EQ(wishes.last.room, "101");
  EXPECT_TRUE(wishes.last.monitor_of_called_room);
}

// security.md 10: a monitor that was revoked neither rings on, nor answers, nor goes on watching.
TEST_F(CallsTest, whoseAccountIsGoneIsLeftOut) {
  const auto gone = [](std::string account) {
    return [account = std::move(account)](const Contact& contact) { return contact.account == account; };
  };
  calls.end_legs(gone("101#0"));
  calls.press("101");
  calls.end_legs(gone("101#0"));
  EXPECT_TRUE(lines.was_ended(lines.leg(0), LegEnd::cancelled));
  EXPECT_EQ(calls.current()->legs, 1U);
  calls.leg_answered(lines.leg(1));
  EXPECT_EQ(state(), CallState::talking);
  calls.end_legs(gone("102#0"));
  EXPECT_EQ(state(), CallState::talking);
  calls.end_legs(gone("101#1"));
  EXPECT_TRUE(lines.was_ended(lines.leg(1), LegEnd::hung_up));
  EXPECT_EQ(state(), std::nullopt);
  ASSERT_EQ(arrive(false), Start::started);
  calls.end_legs(gone("101#1"));
  EXPECT_EQ(state(), std::nullopt);
  calls.press("102");
  calls.end_legs(gone("102#0"));
  EXPECT_EQ(state(), std::nullopt) << "nobody is left to ring";
}

TEST_F(CallsTest, C06_theCentreIsCalledWithinItsPeriodOnly) {
  EXPECT_EQ(calls.call_centre(), Start::started);
  EXPECT_EQ(calls.current()->kind, CallKind::centre);
  calls.hang_up();
  directory.closed[CallKind::centre] = true;
  EXPECT_EQ(calls.call_centre(), Start::outside_period);
  EXPECT_EQ(calls.emergency(), Start::started);
}

TEST_F(CallsTest, C06_anEmergencyCallGoesBeforeARunningOne) {
  const LegId leg = talk_to("102");
  EXPECT_EQ(calls.emergency(), Start::started);
  EXPECT_TRUE(lines.was_ended(leg, LegEnd::pre_empted));
  EXPECT_EQ(calls.current()->kind, CallKind::emergency);
  EXPECT_EQ(heard.names(), "placed answered ended placed");
  EXPECT_EQ(calls.emergency(), Start::busy);  // it runs already
}

TEST_F(CallsTest, C06_anEmergencyCallThatReachesNobodyLeavesTheRunningOne) {
  talk_to("102");
  directory.add(Kind::centre, "888888", 0);
  EXPECT_EQ(calls.emergency(), Start::nobody_available);
  EXPECT_EQ(state(), CallState::talking);
  EXPECT_EQ(heard.events.back().kind, CallKind::emergency);
}

TEST_F(CallsTest, C06_aLooseWireInTheEmergencyKeyIsToldOnceAMinute) {
  directory.numbers["888888"].contacts.clear();
  const auto told_of = [&](int presses) {
    const std::size_t before = heard.events.size();
    for (int press = 0; press < presses; ++press) EXPECT_EQ(calls.emergency(), Start::nobody_available);
    return heard.events.size() - before;
  };
  EXPECT_EQ(told_of(100), 1u);
  clock.advance(59s);
  EXPECT_EQ(told_of(1), 0u);
  clock.advance(1s);
  EXPECT_EQ(told_of(1), 1u);

  directory.add(Resolution::Kind::centre, "888888", 1);
  EXPECT_EQ(calls.emergency(), Start::started);
  const std::size_t before = heard.events.size();
  for (int press = 0; press < 100; ++press) EXPECT_EQ(calls.emergency(), Start::busy);  // another answer: told
  EXPECT_EQ(heard.events.size() - before, 1u);
}

TEST_F(CallsTest, aLostPeerEndsTheTalk) {
  const LegId leg = talk_to("102");
  calls.leg_ended(leg, true);
  EXPECT_EQ(heard.cause(), Cause::peer_lost);
  EXPECT_TRUE(lines.ended.empty());  // nothing left to end
}

TEST_F(CallsTest, aRingingMonitorWhoseWebSocketGoesIsOneLess) {
  calls.press("101");
  calls.leg_ringing(lines.leg(0));
  calls.leg_ended(lines.leg(0), true);
  EXPECT_EQ(state(), CallState::ringing);
  calls.leg_refused(lines.leg(1), Refusal::busy);
  clock.advance(Calls::back_within - 1ms);
  EXPECT_EQ(state(), CallState::ringing);
  clock.advance(1ms);
  EXPECT_EQ(heard.cause(), Cause::busy);
}

// Its page was loaded anew, or its Wi-Fi went to another cell: the visitor need not press again.
TEST_F(CallsTest, C01_theOnlyMonitorThatIsLostWhileItRingsIsWaitedForAndRungAgain) {
  calls.press("102");
  calls.leg_ringing(lines.leg(0));
  calls.leg_ended(lines.leg(0), true);
  clock.advance(Calls::back_within - 1ms);
  calls.contact_came("102#0@somewhere");
  ASSERT_EQ(lines.dialled.size(), 2U);
  clock.advance(Calls::back_within);  // it rings: nothing is waited for any more
  EXPECT_EQ(state(), CallState::ringing);
  calls.leg_refused(lines.leg(1), Refusal::unreachable);
  clock.advance(Calls::back_within);
  EXPECT_EQ(heard.cause(), Cause::unreachable);
  EXPECT_EQ(heard.names(), "placed ringing leg_refused leg_refused ended");
}

TEST_F(CallsTest, nobodyIsWaitedForWhoNeverRangOrSaidNoOrIsNoMore) {
  calls.press("102");
  calls.leg_refused(lines.leg(0), Refusal::unreachable);
  EXPECT_EQ(heard.cause(), Cause::unreachable);

  auto contacts = directory.resolve("102");
  contacts.contacts.push_back(contacts.contacts.at(0));
  contacts.contacts.back().id = "102#0@another window";
  directory.numbers["102"] = contacts;
  calls.press("102");
  calls.leg_ringing(lines.leg(1));
  calls.leg_ended(lines.leg(1), true);
  calls.leg_refused(lines.leg(2), Refusal::declined);  // in the other window
  EXPECT_EQ(heard.cause(), Cause::refused);

  calls.press("102");
  calls.leg_ringing(lines.leg(3));
  calls.end_legs([](const Contact& contact) { return contact.account == "102#0"; });
  EXPECT_EQ(heard.cause(), Cause::unreachable);
}

TEST_F(CallsTest, aMonitorThatComesWhileItRingsIsRungToo) {
  calls.press("101");
  calls.leg_ringing(lines.leg(0));
  calls.leg_refused(lines.leg(1), Refusal::unreachable);  // 101#1: its WebSocket went
  directory.add(Resolution::Kind::room, "101", 3);        // it is back, and 101#2 is new
  calls.contact_came("101#1@somewhere");
  ASSERT_EQ(lines.dialled.size(), 4U);
  EXPECT_EQ(lines.dialled[2].second, "101#1");
  EXPECT_EQ(lines.dialled[3].second, "101#2");
  calls.contact_came("102#0@somewhere");
  EXPECT_EQ(lines.dialled.size(), 4U);
  calls.leg_answered(lines.leg(3));
  EXPECT_EQ(calls.current()->who, "101#2");
  EXPECT_TRUE(lines.was_ended(lines.leg(0), LegEnd::answered_elsewhere));
  EXPECT_TRUE(lines.was_ended(lines.leg(2), LegEnd::answered_elsewhere));
  directory.add(Resolution::Kind::room, "101", 4);
  calls.contact_came("101#3@somewhere");  // answered: nobody else rings
  EXPECT_EQ(lines.dialled.size(), 4U);
}

// Its Wi-Fi was away for a moment: the old connection looks open for most of a minute, and leads nowhere.
TEST_F(CallsTest, aMonitorThatIsBackOverAnotherConnectionIsRungThere) {
  calls.press("102");
  calls.leg_ringing(lines.leg(0));
  calls.contact_came("102#0@somewhere");
  EXPECT_TRUE(lines.was_ended(lines.leg(0), LegEnd::cancelled));
  ASSERT_EQ(lines.dialled.size(), 2U);
  EXPECT_EQ(state(), CallState::ringing);
  for (std::size_t times = 0; times < 2 * Calls::most_legs; ++times) calls.contact_came("102#0@somewhere");
  ASSERT_EQ(lines.dialled.size(), 2U + 2 * Calls::most_legs);
  EXPECT_EQ(calls.current()->legs, 1U);
  calls.leg_refused(lines.leg(0), Refusal::no_answer);  // the old one ends late, which is nothing
  calls.leg_answered(lines.dialled.back().first);
  EXPECT_EQ(calls.current()->who, "102#0");
  EXPECT_EQ(heard.names(), "placed ringing answered");
}

TEST_F(CallsTest, aMonitorThatWasSilentIsRungWhenItIsBackWhileOthersRing) {
  calls.press("101");
  calls.leg_refused(lines.leg(1), Refusal::no_answer);  // nothing came of what went to it
  calls.contact_came("101#0@elsewhere");
  EXPECT_EQ(lines.dialled.size(), 2U);
  calls.contact_came("101#1@somewhere");
  ASSERT_EQ(lines.dialled.size(), 3U);
  EXPECT_EQ(lines.dialled[2].second, "101#1");
  EXPECT_TRUE(lines.ended.empty());
}

TEST_F(CallsTest, aMonitorThatIsBackButHasNoPlaceAnyMoreLeavesNoCallBehind) {
  calls.press("102");
  directory.numbers["102"].contacts.clear();
  calls.contact_came("102#0@somewhere");
  EXPECT_EQ(state(), std::nullopt);
  EXPECT_EQ(heard.cause(), Cause::unreachable);
}

TEST_F(CallsTest, C13_whoSaidNoIsNotRungAgainWhenItRegisters) {
  calls.press("101");
  calls.leg_refused(lines.leg(0), Refusal::declined);
  calls.contact_came("101#0@somewhere");
  EXPECT_EQ(lines.dialled.size(), 2U);
}

TEST_F(CallsTest, whoAnsweredWithAnErrorIsNotRungEachTimeSomebodyRegisters) {
  calls.press("101");
  calls.leg_refused(lines.leg(0), Refusal::failed);
  calls.contact_came("101#0@somewhere");
  EXPECT_EQ(lines.dialled.size(), 2U);
}

TEST_F(CallsTest, A06_digitsOfTheTalkingLegAreWishesAndNoOthers) {
  calls.press("101");
  calls.leg_digit(lines.leg(0), '#');
  EXPECT_EQ(wishes.digits, "");
  calls.leg_answered(lines.leg(0));
  calls.leg_digit(lines.leg(1), '#');
  EXPECT_EQ(wishes.digits, "");
  calls.leg_digit(lines.leg(0), '#');
  EXPECT_EQ(wishes.digits, "#");
  EXPECT_EQ(wishes.last.account, "101#0");
  EXPECT_EQ(wishes.last.room, "101");
  EXPECT_TRUE(wishes.last.monitor_of_called_room);
  calls.hang_up();
  EXPECT_EQ(wishes.over, 1);
  calls.leg_digit(lines.leg(0), '#');
  EXPECT_EQ(wishes.digits, "#");
}

// Many phones can be set to send each key both in their sound and by INFO.
TEST_F(CallsTest, A06_aKeyThatComesInBothWaysIsPressedOnce) {
  for (const auto& [first, second] :
       {std::pair(DigitWay::message, DigitWay::sound), std::pair(DigitWay::sound, DigitWay::message)}) {
    wishes.digits.clear();
    calls.press("101");
    const LegId leg = lines.leg(lines.dialled.size() - 2);
    calls.leg_digit(leg, '1', second);  // nobody has answered: that decides nothing
    calls.leg_answered(leg);
    for (const char digit : {'1', '1', '#'}) {
      calls.leg_digit(leg, digit, first);
      calls.leg_digit(leg, digit, second);
    }
    EXPECT_EQ(wishes.digits, "11#");
    calls.hang_up();
  }
}

TEST_F(CallsTest, A06_onlyAMonitorOfTheCalledRoomIsCalledOne) {
  const LegId centre = talk_to("888888");
  calls.leg_digit(centre, '1');
  EXPECT_FALSE(wishes.last.monitor_of_called_room);
  calls.hang_up();

  directory.numbers["101"].contacts[0].room = "102";  // a monitor of another room, rung along
  calls.press("101");
  calls.leg_answered(lines.leg(1));
  calls.leg_digit(lines.leg(1), '1');
  EXPECT_FALSE(wishes.last.monitor_of_called_room);
  calls.hang_up();

  arrive(true);  // no room was called
  calls.leg_answered(lines.accepted[0]);
  calls.leg_digit(lines.accepted[0], '1');
  EXPECT_FALSE(wishes.last.monitor_of_called_room);
}

TEST_F(CallsTest, anOperatorEndsACallByItsId) {
  calls.press("102");
  const CallId id = calls.current()->id;
  EXPECT_FALSE(calls.end(id + 1));
  EXPECT_TRUE(calls.end(id));
  EXPECT_EQ(heard.cause(), Cause::ended_by_operator);
}

TEST_F(CallsTest, stopEndsWhatRuns) {
  const LegId leg = talk_to("102");
  calls.stop();
  EXPECT_TRUE(lines.was_ended(leg, LegEnd::shutdown));
  calls.stop();
  EXPECT_EQ(heard.names(), "placed answered ended");
}

TEST_F(CallsTest, ringsABoundedNumberOfContacts) {
  directory.add(Kind::room, "104", 500);
  calls.press("104");
  EXPECT_EQ(lines.dialled.size(), Calls::most_legs);
}

}  // namespace
}  // namespace lintel::calls
