// What the front says about calls (C01, C06): how one starts, goes on and ends.
#include <utility>

#include "calls/panel.hpp"

namespace lintel::calls {

void Panel::call_happened(const CallEvent& event) {
  if (event.event == "call.placed") {
    clear_message();
    output_.play("sound.calling");
  } else if (event.event == "call.arrived") {
    output_.play("sound.ringing");
  } else if (event.event == "call.answered" || event.event == "call.accepted") {
    output_.play("sound.stop");
  } else if (event.event == "call.ended") {
    output_.play("sound.stop");
    say_end_of(event);
  } else if (event.event == "call.turned_away" && event.start == Start::no_encryption) {
    say(event.start, event.number);  // whoever called hears a refusal; the reason is in the house
  }
  refresh();
}

void Panel::say(Start start, std::string_view number) {
  switch (start) {
    case Start::started:
      break;
    case Start::no_such_number:
      show_message({"panel.no_such_room", {std::string(number)}}, DisplayKind::error, "sound.no_such_room");
      break;
    case Start::nobody_available:
      show_message({"panel.nobody_available", {}}, DisplayKind::error, "sound.nobody_available");
      break;
    case Start::busy:
      show_message({"panel.busy", {}}, DisplayKind::error, "sound.busy");
      break;
    case Start::no_encryption:
      show_message({"panel.no_encryption", {}}, DisplayKind::error, "sound.nobody_available");
      break;
    case Start::outside_period:
    case Start::not_allowed:
      show_message({"panel.outside_period", {}}, DisplayKind::error, "sound.nobody_available");
      break;
  }
}

void Panel::say_end_of(const CallEvent& event) {
  if (event.kind == CallKind::live_view) return;
  switch (event.cause) {
    case Cause::not_answered:
      if (is_incoming(event.kind)) return;
      return show_message({"panel.no_answer", {}}, DisplayKind::error, "sound.no_answer");
    case Cause::refused:
      if (is_incoming(event.kind)) return;
      return show_message({"panel.refused", {}}, DisplayKind::error, "sound.no_answer");
    case Cause::busy:
      return show_message({"panel.busy", {}}, DisplayKind::error, "sound.busy");
    case Cause::unreachable:
      return show_message({"panel.nobody_available", {}}, DisplayKind::error, "sound.nobody_available");
    case Cause::no_encryption:
      return show_message({"panel.no_encryption", {}}, DisplayKind::error, "sound.nobody_available");
    case Cause::peer_lost:
      return show_message({"panel.connection_lost", {}}, DisplayKind::error, "sound.call_ended");
    case Cause::hung_up:
    case Cause::peer_hung_up:
    case Cause::time_limit:
    case Cause::after_unlock:
    case Cause::ended_by_operator:
      return show_message({"panel.call_ended", {}}, DisplayKind::message, "sound.call_ended");
    case Cause::none:
    case Cause::cancelled:
    case Cause::caller_gave_up:
    case Cause::pre_empted:
    case Cause::shutdown:
      return;
  }
}

void Panel::draw_call(PanelState& state, const CallView& call) const {
  const bool talking = call.state == CallState::talking || call.state == CallState::answering;
  state.kind = talking ? DisplayKind::talking : DisplayKind::calling;
  state.lights.call = !talking;
  state.lights.talk = talking && call.kind != CallKind::live_view;
  const auto line = [&](std::string id, bool with_number) {
    Message message{std::move(id), {}};
    if (with_number) message.arguments.push_back(call.number);
    state.lines.push_back(std::move(message));
  };
  switch (call.kind) {
    case CallKind::emergency:
      line("panel.emergency", false);
      break;
    case CallKind::centre:
      line("panel.centre", false);
      break;
    case CallKind::live_view:
      return line("panel.being_watched", false);
    case CallKind::talk:
      if (!talking) return line("panel.arriving", true);
      break;
    case CallKind::room:
    case CallKind::station:
      break;
  }
  switch (call.state) {
    case CallState::dialling:
      return line("panel.dialling", true);
    case CallState::ringing:
      return line("panel.ringing", true);
    default:
      return line("panel.talking", true);
  }
}

}  // namespace lintel::calls
