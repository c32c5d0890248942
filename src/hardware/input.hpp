// A contact: exit button, door contact, emergency. Loop only.
// Levels are read, never toggled by edges: a missed edge must not leave a door 'open' for good.
#pragma once

#include <functional>
#include <utility>

#include "base/clock.hpp"

namespace lintel::hardware {

// The raw contact. A driver calls tell() with the level it read, as often as it likes.
class Input {
 public:
  using Listener = std::function<void(bool active)>;

  Input() = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  virtual ~Input() = default;

  // The level now. Active means: button pressed, door open, alarm on; the driver turns normally-closed contacts round.
  [[nodiscard]] virtual bool active() const = 0;
  // False: the device is gone for good (a pulled plug), and has to be opened anew.
  [[nodiscard]] virtual bool present() const { return true; }
  // It was present a moment ago: the level is told anew, as an edge may have been lost.
  void looked_at() { tell(active()); }
  void listen(Listener listener) { listener_ = std::move(listener); }

 protected:
  void tell(bool active) {
    if (listener_) listener_(active);
  }

 private:
  Listener listener_;
};

// An input that reports a level only after it has stood for `settle`, and each level once.
// The input and the clock must outlive it.
class DebouncedInput {
 public:
  static constexpr Duration default_settle = std::chrono::milliseconds(30);

  DebouncedInput(Clock& clock, Input& input, Input::Listener listener, Duration settle = default_settle);
  DebouncedInput(const DebouncedInput&) = delete;
  DebouncedInput& operator=(const DebouncedInput&) = delete;
  ~DebouncedInput();

  [[nodiscard]] bool active() const { return reported_; }  // the settled level

 private:
  void read(bool active);

  Clock& clock_;
  Input& input_;
  Input::Listener listener_;
  Duration settle_;
  bool reported_;
  Timer settling_;
};

}  // namespace lintel::hardware
