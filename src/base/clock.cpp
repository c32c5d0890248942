#include "base/clock.hpp"

#include <algorithm>
#include <memory>

namespace lintel {

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    cancel();
    clock_ = std::exchange(other.clock_, nullptr);
    id_ = std::exchange(other.id_, 0);
  }
  return *this;
}

void Timer::cancel() {
  if (clock_ != nullptr) std::exchange(clock_, nullptr)->disarm(std::exchange(id_, 0));
}

bool Timer::armed() const { return clock_ != nullptr && clock_->due_by_id_.contains(id_); }

Timer Clock::after(Duration delay, std::function<void()> work) { return {this, arm(delay, Duration{}, std::move(work))}; }

Timer Clock::every(Duration period, std::function<void()> work) {
  return {this, arm(period, std::max(period, Duration(1)), std::move(work))};
}

std::uint64_t Clock::arm(Duration delay, Duration period, std::function<void()> work) {
  const std::uint64_t id = next_id_++;
  const Monotonic due = monotonic() + std::max(delay, Duration{});
  queue_.emplace(Key{due, id}, Entry{std::move(work), period, due});
  due_by_id_.emplace(id, due);
  rescheduled();
  return id;
}

void Clock::disarm(std::uint64_t id) {
  const auto found = due_by_id_.find(id);
  if (found == due_by_id_.end()) return;
  queue_.erase(Key{found->second, id});
  due_by_id_.erase(found);
  rescheduled();
}

bool Clock::fire_one(Monotonic now) {
  if (queue_.empty() || queue_.begin()->first.first > now) return false;
  auto node = queue_.extract(queue_.begin());
  const std::uint64_t id = node.key().second;
  // The work may cancel this very timer or arm others, so nothing of the map is held while it runs.
  std::function<void()> work;
  if (node.mapped().period > Duration{}) {
    work = node.mapped().work;
    const Monotonic next = std::max(node.mapped().due + node.mapped().period, now);
    node.mapped().due = next;
    node.key() = Key{next, id};
    due_by_id_[id] = next;
    queue_.insert(std::move(node));
  } else {
    work = std::move(node.mapped().work);
    due_by_id_.erase(id);
  }
  work();
  return true;
}

SimulatedClock::SimulatedClock(WallTime wall) : wall_(wall) {}

void SimulatedClock::advance(Duration by) {
  const Monotonic end = now_ + by;
  while (has_timers() && earliest() <= end) {
    const Monotonic due = std::max(earliest(), now_);
    wall_ += std::chrono::duration_cast<std::chrono::microseconds>(due - now_);
    now_ = due;
    fire_one(now_);
  }
  wall_ += std::chrono::duration_cast<std::chrono::microseconds>(end - now_);
  now_ = end;
}

}  // namespace lintel
