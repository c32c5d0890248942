#include "system/clock_watch.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.hpp"

namespace lintel::system {

ClockWatch::ClockWatch(Loop& loop, Clock& clock, std::function<void(std::chrono::seconds)> moved)
    : clock_(clock),
      moved_(std::move(moved)),
      ahead_(ahead()),
      descriptor_(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC)) {
  if (descriptor_ < 0) {
    log::warning("system", "Nobody will say when the clock is set: {}", std::strerror(errno));
    return;
  }
  arm();
  watch_ = loop.watch(descriptor_, Ready::readable, [this](unsigned) {
    std::uint64_t rung = 0;
    // Nothing came to read: ECANCELED is the word that the clock was set.
    [[maybe_unused]] const ssize_t got = ::read(descriptor_, &rung, sizeof rung);
    arm();
    look();
  });
}

ClockWatch::~ClockWatch() {
  watch_ = {};
  if (descriptor_ >= 0) ::close(descriptor_);
}

// A deadline that never comes, which the kernel calls off when somebody sets the clock.
void ClockWatch::arm() {
  constexpr time_t never = 253'402'300'800;  // the year 10000
  itimerspec once{};
  once.it_value.tv_sec = never;
  (void)timerfd_settime(descriptor_, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &once, nullptr);
}

std::chrono::microseconds ClockWatch::ahead() const {
  return clock_.wall().time_since_epoch() -
         std::chrono::duration_cast<std::chrono::microseconds>(clock_.monotonic().time_since_epoch());
}

void ClockWatch::look() {
  const auto now = ahead();
  const auto by = std::chrono::round<std::chrono::seconds>(now - ahead_);
  if (std::chrono::abs(by) < least) return;  // several small ones add up
  ahead_ = now;
  moved_(by);
}

}  // namespace lintel::system
