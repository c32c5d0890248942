// What the service manager and the shell expect of a program: signals end it in order, systemd hears that it is ready and
// that its loop turns. Loop only.
#pragma once

#include <algorithm>
#include <functional>

#include "base/loop.hpp"

namespace lintel::app {

// SIGTERM and SIGINT call `stop` once, on the loop; a second one ends the process at once. Block them before any thread
// starts: see block_signals().
class Signals {
 public:
  static void block();  // before the first thread
  Signals(Loop& loop, std::function<void()> stop);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  int descriptor_ = -1;
  Watch watch_;
};

// sd_notify: READY, STOPPING, and WATCHDOG from a timer of the loop, at a third of the time systemd allows. A loop that hangs
// stops the word, and systemd restarts the process. It also measures the loop's delay.
class Watchdog {
 public:
  explicit Watchdog(Loop& loop);
  void ready();  // the loop is about to turn: measured from now on
  void stopping();
  // How late the loop served a deadline: at worst since the start, and within the last one to two minutes. Shorter
  // delays than the beat's period are seen only when they fall on a beat.
  [[nodiscard]] Duration worst_delay() const { return worst_delay_; }
  [[nodiscard]] Duration recent_delay() const { return std::max(this_minute_, last_minute_); }

 private:
  void beat();
  Loop& loop_;
  Duration period_;
  Monotonic due_{};
  Duration worst_delay_{}, this_minute_{}, last_minute_{};
  Timer timer_, minute_;
};

}  // namespace lintel::app
