// Descriptors by the thousand, watched together by the loop (epoll): those that are silent cost nothing. A set that
// keeps the loop busy is served in between the loop's turns as well, as long as nothing else is ready or due.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "base/loop.hpp"

namespace lintel {

// Destroying it ends the watch, also inside its own callback. It does not own the descriptors. Loop only.
class WatchSet {
 public:
  struct Happened {
    std::uint64_t id;
    unsigned ready;  // of Ready; what failed has hung up
  };
  using Work = std::function<void(std::span<const Happened>)>;
  struct State;

  WatchSet() = default;
  // Calls `work` at Priority::signal with those that are ready, at most 64 at once. The loop must outlive the set.
  WatchSet(Loop& loop, Work work);
  WatchSet(WatchSet&&) noexcept = default;
  WatchSet& operator=(WatchSet&& other) noexcept {
    if (this != &other) {
      end();
      state_ = std::move(other.state_);
    }
    return *this;
  }
  ~WatchSet() { end(); }

  // `id` is told to the callback: any number but the largest. False when the system refuses.
  bool add(int descriptor, unsigned ready, std::uint64_t id);
  void change(int descriptor, unsigned ready, std::uint64_t id);
  void remove(int descriptor);  // before it is closed

 private:
  void end();
  std::shared_ptr<State> state_;
};

}  // namespace lintel
