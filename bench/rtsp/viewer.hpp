// A viewer that only counts: joins with digest, and knows when the first key frame was there whole.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace lintel::bench {

struct Viewer {
  std::uint16_t port = 0;
  bool udp = false;
  std::chrono::steady_clock::time_point until;  // it watches so long
  // Results.
  std::atomic<bool> playing{false};  // it has its first key frame
  std::optional<double> first_key;   // milliseconds from connecting to its last packet
  std::uint64_t frames = 0, lost = 0;

  void watch();  // blocks
};

}  // namespace lintel::bench
