// The words of access: who asks, how, for which lock, and what was decided. Plain values, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace lintel::access {

using LockNumber = int;  // 1 to max_locks
inline constexpr LockNumber max_locks = 16;

// Bit n-1 stands for lock n.
using LockSet = std::uint16_t;
[[nodiscard]] constexpr LockSet lock_bit(LockNumber number) {
  return number < 1 || number > max_locks ? LockSet{0} : static_cast<LockSet>(1U << static_cast<unsigned>(number - 1));
}
inline constexpr LockSet all_locks = 0xFFFF;

enum class Method {
  monitor,      // the Unlock button of a monitor or centre (A13)
  dtmf,         // an unlock command in a call (A06)
  code,         // typed on the panel (A10); local
  card,         // local
  finger,       // local
  api,          // HTTP, a person's session or a machine account (A13)
  exit_button,  // from inside (A12): no right needed, no lock-out, no interval
  emergency,    // an emergency input: as the exit button
};
[[nodiscard]] std::string_view name_of(Method method);  // "monitor", "exit_button", …
[[nodiscard]] constexpr bool is_local(Method method) {
  return method == Method::code || method == Method::card || method == Method::finger;
}
[[nodiscard]] constexpr bool is_from_inside(Method method) {
  return method == Method::exit_button || method == Method::emergency;
}

struct UnlockRequest {
  std::string
      subject{};  // an authenticated account ("101#1", "admin"), a code's or card's name, "exit-button"; no secret
  Method method = Method::monitor;
  LockNumber lock = 1;
  std::string room{};        // the room it is done for, or empty
  std::string source{};      // where from, for the journal and the limiter: an address, "keypad", a caller
  std::string call{};        // the call it was wished in, or empty
  bool code_proven = false;  // dtmf: a right unlock code was given, and counts instead of the subject's rights
};

enum class Outcome {
  opened,        // the relay was ordered and told to have moved
  opening,       // the relay was ordered and will tell
  already_open,  // nothing to do: it is open for a period that runs, or opening
  no_such_lock,
  no_right,    // the subject may not open this lock, or the method may not
  too_soon,    // within the responding interval (A02); wait says how long
  limited,     // too many wrong attempts (A25); wait says how long
  wrong_code,  // no active code is this one
  jammed,      // the relay was ordered and answered that it failed
  unknown_card,
  lost_card,
};
[[nodiscard]] std::string_view name_of(Outcome outcome);  // "opened", "no_right", … stable
[[nodiscard]] constexpr bool granted(Outcome outcome) {
  return outcome == Outcome::opened || outcome == Outcome::opening || outcome == Outcome::already_open;
}

struct Decision {
  Outcome outcome = Outcome::no_right;
  LockNumber lock = 0;  // which lock it is about, 0 where none
  Duration wait{};      // too_soon, limited: try again after this
  std::string who{};    // a right code or card: the name it was issued to
  std::string room{};   // … and its room
};

}  // namespace lintel::access
