#include "access/lock.hpp"

#include <array>
#include <utility>

namespace lintel::access {
namespace {

constexpr std::array<std::string_view, 8> method_names = {"monitor", "dtmf", "code",        "card",
                                                          "finger",  "api",  "exit_button", "emergency"};
constexpr std::array<std::string_view, 11> outcome_names = {
    "opened",  "opening",    "already_open", "no_such_lock", "no_right", "too_soon",
    "limited", "wrong_code", "jammed",       "unknown_card", "lost_card"};
constexpr std::array<std::string_view, lock_state_count> state_names = {"locked",  "unlocking", "unlocked",
                                                                        "locking", "jammed",    "held_open"};
constexpr std::array<std::string_view, lock_event_count> event_names = {"unlock",       "lock",         "relay_open",
                                                                        "relay_closed", "relay_failed", "hold_limit"};

using S = LockState;
constexpr auto none = std::optional<LockState>();
// Rows: states; columns: unlock, lock, relay_open, relay_closed, relay_failed, hold_limit.
constexpr std::array<std::array<std::optional<LockState>, lock_event_count>, lock_state_count> table = {{
    /* locked    */ {S::unlocking, none, none, none, none, none},
    /* unlocking */ {none, S::locking, S::unlocked, none, S::jammed, none},
    /* unlocked  */ {S::unlocked, S::locking, none, none, none, S::held_open},
    /* locking   */ {S::unlocking, none, none, S::locked, S::jammed, none},
    /* jammed    */ {S::unlocking, S::locking, S::unlocked, S::locked, none, none},
    /* held_open */ {S::unlocked, S::locking, none, none, none, none},
}};

}  // namespace

std::string_view name_of(Method method) {
  return method_names.at(static_cast<std::size_t>(method));
}
std::string_view name_of(Outcome outcome) {
  return outcome_names.at(static_cast<std::size_t>(outcome));
}
std::string_view name_of(LockState state) {
  return state_names.at(static_cast<std::size_t>(state));
}
std::string_view name_of(LockEvent event) {
  return event_names.at(static_cast<std::size_t>(event));
}

std::optional<LockState> transition(LockState state, LockEvent event) {
  return table.at(static_cast<std::size_t>(state)).at(static_cast<std::size_t>(event));
}

Lock::Lock(Clock& clock, Owner& owner, LockDriver& driver, LockOptions options)
    : clock_(clock), owner_(owner), driver_(driver), options_(std::move(options)) {}

void Lock::set_options(LockOptions options) {
  const bool rewired = options.wiring != options_.wiring;
  const bool watched = options_.watches_door;
  options.number = options_.number;
  options_ = std::move(options);
  if (watched && !options_.watches_door) forget_open_door();
  if (!watched && options_.watches_door && door_open_) watch_open_door();
  // The relay that held the bolt a moment ago frees it under the other wiring: drive it anew.
  if (rewired && !powered_down_) make_safe();
}

bool Lock::make_safe() {
  powered_down_ = false;
  const auto energised = driver_.energised();
  const bool found_open = energised && free_when(*energised);
  opened_at_.reset();
  period_running_ = false;
  period_timer_.cancel();
  retry_timer_.cancel();
  // Not through the table: nothing is known yet about where the bolt stands.
  enter(LockState::locking);
  return found_open;
}

void Lock::power_down() {
  powered_down_ = true;
  relay_timer_.cancel();
  period_timer_.cancel();
  hold_timer_.cancel();
  retry_timer_.cancel();
  driver_.drive(false);
}

Decision Lock::open(const UnlockRequest& request) {
  Decision decision;
  decision.lock = options_.number;
  switch (state_) {
    case LockState::unlocked:
    case LockState::held_open:
      // Free for the sake of a door that still stands open, and it holds the moment that shuts: as good as locked for
      // who comes now.
      if (!period_running_) break;
      [[fallthrough]];
    case LockState::unlocking:
      decision.outcome = Outcome::already_open;
      // Somebody who wants out is given the whole period.
      if (is_from_inside(request.method) && period_running_)
        period_timer_ = clock_.after(options_.period, [this] { period_over(); });
      return decision;
    case LockState::locked:
    case LockState::locking:
    case LockState::jammed:
      break;
  }
  const auto now = clock_.monotonic();
  if (opened_at_ && !is_from_inside(request.method)) {
    const auto since = now - *opened_at_;
    if (since < options_.responding_interval) {
      decision.outcome = Outcome::too_soon;
      decision.wait = options_.responding_interval - since;
      return decision;
    }
  }
  request_ = request;
  if (state_ == LockState::held_open) watch_open_door();
  handle(LockEvent::unlock);
  switch (state_) {
    case LockState::unlocked:
      decision.outcome = Outcome::opened;
      break;
    case LockState::jammed:
      decision.outcome = Outcome::jammed;
      break;
    default:
      decision.outcome = Outcome::opening;
      break;
  }
  return decision;
}

void Lock::relay_told(bool moved, bool energised) {
  if (!moved) return handle(LockEvent::relay_failed);
  // It let go late, and nobody waits for that any more: the order to hold is given again, not a period to walk in.
  if (state_ == LockState::jammed && !request_ && free_when(energised)) return enter(LockState::locking);
  handle(free_when(energised) ? LockEvent::relay_open : LockEvent::relay_closed);
}

void Lock::door_is_open(bool open) {
  if (open == door_open_) return;
  door_open_ = open;
  if (!options_.watches_door) return;
  if (open) {
    const bool just_free = opened_at_ && clock_.monotonic() - locked_at_ < contact_delay;
    if (state_ == LockState::locked && !just_free) owner_.door_forced(*this);
    watch_open_door();
  } else {
    forget_open_door();
  }
}

void Lock::watch_open_door() {
  hold_timer_ = clock_.after(options_.hold_limit, [this] {
    door_held_ = true;
    handle(LockEvent::hold_limit);
    owner_.door_held(*this);
  });
}

void Lock::forget_open_door() {
  hold_timer_.cancel();
  door_held_ = false;
  // It stayed free for the open door's sake alone.
  if (!period_running_ && (state_ == LockState::unlocked || state_ == LockState::held_open)) handle(LockEvent::lock);
}

void Lock::handle(LockEvent event) {
  if (powered_down_) return;  // a door that shuts now would give the magnet its current again
  if (const auto next = transition(state_, event)) enter(*next);
}

void Lock::enter(LockState next) {
  state_ = next;
  if (next != LockState::jammed) retry_timer_.cancel();
  switch (next) {
    case LockState::locking:
      request_.reset();
      [[fallthrough]];
    case LockState::unlocking:
      relay_timer_ = clock_.after(options_.relay_limit, [this] { handle(LockEvent::relay_failed); });
      // The relay first, then the telling. A relay that answers inside the order has moved the state on already, and
      // its own telling has gone out: what is told then is where the lock stands.
      order(next == LockState::unlocking);
      if (state_ != next) return;
      break;
    case LockState::unlocked:
      relay_timer_.cancel();
      opened_at_ = clock_.monotonic();
      period_running_ = true;
      period_timer_ = clock_.after(options_.period, [this] { period_over(); });
      break;
    case LockState::locked:
      relay_timer_.cancel();
      locked_at_ = clock_.monotonic();
      break;
    case LockState::jammed:
      relay_timer_.cancel();
      period_running_ = false;
      period_timer_.cancel();
      // A door left free by a fault is not left so: ordered to hold again and again, until the relay obeys.
      retry_timer_ = clock_.every(retry_period, [this] {
        request_.reset();
        order(false);
      });
      break;
    case LockState::held_open:
      break;
  }
  owner_.lock_changed(*this, next == LockState::unlocked && request_ ? &*request_ : nullptr);
}

void Lock::order(bool free) {
  driver_.drive(free == (options_.wiring == Wiring::fail_secure));
}

void Lock::period_over() {
  period_running_ = false;
  if (options_.watches_door && door_open_) return;  // A04: it stays free until the door has closed
  handle(LockEvent::lock);
}

}  // namespace lintel::access
