// Calls of this station: one at a time at its front (C01, C02, C06, C14-C17, C33). Loop only.
//
// 1. press(): directory → one leg to every contact at once → the first answer wins, the others end as 'answered
//    elsewhere' → talking → ended. 2. A second call while one runs is busy; an emergency call ends the running one
//    first, and a visitor's call ends a live view. 3. Every order of answers, refusals, losses and key presses ends
//    cleanly, also when the lines tell things from inside a call to them, and after the end: a late answer is ended
//    again.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "calls/machine.hpp"
#include "calls/ports.hpp"
#include "calls/types.hpp"

namespace lintel::calls {

struct CallOptions {
  Duration ring_limit = std::chrono::seconds(30);      // C15 dial-out
  Duration arriving_limit = std::chrono::seconds(30);  // C15 dial-in
  Duration talk_limit = std::chrono::seconds(120);     // C14
  bool refusal_ends_all = false;                       // C03: one 'no' ends the call for all
  bool auto_answer = true;                             // C16, for authorised monitors
  Duration auto_answer_delay{};
  std::vector<std::pair<std::string, Duration>>
      hang_up_after_unlock{};  // C17: access method → time after the door opened
};

// An incoming leg. Who it is comes from authentication, never from the request's own words.
struct Arrival {
  LegId leg = 0;                  // from Calls::new_leg()
  std::string account{};          // authenticated
  std::string room{};             // its room, or empty
  bool allowed = false;           // may call this station: monitors, the centre, contacts (C18)
  bool monitor = false;           // an authorised monitor: answered by itself (C16); anybody else rings at the front
  bool wants_to_talk = true;      // false: only watches (its offer receives only)
  bool lacks_encryption = false;  // it would have to be encrypted, and its offer cannot be (C21)
};

struct CallView {
  CallId id = 0;
  CallKind kind = CallKind::room;
  CallState state = CallState::ended;
  std::string number{};
  std::string room{};
  std::string who{};
  WallTime since{};
  std::size_t legs = 0;
};

// The call that runs, as Calls keeps it.
struct RunningLeg {
  Contact contact;
  bool dialled = false;
  bool rang = false;
  std::optional<Refusal> refusal;  // set: it is over
  std::optional<DigitWay> digits_come_by;
};
struct RunningCall {
  CallId id = 0;
  CallKind kind = CallKind::room;
  CallState state = CallState::dialling;
  std::string number;
  std::string room;
  std::string who;
  std::map<LegId, RunningLeg> legs;
  LegId talking = 0;
  WallTime since{};
  Monotonic answered_at{};  // until it is: when it began
  Timer limit;
  Timer auto_answer;
  Timer after_unlock;
  Timer lost;  // armed: nobody is left who rings, but somebody who did may be back in a moment
};

class Calls {
 public:
  static constexpr std::size_t most_legs = 64;         // contacts rung at once; further ones are left out
  static constexpr Duration back_within = std::chrono::seconds(10);  // a lost line of who rang last: then the call ends
  static constexpr Duration same_emergency = std::chrono::minutes(1);  // one that is not placed is told once in it
  static constexpr std::size_t remembered_legs = 256;  // ended legs whose late answers are recognised

  // The ports must outlive it.
  Calls(Clock& clock, const Directory& directory, Lines& lines, UnlockWish& wishes, CallOptions options = {});
  ~Calls();  // says nothing to anybody: use stop() for a clean end
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  void add_listener(CallListener& listener) { listeners_.push_back(&listener); }  // must outlive it
  void set_options(CallOptions options) { options_ = std::move(options); }        // for what begins after it

  // From the front, or the API.
  Start press(std::string_view number);
  Start call_centre();
  // Goes through whatever runs, but for another emergency call. One that is not placed is told once in `same_emergency`
  // for each reason: a key with a loose wire presses over and over.
  Start emergency();
  bool accept();      // takes an arriving call; false when none arrives
  bool hang_up();     // ends or cancels the call; false when none runs
  bool end(CallId id, Cause cause = Cause::ended_by_operator);
  void stop();  // ends all, for a clean end of the program

  // From the lines. Legs that are not (or no longer) known are ended again or ignored.
  [[nodiscard]] LegId new_leg() { return ++last_leg_; }  // for an Arrival
  Start arrive(const Arrival& arrival);                  // anything but started: the leg was ended already
  void leg_ringing(LegId leg);
  void leg_answered(LegId leg);
  void leg_refused(LegId leg, Refusal refusal);
  void leg_ended(LegId leg, bool lost = false);  // hung up by the peer; lost: silent, or its connection went
  // DTMF; only of the talking leg does it count. Some phones send each key in both ways: the one by which the first key
  // of a leg came counts, for as long as it talks.
  void leg_digit(LegId leg, char digit, DigitWay way = DigitWay::sound);

  // A contact registered, or is reached over another connection now: one of a number that is being called joins in, and
  // one whose line was lost is rung again, for which the call waits `back_within` when nobody else is left. So is `id`
  // where it rings already, for nobody hears the old connection.
  void contact_came(std::string_view id);
  // Ends the legs to and from those for whom `gone` says yes: their accounts are no more.
  void end_legs(const std::function<bool(const Contact&)>& gone);

  // From access: a lock opened by this method (C17).
  void door_opened(std::string_view method);

  [[nodiscard]] std::optional<CallView> current() const;

 private:
  Start begin(CallKind kind, std::string_view number, Resolution resolution);
  Start not_placed(CallKind kind, std::string_view number, const Resolution& resolution, Start why);
  Start turn_away(const Arrival& arrival, CallKind kind, Start why, LegEnd reason);
  [[nodiscard]] RunningCall& start_call(CallKind kind);
  void dial_all();  // those that were not dialled yet
  void talk(LegId leg);
  // Applies the table; where that ends the call, ends what is left of it. False when the input means nothing now.
  bool handle(CallInput input, Cause cause = Cause::none, LegEnd reason = LegEnd::cancelled);
  void finish(Cause cause, LegEnd reason);
  void peer_ends(LegId leg, Cause cause);  // of the talking or calling leg
  void no_answer_in_time();
  void end_if_nobody_is_left();  // of those that are called
  [[nodiscard]] CallEvent event_of_call(std::string_view event) const;
  void publish(const CallEvent& event);
  void tell_held();
  void end_leg(LegId leg, LegEnd reason);
  void decline_of_monitor(const std::string& account);
  [[nodiscard]] RunningLeg* find_leg(LegId leg);
  [[nodiscard]] bool runs(CallId id) const { return call_ && call_->id == id; }
  [[nodiscard]] static Cause cause_of_refusals(const RunningCall& call);
  [[nodiscard]] WishFrom wish_from() const;

  Clock& clock_;
  const Directory& directory_;
  Lines& lines_;
  UnlockWish& wishes_;
  CallOptions options_;
  std::vector<CallListener*> listeners_;
  std::optional<RunningCall> call_;
  std::deque<std::pair<LegId, LegEnd>> ended_legs_;  // newest last
  std::optional<std::pair<Start, Monotonic>> emergency_told_;  // why none was placed, and when
  bool holding_ = false;                             // events wait until all lines have been dialled
  std::deque<CallEvent> held_;                       // as many as the legs cause
  CallId last_call_ = 0;
  LegId last_leg_ = 0;
};

}  // namespace lintel::calls
