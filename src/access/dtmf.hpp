// Unlock commands by DTMF (A06). Loop only.
//
// Digits are collected a call: an *entry* starts with the first digit and ends with a match, with '#', with a pause, or
// with the call. An entry is compared from its first digit, once: there is no window that slides, so a caller who plays
// every sequence of digits (De Bruijn) makes one wrong attempt an entry, under the common limit.
// The one-key command is only for authenticated monitors of the called room. Anybody else needs a code of at least four
// digits.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/limiter.hpp"
#include "access/types.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace lintel::access {

struct DtmfOptions {
  // First and second unlock command, for monitors of the called room: 1 to 16 of 0-9*#; empty: none.
  std::array<std::string, 2> commands{};
  // The same for any other caller: 4 to 16 digits; empty: the command, where it has four digits, else none.
  std::array<std::string, 2> codes{};
  Duration pause = std::chrono::seconds(3);  // ends an entry
};

// `invalid` with the field at fault ("commands", "codes"): a character no telephone has, a code too short or too long,
// or one that begins with the other, which could then never be completed.
[[nodiscard]] Result<void> check(const DtmfOptions& options);

struct DtmfCaller {
  std::string call{};                   // collects under this name
  std::string subject{};                // the authenticated account, or what the caller is called
  std::string room{};                   // the called room
  bool monitor_of_called_room = false;  // authenticated as such; never from what a request says of itself
};

// What a right command asks of Access::unlock(), and a wrong one tells Access::refused() (lock 0).
[[nodiscard]] UnlockRequest request_of(const DtmfCaller& caller, LockNumber lock, bool by_code);

class DtmfCommands {
 public:
  static constexpr std::size_t calls_limit = 64;  // collected at a time; further calls are ignored
  static constexpr std::size_t longest_entry = 17;

  // `open` does what a right command means: access.unlock(request_of(caller, lock, by_code)). Called inside digit().
  using Open = std::function<void(const DtmfCaller& caller, LockNumber lock, bool by_code)>;
  // `wrong` hears of an entry that was an attempt and failed; wait is not zero when the caller is locked out.
  using Wrong = std::function<void(const DtmfCaller& caller, Duration wait)>;

  DtmfCommands(Clock& clock, AttemptLimiter& limiter, Open open, Wrong wrong, DtmfOptions options = {});

  void digit(const DtmfCaller& caller, char digit);  // 0-9 * # A-D; others are ignored
  void call_over(std::string_view call);
  void set_options(DtmfOptions options);  // as check() allows
  [[nodiscard]] std::size_t collecting() const { return entries_.size(); }

 private:
  struct Entry {
    DtmfCaller caller;
    std::string digits;
    bool done = false;  // matched, or longer than any command: it can only end
    Timer pause;
  };

  [[nodiscard]] std::string_view wanted(const DtmfCaller& caller, std::size_t which) const;
  void compare(Entry& entry);
  void end_entry(Entry& entry);

  Clock& clock_;
  AttemptLimiter& limiter_;
  Open open_;
  Wrong wrong_;
  DtmfOptions options_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace lintel::access
