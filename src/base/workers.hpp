// A few threads for work that would make the loop wait: slow hashes, exports, deliveries.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/loop.hpp"

namespace lintel {

class Workers {
 public:
  // `queue_limit` bounds the jobs waiting; loop only, as is everything here.
  Workers(Loop& loop, std::size_t threads, std::size_t queue_limit);
  ~Workers();  // lets the running jobs end, drops the waiting ones; their `then` is never called
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Runs `job` on a worker, then `then` on the loop. False (and nothing runs) when the queue is full.
  [[nodiscard]] bool run(std::function<void()> job, std::function<void()> then = {});

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel
