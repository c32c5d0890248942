// At most so many pictures a second of those that come: each passes at once or not at all, and none is kept.
#pragma once

#include "media/media.hpp"

namespace lintel::media {

class FrameLimit {
 public:
  explicit FrameLimit(int frames_per_second) : period_(GST_SECOND / static_cast<GstClockTime>(frames_per_second)) {}

  // Times of the same clock, growing; they may come early or late by half a period.
  [[nodiscard]] bool pass(GstClockTime time) {
    if (time + period_ / 2 < due_) return false;
    if (time > due_ + period_) due_ = time;  // the first, one after a gap, or all of a slower camera
    due_ += period_;
    return true;
  }

 private:
  const GstClockTime period_;
  GstClockTime due_ = 0;
};

}  // namespace lintel::media
