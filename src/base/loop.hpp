// The one loop of the house, on GLib's main context. All state of the house lives on it; nothing here ever waits.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.hpp"

namespace lintel {

// What is served first when several things are ready. Doors before talk, talk before paperwork. A flood of talk does not
// end the paperwork: what was posted as `normal` and has waited for Loop::patience goes with the signals.
enum class Priority : int {
  door = -200,    // relays, inputs, keypads
  timer = -100,   // deadlines
  signal = -50,   // SIP
  normal = 0,     // posts from the edges: web requests, media notices
  idle = 200,
};

// Readiness of a file descriptor.
enum Ready : unsigned { readable = 1, writable = 4, hung_up = 16 };

// A watched descriptor; destroying it ends the watch (also inside its own callback). It does not own the descriptor.
class Watch {
 public:
  struct State;
  Watch() = default;
  explicit Watch(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Watch(Watch&&) noexcept = default;
  Watch& operator=(Watch&& other) noexcept {
    if (this != &other) {
      end();
      state_ = std::move(other.state_);
    }
    return *this;
  }
  ~Watch() { end(); }

 private:
  void end();
  std::shared_ptr<State> state_;
};

class Loop {
 public:
  Loop();  // drives the thread's default GLib context, as GStreamer's bus watches expect
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  static constexpr Duration patience = std::chrono::milliseconds(20);

  void run();                    // loop thread; returns after quit()
  void quit();                   // any thread
  bool turn(bool may_wait);      // one turn, for tests; answers whether something ran
  // Runs `work` on the loop, in order of posting. Any thread. Work posted after the loop is gone is dropped.
  void post(std::function<void()> work, Priority priority = Priority::normal);
  // By default with the signals: what comes through a descriptor would otherwise wait for the end of a flood, as nothing but
  // the queue of posts has `patience`. Loop only.
  [[nodiscard]] Watch watch(int descriptor, unsigned ready, std::function<void(unsigned)> work,
                            Priority priority = Priority::signal);
  [[nodiscard]] bool on_loop_thread() const;                        // any thread
  [[nodiscard]] Clock& clock();                                     // see Clock
  // A post that survives the loop: edges keep this, not the Loop, and may call it at any time from any thread.
  using Poster = std::function<void(std::function<void()>)>;
  [[nodiscard]] Poster poster(Priority priority = Priority::normal);

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel
