// How many of a camera's pictures an encoder gets.
#include "media/frame_limit.hpp"

#include <gtest/gtest.h>

namespace lintel::media {
namespace {

int passed(int limit, int camera, int seconds, GstClockTime jitter = 0) {
  FrameLimit gate(limit);
  int count = 0;
  for (int frame = 0; frame < camera * seconds; ++frame) {
    const GstClockTime time = 5 * GST_SECOND + frame * GST_SECOND / static_cast<GstClockTime>(camera);
    count += gate.pass(frame % 2 == 0 ? time + jitter : time) ? 1 : 0;
  }
  return count;
}

TEST(FrameLimitTest, givesAtMostTheRateAndAllOfASlowerCamera) {
  EXPECT_NEAR(passed(25, 30, 10), 250, 1);
  EXPECT_NEAR(passed(10, 25, 10), 100, 1);
  EXPECT_NEAR(passed(15, 60, 10), 150, 1);
  EXPECT_EQ(passed(25, 25, 10), 250);
  EXPECT_EQ(passed(25, 25, 10, 15 * GST_MSECOND), 250) << "frames that come unevenly";
  EXPECT_EQ(passed(25, 5, 10), 50);
}

TEST(FrameLimitTest, doesNotMakeUpForAGap) {
  FrameLimit gate(10);
  EXPECT_TRUE(gate.pass(0));
  EXPECT_TRUE(gate.pass(10 * GST_SECOND));
  EXPECT_FALSE(gate.pass(10 * GST_SECOND + 10 * GST_MSECOND));
}

}  // namespace
}  // namespace lintel::media
