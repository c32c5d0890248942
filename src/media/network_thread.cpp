#include "media/network_thread.hpp"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <limits>

namespace lintel::media {
namespace {

constexpr std::uint32_t queue_number = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t events_at_once = 16;

constexpr std::chrono::milliseconds period_of(NetworkThread::Ticks ticks) {
  return ticks == NetworkThread::Ticks::slow ? NetworkThread::slow_tick_period : NetworkThread::tick_period;
}

}  // namespace

WorkQueue::WorkQueue() : event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

WorkQueue::~WorkQueue() {
  close(event_);
}

bool WorkQueue::run(std::function<void()> work) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    first = waiting_.empty();
    waiting_.push_back(std::move(work));
  }
  if (first) (void)eventfd_write(event_, 1);
  return true;
}

WorkQueue::Turn WorkQueue::take_turn() {
  Turn turn;
  std::unique_lock lock(turn_, std::try_to_lock);
  if (!lock || !done_) return turn;
  const std::lock_guard guard(mutex_);
  if (!waiting_.empty()) return turn;
  turn.queue_ = this;
  turn.lock_ = std::move(lock);
  return turn;
}

void WorkQueue::take(std::vector<std::function<void()>>& work) {
  work.clear();
  const std::lock_guard lock(mutex_);
  waiting_.swap(work);
}

NetworkThread::NetworkThread() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // told of each write once, so that nobody has to read it away
  event.data.u32 = queue_number;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, queue_->event_, &event);
}

NetworkThread::~NetworkThread() {
  if (thread_.joinable()) {
    queue_->run([this] { ending_ = true; });
    thread_.join();
  }
  close(epoll_);
}

void NetworkThread::start(Calls calls) {
  calls_ = std::move(calls);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "webrtc");
    {
      const std::lock_guard lock(queue_->turn_);
      calls_.begin();
      queue_->done_ = calls_.done;
    }
    while (!ending_) turn();
    const std::lock_guard last(queue_->turn_);
    queue_->done_ = nullptr;
    // What was queued meanwhile is done too, and what that queues.
    while (true) {
      queue_->take(work_);
      if (work_.empty()) {
        const std::lock_guard lock(queue_->mutex_);
        if (!queue_->waiting_.empty()) continue;
        queue_->closed_ = true;
        break;
      }
      for (auto& work : work_) work();
    }
    calls_.end();
  });
}

void NetworkThread::wake_ticks() {
  if (ticks_ != Ticks::quick) next_tick_ = std::chrono::steady_clock::now() + tick_period;
  ticks_ = Ticks::quick;
}

void NetworkThread::turn() {
  using Steady = std::chrono::steady_clock;
  int wait = -1;
  if (ticks_ != Ticks::none) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_tick_ - Steady::now()).count();
    wait = static_cast<int>(std::clamp<std::int64_t>(left, 0, period_of(ticks_).count()));
  }
  std::array<epoll_event, events_at_once> events;
  const int count = epoll_wait(epoll_, events.data(), events.size(), wait);
  const std::lock_guard lock(queue_->turn_);
  for (int index = 0; index < count; ++index) {
    const std::uint32_t number = events[static_cast<std::size_t>(index)].data.u32;  // copied: the struct is packed
    if (number != queue_number) {
      calls_.readable(number);
      continue;
    }
    queue_->take(work_);
    for (auto& work : work_) work();
    work_.clear();  // what it holds goes now, not with the next
  }
  // Awake for something else, it ticks a little early rather than wake for that alone.
  if (const auto now = Steady::now(); ticks_ != Ticks::none && now >= next_tick_ - period_of(ticks_) / 2) {
    ticks_ = calls_.tick();
    next_tick_ = now + period_of(ticks_);
  }
  calls_.done();
}

}  // namespace lintel::media
