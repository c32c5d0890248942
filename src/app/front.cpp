#include "app/front.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "system/memory.hpp"

namespace lintel::app {
namespace {

web::CallState state_of(const calls::CallView& call) {
  return {fmt::format("{}", call.id), std::string(calls::name_of(call.state)), call.room.empty() ? call.number : call.room, call.who,
          call.since};
}

Error error_of(calls::Start start, std::string_view number) {
  const std::string value(number);
  switch (start) {
    case calls::Start::no_such_number: return {ErrorCode::not_found, "There is no such room.", "to", value};
    case calls::Start::nobody_available:
      return {ErrorCode::unavailable, "Nobody is available: no monitor of that room is online.", "to", value};
    case calls::Start::busy: return {ErrorCode::conflict, "A call is running. End it first.", "to", value};
    case calls::Start::outside_period: return {ErrorCode::denied, "Calls to that number are not taken at this time.", "to", value};
    default: return {ErrorCode::internal, "The call could not be started.", "to", value};
  }
}

}  // namespace

Front::Front(const Needs& needs)
    : needs_(needs),
      calls_(needs.loop.clock(), needs.directory, needs.lines, needs.doors, call_options()),
      panel_(needs.loop.clock(), calls_, needs.doors, *this, panel_options()) {
  calls_.add_listener(*this);
  needs_.doors.keypad().listen([this](hardware::Key key) {
    panel_.press(key);
    // The call key may be next.
    if (hardware::digit_of(key)) needs_.loop.post(&system::tidy_memory, Priority::idle);
  });
  needs_.doors.on_opened = [this](std::string_view method) { calls_.door_opened(method); };
  needs_.doors.on_jammed = [this] { panel_.lock_jammed(); };
  needs_.cards.on_news = [this](calls::CardNews news, Duration wait) { panel_.card_held(news, wait); };
  needs_.cards.on_awaited = [this](const std::string& room, WallTime until) { panel_.card_awaited(room, until); };
  needs_.doors.on_emergency = [this] { panel_.press(hardware::Key::emergency); };  // who presses it is told what comes of it
  settings_changes_ = needs.settings.on_change([this](const settings::Change&) {
    calls_.set_options(call_options());
    panel_.set_options(panel_options());
  });
  // What is revoked ends at once.
  household_changes_ = needs.household.on_change([this](const household::Change& change) {
    if (change.done != household::Done::removed) return;
    calls_.end_legs([this](const calls::Contact& contact) {
      return contact.monitor && needs_.household.monitor(contact.account) == nullptr;
    });
  });
}

calls::CallOptions Front::call_options() const {
  namespace keys = settings::call;
  const settings::Settings& s = needs_.settings;
  calls::CallOptions options;
  options.ring_limit = s.get(keys::longest_ring);
  options.arriving_limit = s.get(keys::longest_incoming);
  options.talk_limit = s.get(keys::longest_call);
  options.auto_answer = s.get(keys::auto_answer);
  options.auto_answer_delay = s.get(keys::auto_answer_delay);
  const std::string after = s.get(keys::hang_up_after);
  const Duration delay = s.get(keys::hang_up_delay);
  const auto methods = after == "any" ? std::vector<std::string>{"monitor", "dtmf", "code", "api", "exit_button", "card", "finger"}
                       : after == "never" ? std::vector<std::string>{}
                                          : std::vector<std::string>{after};
  for (const auto& method : methods) options.hang_up_after_unlock.emplace_back(method, delay);
  return options;
}

calls::PanelOptions Front::panel_options() const {
  calls::PanelOptions options;
  options.input_limit = needs_.settings.get(settings::keypad::input_time);
  // A code that was typed without its first key is known as one only as a whole: see call_happened().
  options.longest_number = std::max(household::max_centre_number, household::max_code);
  options.reader = needs_.doors.has_reader();
  options.hint = needs_.settings.get(settings::station::name);
  return options;
}

void Front::locks_changed() { panel_.locks_open(needs_.doors.open_locks()); }

void Front::panel_changed(const calls::PanelState& panel) {
  needs_.doors.show(panel);
  if (events_ != nullptr) events_->panel_changed(state());
}

void Front::call_happened(const calls::CallEvent& event) {
  const auto current = calls_.current();
  calls::CallEvent told = event;
  // A code that was typed without its first key is still a code: the journal does not keep it.
  if (event.start == calls::Start::no_such_number && needs_.household.find_code(event.number) != nullptr)
    told.number.assign(event.number.size(), '*');
  needs_.chronicle.call(told, current ? current->legs : 0);
  if (events_ == nullptr || event.id == 0) return;
  web::CallState call{fmt::format("{}", event.id), std::string(calls::name_of(event.state)),
                      event.room.empty() ? event.number : event.room, event.who, needs_.loop.clock().wall()};
  if (current && current->id == event.id) call.since = current->since;
  events_->call_changed(call);
}

web::PanelState Front::state() const {
  const calls::PanelState& panel = panel_.state();
  web::PanelState out;
  for (const auto& message : panel.lines) out.lines.push_back({message.id, message.arguments, calls::in_english(message)});
  out.kind = calls::name_of(panel.kind);
  out.call_light = panel.lights.call;
  out.talk_light = panel.lights.talk;
  out.unlock_light = panel.lights.unlock;
  out.input = panel.input;
  out.locked_until = panel.locked_until;
  out.mode = panel.mode;
  if (panel.reader) {
    out.reader_light = hardware::name_of(panel.reader->light);
    out.reader_awaits_until = panel.reader->awaits_until;
  }
  return out;
}

Result<web::PanelState> Front::press(const web::Subject& /*who*/, std::string_view word) {
  const auto key = hardware::parse_key(word);
  if (!key) return Error{ErrorCode::invalid, "There is no such key.", "key", std::string(word), "0 to 9, *, #, call, hangup, centre, emergency"};
  needs_.doors.keypad().press(*key);
  return state();
}

std::vector<web::CallState> Front::calls() const {
  std::vector<web::CallState> out;
  if (const auto call = calls_.current()) out.push_back(state_of(*call));
  return out;
}

Result<web::CallState> Front::call(const web::Subject& /*who*/, std::string_view to) {
  const calls::Start start = calls_.press(to);
  const auto current = calls_.current();
  if (start != calls::Start::started) return error_of(start, to);
  if (!current) return error_of(calls::Start::nobody_available, to);  // every line failed at once
  return state_of(*current);
}

Result<void> Front::hang_up(const web::Subject& /*who*/, std::string_view id) {
  const auto number = text::to_unsigned(id);
  if (number && calls_.end(*number)) return {};
  return Error{ErrorCode::not_found, "That call has ended already.", "id", std::string(id)};
}

}  // namespace lintel::app
