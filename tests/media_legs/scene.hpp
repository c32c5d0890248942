// A loop that turns until something has happened, and what two stations side by side need.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "base/loop.hpp"
#include "media/audio.hpp"
#include "media/leg.hpp"
#include "media/media.hpp"

namespace lintel::media {

inline bool turn_until(Loop& loop, const std::function<bool()>& happened, Duration limit = std::chrono::seconds(15)) {
  bool over = false;
  const Timer guard = loop.clock().after(limit, [&over] { over = true; });
  const Timer look = loop.clock().every(std::chrono::milliseconds(10), [] {});  // media threads do not wake the loop
  while (!over && !happened()) loop.turn(true);
  return happened();
}

// The best normalised correlation of `part` with any place in `whole` (both at audio_rate), by their envelopes and
// then their waves: codecs shift phases, but speech stays where it is.
inline double best_correlation(const std::vector<std::int16_t>& whole, const std::vector<std::int16_t>& part) {
  constexpr std::size_t block = 160;  // 10 ms
  const auto envelope = [](const std::vector<std::int16_t>& samples) {
    std::vector<double> levels;
    for (std::size_t at = 0; at + block <= samples.size(); at += block) {
      double sum = 0;
      for (std::size_t index = at; index < at + block; ++index)
        sum += static_cast<double>(samples[index]) * samples[index];
      levels.push_back(std::sqrt(sum / block));
    }
    return levels;
  };
  const std::vector<double> a = envelope(whole);
  const std::vector<double> b = envelope(part);
  double best = 0;
  for (std::size_t shift = 0; shift + b.size() <= a.size(); ++shift) {
    double ma = 0;
    double mb = 0;
    for (std::size_t index = 0; index < b.size(); ++index) ma += a[shift + index], mb += b[index];
    ma /= static_cast<double>(b.size());
    mb /= static_cast<double>(b.size());
    double cross = 0;
    double aa = 1e-9;
    double bb = 1e-9;
    for (std::size_t index = 0; index < b.size(); ++index) {
      const double x = a[shift + index] - ma;
      const double y = b[index] - mb;
      cross += x * y;
      aa += x * x;
      bb += y * y;
    }
    best = std::max(best, cross / std::sqrt(aa * bb));
  }
  return best;
}

}  // namespace lintel::media
