#include "calls/machine.hpp"

#include <array>

namespace lintel::calls {
namespace {

using S = CallState;
constexpr auto none = std::optional<CallState>();
// Rows: states; columns: accept, hang_up, pre_empt, leg_rings, leg_answers, no_leg_left, peer_ends, time_over,
// unlocked.
constexpr std::array<std::array<std::optional<CallState>, call_input_count>, call_state_count> table = {{
    /* dialling  */ {none, S::ended, S::ended, S::ringing, S::talking, S::ended, none, S::ended, none},
    /* ringing   */ {none, S::ended, S::ended, none, S::talking, S::ended, none, S::ended, none},
    /* arriving  */ {S::answering, S::ended, S::ended, none, none, S::ended, S::ended, S::ended, none},
    /* answering */ {none, S::ended, S::ended, none, S::talking, S::ended, S::ended, S::ended, none},
    /* talking   */ {none, S::ended, S::ended, none, none, none, S::ended, S::ended, S::ended},
    /* ended     */ {none, none, none, none, none, none, none, none, none},
}};

constexpr std::array<std::string_view, call_input_count> input_names = {
    "accept", "hang_up", "pre_empt", "leg_rings", "leg_answers", "no_leg_left", "peer_ends", "time_over", "unlocked"};
constexpr std::array<std::string_view, 6> kind_names = {"room", "centre", "emergency", "station", "talk", "live_view"};
constexpr std::array<std::string_view, call_state_count> state_names = {"dialling",  "ringing", "arriving",
                                                                        "answering", "talking", "ended"};
constexpr std::array<std::string_view, 16> cause_names = {
    "none",         "hung_up",    "peer_hung_up",      "cancelled",     "caller_gave_up", "not_answered",
    "refused",      "busy",       "unreachable",       "no_encryption", "peer_lost",      "time_limit",
    "after_unlock", "pre_empted", "ended_by_operator", "shutdown"};
constexpr std::array<std::string_view, 7> start_names = {"started",        "no_such_number", "nobody_available", "busy",
                                                         "outside_period", "not_allowed",    "no_encryption"};
constexpr std::array<std::string_view, 7> refusal_names = {"busy",        "declined", "do_not_disturb", "no_answer",
                                                           "unreachable", "failed",   "no_encryption"};
constexpr std::array<std::string_view, 12> end_names = {
    "answered_elsewhere", "declined_elsewhere", "cancelled", "hung_up",    "busy",       "not_allowed",
    "no_encryption",      "not_answered",       "declined",  "pre_empted", "time_limit", "shutdown"};

}  // namespace

std::string_view name_of(CallInput input) {
  return input_names.at(static_cast<std::size_t>(input));
}
std::string_view name_of(CallKind kind) {
  return kind_names.at(static_cast<std::size_t>(kind));
}
std::string_view name_of(CallState state) {
  return state_names.at(static_cast<std::size_t>(state));
}
std::string_view name_of(Cause cause) {
  return cause_names.at(static_cast<std::size_t>(cause));
}
std::string_view name_of(Start start) {
  return start_names.at(static_cast<std::size_t>(start));
}
std::string_view name_of(Refusal refusal) {
  return refusal_names.at(static_cast<std::size_t>(refusal));
}
std::string_view name_of(LegEnd end) {
  return end_names.at(static_cast<std::size_t>(end));
}

std::optional<CallState> transition(CallState state, CallInput input) {
  return table.at(static_cast<std::size_t>(state)).at(static_cast<std::size_t>(input));
}

}  // namespace lintel::calls
