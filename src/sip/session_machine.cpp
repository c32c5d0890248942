#include "sip/session_machine.hpp"

namespace lintel::sip {
namespace {

using State = SessionState;
using Event = SessionEvent;
using Action = SessionAction;

struct Rule {
  State state;
  Event event;
  State next;
  Action action;
};

// One line a pair that is allowed.
constexpr Rule rules[] = {
    {State::idle, Event::start, State::calling, Action::send_invite},
    {State::idle, Event::invite, State::offered, Action::report_call},
    {State::idle, Event::hang_up, State::ended, Action::none},
    {State::idle, Event::silence, State::ended, Action::report_refused},  // no way to the server was found

    {State::calling, Event::provisional, State::proceeding, Action::report_provisional},
    {State::calling, Event::success, State::confirmed, Action::acknowledge},
    {State::calling, Event::failure, State::ended, Action::report_refused},
    {State::calling, Event::challenge, State::calling, Action::send_invite},
    {State::calling, Event::silence, State::ended, Action::report_refused},
    {State::calling, Event::hang_up, State::cancel_waiting, Action::send_cancel},

    {State::proceeding, Event::provisional, State::proceeding, Action::report_provisional},
    {State::proceeding, Event::success, State::confirmed, Action::acknowledge},
    {State::proceeding, Event::failure, State::ended, Action::report_refused},
    {State::proceeding, Event::challenge, State::calling, Action::send_invite},
    {State::proceeding, Event::silence, State::ended, Action::report_refused},
    {State::proceeding, Event::hang_up, State::cancelling, Action::send_cancel},

    // The core holds the CANCEL back until the provisional has come.
    {State::cancel_waiting, Event::provisional, State::cancelling, Action::none},
    {State::cancel_waiting, Event::success, State::ending, Action::acknowledge_and_bye},
    {State::cancel_waiting, Event::failure, State::ended, Action::none},
    {State::cancel_waiting, Event::challenge, State::ended, Action::none},
    {State::cancel_waiting, Event::silence, State::ended, Action::none},

    {State::cancelling, Event::provisional, State::cancelling, Action::none},
    {State::cancelling, Event::success, State::ending, Action::acknowledge_and_bye},
    {State::cancelling, Event::failure, State::ended, Action::none},
    {State::cancelling, Event::challenge, State::ended, Action::none},
    {State::cancelling, Event::silence, State::ended, Action::none},

    {State::offered, Event::progress, State::ringing, Action::send_provisional},
    {State::offered, Event::accept, State::accepted, Action::send_success},
    {State::offered, Event::refuse, State::ended, Action::send_refusal},
    {State::offered, Event::hang_up, State::ended, Action::send_refusal},
    {State::offered, Event::cancel, State::ended, Action::send_terminated},
    {State::offered, Event::bye, State::ended, Action::send_terminated},  // RFC 3261 §15: a caller may, early
    {State::offered, Event::silence, State::ended, Action::report_ended},

    {State::ringing, Event::progress, State::ringing, Action::send_provisional},
    {State::ringing, Event::accept, State::accepted, Action::send_success},
    {State::ringing, Event::refuse, State::ended, Action::send_refusal},
    {State::ringing, Event::hang_up, State::ended, Action::send_refusal},
    {State::ringing, Event::cancel, State::ended, Action::send_terminated},
    {State::ringing, Event::bye, State::ended, Action::send_terminated},
    {State::ringing, Event::silence, State::ended, Action::report_ended},

    {State::accepted, Event::ack, State::confirmed, Action::report_confirmed},
    {State::accepted, Event::cancel, State::accepted, Action::none},    // too late: our 200 is out
    {State::accepted, Event::bye, State::ended, Action::report_ended},  // its ACK was lost or overtaken
    {State::accepted, Event::hang_up, State::closing, Action::none},
    {State::accepted, Event::ack_missing, State::ending, Action::send_bye_and_report},
    {State::accepted, Event::dead_peer, State::ending, Action::send_bye_and_report},

    {State::closing, Event::ack, State::ending, Action::send_bye},
    {State::closing, Event::ack_missing, State::ending, Action::send_bye},
    {State::closing, Event::bye, State::ended, Action::none},
    {State::closing, Event::cancel, State::closing, Action::none},
    {State::closing, Event::dead_peer, State::ending, Action::send_bye},

    {State::confirmed, Event::hang_up, State::ending, Action::send_bye},
    {State::confirmed, Event::bye, State::ended, Action::report_ended},
    {State::confirmed, Event::success, State::confirmed, Action::acknowledge_again},
    {State::confirmed, Event::ack, State::confirmed, Action::none},
    {State::confirmed, Event::dead_peer, State::ending, Action::send_bye_and_report},

    {State::ending, Event::bye_answered, State::ended, Action::none},
    {State::ending, Event::bye, State::ended, Action::none},  // both hung up at once
    {State::ending, Event::silence, State::ended, Action::none},
    {State::ending, Event::success, State::ending, Action::acknowledge_again},
    {State::ending, Event::ack, State::ending, Action::none},
};

struct Cell {
  bool allowed = false;
  SessionStep step{State::ended, Action::none};
};

constexpr auto make_table() {
  std::array<std::array<Cell, session_events>, session_states> table{};
  for (const Rule& rule : rules) {
    auto& cell = table[static_cast<std::size_t>(rule.state)][static_cast<std::size_t>(rule.event)];
    cell.allowed = true;
    cell.step = {rule.next, rule.action};
  }
  return table;
}

constexpr auto table = make_table();

constexpr const char* state_names[session_states] = {"idle",       "calling",   "proceeding", "cancel_waiting",
                                                     "cancelling", "offered",   "ringing",    "accepted",
                                                     "closing",    "confirmed", "ending",     "ended"};
constexpr const char* event_names[session_events] = {
    "start",     "progress", "accept", "refuse", "hang_up",      "invite",  "provisional", "success",  "failure",
    "challenge", "ack",      "cancel", "bye",    "bye_answered", "silence", "ack_missing", "dead_peer"};

}  // namespace

std::optional<SessionStep> transition(SessionState state, SessionEvent event) {
  const Cell& cell = table[static_cast<std::size_t>(state)][static_cast<std::size_t>(event)];
  if (!cell.allowed) return std::nullopt;
  return cell.step;
}

const char* name_of(SessionState state) {
  return state_names[static_cast<std::size_t>(state)];
}
const char* name_of(SessionEvent event) {
  return event_names[static_cast<std::size_t>(event)];
}

std::optional<OfferState> transition(OfferState state, OfferEvent event) {
  switch (state) {
    case OfferState::stable:
      if (event == OfferEvent::send_offer) return OfferState::ours;
      if (event == OfferEvent::receive_offer) return OfferState::theirs;
      return std::nullopt;
    case OfferState::ours:
      if (event == OfferEvent::receive_answer || event == OfferEvent::dropped) return OfferState::stable;
      return std::nullopt;
    case OfferState::theirs:
      if (event == OfferEvent::send_answer || event == OfferEvent::dropped) return OfferState::stable;
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace lintel::sip
