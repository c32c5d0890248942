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
  WorkQueue();
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;
  bool run(std::function<void()> work);  // any thread; in order. False: the thread is gone

 private:
  friend class NetworkThread;
  void take(std::vector<std::function<void()>>& work);  // gives its room in exchange
  const int event_;
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

  struct Calls {  // all on the thread
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
