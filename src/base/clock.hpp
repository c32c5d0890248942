// Time is injected. A Clock owns the timers; the simulated one makes a sixty-second test take microseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace lintel {

using Duration = std::chrono::nanoseconds;
using Monotonic = std::chrono::time_point<std::chrono::steady_clock, Duration>;      // for intervals and deadlines
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;  // for people, journal, schedules

class Clock;

// One armed timer. Destroying or assigning over it cancels it; that is safe inside its own callback. Loop only.
class Timer {
 public:
  Timer() = default;
  Timer(Clock* clock, std::uint64_t id) : clock_(clock), id_(id) {}
  Timer(Timer&& other) noexcept : clock_(std::exchange(other.clock_, nullptr)), id_(std::exchange(other.id_, 0)) {}
  Timer& operator=(Timer&& other) noexcept;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  void cancel();
  [[nodiscard]] bool armed() const;

 private:
  Clock* clock_ = nullptr;
  std::uint64_t id_ = 0;
};

// Loop only, but for monotonic() and wall(), which any thread may call.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Monotonic monotonic() const = 0;
  [[nodiscard]] virtual WallTime wall() const = 0;

  // Calls `work` once on the loop after `delay` (zero or less: at the loop's next turn). The clock must outlive the Timer.
  [[nodiscard]] Timer after(Duration delay, std::function<void()> work);
  // Calls `work` every `period`, without drift, until the Timer goes.
  [[nodiscard]] Timer every(Duration period, std::function<void()> work);

 protected:
  struct Entry {
    std::function<void()> work;
    Duration period{};  // zero: once
    Monotonic due{};
  };
  using Key = std::pair<Monotonic, std::uint64_t>;  // ties fire by age

  virtual void rescheduled() {}  // the earliest deadline may have changed
  [[nodiscard]] bool has_timers() const { return !queue_.empty(); }
  [[nodiscard]] Monotonic earliest() const { return queue_.begin()->first.first; }
  // Fires the earliest timer if it is due at `now`; answers whether one fired.
  bool fire_one(Monotonic now);

 private:
  friend class Timer;
  std::uint64_t arm(Duration delay, Duration period, std::function<void()> work);
  void disarm(std::uint64_t id);

  std::map<Key, Entry> queue_;
  std::map<std::uint64_t, Monotonic> due_by_id_;
  std::uint64_t next_id_ = 1;
};

// Stands still until told to move. advance() fires the timers on the way in order, ties by age.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(WallTime wall = WallTime(std::chrono::seconds(1'767'225'600)));  // 2026-01-01T00:00:00Z
  [[nodiscard]] Monotonic monotonic() const override { return now_; }
  [[nodiscard]] WallTime wall() const override { return wall_; }
  void advance(Duration by);
  // Moves the wall time alone, as NTP or a person would.
  void jump_wall(std::chrono::microseconds by) { wall_ += by; }

 private:
  Monotonic now_{std::chrono::hours(1)};
  WallTime wall_;
};

}  // namespace lintel
