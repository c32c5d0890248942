// Who may open what: the one place that decides about locks. Loop only.
//
// Every answer is given at once from memory, and the relay is ordered before anybody is told: listeners (the journal,
// the monitors, the panel) hear after the order. A13, A12, A08, A10, A25; lock.hpp has A01-A04, dtmf.hpp A06.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/cards.hpp"
#include "access/codes.hpp"
#include "access/limiter.hpp"
#include "access/lock.hpp"
#include "access/outage.hpp"
#include "access/repeats.hpp"
#include "access/types.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace lintel::access {

// Which locks an authenticated subject may open; in memory.
class Rights {
 public:
  virtual ~Rights() = default;
  [[nodiscard]] virtual LockSet locks_of(std::string_view subject, Method method) const = 0;
};

enum class Severity { info, warning, alarm };

// What happened, for the journal. `event` is one of the ids below; never holds a code.
//   access.unlocked     a lock opened; subject, method, room, call say for whom
//   access.let_in       a right code or card came while the lock was open, or opening (A21)
//   access.locked       it holds again
//   access.refused      an attempt was refused; reason is name_of(Outcome)
//   access.keypad_locked    too many wrong codes (A25); wait says for how long
//   access.main_card    a main card made a new card awaited (H06). access.reader_flooded: too many unknown cards; wait
//                       says for how long further ones are refused unheard
//   access.repeated     the same from the same came often: for `wait` it is not told each time; reason as theirs
//   access.lock_jammed  the relay failed (alarm); access.lock_recovered: it answers again. access.jammed_repeated: so
//                       often (alarm) that for `wait` only a failure that lasts is told, and the recovery from it
//   access.made_safe    a lock was found open at start and was driven to hold
//   access.door_held    the door stands open too long (alarm, A04); wait is the limit. access.door_forced: it opened
//                       while locked (alarm). access.forced_repeated: so often (alarm) that for `wait` it is told only
//                       where it lasts. access.door_opened, access.door_closed
//   access.kept_open    presses from inside have kept it open for a minute beyond its period (alarm); wait: how long
struct AccessEvent {
  std::string_view event{};
  Severity severity = Severity::info;
  LockNumber lock = 0;
  std::string lock_name{};
  std::string subject{};
  std::string_view method{};  // name_of(Method), or empty
  std::string room{};
  std::string source{};
  std::string call{};
  std::string_view reason{};
  Duration wait{};
};

struct LockView {
  LockNumber number = 0;
  std::string name{};
  LockState state = LockState::locked;
  bool held_open = false;              // the door stands open longer than its limit
  std::optional<bool> door_open = {};  // nothing where no contact watches it
};

class AccessListener {
 public:
  virtual ~AccessListener() = default;
  virtual void access_happened(const AccessEvent& event) = 0;
  virtual void lock_changed(const LockView& lock) = 0;
};

class Access final : private Lock::Owner {
 public:
  // A contact with a loose wire tells of a forced door at each tremble. After some of them (access.forced_repeated)
  // only an opening that lasts for so long is told: nobody comes through a door in less.
  static constexpr Duration lasting_opening = std::chrono::seconds(2);
  static constexpr Duration long_kept_open = std::chrono::minutes(1);  // by the exit button, beyond the lock's period

  // All of them must outlive it. `limiter` is shared with whatever else is guessed at.
  Access(Clock& clock, const Rights& rights, const Codes& codes, AttemptLimiter& limiter, AccessListener& listener);
  ~Access() override;
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

  // `conflict` (field "number") when it exists, `invalid` when the number or a time is out of bounds.
  [[nodiscard]] Result<void> add_lock(LockOptions options, LockDriver& driver);
  [[nodiscard]] Result<void> set_lock_options(LockOptions options);
  void start();  // drives every lock safe (also after a crash); call before anything else
  void stop();   // takes the relays' current away; nothing opens any more

  // A13, A12, A06. Rights are asked except for methods from inside. Method code is not for here: see try_code().
  Decision unlock(const UnlockRequest& request);

  // A10: a whole code as typed between the '#'s. Opens the code's locks that take local methods. `source` is the keypad
  // ("keypad"): five wrong ones lock it, and it alone, for a while.
  Decision try_code(std::string_view code, std::string_view source = "keypad");
  // A card that is somebody's (H06), neither lost nor a main card: opens its locks that take local methods. No lock-out
  // stops it. What else a held card may mean: reader_control.hpp.
  Decision open_by_card(const Card& card, std::string_view source);
  // How long that keypad stays locked; zero: it is not.
  [[nodiscard]] Duration keypad_wait(std::string_view source = "keypad") const;

  // For the wrong attempts that others count on the same limiter (DtmfCommands::Wrong): journals the refusal.
  void refused(const UnlockRequest& request, Outcome outcome, Duration wait);
  // Tells of an attempt that opened nothing. Whoever goes on and on, or a reader that does by itself, would push all
  // else out of the journal: after some of the same from the same, access.repeated stands for the next ones.
  void tell_attempt(const AccessEvent& event) { (void)tell_bounded(event, "access.repeated"); }

  void relay_told(LockNumber lock, bool moved, bool energised);
  // Another device drives this lock now, or the one that was away is back: it is driven to hold, however it is found.
  void relay_replaced(LockNumber lock);
  void door_is_open(LockNumber lock, bool open);

  [[nodiscard]] std::vector<LockView> locks() const;
  [[nodiscard]] const Lock* lock(LockNumber number) const;

 private:
  void lock_changed(Lock& lock, const UnlockRequest* request) override;
  void door_forced(Lock& lock) override;
  void kept_open(const Lock& lock);
  void door_held(Lock& lock) override;
  [[nodiscard]] bool may(const UnlockRequest& request, const Lock& lock) const;
  // Of several locks the best answer is the answer.
  Decision open_those(UnlockRequest request, LockSet allowed, Decision decision);
  [[nodiscard]] static LockView view(const Lock& lock);
  [[nodiscard]] static AccessEvent event_of(std::string_view event, const UnlockRequest& request, const Lock& lock);
  [[nodiscard]] static AccessEvent event_about(std::string_view event, Severity severity, const Lock& lock);
  void tell(std::string_view event, Severity severity, const Lock& lock);
  // Tells of it, and by `repeated` that the next ones of its like are not told for a while; false: it is one of those.
  bool tell_bounded(const AccessEvent& event, std::string_view repeated);

  Clock& clock_;
  const Rights& rights_;
  const Codes& codes_;
  AttemptLimiter& limiter_;
  Repeats repeats_;
  AccessListener& listener_;
  std::map<LockNumber, std::unique_ptr<Lock>> locks_;
  std::map<LockNumber, Timer> forced_untold_;  // doors that stand open so, for now
  LockSet opened_ = 0;  // locks that somebody opened and that have not locked again since
  LockSet kept_open_told_ = 0;
  std::map<LockNumber, Outage> jams_;  // how it is told that a lock failed, and that it obeys again
  bool running_ = false;
};

}  // namespace lintel::access
