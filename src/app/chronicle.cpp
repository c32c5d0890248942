#include "app/chronicle.hpp"

#include <fmt/format.h>

namespace lintel::app {
namespace events = journal::events;
namespace {

std::string seconds(Duration duration) {
  return fmt::format("{}", std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

const journal::Event& end_of(const calls::CallEvent& event) {
  switch (event.cause) {
    case calls::Cause::not_answered: return events::call_not_answered;
    case calls::Cause::cancelled: case calls::Cause::caller_gave_up: return events::call_cancelled;
    case calls::Cause::busy: return events::call_busy;
    case calls::Cause::unreachable: case calls::Cause::no_encryption: return events::call_failed;
    default: return events::call_ended;
  }
}

// A person's no, a device that did not do its part, or nobody there at all.
const journal::Event& event_of(calls::Refusal refusal) {
  switch (refusal) {
    case calls::Refusal::no_answer:
      return events::call_monitor_silent;
    case calls::Refusal::unreachable:
    case calls::Refusal::failed:
    case calls::Refusal::no_encryption:
      return events::call_failed;
    default:
      return events::call_refused;
  }
}

}  // namespace

bool Chronicle::record_bounded(const journal::Event& event, const journal::Details& details,
                               const journal::Event& repeated) {
  return repeats_.tell(
      fmt::format("{} {}", repeated.id, details.subject), [&] { journal_.record(event, details); },
      [&](Duration untold) {
        journal_.record(repeated,
                        {.room = details.room, .subject = details.subject, .fields = {journal::minutes(untold)}});
      });
}

void Chronicle::presence(const std::string& account, const std::string& room, const std::string& address, bool online) {
  const journal::Event& event = online ? events::monitor_registered : events::monitor_unregistered;
  const journal::Details details{.room = room, .subject = account, .fields = {{"address", address}}};
  unsettled_.erase(account);
  if (record_bounded(event, details, events::monitor_repeated)) return;
  unsettled_[account] = clock_.after(settled, [this, &event, details] {
    journal_.record(event, details);
    unsettled_.erase(std::string(details.subject));
  });
}

void Chronicle::view_refused(const std::string& account, const std::string& room, const std::string& reason) {
  record_bounded(events::view_refused, {.room = room, .subject = account, .fields = {{"reason", reason}}},
                 events::view_repeated);
}

void Chronicle::call(const calls::CallEvent& event, std::size_t legs) {
  if (event.id != 0 && event.id == untold_call_ && !(event.event == "call.ended" && event.talked >= a_talk)) return;
  journal::Details details{.room = event.room.empty() ? event.number : event.room, .subject = event.who};
  const auto field = [&](std::string name, std::string value) { details.fields.push_back({std::move(name), std::move(value)}); };
  field("call", fmt::format("{}", event.id));
  field("kind", std::string(calls::name_of(event.kind)));
  if (event.event == "call.placed") {
    field("number", event.number);
    journal_.record(event.kind == calls::CallKind::emergency ? events::call_emergency : events::call_pressed, details);
  } else if (event.event == "call.ringing") {
    field("monitors", fmt::format("{}", legs));
    journal_.record(events::call_ringing, details);
  } else if (event.event == "call.answered") {
    journal_.record(events::call_answered, details);
  } else if (event.event == "call.ended") {
    field("seconds", seconds(event.talked));
    field("reason", std::string(calls::name_of(event.cause)));
    journal_.record(end_of(event), details);
  } else if (event.event == "call.leg_refused") {
    field("reason", std::string(calls::name_of(event.refusal)));
    journal_.record(event_of(event.refusal), details);
  } else if (event.event == "call.arrived") {
    untold_call_ = record_bounded(events::call_incoming, details, events::call_repeated) ? 0 : event.id;
  } else if (event.event == "call.turned_away") {
    field("address", "");
    field("reason", std::string(calls::name_of(event.start)));
    record_bounded(event.start == calls::Start::busy ? events::call_busy : events::call_rejected, details,
                   events::call_repeated);
  } else if (event.event == "call.not_placed") {
    field("number", event.number);
    // Pressed is pressed, whether or not the centre can be called.
    if (event.kind == calls::CallKind::emergency && event.start != calls::Start::busy) journal_.record(events::call_emergency, details);
    field("reason", std::string(calls::name_of(event.start)));
    switch (event.start) {
      case calls::Start::no_such_number:
        details.room.clear();  // what was dialled is no room: it belongs to nobody's log
        journal_.record(events::call_no_such_room, details);
        break;
      case calls::Start::nobody_available: journal_.record(events::call_nobody_available, details); break;
      case calls::Start::busy: journal_.record(events::call_busy, details); break;
      default: journal_.record(events::call_failed, details); break;
    }
  }
}

void Chronicle::access(const access::AccessEvent& event, int tries) {
  journal::Details details{.room = event.room, .door = event.lock_name, .subject = event.subject};
  if (details.door.empty() && event.lock > 0) details.door = fmt::format("lock {}", event.lock);
  const auto field = [&](std::string name, std::string value) { details.fields.push_back({std::move(name), std::move(value)}); };
  if (!event.method.empty()) field("method", std::string(event.method));
  if (event.lock > 0) field("lock", fmt::format("{}", event.lock));
  if (!event.source.empty()) field("source", event.source);
  if (!event.call.empty()) field("call", event.call);
  if (!event.reason.empty()) field("reason", std::string(event.reason));

  if (event.event == "access.unlocked") {
    journal_.record(event.method == "exit_button" ? events::access_exit_button : events::access_unlocked, details);
  } else if (event.event == "access.let_in") {
    journal_.record(events::access_let_in, details);
  } else if (event.event == "access.locked") {
    journal_.record(events::access_locked, details);
  } else if (event.event == "access.refused") {
    const bool unknown = event.reason == access::name_of(access::Outcome::unknown_card);
    const bool lost = event.reason == access::name_of(access::Outcome::lost_card);
    if (unknown || lost) {
      journal_.record(lost ? events::access_lost_card : events::access_unknown_card, details);
      return;
    }
    const bool wrong = event.reason == access::name_of(access::Outcome::wrong_code);
    const bool soon = event.reason == access::name_of(access::Outcome::too_soon);
    journal_.record(wrong ? events::access_wrong_code : soon ? events::access_too_soon : events::access_refused, details);
  } else if (event.event == "access.keypad_locked") {
    details.fields.push_back(journal::minutes(event.wait));
    field("tries", fmt::format("{}", tries));
    journal_.record(events::access_keypad_locked, details);
  } else if (event.event == "access.reader_flooded") {
    details.fields.push_back(journal::minutes(event.wait));
    journal_.record(events::access_reader_flooded, details);
  } else if (event.event == "access.repeated") {
    details.fields.push_back(journal::minutes(event.wait));
    journal_.record(events::access_repeated, details);
  } else if (event.event == "access.main_card") {
    journal_.record(events::access_main_card, details);
  } else if (event.event == "access.lock_jammed") {
    if (event.reason.empty()) field("reason", "the relay does not answer");
    journal_.record(events::access_lock_fault, details);
  } else if (event.event == "access.lock_recovered") {
    journal_.record(events::access_lock_recovered, details);
  } else if (event.event == "access.jammed_repeated") {
    details.fields.push_back(journal::minutes(event.wait));
    journal_.record(events::access_fault_repeated, details);
  } else if (event.event == "access.made_safe") {
    field("state", "locked");
    journal_.record(events::access_safe_state, details);
  } else if (event.event == "access.door_held") {
    field("seconds", seconds(event.wait));
    journal_.record(events::alarm_door_held, details);
  } else if (event.event == "access.kept_open") {
    field("seconds", seconds(event.wait));
    journal_.record(events::alarm_kept_open, details);
  } else if (event.event == "access.door_forced") {
    journal_.record(events::alarm_door_forced, details);
  } else if (event.event == "access.forced_repeated") {
    details.fields.push_back(journal::minutes(event.wait));
    journal_.record(events::alarm_forced_repeated, details);
  }
}

}  // namespace lintel::app
