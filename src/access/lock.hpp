// One lock as a state machine over a relay that answers when it likes. Loop only.
//
//                    unlock             relay_open                       hold_limit
//        +--------+ -------> +-----------+ -------> +----------+ ------------------> +-----------+
//        | locked |          | unlocking |          | unlocked |                     | held_open |
//        +--------+ <------- +-----------+          +----------+                     +-----------+
//             ^                    |                     | lock                            | lock
//             |                    | relay_failed        v                                 |
//             |  relay_closed      |               +---------+ <---------------------------+
//             +--------------------|-------------- | locking |
//             |                    |               +---------+
//             |                    v                    | relay_failed
//             |  relay_closed  +--------+ <-------------+
//             +--------------- | jammed |   jammed leaves by unlock (tried again), lock (tried again),
//                              +--------+   and by a relay that obeys late after all; one that lets go although nobody
//                                           asks any more is ordered to hold
// unlocking --lock--> locking and locking --unlock--> unlocking: the order is turned round on the way.
// unlocked and held_open --unlock--> unlocked: a period of their own for who comes while the door still stands open.
//
// locked     the bolt holds. unlocking / locking: the relay is ordered and has not answered.
// unlocked   released for the unlock period (A03); with a door contact, until the door has closed (A04).
// held_open  the door stands open longer than its limit; released still: a bolt shot against an open door helps nobody.
// jammed     the relay answered 'failed', or nothing in time. What the bolt does is not known; it is ordered to hold
//            again every retry_period.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/types.hpp"
#include "base/clock.hpp"

namespace lintel::access {

enum class LockState { locked, unlocking, unlocked, locking, jammed, held_open };
enum class LockEvent {
  unlock,        // ordered to open
  lock,          // ordered to close: the period is over and the door (where it is watched) closed
  relay_open,    // the relay told that it stands where the bolt is free
  relay_closed,  // … where the bolt holds
  relay_failed,  // it told that it failed, or told nothing in time
  hold_limit,    // the door stands open too long
};
inline constexpr int lock_state_count = 6;
inline constexpr int lock_event_count = 6;

[[nodiscard]] std::string_view name_of(LockState state);  // "locked", …; "held_open"
[[nodiscard]] std::string_view name_of(LockEvent event);
// The one table. Nothing: the event means nothing in this state and changes nothing.
[[nodiscard]] std::optional<LockState> transition(LockState state, LockEvent event);

// What opens without power. Both are locked while the station runs; they differ in what a dead station leaves.
enum class Wiring {
  fail_secure,  // a strike: energised to open; without power it holds
  fail_safe,    // a magnet: energised to hold; without power it is free
};

// The port to the relay of one lock. Orders never wait; the answer comes by Lock::relay_told(), inside the order or
// later.
class LockDriver {
 public:
  LockDriver() = default;
  LockDriver(const LockDriver&) = delete;
  LockDriver& operator=(const LockDriver&) = delete;
  virtual ~LockDriver() = default;
  virtual void drive(bool energised) = 0;
  // As the device tells it; nothing when it cannot say.
  [[nodiscard]] virtual std::optional<bool> energised() const = 0;
};

struct LockOptions {
  LockNumber number = 1;
  std::string name{};
  Duration period = std::chrono::seconds(3);               // A03: how long it stays open
  Duration responding_interval = std::chrono::seconds(5);  // A02: from one opening to the next
  Wiring wiring = Wiring::fail_secure;
  Duration relay_limit = std::chrono::seconds(1);  // a relay silent for longer is jammed
  bool local_methods = true;                       // A08: codes, cards and fingers open this lock
  bool watches_door = false;                       // A04: door_is_open() is told truly
  Duration hold_limit = std::chrono::seconds(60);  // A04: an open door is 'held' after this
};

class Lock {
 public:
  static constexpr Duration retry_period = std::chrono::seconds(10);
  // How much later than the door moved its contact may tell: it settles first. A door that opens so shortly after the
  // bolt holds again was opened while it was free.
  static constexpr Duration contact_delay = std::chrono::milliseconds(200);

  // Told after the state changed. `request` is the one that opened, for unlocked; else nullptr.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void lock_changed(Lock& lock, const UnlockRequest* request) = 0;
    virtual void door_forced(Lock& lock) = 0;  // it opened while the lock held
    virtual void door_held(Lock& lock) = 0;    // it stands open longer than its limit, whatever the lock does
  };

  Lock(Clock& clock, Owner& owner, LockDriver& driver, LockOptions options);
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  [[nodiscard]] LockState state() const { return state_; }
  [[nodiscard]] const LockOptions& options() const { return options_; }
  // A running period ends as it began; the number stays. A door that is no longer watched keeps nothing open; one that
  // stands open when its watch begins was not forced.
  void set_options(LockOptions options);

  // Drives the bolt to hold, whatever the relay was left at. Answers whether it had been found open.
  bool make_safe();
  // Takes the relay's current away, for a clean end of the program: a strike holds, a magnet lets go.
  void power_down();
  // The rights are checked already. opened, opening, already_open, too_soon or jammed.
  Decision open(const UnlockRequest& request);
  void relay_told(bool moved, bool energised);  // moved false: it failed
  void door_is_open(bool open);                 // the settled level of the door contact
  [[nodiscard]] bool door_open() const { return door_open_; }
  [[nodiscard]] bool door_held() const { return door_held_; }  // until it closes
  // The last opening; presses from inside that lengthen it do not count. Nothing: none since make_safe().
  [[nodiscard]] std::optional<Monotonic> opened_at() const { return opened_at_; }

 private:
  [[nodiscard]] bool free_when(bool energised) const { return energised == (options_.wiring == Wiring::fail_secure); }
  void handle(LockEvent event);
  void enter(LockState next);
  void order(bool free);
  void period_over();
  void watch_open_door();
  void forget_open_door();

  Clock& clock_;
  Owner& owner_;
  LockDriver& driver_;
  LockOptions options_;
  LockState state_ = LockState::locked;
  std::optional<UnlockRequest> request_;  // somebody's, until the lock is ordered to hold
  bool door_open_ = false;
  bool door_held_ = false;
  bool period_running_ = false;
  bool powered_down_ = false;  // no order any more, until make_safe()
  std::optional<Monotonic> opened_at_;
  Monotonic locked_at_{};
  Timer relay_timer_;
  Timer period_timer_;
  Timer hold_timer_;
  Timer retry_timer_;
};

}  // namespace lintel::access
