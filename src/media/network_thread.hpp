// The one thread of all WebRTC peers: it waits for datagrams, for work from elsewhere, and for time to pass.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/loop.hpp"

namespace lintel::media {

// Where other threads leave work. It outlives the thread: then work is dropped.
class WorkQueue {
 public:
  // While it is true its holder stands in for the thread, and may do what only that one may. What is sent leaves when
  // it goes.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (*this) queue_->done_();
    }
    explicit operator bool() const { return lock_.owns_lock(); }

   private:
    friend class WorkQueue;
    WorkQueue* queue_ = nullptr;
    std::unique_lock<std::mutex> lock_;
  };

  WorkQueue();
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;
  bool run(std::function<void()> work);  // any thread; in order. False: the thread is gone
  // Any other thread; never waits. For who has little to do that would cost less than waking the thread. False when
  // that is at work, not there, or has work waiting, which comes first.
  [[nodiscard]] Turn take_turn();

 private:
  friend class NetworkThread;
  void take(std::vector<std::function<void()>>& work);  // gives its room in exchange
  const int event_;
  std::mutex turn_;             // held by who does the thread's work; before mutex_
  std::function<void()> done_;  // guarded by turn_; null: no thread
  std::mutex mutex_;
  std::vector<std::function<void()>> waiting_;
  bool closed_ = false;
};

class NetworkThread {
 public:
  static constexpr auto tick_period = std::chrono::milliseconds(50);
  static constexpr auto slow_tick_period = std::chrono::milliseconds(200);
  enum class Ticks { none, slow, quick };

  NetworkThread();
  ~NetworkThread();  // does what is queued, then ends; nothing is called afterwards
  NetworkThread(const NetworkThread&) = delete;
  NetworkThread& operator=(const NetworkThread&) = delete;

  struct Calls {  // all on the thread, or in its place
    std::function<void()> begin, end;
    std::function<void(std::uint32_t)> readable;  // by the number given to epoll
    std::function<void()> done;                   // after each round of work, before it waits again
    std::function<Ticks()> tick;                  // answers how soon it wants to be called again, at the latest
  };
  void start(Calls calls);
  [[nodiscard]] const std::shared_ptr<WorkQueue>& queue() const { return queue_; }
  [[nodiscard]] int epoll() const { return epoll_; }
  void wake_ticks();  // on the thread: quick ones, from here on

 private:
  void turn();
  const int epoll_;
  std::shared_ptr<WorkQueue> queue_ = std::make_shared<WorkQueue>();
  Calls calls_;
  std::vector<std::function<void()>> work_;  // what is being done
  Ticks ticks_ = Ticks::none;
  bool ending_ = false;
  std::chrono::steady_clock::time_point next_tick_;
  std::thread thread_;
};

}  // namespace lintel::media
