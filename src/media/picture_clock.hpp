// Date and time on a picture, drawn by a face of its own. The libraries that write any text take six megabytes, and
// work for each frame; digits need neither.
#pragma once

#include <gst/video/video.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lintel::media {

// Digits, '-', ':' and space, for one height. Others are left out.
class DigitFace {
 public:
  explicit DigitFace(int height);  // of a digit, in points of the picture; at least 10
  [[nodiscard]] int width(std::string_view text) const;
  // White; `outlined`: with a dark edge, to be read on any ground. Left and top of the first digit; what leaves the
  // I420 frame is cut off.
  void draw(GstVideoFrame* frame, std::string_view text, int left, int top, bool outlined) const;

 private:
  struct Glyph {
    int advance = 0;
    int columns = 0;
    std::vector<std::uint8_t> ink, edge;  // coverage of each point, row by row, with a margin around the glyph
  };
  static constexpr std::size_t glyph_count = 12;
  [[nodiscard]] static int index_of(char letter);  // negative: not drawn
  void blend(GstVideoFrame* frame, const Glyph& glyph, int left, int top, bool outlined) const;

  const int height_;
  const int margin_;
  const int space_;
  std::array<Glyph, glyph_count> glyphs_;
};

struct ClockOnPicture {
  std::atomic<bool> shown{false};  // in the upper right corner; any thread
  bool large = false;              // the test picture's own clock besides, in its middle
};

// Draws on each I420 frame that leaves `element`. `clock` lives as long as the element does.
void draw_clock(GstElement* element, std::shared_ptr<const ClockOnPicture> clock);

}  // namespace lintel::media
