// Date and time as they stand on a picture.
#include "media/picture_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "media/media.hpp"

namespace lintel::media {
namespace {

constexpr int width = 64, height = 48;
constexpr std::uint8_t ground = 90;

// An I420 picture of one grey.
class Canvas {
 public:
  Canvas() {
    EXPECT_TRUE(init().ok());
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, width, height);
    buffer_ = Buffer::adopt(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    gst_buffer_memset(buffer_.get(), 0, ground, info.size);
    EXPECT_TRUE(gst_video_frame_map(&frame_, &info, buffer_.get(), GST_MAP_READWRITE));
  }
  ~Canvas() { gst_video_frame_unmap(&frame_); }
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  GstVideoFrame* frame() { return &frame_; }
  [[nodiscard]] std::vector<std::uint8_t> luma() const {
    std::vector<std::uint8_t> all;
    for (int y = 0; y < height; ++y) {
      const auto* row = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame_, 0)) +
                        static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(&frame_, 0);
      all.insert(all.end(), row, row + width);
    }
    return all;
  }

 private:
  Buffer buffer_;
  GstVideoFrame frame_{};
};

std::vector<std::uint8_t> drawn(const std::string& text, int size = 10, int left = 20, int top = 12,
                                bool outlined = true) {
  Canvas canvas;
  DigitFace(size).draw(canvas.frame(), text, left, top, outlined);
  return canvas.luma();
}

int unlike(const std::vector<std::uint8_t>& left, const std::vector<std::uint8_t>& right) {
  int count = 0;
  for (std::size_t index = 0; index < left.size(); ++index) count += std::abs(left[index] - right[index]) > 60 ? 1 : 0;
  return count;
}

// V02
TEST(PictureClockTest, eachDigitLooksUnlikeTheOthersEvenInTheSmallestSize) {
  const std::string all = "0123456789-:";
  for (const char one : all) {
    for (const char other : all) {
      if (one == other) continue;
      EXPECT_GT(unlike(drawn({one}), drawn({other})), 4) << one << " and " << other;
    }
  }
}

TEST(PictureClockTest, isWhiteWithADarkEdgeSoThatItIsReadOnAnyGround) {
  const auto plain = drawn("8", 20, 20, 12, false), outlined = drawn("8", 20, 20, 12, true);
  EXPECT_EQ(std::ranges::max(plain), 235);
  EXPECT_EQ(std::ranges::min(plain), ground);
  EXPECT_EQ(std::ranges::max(outlined), 235);
  EXPECT_EQ(std::ranges::min(outlined), 16);
}

TEST(PictureClockTest, leavesOutWhatItCannotWriteAndCutsOffWhatLeavesThePicture) {
  const DigitFace face(10);
  EXPECT_EQ(drawn("x"), drawn(" "));
  EXPECT_EQ(face.width("12:34"), face.width("12") + face.width(":") + face.width("34"));
  for (const int left : {-200, -5, width - 4, width + 50})
    for (const int top : {-200, -5, height - 4, height + 50}) (void)drawn("2026-11-26", 24, left, top);
}

}  // namespace
}  // namespace lintel::media
