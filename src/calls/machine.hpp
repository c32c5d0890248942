// The states of a call.
//
//   out:            leg_rings                 leg_answers
//     +----------+ ---------> +---------+ ---------------> +---------+
//     | dialling |            | ringing |                  | talking |
//     +----------+ ---------------------------------------> +---------+
//          |        leg_answers (no ring)                       ^  |
//          |                       |                            |  |  hang_up, peer_ends, time_over, unlocked, pre_empt
//          |  hang_up, no_leg_left, time_over, pre_empt         |  v
//          +-----------------------+-----------------------> +-------+
//                                                            | ended |
//   in:             accept                  leg_answers      +-------+
//     +----------+ -------> +-----------+ ---> talking          ^
//     | arriving |          | answering |                       |  hang_up, peer_ends, no_leg_left, time_over, pre_empt
//     +----------+          +-----------+ ----------------------+
//          +----------------------------------------------------+
//
// dialling   lines are being called, none rings yet.      ringing    at least one rings.
// arriving   somebody calls us and hears ringing.         answering  we took the call; the line is not up yet.
// talking    exactly one leg is up.                       ended      for good; a late answer is 'answered elsewhere'.
#pragma once

#include <optional>
#include <string_view>

#include "calls/types.hpp"

namespace lintel::calls {

// Grouped: from the front, from the lines, from inside.
enum class CallInput {
  accept,    // take an incoming call: the key, or auto-answer (C16)
  hang_up,   // the visitor ends or cancels; an operator ends it
  pre_empt,  // an emergency call takes the station

  leg_rings,
  leg_answers,  // a called leg answered, or an accepted one is up
  no_leg_left,  // the last leg refused or failed
  peer_ends,    // the talking or calling leg hung up or was lost

  time_over,  // ring time (C15) or longest call (C14)
  unlocked,   // the time after an unlock is over (C17)
};
inline constexpr int call_state_count = 6;
inline constexpr int call_input_count = 9;

[[nodiscard]] std::string_view name_of(CallInput input);
// The one table. Nothing: the input means nothing in this state and changes nothing.
[[nodiscard]] std::optional<CallState> transition(CallState state, CallInput input);

}  // namespace lintel::calls
