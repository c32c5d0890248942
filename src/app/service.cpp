#include "app/service.hpp"

#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "base/log.hpp"

namespace lintel::app {
namespace {

constexpr Duration beat_period = std::chrono::seconds(1);
constexpr Duration noticed_delay = std::chrono::milliseconds(200);  // of the loop: worth a line in the log

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void Signals::block() {
  const sigset_t set = ending_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that closed is an error of write(), not the end of the house
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow
}

Signals::Signals(Loop& loop, std::function<void()> stop) {
  const sigset_t set = ending_signals();
  descriptor_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  auto asked = [this, stop = std::move(stop), before = false](unsigned) mutable {
    signalfd_siginfo info{};
    if (read(descriptor_, &info, sizeof info) != sizeof info) return;
    if (std::exchange(before, true)) std::_Exit(1);
    stop();
  };
  // Not below the sockets of SIP: a flood that never pauses would leave it unheard.
  watch_ = loop.watch(descriptor_, Ready::readable, std::move(asked));
}

Signals::~Signals() {
  watch_ = Watch();
  if (descriptor_ >= 0) close(descriptor_);
}

Watchdog::Watchdog(Loop& loop) : loop_(loop), period_(beat_period) {
  std::uint64_t allowed = 0;
  if (sd_watchdog_enabled(0, &allowed) > 0) period_ = std::min<Duration>(period_, std::chrono::microseconds(allowed / 3));
}

void Watchdog::beat() {
  const Monotonic now = loop_.clock().monotonic();
  const Duration delay = now - due_;
  due_ = std::max(due_ + period_, now);
  worst_delay_ = std::max(worst_delay_, delay);
  this_minute_ = std::max(this_minute_, delay);
  if (delay > noticed_delay)
    log::warning("loop", "The loop was {} ms late.", std::chrono::duration_cast<std::chrono::milliseconds>(delay).count());
  sd_notify(0, "WATCHDOG=1");
}

void Watchdog::ready() {
  due_ = loop_.clock().monotonic() + period_;
  timer_ = loop_.clock().every(period_, [this] { beat(); });
  minute_ = loop_.clock().every(std::chrono::minutes(1), [this] { last_minute_ = std::exchange(this_minute_, Duration::zero()); });
  sd_notify(0, "READY=1");
}
void Watchdog::stopping() { sd_notify(0, "STOPPING=1"); }

}  // namespace lintel::app
