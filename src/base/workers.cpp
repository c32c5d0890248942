#include "base/workers.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace lintel {

struct Workers::Inner {
  struct Job {
    std::function<void()> job;
    std::function<void()> then;
  };
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> waiting;  // guarded by mutex
  bool closing = false;     // guarded by mutex
  std::size_t limit = 0;
  Loop::Poster post;
  std::vector<std::thread> threads;

  void work() {
    for (;;) {
      Job job;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [this] { return closing || !waiting.empty(); });
        if (closing) return;
        job = std::move(waiting.front());
        waiting.pop_front();
      }
      job.job();
      job.job = nullptr;
      if (job.then) post(std::move(job.then));
    }
  }
};

Workers::Workers(Loop& loop, std::size_t threads, std::size_t queue_limit) : inner_(std::make_shared<Inner>()) {
  inner_->limit = queue_limit;
  inner_->post = loop.poster();
  for (std::size_t i = 0; i < threads; ++i) inner_->threads.emplace_back([inner = inner_.get()] { inner->work(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(inner_->mutex);
    inner_->closing = true;
  }
  inner_->wake.notify_all();
  for (auto& thread : inner_->threads) thread.join();
}

bool Workers::run(std::function<void()> job, std::function<void()> then) {
  {
    const std::lock_guard lock(inner_->mutex);
    if (inner_->waiting.size() >= inner_->limit) return false;
    inner_->waiting.push_back({std::move(job), std::move(then)});
  }
  inner_->wake.notify_one();
  return true;
}

}  // namespace lintel
