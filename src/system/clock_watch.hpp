// Hears when the machine's clock is set, by a person or by NTP; a clock that is only trimmed is not set. Loop only.
#pragma once

#include <functional>

#include "base/clock.hpp"
#include "base/loop.hpp"

namespace lintel::system {

class ClockWatch {
 public:
  static constexpr std::chrono::seconds least{2};  // by less than this it is as good as trimmed

  // `moved` is told by how much, forward or (negative) back. Both must outlive it. Where the kernel has no word for it,
  // the log says so and `moved` is never called.
  ClockWatch(Loop& loop, Clock& clock, std::function<void(std::chrono::seconds)> moved);
  ~ClockWatch();
  ClockWatch(const ClockWatch&) = delete;
  ClockWatch& operator=(const ClockWatch&) = delete;

  void look();  // what the kernel's word does: compares with the last time

 private:
  [[nodiscard]] std::chrono::microseconds ahead() const;  // wall time before monotonic time
  void arm();

  Clock& clock_;
  std::function<void(std::chrono::seconds)> moved_;
  std::chrono::microseconds ahead_;
  int descriptor_;
  Watch watch_;
};

}  // namespace lintel::system
