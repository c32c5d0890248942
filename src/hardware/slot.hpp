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
  void try_it(Duration pause) {
    auto opened = open_();
    if (!opened.ok()) {
      problem_ = opened.error().message;
      timer_ = clock_.after(pause, [this, pause] { try_it(std::min<Duration>(2 * pause, longest_pause)); });
      return;
    }
    problem_.clear();
    owned_ = std::move(*opened);
    device_ = owned_.get();
    timer_ = clock_.every(look_period, [this] { look(); });
    changed_(device_);
  }
  void look() {
    if (device_->present()) return;
    problem_ = "The device does not answer any more.";
    drop();
    try_it(first_pause);
  }

  Clock& clock_;
  Changed changed_;
  Open open_;
  std::unique_ptr<Device> owned_;
  Device* device_ = nullptr;
  std::string problem_;
  Timer timer_;
};

}  // namespace lintel::hardware
