// How other threads reach the RTSP server's thread: work in order, and an event descriptor that wakes it. Any thread.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace lintel::media {

class RtspInbox {
 public:
  static constexpr std::size_t limit = 512;  // frames and sound beyond are lost: the thread hangs then

  RtspInbox() : event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~RtspInbox() { ::close(event_); }
  RtspInbox(const RtspInbox&) = delete;
  RtspInbox& operator=(const RtspInbox&) = delete;

  [[nodiscard]] int event() const { return event_; }
  // False: not taken. Work that is `needed` is always taken (there is one for each question asked), until close().
  bool post(std::function<void()> work, bool needed) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || (!needed && work_.size() >= limit)) return false;
      work_.push_back(std::move(work));
      if (work_.size() > 1) return true;  // it is awake already
    }
    const std::uint64_t one = 1;
    (void)!::write(event_, &one, sizeof one);
    return true;
  }
  // The server's thread: takes all there is into `work`.
  void take(std::vector<std::function<void()>>& work) {
    std::uint64_t count = 0;
    (void)!::read(event_, &count, sizeof count);
    const std::lock_guard lock(mutex_);
    work.swap(work_);
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    work_.clear();
  }

 private:
  const int event_;
  std::mutex mutex_;
  bool closed_ = false;
  std::vector<std::function<void()>> work_;
};

}  // namespace lintel::media
