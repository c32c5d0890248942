#include "access/access.hpp"

#include <algorithm>
#include <utility>

namespace lintel::access {
namespace {

constexpr Duration longest_time = std::chrono::hours(1);
constexpr Duration longest_hold = std::chrono::seconds(9999);

Result<void> check(const LockOptions& options) {
  const auto bad = [](const char* field, const char* message, const char* limit) {
    return Error{ErrorCode::invalid, message, field, {}, limit};
  };
  if (options.number < 1 || options.number > max_locks) {
    return bad("number", "A lock's number is between 1 and 16.", "1 to 16");
  }
  const auto within = [](Duration time, Duration least) { return time >= least && time <= longest_time; };
  if (!within(options.period, std::chrono::milliseconds(100))) {
    return bad("period", "The unlock period is between 0.1 seconds and one hour.", "0.1 s to 1 h");
  }
  if (!within(options.responding_interval, Duration::zero())) {
    return bad("responding_interval", "The unlock responding interval is at most one hour.", "0 s to 1 h");
  }
  if (!within(options.relay_limit, std::chrono::milliseconds(10))) {
    return bad("relay_limit", "The relay's time to answer is between 0.01 seconds and one hour.", "0.01 s to 1 h");
  }
  if (options.hold_limit < std::chrono::seconds(1) || options.hold_limit > longest_hold) {
    return bad("hold_limit", "The door-held limit is between 1 and 9999 seconds.", "1 s to 9999 s");
  }
  return {};
}

}  // namespace

Access::Access(Clock& clock, const Rights& rights, const Codes& codes, AttemptLimiter& limiter,
               AccessListener& listener)
    : clock_(clock), rights_(rights), codes_(codes), limiter_(limiter), repeats_(clock), listener_(listener) {}

Access::~Access() = default;

Result<void> Access::add_lock(LockOptions options, LockDriver& driver) {
  LINTEL_CHECK(check(options));
  const LockNumber number = options.number;
  if (locks_.contains(number)) {
    return Error{ErrorCode::conflict, "There is a lock of this number already.", "number", std::to_string(number), {}};
  }
  Lock::Owner& owner = *this;
  const auto& lock =
      locks_.emplace(number, std::make_unique<Lock>(clock_, owner, driver, std::move(options))).first->second;
  jams_.try_emplace(number, clock_,
                    Outage::Tell{[this, &told = *lock] { tell("access.lock_jammed", Severity::alarm, told); },
                                 [this, &told = *lock](Duration untold) {
                                   AccessEvent event = event_about("access.jammed_repeated", Severity::alarm, told);
                                   event.wait = untold;
                                   listener_.access_happened(event);
                                 },
                                 [this, &told = *lock] { tell("access.lock_recovered", Severity::info, told); }});
  if (running_) lock->make_safe();
  return {};
}

Result<void> Access::set_lock_options(LockOptions options) {
  LINTEL_CHECK(check(options));
  const auto found = locks_.find(options.number);
  if (found == locks_.end()) {
    return Error{
        ErrorCode::not_found, "There is no lock of this number.", "number", std::to_string(options.number), {}};
  }
  Lock& changed = *found->second;
  const LockView before = view(changed);
  changed.set_options(std::move(options));
  if (!changed.options().watches_door) forced_untold_.erase(changed.options().number);
  const LockView after = view(changed);
  if (before.door_open != after.door_open || before.held_open != after.held_open || before.name != after.name)
    listener_.lock_changed(after);
  return {};
}

void Access::start() {
  running_ = true;
  for (const auto& [number, lock] : locks_) {
    if (lock->make_safe()) tell("access.made_safe", Severity::warning, *lock);
  }
}

void Access::stop() {
  running_ = false;
  for (const auto& [number, lock] : locks_) lock->power_down();
}

Decision Access::unlock(const UnlockRequest& request) {
  Decision decision;
  decision.lock = request.lock;
  const auto found = locks_.find(request.lock);
  if (!running_ || found == locks_.end()) {
    decision.outcome = Outcome::no_such_lock;
  } else if (!may(request, *found->second)) {
    decision.outcome = Outcome::no_right;
  } else {
    decision = found->second->open(request);
    if (decision.outcome == Outcome::already_open && is_from_inside(request.method)) kept_open(*found->second);
  }
  if (!granted(decision.outcome)) refused(request, decision.outcome, decision.wait);
  return decision;
}

bool Access::may(const UnlockRequest& request, const Lock& lock) const {
  if (is_from_inside(request.method)) return true;
  if (request.method == Method::dtmf && request.code_proven) return true;
  // A typed code has its own way in, where its rights are known: nobody may claim one by name.
  if (request.method == Method::code) return false;
  if (is_local(request.method) && !lock.options().local_methods) return false;
  return (rights_.locks_of(request.subject, request.method) & lock_bit(request.lock)) != 0;
}

Decision Access::try_code(std::string_view code, std::string_view source) {
  UnlockRequest request;
  request.method = Method::code;
  request.source = source;
  request.lock = 0;
  Decision decision;
  decision.wait = limiter_.wait({}, source);
  if (decision.wait > Duration::zero()) {
    decision.outcome = Outcome::limited;
    return decision;  // not journalled each time: access.keypad_locked was
  }
  const std::optional<Code> known = codes_.find(code);
  if (!known) {
    decision.outcome = Outcome::wrong_code;
    decision.wait = limiter_.failed({}, source);
    refused(request, decision.outcome, {});
    if (decision.wait > Duration::zero()) {
      AccessEvent event;
      event.event = "access.keypad_locked";
      event.severity = Severity::warning;
      event.method = name_of(Method::code);
      event.source = source;
      event.wait = decision.wait;
      listener_.access_happened(event);
    }
    return decision;
  }
  // By the name on the code: who has one may be wrong before it now and then, and not four times before each opening.
  limiter_.succeeded(known->room + "/" + known->name, source);
  decision.who = request.subject = known->name;
  decision.room = request.room = known->room;
  return open_those(std::move(request), known->locks, std::move(decision));
}

Decision Access::open_by_card(const Card& card, std::string_view source) {
  UnlockRequest request;
  request.method = Method::card;
  request.subject = card.name;
  request.room = card.room;
  request.source = source;
  Decision decision;
  decision.who = card.name;
  decision.room = card.room;
  return open_those(std::move(request), card.locks, std::move(decision));
}

Decision Access::open_those(UnlockRequest request, LockSet allowed, Decision decision) {
  decision.outcome = Outcome::no_right;
  for (const auto& [number, lock] : locks_) {
    if (!running_ || !lock->options().local_methods || (allowed & lock_bit(number)) == 0) continue;
    request.lock = number;
    const Decision one = lock->open(request);
    if (!granted(one.outcome)) refused(request, one.outcome, one.wait);
    if (one.outcome == Outcome::already_open) tell_attempt(event_of("access.let_in", request, *lock));
    // Of several locks the best answer is the answer.
    if (decision.lock == 0 || (granted(one.outcome) && !granted(decision.outcome))) {
      decision.outcome = one.outcome;
      decision.lock = one.lock;
      decision.wait = one.wait;
    }
  }
  if (decision.lock == 0) {
    request.lock = 0;
    refused(request, Outcome::no_right, {});
  }
  return decision;
}

Duration Access::keypad_wait(std::string_view source) const {
  return limiter_.wait({}, source);
}

void Access::refused(const UnlockRequest& request, Outcome outcome, Duration wait) {
  AccessEvent event;
  event.event = "access.refused";
  event.severity = Severity::warning;
  event.lock = request.lock;
  if (const Lock* const known = lock(request.lock)) event.lock_name = known->options().name;
  event.subject = request.subject;
  event.method = name_of(request.method);
  event.room = request.room;
  event.source = request.source;
  event.call = request.call;
  event.reason = name_of(outcome);
  event.wait = wait;
  // Guesses have a limit of their own, which ends them sooner.
  if (outcome == Outcome::wrong_code || outcome == Outcome::unknown_card) return listener_.access_happened(event);
  tell_attempt(event);
}

bool Access::tell_bounded(const AccessEvent& event, std::string_view repeated) {
  std::string same(event.event);
  for (const std::string_view part :
       {event.reason, event.method, std::string_view(event.subject), std::string_view(event.room)})
    same.append(1, '\n').append(part);
  same += '\n' + std::to_string(event.lock);
  return repeats_.tell(
      same, [&] { listener_.access_happened(event); },
      [&](Duration untold) {
        AccessEvent last = event;
        last.event = repeated;
        last.severity = std::max(event.severity, Severity::warning);
        last.wait = untold;
        listener_.access_happened(last);
      });
}

void Access::relay_told(LockNumber number, bool moved, bool energised) {
  if (!running_) return;
  if (const auto found = locks_.find(number); found != locks_.end()) found->second->relay_told(moved, energised);
}

void Access::relay_replaced(LockNumber number) {
  const auto found = locks_.find(number);
  if (!running_ || found == locks_.end()) return;
  // Where it is not told that the relay was away, this is not either.
  const bool told = !jams_.at(number).untold();
  if (found->second->make_safe() && told) tell("access.made_safe", Severity::warning, *found->second);
}

void Access::door_is_open(LockNumber number, bool open) {
  const auto found = locks_.find(number);
  if (found == locks_.end() || found->second->door_open() == open) return;
  Lock& changed = *found->second;
  if (!open) forced_untold_.erase(number);
  changed.door_is_open(open);
  if (!changed.options().watches_door) return;
  tell(open ? "access.door_opened" : "access.door_closed", Severity::info, changed);
  listener_.lock_changed(view(changed));
}

std::vector<LockView> Access::locks() const {
  std::vector<LockView> views;
  views.reserve(locks_.size());
  for (const auto& [number, lock] : locks_) views.push_back(view(*lock));
  return views;
}

const Lock* Access::lock(LockNumber number) const {
  const auto found = locks_.find(number);
  return found == locks_.end() ? nullptr : found->second.get();
}

LockView Access::view(const Lock& lock) {
  const bool watched = lock.options().watches_door;
  return {lock.options().number, lock.options().name, lock.state(), watched && lock.door_held(),
          watched ? std::optional(lock.door_open()) : std::nullopt};
}

void Access::lock_changed(Lock& lock, const UnlockRequest* request) {
  const LockSet bit = lock_bit(lock.options().number);
  Outage& jam = jams_.at(lock.options().number);
  if (lock.state() == LockState::jammed) jam.failed();
  const bool obeys = lock.state() == LockState::locked || lock.state() == LockState::unlocked;
  const bool recovery_told = obeys && jam.works();
  if (request != nullptr) {
    opened_ = static_cast<LockSet>(opened_ | bit);
    listener_.access_happened(event_of("access.unlocked", *request, lock));
  } else if (lock.state() == LockState::locked) {
    // Not the drive to hold at every start.
    if (!recovery_told && (opened_ & bit) != 0) tell("access.locked", Severity::info, lock);
    opened_ = static_cast<LockSet>(opened_ & ~bit);
    kept_open_told_ = static_cast<LockSet>(kept_open_told_ & ~bit);
  }
  listener_.lock_changed(view(lock));
}

void Access::door_forced(Lock& lock) {
  const LockNumber number = lock.options().number;
  const AccessEvent event = event_about("access.door_forced", Severity::alarm, lock);
  if (tell_bounded(event, "access.forced_repeated")) return;
  forced_untold_[number] = clock_.after(lasting_opening, [this, event] { listener_.access_happened(event); });
}

// It opens on, as people must get out; but a wet or loose wire would hold the door open all night, and nobody would
// know.
void Access::kept_open(const Lock& lock) {
  if (lock.state() != LockState::unlocked && lock.state() != LockState::held_open) return;
  const Duration open_for = clock_.monotonic() - lock.opened_at().value_or(clock_.monotonic());
  const LockNumber number = lock.options().number;
  if (open_for < lock.options().period + long_kept_open || (kept_open_told_ & lock_bit(number)) != 0) return;
  AccessEvent event = event_about("access.kept_open", Severity::alarm, lock);
  event.wait = open_for;
  // One that is not told now, as it was told so often, is told once it may be again.
  if (repeats_.tell(
          "kept open " + std::to_string(number), [&] { listener_.access_happened(event); }, [](Duration) {}))
    kept_open_told_ = static_cast<LockSet>(kept_open_told_ | lock_bit(number));
}

void Access::door_held(Lock& lock) {
  AccessEvent event = event_about("access.door_held", Severity::alarm, lock);
  event.wait = lock.options().hold_limit;
  listener_.access_happened(event);
  listener_.lock_changed(view(lock));
}

AccessEvent Access::event_of(std::string_view name, const UnlockRequest& request, const Lock& lock) {
  AccessEvent event;
  event.event = name;
  event.lock = lock.options().number;
  event.lock_name = lock.options().name;
  event.subject = request.subject;
  event.method = request.lock == 0 ? std::string_view() : name_of(request.method);
  event.room = request.room;
  event.source = request.source;
  event.call = request.call;
  return event;
}

AccessEvent Access::event_about(std::string_view name, Severity severity, const Lock& lock) {
  AccessEvent event;
  event.event = name;
  event.severity = severity;
  event.lock = lock.options().number;
  event.lock_name = lock.options().name;
  return event;
}

void Access::tell(std::string_view name, Severity severity, const Lock& lock) {
  listener_.access_happened(event_about(name, severity, lock));
}

}  // namespace lintel::access
