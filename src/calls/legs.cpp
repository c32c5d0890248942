// What the lines tell, and what it means to the call.
#include <algorithm>

#include "calls/calls.hpp"

namespace lintel::calls {

void Calls::leg_ringing(LegId id) {
  RunningLeg* const leg = find_leg(id);
  if (leg == nullptr) return;
  leg->rang = true;
  if (!handle(CallInput::leg_rings)) return;
  publish(event_of_call("call.ringing"));
}

void Calls::contact_came(std::string_view id) {
  if (!call_ || is_incoming(call_->kind) || (call_->state != CallState::dialling && call_->state != CallState::ringing))
    return;
  const CallId call = call_->id;
  // Silence is no answer of its own: what went to it may have gone nowhere.
  std::vector<LegId> unheard;
  std::erase_if(call_->legs, [&](const auto& each) {
    const auto& [leg, known] = each;
    if (known.contact.id != id || known.refusal.value_or(Refusal::no_answer) != Refusal::no_answer) return false;
    if (!known.refusal) unheard.push_back(leg);
    return true;
  });
  // Who answered anything at all, be it no, busy or an error, is not asked again.
  const auto has_been_asked = [this](const Contact& contact) {
    return std::any_of(call_->legs.begin(), call_->legs.end(), [&](const auto& each) {
      const RunningLeg& leg = each.second;
      return (leg.contact.id == contact.id && leg.refusal != Refusal::unreachable) ||
             (leg.contact.account == contact.account && contact.monitor && leg.refusal == Refusal::declined);
    });
  };
  for (const Contact& contact : directory_.resolve(call_->number).contacts) {
    if (call_->legs.size() == most_legs) break;
    if (!has_been_asked(contact)) call_->legs[new_leg()].contact = contact;
  }
  for (const LegId leg : unheard) end_leg(leg, LegEnd::cancelled);
  if (!runs(call)) return;
  dial_all();
  if (runs(call)) end_if_nobody_is_left();
}

void Calls::end_if_nobody_is_left() {
  const auto any = [this](auto is) {
    return std::any_of(call_->legs.begin(), call_->legs.end(), [&](const auto& each) { return is(each.second); });
  };
  if (any([](const RunningLeg& leg) { return !leg.refusal; })) return call_->lost.cancel();
  const auto end = [this] { handle(CallInput::no_leg_left, cause_of_refusals(*call_), LegEnd::cancelled); };
  // A page that loads anew or a Wi-Fi that roams is back in two seconds: the visitor need not press again for that.
  if (!any([](const RunningLeg& leg) { return leg.rang && leg.refusal == Refusal::unreachable; })) return end();
  if (!call_->lost.armed()) call_->lost = clock_.after(back_within, end);
}

void Calls::end_legs(const std::function<bool(const Contact&)>& gone) {
  if (!call_) return;
  std::vector<LegId> over;
  for (const auto& [id, leg] : call_->legs)
    if (!leg.refusal && gone(leg.contact)) over.push_back(id);
  for (const LegId id : over) {
    RunningLeg* const leg = find_leg(id);
    if (leg == nullptr) continue;
    leg->rang = false;  // it does not come back
    end_leg(id, call_->talking == id       ? LegEnd::hung_up
                : is_incoming(call_->kind) ? LegEnd::not_allowed
                                           : LegEnd::cancelled);
    leg_ended(id, true);
  }
}

void Calls::leg_answered(LegId id) {
  if (find_leg(id) == nullptr) {
    // Its answer crossed our cancel, or another answer: it is told why once more.
    const auto ended =
        std::find_if(ended_legs_.begin(), ended_legs_.end(), [&](const auto& each) { return each.first == id; });
    lines_.end(id, ended != ended_legs_.end() ? ended->second : LegEnd::cancelled);
    return;
  }
  if (call_->talking == id || !handle(CallInput::leg_answers)) return;
  talk(id);
}

void Calls::talk(LegId winner) {
  const CallId id = call_->id;
  call_->talking = winner;
  call_->who = call_->legs.at(winner).contact.account;
  call_->answered_at = clock_.monotonic();
  call_->auto_answer.cancel();
  call_->lost.cancel();
  call_->limit = clock_.after(options_.talk_limit,
                              [this] { handle(CallInput::time_over, Cause::time_limit, LegEnd::time_limit); });
  std::vector<LegId> others;
  for (auto each = call_->legs.begin(); each != call_->legs.end();) {
    if (each->first == winner) {
      ++each;
      continue;
    }
    if (each->second.dialled && !each->second.refusal) others.push_back(each->first);
    each = call_->legs.erase(each);
  }
  for (const LegId other : others) end_leg(other, LegEnd::answered_elsewhere);
  if (runs(id)) publish(event_of_call("call.answered"));
}

// A person's 'no' counts for the whole monitor: it may ring in two windows of its browser. Not so at the centre, where
// several guards may share an account.
void Calls::decline_of_monitor(const std::string& account) {
  std::vector<LegId> others;
  for (auto& [id, leg] : call_->legs) {
    if (leg.contact.account != account || leg.refusal.value_or(Refusal::unreachable) != Refusal::unreachable) continue;
    if (!leg.refusal) others.push_back(id);
    leg.refusal = Refusal::declined;
  }
  for (const LegId other : others) end_leg(other, LegEnd::declined_elsewhere);
}

void Calls::leg_refused(LegId id, Refusal refusal) {
  RunningLeg* const leg = find_leg(id);
  if (leg == nullptr) return;
  // A called leg that is up, or a caller, does not refuse: whatever the line calls it, the peer is gone.
  if (is_incoming(call_->kind) || call_->talking == id) {
    if (refusal == Refusal::no_encryption) return peer_ends(id, Cause::no_encryption);
    return leg_ended(id, refusal != Refusal::declined);
  }
  leg->refusal = refusal;
  const CallId call = call_->id;
  CallEvent event = event_of_call("call.leg_refused");
  event.who = leg->contact.account;
  event.refusal = refusal;
  if (refusal == Refusal::declined && leg->contact.monitor) decline_of_monitor(event.who);
  if (!runs(call)) return;
  publish(event);
  if (!runs(call)) return;
  // C03: a person's 'no' may count for all; a monitor that is off, busy or not to be disturbed never does.
  if (options_.refusal_ends_all && refusal == Refusal::declined) {
    handle(CallInput::no_leg_left, Cause::refused, LegEnd::cancelled);
    return;
  }
  end_if_nobody_is_left();
}

void Calls::leg_ended(LegId id, bool lost) {
  if (find_leg(id) == nullptr) return;
  const bool incoming = is_incoming(call_->kind);
  if (!incoming && call_->talking != id) return leg_refused(id, Refusal::unreachable);
  const Cause gone = call_->talking == id ? Cause::peer_hung_up : Cause::caller_gave_up;
  peer_ends(id, lost ? Cause::peer_lost : gone);
}

void Calls::peer_ends(LegId leg, Cause cause) {
  call_->legs.erase(leg);  // nothing is left to end
  handle(CallInput::peer_ends, cause);
}

void Calls::leg_digit(LegId id, char digit, DigitWay way) {
  RunningLeg* const leg = find_leg(id);
  if (leg == nullptr || call_->talking != id) return;
  if (!leg->digits_come_by) leg->digits_come_by = way;
  if (*leg->digits_come_by != way) return;
  wishes_.wish_digit(wish_from(), digit);
}

void Calls::end_leg(LegId leg, LegEnd reason) {
  ended_legs_.emplace_back(leg, reason);
  if (ended_legs_.size() > remembered_legs) ended_legs_.pop_front();
  lines_.end(leg, reason);
}

RunningLeg* Calls::find_leg(LegId leg) {
  if (!call_) return nullptr;
  const auto found = call_->legs.find(leg);
  return found == call_->legs.end() || found->second.refusal ? nullptr : &found->second;
}

Cause Calls::cause_of_refusals(const RunningCall& call) {
  const auto any = [&](Refusal refusal) {
    return std::any_of(call.legs.begin(), call.legs.end(),
                       [&](const auto& each) { return each.second.refusal == refusal; });
  };
  if (any(Refusal::declined) || any(Refusal::do_not_disturb)) return Cause::refused;
  if (any(Refusal::busy)) return Cause::busy;
  if (any(Refusal::no_encryption)) return Cause::no_encryption;
  if (any(Refusal::no_answer)) return Cause::not_answered;
  return Cause::unreachable;
}

}  // namespace lintel::calls
