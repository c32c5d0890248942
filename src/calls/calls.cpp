#include "calls/calls.hpp"

#include <algorithm>

namespace lintel::calls {
namespace {

CallKind kind_of(Resolution::Kind kind) {
  switch (kind) {
    case Resolution::Kind::centre:
      return CallKind::centre;
    case Resolution::Kind::station:
      return CallKind::station;
    case Resolution::Kind::room:
    case Resolution::Kind::nothing:
      break;
  }
  return CallKind::room;
}

// An extension ("101#1") is its room's; empty where no room is called.
std::string room_of(const Resolution& resolution) {
  if (resolution.kind != Resolution::Kind::room) return {};
  return resolution.number.substr(0, resolution.number.find('#'));
}

}  // namespace

Calls::Calls(Clock& clock, const Directory& directory, Lines& lines, UnlockWish& wishes, CallOptions options)
    : clock_(clock), directory_(directory), lines_(lines), wishes_(wishes), options_(std::move(options)) {}

Calls::~Calls() = default;

Start Calls::press(std::string_view number) {
  Resolution resolution = directory_.resolve(number);
  const CallKind kind = kind_of(resolution.kind);
  // First, also during a call: what is no number may be a code, and is not written down as a room.
  if (resolution.kind == Resolution::Kind::nothing) return not_placed(kind, number, resolution, Start::no_such_number);
  if (call_ && call_->kind != CallKind::live_view) return not_placed(kind, number, resolution, Start::busy);
  if (!directory_.within_period(kind)) return not_placed(kind, number, resolution, Start::outside_period);
  return begin(kind, number, std::move(resolution));
}

Start Calls::call_centre() {
  return press(directory_.centre_number());
}

Start Calls::emergency() {
  const std::string number = directory_.centre_number();
  Resolution resolution = directory_.resolve(number);
  if (call_ && call_->kind == CallKind::emergency) {
    return not_placed(CallKind::emergency, number, resolution, Start::busy);
  }
  if (resolution.kind == Resolution::Kind::nothing) {
    return not_placed(CallKind::emergency, number, resolution, Start::no_such_number);
  }
  return begin(CallKind::emergency, number, std::move(resolution));
}

Start Calls::begin(CallKind kind, std::string_view number, Resolution resolution) {
  // A running call is given up only for one that can really be made.
  if (resolution.contacts.empty()) return not_placed(kind, number, resolution, Start::nobody_available);
  handle(CallInput::pre_empt, Cause::pre_empted, LegEnd::pre_empted);
  // A listener that heard of the end may have begun another call.
  if (call_) return not_placed(kind, number, resolution, Start::busy);

  RunningCall& call = start_call(kind);
  call.state = CallState::dialling;
  call.number = resolution.number;
  call.room = room_of(resolution);
  for (auto& contact : resolution.contacts) {
    if (call.legs.size() == most_legs) break;
    call.legs[new_leg()].contact = std::move(contact);
  }
  call.limit = clock_.after(options_.ring_limit, [this] { no_answer_in_time(); });
  // It rings before anybody is told of it: no phone waits for a journal or a page.
  const bool first = !std::exchange(holding_, true);
  publish(event_of_call("call.placed"));
  dial_all();
  if (first) tell_held();
  return Start::started;
}

RunningCall& Calls::start_call(CallKind kind) {
  call_.emplace();
  call_->id = ++last_call_;
  call_->kind = kind;
  call_->since = clock_.wall();
  call_->answered_at = clock_.monotonic();
  return *call_;
}

void Calls::dial_all() {
  std::vector<std::pair<LegId, Contact>> to_dial;
  to_dial.reserve(call_->legs.size());
  for (auto& [id, leg] : call_->legs) {
    if (!std::exchange(leg.dialled, true)) to_dial.emplace_back(id, leg.contact);
  }
  if (to_dial.empty()) return;
  // A line may fail inside dial(), and a listener that hears of it may hang up: it hears when all have been dialled.
  const bool first = !std::exchange(holding_, true);
  lines_.dial(to_dial, {call_->id, call_->kind, call_->number, call_->legs.size()});
  if (first) tell_held();
}

Start Calls::not_placed(CallKind kind, std::string_view number, const Resolution& resolution, Start why) {
  CallEvent event;
  event.event = "call.not_placed";
  event.kind = kind;
  event.state = CallState::ended;
  event.number = number;
  event.room = room_of(resolution);
  event.start = why;
  if (kind == CallKind::emergency) {
    const Monotonic now = clock_.monotonic();
    const bool again =
        emergency_told_ && emergency_told_->first == why && now - emergency_told_->second < same_emergency;
    if (again) return why;
    emergency_told_ = {why, now};
  }
  publish(event);
  return why;
}

Start Calls::arrive(const Arrival& arrival) {
  const CallKind kind = arrival.wants_to_talk ? CallKind::talk : CallKind::live_view;
  if (!arrival.allowed) return turn_away(arrival, kind, Start::not_allowed, LegEnd::not_allowed);
  if (call_) return turn_away(arrival, kind, Start::busy, LegEnd::busy);
  if (!directory_.within_period(kind)) return turn_away(arrival, kind, Start::outside_period, LegEnd::not_allowed);
  if (arrival.lacks_encryption) return turn_away(arrival, kind, Start::no_encryption, LegEnd::no_encryption);

  RunningCall& call = start_call(kind);
  call.state = CallState::arriving;
  call.number = arrival.account;
  call.room = arrival.room;
  call.who = arrival.account;
  RunningLeg& leg = call.legs[arrival.leg];
  leg.dialled = true;
  leg.contact.account = arrival.account;
  leg.contact.room = arrival.room;
  leg.contact.monitor = arrival.monitor;
  call.limit = clock_.after(options_.arriving_limit, [this] { no_answer_in_time(); });
  const CallId id = call.id;
  publish(event_of_call("call.arrived"));
  if (!runs(id) || !arrival.monitor || !options_.auto_answer) return Start::started;
  if (options_.auto_answer_delay > Duration::zero()) {
    call_->auto_answer = clock_.after(options_.auto_answer_delay, [this] { accept(); });
  } else {
    accept();
  }
  return Start::started;
}

Start Calls::turn_away(const Arrival& arrival, CallKind kind, Start why, LegEnd reason) {
  end_leg(arrival.leg, reason);
  CallEvent event;
  event.event = "call.turned_away";
  event.kind = kind;
  event.state = CallState::ended;
  event.number = event.who = arrival.account;
  event.room = arrival.room;
  event.start = why;
  publish(event);
  return why;
}

bool Calls::accept() {
  if (!call_ || !handle(CallInput::accept)) return false;
  const CallId id = call_->id;
  const LegId leg = call_->legs.begin()->first;
  call_->auto_answer.cancel();
  publish(event_of_call("call.accepted"));
  if (runs(id) && find_leg(leg) != nullptr) lines_.accept(leg);
  return true;
}

bool Calls::hang_up() {
  if (!call_) return false;
  switch (call_->state) {
    case CallState::dialling:
    case CallState::ringing:
      return handle(CallInput::hang_up, Cause::cancelled, LegEnd::cancelled);
    case CallState::arriving:
      return handle(CallInput::hang_up, Cause::refused, LegEnd::declined);
    case CallState::answering:
    case CallState::talking:
      return handle(CallInput::hang_up, Cause::hung_up, LegEnd::hung_up);
    case CallState::ended:
      break;
  }
  return false;
}

bool Calls::end(CallId id, Cause cause) {
  return runs(id) && handle(CallInput::hang_up, cause, LegEnd::hung_up);
}

void Calls::stop() {
  handle(CallInput::hang_up, Cause::shutdown, LegEnd::shutdown);
}

void Calls::door_opened(std::string_view method) {
  if (!call_ || call_->state != CallState::talking || call_->after_unlock.armed()) return;
  for (const auto& [each, time] : options_.hang_up_after_unlock) {
    if (each != method) continue;
    call_->after_unlock =
        clock_.after(time, [this] { handle(CallInput::unlocked, Cause::after_unlock, LegEnd::hung_up); });
    return;
  }
}

void Calls::no_answer_in_time() {
  const bool incoming = call_ && is_incoming(call_->kind);
  handle(CallInput::time_over, Cause::not_answered, incoming ? LegEnd::not_answered : LegEnd::cancelled);
}

std::optional<CallView> Calls::current() const {
  if (!call_) return std::nullopt;
  const auto live =
      std::count_if(call_->legs.begin(), call_->legs.end(), [](const auto& each) { return !each.second.refusal; });
  return CallView{call_->id,   call_->kind, call_->state, call_->number,
                  call_->room, call_->who,  call_->since, static_cast<std::size_t>(live)};
}

bool Calls::handle(CallInput input, Cause cause, LegEnd reason) {
  if (!call_) return false;
  const auto next = transition(call_->state, input);
  if (!next) return false;
  if (*next == CallState::ended) {
    finish(cause, reason);
  } else {
    call_->state = *next;
  }
  return true;
}

void Calls::finish(Cause cause, LegEnd reason) {
  CallEvent event = event_of_call("call.ended");
  event.state = CallState::ended;
  event.cause = cause;
  if (call_->talking != 0 || cause == Cause::not_answered) event.talked = clock_.monotonic() - call_->answered_at;
  const WishFrom wishes = wish_from();
  // The call is gone before anybody is told, so that whoever is told may begin the next one.
  const RunningCall over = std::exchange(call_, std::nullopt).value();
  for (const auto& [id, leg] : over.legs) {
    if (leg.dialled && !leg.refusal) end_leg(id, reason);
  }
  if (over.talking != 0) wishes_.wishes_over(wishes);
  publish(event);
}

CallEvent Calls::event_of_call(std::string_view name) const {
  CallEvent event;
  event.event = name;
  event.id = call_->id;
  event.kind = call_->kind;
  event.state = call_->state;
  event.number = call_->number;
  event.room = call_->room;
  event.who = call_->who;
  return event;
}

void Calls::publish(const CallEvent& event) {
  if (holding_) {
    held_.push_back(event);
    return;
  }
  for (CallListener* const listener : listeners_) listener->call_happened(event);
}

// What the listeners cause meanwhile comes after what is held already.
void Calls::tell_held() {
  for (; !held_.empty(); held_.pop_front()) {
    for (CallListener* const listener : listeners_) listener->call_happened(held_.front());
  }
  holding_ = false;
}

WishFrom Calls::wish_from() const {
  WishFrom from;
  from.call = call_->id;
  from.call_name = std::to_string(call_->id);
  from.account = call_->who;
  from.room = call_->room;
  if (const auto leg = call_->legs.find(call_->talking); leg != call_->legs.end()) {
    const Contact& contact = leg->second.contact;
    from.monitor_of_called_room = call_->kind == CallKind::room && contact.monitor && contact.room == call_->room;
  }
  return from;
}

}  // namespace lintel::calls
