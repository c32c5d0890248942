// Two locks with relays that are quick, late, silent, failing or stuck, doors that open and close, people who may and
// who may not, settings that change and time that passes, in any order. The bolt is free only after somebody was let
// in, no longer than said, and holds again when all is quiet; every opening is told, and its end.
//
// An input is read in pairs: what happens, and to what or for how long.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/access.hpp"
#include "play.hpp"

namespace {

using namespace lintel;
using namespace lintel::access;
using play::require;
using namespace std::chrono_literals;

constexpr std::size_t longest = 400;
constexpr Duration longest_period = 4s;
constexpr Duration lateness = 700ms;  // within relay_limit

struct Residents final : Rights {
  [[nodiscard]] LockSet locks_of(std::string_view subject, Method) const override {
    return subject == "101#1" ? all_locks : LockSet{0};
  }
};
struct OneCode final : Codes {
  [[nodiscard]] std::optional<Code> find(std::string_view digits) const override {
    return digits == "1234" ? std::optional(Code{"Anna", "101", all_locks}) : std::nullopt;
  }
};

enum class Mood : std::uint8_t { quick, late, silent, failing, stuck };

class Relay final : public LockDriver {
 public:
  explicit Relay(Clock& clock) : clock_(clock) {}
  void connect(Access& access, LockNumber lock) {
    access_ = &access;
    lock_ = lock;
  }
  void drive(bool energised) override {
    if (mood == Mood::stuck) return;
    if (mood == Mood::failing) return access_->relay_told(lock_, false, false);
    const auto move = [this, energised] {
      current = energised;
      if (mood != Mood::silent) access_->relay_told(lock_, true, energised);
    };
    if (mood == Mood::late) {
      moving_ = clock_.after(lateness, move);  // the newest order counts
    } else {
      moving_.cancel();
      move();
    }
  }
  [[nodiscard]] std::optional<bool> energised() const override { return current; }

  Mood mood = Mood::quick;
  bool current = false;

 private:
  Clock& clock_;
  Access* access_ = nullptr;
  LockNumber lock_ = 0;
  Timer moving_;
};

class Play final : public AccessListener {
 public:
  Play() {
    for (std::size_t at = 0; at < doors_.size(); ++at) {
      Door& door = doors_[at];
      door.options.number = static_cast<LockNumber>(at + 1);
      door.options.responding_interval = 0s;
      require(access_.add_lock(door.options, door.relay).ok(), "a lock can be added");
      door.relay.connect(access_, door.options.number);
    }
    access_.start();
    look();
  }

  void step(char what, std::uint8_t which) {
    Door& door = doors_[which % doors_.size()];
    const LockNumber number = door.options.number;
    switch (what) {
      case 'u':
        return asked(door, access_.unlock({.subject = "101#1", .method = Method::api, .lock = number}));
      case 'n':  // somebody without the right
        require(!granted(access_.unlock({.subject = "102#1", .method = Method::api, .lock = number}).outcome),
                "nobody opens without the right");
        return look();
      case 'e':
        return asked(door, access_.unlock({.subject = "exit", .method = Method::exit_button, .lock = number}));
      case 'c':
        let_in_all(access_.try_code("1234"));
        return look();
      case 'w':
        require(!granted(access_.try_code("4321").outcome), "no wrong code opens");
        return look();
      case 'o':
        door.open = true;
        access_.door_is_open(number, true);
        return look();
      case 'd':
        door.open = false;
        access_.door_is_open(number, false);
        return look();
      case 'm':
        door.relay.mood = static_cast<Mood>(which / 2 % 5);
        door.honest = door.honest && (door.relay.mood == Mood::quick || door.relay.mood == Mood::late);
        return;
      case 's':
        door.options.period = Duration(1s) * (1 + which / 2 % 4);
        door.options.watches_door = (which & 0x10) != 0;
        door.options.hold_limit = (which & 0x20) != 0 ? 5s : 60s;
        door.options.wiring = (which & 0x40) != 0 ? Wiring::fail_safe : Wiring::fail_secure;
        door.options.local_methods = (which & 0x80) == 0;
        door.settling =
            clock_.monotonic() + lateness + 20ms;  // the other wiring is driven at once, and that may take a while
        require(access_.set_lock_options(door.options).ok(), "options within bounds are taken");
        return look();
      case 'r':
        door.settling = clock_.monotonic() + lateness + 20ms;
        access_.relay_replaced(number);
        return look();
      case 't':
        return pass(Duration(20ms) * which);
      default:
        return;
    }
  }

  // Doors are shut, relays obey again, and nobody asks.
  void end() {
    for (Door& door : doors_) {
      door.relay.mood = Mood::quick;
      door.open = false;
      access_.door_is_open(door.options.number, false);
    }
    clock_.advance(2min);
    for (const Door& door : doors_) {
      require(!free(door), "the bolt holds when all is quiet");
      require(access_.lock(door.options.number)->state() == LockState::locked, "a quiet lock is locked");
      require(!door.told_open, "every opening that was told was told to have ended");
    }
    access_.stop();
    for (const Door& door : doors_) require(!door.relay.current, "a stopped station leaves no relay with current");
  }

  void access_happened(const AccessEvent& event) override {
    if (event.lock < 1 || event.lock > static_cast<LockNumber>(doors_.size())) return;
    Door& door = doors_[static_cast<std::size_t>(event.lock - 1)];
    if (event.event == "access.unlocked") {
      require(!event.subject.empty(), "who opened is told");
      door.told_open = true;
    }
    if (event.event == "access.locked" || event.event == "access.lock_jammed") door.told_open = false;
  }
  void lock_changed(const LockView&) override {}

 private:
  struct Door {
    explicit Door(Clock& clock) : relay(clock) {}
    Relay relay;
    LockOptions options;
    bool open = false;
    bool honest = true;  // its relay never lied in this play
    bool told_open = false;
    bool let_in = false;  // somebody was, since the bolt held last
    Monotonic until{};    // the latest that it may be free, were the door shut
    Monotonic settling{};
  };

  [[nodiscard]] static bool free(const Door& door) {
    return door.relay.current == (door.options.wiring == Wiring::fail_secure);
  }
  void allow(Door& door) {
    door.let_in = true;
    door.until = clock_.monotonic() + longest_period + 2 * lateness + 100ms;
  }
  void asked(Door& door, const Decision& decision) {
    if (granted(decision.outcome)) allow(door);
    look();
  }
  void let_in_all(const Decision& decision) {
    if (!granted(decision.outcome)) return;
    for (Door& door : doors_)
      if (door.options.local_methods) allow(door);
  }
  void pass(Duration time) {
    for (const auto end = clock_.monotonic() + time; clock_.monotonic() < end;) {
      clock_.advance(20ms);
      look();
    }
  }
  void look() {
    for (Door& door : doors_) {
      if (!door.honest || clock_.monotonic() < door.settling) continue;
      if (!free(door)) {
        const LockState state = access_.lock(door.options.number)->state();
        if (state == LockState::locked) door.let_in = false;
        continue;
      }
      require(door.let_in, "the bolt is free only after somebody was let in");
      if (door.open && door.options.watches_door)
        door.until = clock_.monotonic() + longest_period + 2 * lateness + 100ms;
      require(clock_.monotonic() <= door.until, "the bolt is free no longer than said");
    }
  }

  SimulatedClock clock_;
  Residents residents_;
  OneCode code_;
  AttemptLimiter limiter_{clock_};
  std::array<Door, 2> doors_{Door(clock_), Door(clock_)};
  Access access_{clock_, residents_, code_, limiter_, *this};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Play play;
  for (std::size_t at = 0; at + 1 < std::min(size, longest); at += 2)
    play.step(static_cast<char>(data[at]), data[at + 1]);
  play.end();
  return 0;
}
