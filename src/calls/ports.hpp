// What calls needs of the rest of the house. Implemented below or in app; loop only, nothing here may wait.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calls/types.hpp"

namespace lintel::calls {

struct Resolution {
  enum class Kind { nothing, room, centre, station };
  Kind kind = Kind::nothing;        // nothing: no such number
  std::string number{};             // as the household knows it
  std::string name{};               // for people, or empty
  std::vector<Contact> contacts{};  // every registered contact to ring at once; empty: nobody is available
};

// Numbers to contacts, from memory. Group calls (C02), own room only or all extensions: the directory's settings
// decide.
class Directory {
 public:
  virtual ~Directory() = default;
  [[nodiscard]] virtual Resolution resolve(std::string_view number) const = 0;
  [[nodiscard]] virtual std::string centre_number() const = 0;
  // C06, C07: whether a call of this kind may be made or taken now. Never asked for emergency.
  [[nodiscard]] virtual bool within_period(CallKind kind) const = 0;
};

struct DialFor {
  CallId call = 0;
  CallKind kind = CallKind::room;
  std::string number{};  // what was dialled
  std::size_t legs = 1;  // how many ring for this call
};

// The lines. Whatever happens on a leg comes back by Calls::leg_…(), also from inside these functions.
class Lines {
 public:
  virtual ~Lines() = default;
  // Calls each contact as its leg, all at once. Failure is told by leg_refused(), too.
  virtual void dial(const std::vector<std::pair<LegId, Contact>>& legs, const DialFor& call) = 0;
  // Answers an incoming leg with sound and video; leg_answered() follows when it is up.
  virtual void accept(LegId leg) = 0;
  // Ends a leg in any state: cancels, refuses or hangs up. Nothing more needs to be told of it; a late answer is, and
  // is ended again with the same reason.
  virtual void end(LegId leg, LegEnd reason) = 0;
};

// DTMF of the talking leg, as wishes to unlock (A06). Implemented on access; it decides.
struct WishFrom {
  CallId call = 0;
  std::string call_name{};              // text of the id, to collect under
  std::string account{};                // who answered, authenticated
  std::string room{};                   // the called room, or empty
  bool monitor_of_called_room = false;  // never of an incoming call: no room was called there
};
class UnlockWish {
 public:
  virtual ~UnlockWish() = default;
  virtual void wish_digit(const WishFrom& from, char digit) = 0;
  virtual void wishes_over(const WishFrom& from) = 0;  // the call ended: forget what was collected
};

// What happened, for the event stream, the journal and the panel.
//   call.placed    lines are being called            call.ringing   the first one rings
//   call.answered  who says by whom                  call.ended     cause, talked
//   call.leg_refused  one of several said no; who, refusal
//   call.arrived   somebody calls this station       call.accepted  … and was taken
//   call.turned_away  an incoming call was refused; start says why
//   call.not_placed  a number was pressed and nothing could be called; start says why
struct CallEvent {
  std::string_view event{};
  CallId id = 0;  // 0: call.not_placed, call.turned_away
  CallKind kind = CallKind::room;
  CallState state = CallState::dialling;
  std::string number{};  // what was dialled, or the caller
  std::string room{};    // the called or calling room, or empty
  std::string who{};     // the account at the other end, where known
  Cause cause = Cause::none;
  Start start = Start::started;
  Refusal refusal = Refusal::declined;
  Duration talked{};  // or, in a call that was not answered, rung in vain
};
class CallListener {
 public:
  virtual ~CallListener() = default;
  virtual void call_happened(const CallEvent& event) = 0;
};

}  // namespace lintel::calls
