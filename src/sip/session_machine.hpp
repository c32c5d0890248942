// The life of one INVITE session, both sides in one machine, as a pure table. RFC 3261 §9, §13, §15; RFC 6026.
//
//                      start                                            invite
//        ┌──────────── idle ────────────────────────────────────────────┐
//        ▼                                                              ▼
//     calling ──hang_up──► cancel_waiting      progress ┌─ offered ──refuse/hang_up/cancel/bye/silence──► ended
//        │ provisional         │ provisional            ▼     │
//        ▼                     ▼                     ringing ─┤ accept
//     proceeding ─hang_up─► cancelling                        ▼
//        │ success             │ success (200 crossing)    accepted ──hang_up──► closing
//        ▼                     │ → ACK and BYE                │ ack               │ ack, ack_missing → BYE
//     confirmed ◄──────────────┼──────────────────────────────┘                   │
//        │ hang_up, dead_peer  ▼                              ack_missing → BYE   │
//        └───────────────► ending ◄───────────────────────────────────────────────┘
//                              │ bye_answered, silence, bye (crossing)
//                              ▼
//                            ended
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace lintel::sip {

enum class SessionState : std::uint8_t {
  idle,
  calling,         // INVITE sent, nothing heard
  proceeding,      // a provisional heard
  cancel_waiting,  // hang-up asked; CANCEL must wait for the first provisional (RFC 3261 §9.1)
  cancelling,      // CANCEL sent, the final response awaited
  offered,         // INVITE came, the house was told
  ringing,         // 18x sent
  accepted,        // 200 sent, ACK awaited
  closing,         // as accepted, BYE to follow (RFC 3261 §15: no BYE before the ACK)
  confirmed,
  ending,  // BYE sent
  ended,
};
inline constexpr std::size_t session_states = 12;

enum class SessionEvent : std::uint8_t {
  // control
  start,
  progress,
  accept,
  refuse,
  hang_up,
  // signalling
  invite,
  provisional,
  success,
  failure,
  challenge,  // 401 or 407 that we may answer, 422 with a longer time
  ack,
  cancel,
  bye,
  bye_answered,
  // internal
  silence,      // our INVITE or BYE got no answer in time; or the caller's flow is gone before we answered
  ack_missing,  // our 200 was not acknowledged in 64*T1
  dead_peer,    // session timer ran out, 481 or 408 within the dialog
};
inline constexpr std::size_t session_events = 17;

enum class SessionAction : std::uint8_t {
  none,
  send_invite,  // also again, with credentials
  send_cancel,
  report_provisional,
  acknowledge,          // ACK, report the answer
  acknowledge_again,    // the 200 was repeated
  acknowledge_and_bye,  // the 200 crossed our hang-up
  report_refused,
  report_call,
  send_provisional,
  send_success,
  send_refusal,
  send_terminated,  // 487 to the INVITE, report the end
  report_confirmed,
  send_bye,
  send_bye_and_report,  // the peer is taken for dead
  report_ended,
};

struct SessionStep {
  SessionState next;
  SessionAction action;
};

// Nothing: the event has no place in that state and changes nothing.
[[nodiscard]] std::optional<SessionStep> transition(SessionState state, SessionEvent event);

[[nodiscard]] const char* name_of(SessionState state);
[[nodiscard]] const char* name_of(SessionEvent event);

// Offer and answer (RFC 3264, RFC 6337) as far as a signalling layer must know them: whose offer is open.
enum class OfferState : std::uint8_t { stable, ours, theirs };
enum class OfferEvent : std::uint8_t { send_offer, receive_offer, send_answer, receive_answer, dropped };
// Nothing: not allowed now. A received offer is then answered with 491 in `ours`, 500 and Retry-After in `theirs`
// (RFC 3261 §14.2, RFC 3311 §5.2).
[[nodiscard]] std::optional<OfferState> transition(OfferState state, OfferEvent event);

}  // namespace lintel::sip
