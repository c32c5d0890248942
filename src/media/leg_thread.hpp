// A thread that does things in order: what may wait (opening devices, changing pipelines' states) happens here, not on
// the loop.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace lintel::media {

class JobThread {
 public:
  JobThread();
  ~JobThread();  // runs what is queued, then ends
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  void run(std::function<void()> job);  // any thread

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace lintel::media
