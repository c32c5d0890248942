// How a running loop waits. GLib asks every source and every descriptor anew for each turn, which costs more than a
// short SIP message does. So while one WatchSet keeps the loop busy, it is served from where GLib waits: as long as
// none of GLib's descriptors is ready, no work is posted and no timer is due, and never longer than `longest_stay`.
// Loop only; internal to the room.
//
// GLib's descriptors ("the others") stand in an epoll of their own inside the set's. A descriptor that is closed leaves
// an epoll without a word, and a new one of the same number looks the same in GLib's list. But GLib wakes its own
// descriptor, one of the others, for each that it takes in or out. So the epoll is believed until one of the others is
// ready; then GLib's own poll says what is, and the epoll is built anew.
#pragma once

#include <glib.h>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/watch_set.hpp"

namespace lintel {

struct WatchSet::State : std::enable_shared_from_this<WatchSet::State> {
  explicit State(Work the_work);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Waits and tells what is ready. False: one of the others is, which goes first, unless it is `our_turn` by GLib.
  bool serve(int milliseconds, bool our_turn);

  int epoll;
  bool ended = false;
  Work work;
  Watch watch;  // of epoll, by GLib
};

class Poller {
 public:
  static constexpr Duration longest_stay = std::chrono::milliseconds(100);

  // `time_left` answers how long the loop itself may wait: zero or less when work is posted or a timer is due.
  explicit Poller(std::function<Duration()> time_left) : time_left_(std::move(time_left)) {}
  ~Poller() { forget(); }
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // GLib has served this set.
  static void served(const std::shared_ptr<WatchSet::State>& set);

  // While it lives, GLib waits by this poller: for Loop::run().
  class InForce {
   public:
    explicit InForce(Poller& poller);
    ~InForce();
    InForce(const InForce&) = delete;
    InForce& operator=(const InForce&) = delete;

   private:
    Poller* before_;
  };

 private:
  static gint poll(GPollFD* all, guint count, gint milliseconds);
  gint wait(std::span<GPollFD> all, int milliseconds);
  gint ask(std::span<GPollFD> all, int milliseconds);
  bool settle(std::span<const GPollFD> all);
  [[nodiscard]] bool known(std::span<const GPollFD> all) const;
  // How long an epoll_wait may take that has to end by then: -1 where the timer sees to it.
  [[nodiscard]] int time_out(Monotonic now, Duration left);
  void forget();

  std::function<Duration()> time_left_;
  bool one_alone_ = false;                 // of all that GLib asked for was ready
  std::shared_ptr<WatchSet::State> busy_;  // it was that one
  std::vector<GPollFD> others_;            // GLib's list when others_epoll_ was made of it
  int others_epoll_ = -1;                  // inside that of busy_; none if one of them cannot be in an epoll
  // Inside that of busy_ as well: set once and left to run over many waits, where the time-out of an epoll_wait would be
  // set and taken back by each.
  int timer_ = -1;
  Monotonic rings_at_{};
};

}  // namespace lintel
