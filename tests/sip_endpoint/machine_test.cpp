// The tables, walked: states × events.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "sip/session_machine.hpp"

namespace lintel::sip {
namespace {

using State = SessionState;
using Event = SessionEvent;

std::vector<State> all_states() {
  std::vector<State> out;
  for (std::size_t at = 0; at < session_states; ++at) out.push_back(static_cast<State>(at));
  return out;
}
std::vector<Event> all_events() {
  std::vector<Event> out;
  for (std::size_t at = 0; at < session_events; ++at) out.push_back(static_cast<Event>(at));
  return out;
}

TEST(SessionMachine, everyStateIsReachedAndEveryStateEnds) {
  std::set<State> reached{State::idle};
  for (bool grown = true; grown;) {
    grown = false;
    for (const State state : std::set<State>(reached)) {
      for (const Event event : all_events()) {
        if (const auto step = transition(state, event)) grown |= reached.insert(step->next).second;
      }
    }
  }
  EXPECT_EQ(reached.size(), session_states);
  for (const State start : all_states()) {
    std::set<State> from{start};
    for (std::size_t round = 0; round < session_states; ++round) {
      for (const State state : std::set<State>(from)) {
        for (const Event event : all_events()) {
          if (const auto step = transition(state, event)) from.insert(step->next);
        }
      }
    }
    EXPECT_TRUE(from.contains(State::ended)) << name_of(start);
  }
}

TEST(SessionMachine, nothingLeavesTheEnd) {
  for (const Event event : all_events()) EXPECT_FALSE(transition(State::ended, event)) << name_of(event);
}

// C02, the ends of every order: hanging up is possible wherever a call lives, and it leads to the right message.
TEST(SessionMachine, hangingUpSendsWhatTheStateAsks) {
  const std::map<State, SessionAction> wanted{{State::idle, SessionAction::none},
                                              {State::calling, SessionAction::send_cancel},
                                              {State::proceeding, SessionAction::send_cancel},
                                              {State::offered, SessionAction::send_refusal},
                                              {State::ringing, SessionAction::send_refusal},
                                              {State::accepted, SessionAction::none},
                                              {State::confirmed, SessionAction::send_bye}};
  for (const State state : all_states()) {
    const auto step = transition(state, Event::hang_up);
    const auto found = wanted.find(state);
    EXPECT_EQ(step.has_value(), found != wanted.end()) << name_of(state);
    if (step && found != wanted.end()) {
      EXPECT_EQ(step->action, found->second) << name_of(state);
    }
  }
}

TEST(SessionMachine, noByeIsSentBeforeTheAckOrTheAnswer) {
  for (const State state : {State::idle, State::calling, State::proceeding, State::offered, State::ringing}) {
    for (const Event event : all_events()) {
      const auto step = transition(state, event);
      if (!step) continue;
      EXPECT_NE(step->action, SessionAction::send_bye) << name_of(state) << " " << name_of(event);
      EXPECT_NE(step->action, SessionAction::send_bye_and_report) << name_of(state) << " " << name_of(event);
    }
  }
  EXPECT_EQ(transition(State::accepted, Event::hang_up)->next, State::closing);
  EXPECT_EQ(transition(State::closing, Event::ack)->action, SessionAction::send_bye);
}

TEST(SessionMachine, aHungUpCallReportsNothingMore) {
  for (const State state : {State::cancel_waiting, State::cancelling, State::closing, State::ending}) {
    for (const Event event : all_events()) {
      const auto step = transition(state, event);
      if (!step) continue;
      for (const auto loud : {SessionAction::acknowledge, SessionAction::report_refused, SessionAction::report_ended,
                              SessionAction::report_provisional, SessionAction::report_confirmed}) {
        EXPECT_NE(step->action, loud) << name_of(state) << " " << name_of(event);
      }
    }
  }
}

TEST(SessionMachine, theWholeTableIsAsWritten) {
  // How many events each state takes: a change of the table must be meant.
  const std::map<State, int> wanted{{State::idle, 4},           {State::calling, 6},    {State::proceeding, 6},
                                    {State::cancel_waiting, 5}, {State::cancelling, 5}, {State::offered, 7},
                                    {State::ringing, 7},        {State::accepted, 6},   {State::closing, 5},
                                    {State::confirmed, 5},      {State::ending, 5},     {State::ended, 0}};
  for (const State state : all_states()) {
    int taken = 0;
    for (const Event event : all_events()) taken += transition(state, event).has_value() ? 1 : 0;
    EXPECT_EQ(taken, wanted.at(state)) << name_of(state);
  }
}

TEST(OfferMachine, oneOfferIsOpenAtATime) {
  EXPECT_EQ(transition(OfferState::stable, OfferEvent::send_offer), OfferState::ours);
  EXPECT_EQ(transition(OfferState::stable, OfferEvent::receive_offer), OfferState::theirs);
  EXPECT_EQ(transition(OfferState::ours, OfferEvent::receive_answer), OfferState::stable);
  EXPECT_EQ(transition(OfferState::theirs, OfferEvent::send_answer), OfferState::stable);
  for (const auto open : {OfferState::ours, OfferState::theirs}) {
    EXPECT_FALSE(transition(open, OfferEvent::send_offer));
    EXPECT_FALSE(transition(open, OfferEvent::receive_offer));
    EXPECT_EQ(transition(open, OfferEvent::dropped), OfferState::stable);
  }
  EXPECT_FALSE(transition(OfferState::stable, OfferEvent::send_answer));
  EXPECT_FALSE(transition(OfferState::stable, OfferEvent::receive_answer));
  EXPECT_FALSE(transition(OfferState::ours, OfferEvent::send_answer));
  EXPECT_FALSE(transition(OfferState::theirs, OfferEvent::receive_answer));
}

}  // namespace
}  // namespace lintel::sip
