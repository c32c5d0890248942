// A bounded queue of samples between two threads' worlds. Not locked: its owner locks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace lintel::media {

class SampleQueue {
 public:
  // Not initialised: pages that no sample ever reaches are never there.
  explicit SampleQueue(std::size_t limit)
      : ring_(std::make_unique_for_overwrite<std::int16_t[]>(limit)), limit_(limit) {}

  // The oldest samples give way; answers how many were dropped.
  std::size_t push(std::span<const std::int16_t> samples) {
    std::size_t dropped = 0;
    if (samples.size() > limit_) {
      dropped = samples.size() - limit_;
      samples = samples.subspan(dropped);
    }
    if (const std::size_t room = limit_ - count_; samples.size() > room) {
      const std::size_t excess = samples.size() - room;
      drop(excess);
      dropped += excess;
    }
    for (const std::int16_t sample : samples) {
      ring_[(first_ + count_) % limit_] = sample;
      ++count_;
    }
    return dropped;
  }
  // Takes up to out.size() samples; the rest of `out` is silence. Answers how many there were.
  std::size_t pop(std::span<std::int16_t> out) {
    const std::size_t taken = std::min(out.size(), count_);
    for (std::size_t index = 0; index < taken; ++index) out[index] = ring_[(first_ + index) % limit_];
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(taken), out.end(), std::int16_t{0});
    drop(taken);
    return taken;
  }
  void drop(std::size_t count) {
    count = std::min(count, count_);
    first_ = (first_ + count) % limit_;
    count_ -= count;
  }
  void clear() { drop(count_); }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::vector<std::int16_t> copy() const {
    std::vector<std::int16_t> all(count_);
    for (std::size_t index = 0; index < count_; ++index) all[index] = ring_[(first_ + index) % limit_];
    return all;
  }

 private:
  std::unique_ptr<std::int16_t[]> ring_;
  std::size_t limit_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace lintel::media
