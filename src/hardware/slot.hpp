// The place of one device that may be away: unplugged, or not there yet when the station starts. Loop only.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace lintel::hardware {

// Device has `bool present() const`. A device that is away is tried again after pauses that grow; one that is there is
// looked at now and then, since a pulled plug need not tell.
template <typename Device>
class Slot {
 public:
  using Open = std::function<Result<std::unique_ptr<Device>>()>;
  // The device that stands here from now on; nullptr: none does, and the one before goes when the call returns.
  using Changed = std::function<void(Device*)>;
  static constexpr Duration first_pause = std::chrono::seconds(1);
  static constexpr Duration longest_pause = std::chrono::seconds(10);
  static constexpr Duration look_period = std::chrono::seconds(2);
  // A chip behind USB or I²C that hangs holds up the loop, which waits for its answer: then it is left alone for this
  // time, for twice as long when that goes on, and so forth.
  static constexpr Duration slow = std::chrono::seconds(1);
  static constexpr Duration first_rest = std::chrono::seconds(30);
  static constexpr Duration longest_rest = std::chrono::minutes(8);

  Slot(Clock& clock, Changed changed) : clock_(clock), changed_(std::move(changed)) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() = default;  // tells nobody

  // Nothing stands here, and nothing is looked for.
  void clear() {
    open_ = nullptr;
    problem_.clear();
    timer_.cancel();
    drop();
  }
  // One that is always there, and outlives the slot: a twin.
  void use(Device& device) {
    clear();
    device_ = &device;
    changed_(device_);
  }
  // Opens it now, or as soon as it is there.
  void open(Open open) {
    clear();
    open_ = std::move(open);
    try_it(first_pause);
  }

  [[nodiscard]] Device* device() const { return device_; }
  // Why the wanted device is not there, in a sentence; empty while it is, and where none is wanted.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void drop() {
    if (device_ == nullptr) return;
    device_ = nullptr;
    changed_(nullptr);
    owned_.reset();
  }
  // What is to be waited, beside `pause`, after something that began then.
  [[nodiscard]] Duration rest(Duration pause, Monotonic began) {
    if (clock_.monotonic() - began < slow) {
      rest_ = first_rest;
      return pause;
    }
    return std::exchange(rest_, std::min<Duration>(2 * rest_, longest_rest));
  }
  void try_later(Duration pause, Duration rest) {
    timer_ = clock_.after(rest, [this, pause] { try_it(std::min<Duration>(2 * pause, longest_pause)); });
  }
  void try_it(Duration pause) {
    const Monotonic began = clock_.monotonic();
    auto opened = open_();
    if (!opened.ok()) {
      problem_ = opened.error().message;
      return try_later(pause, rest(pause, began));
    }
    problem_.clear();
    owned_ = std::move(*opened);
    device_ = owned_.get();
    look_later(rest(look_period, began));
    changed_(device_);
  }
  void look_later(Duration rest) {
    timer_ = clock_.after(rest, [this] { look(); });
  }
  void look() {
    const Monotonic began = clock_.monotonic();
    const bool present = device_->present();
    const Duration looked = rest(look_period, began);
    look_later(looked);
    if (present) return device_->looked_at();
    problem_ = "The device does not answer any more.";
    drop();
    if (looked > look_period) return try_later(first_pause, looked);
    try_it(first_pause);
  }

  Clock& clock_;
  Changed changed_;
  Open open_;
  std::unique_ptr<Device> owned_;
  Device* device_ = nullptr;
  std::string problem_;
  Duration rest_ = first_rest;
  Timer timer_;
};

}  // namespace lintel::hardware
