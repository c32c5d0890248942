#include "media/camera_picture.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "media/probed_frame.hpp"

namespace lintel::media {
namespace {

struct Colour {
  std::uint8_t y, u, v;
};
// 75 % bars of SMPTE EG 1, BT.601.
constexpr std::array<Colour, 7> bars{
    {{180, 128, 128}, {162, 44, 142}, {131, 156, 44}, {112, 72, 58}, {84, 184, 198}, {65, 100, 212}, {35, 212, 114}}};
constexpr Colour slate{40, 134, 124};
constexpr Colour warm{210, 70, 160};

// One frame's drawing surface; coordinates in luma pixels.
class Surface {
 public:
  explicit Surface(GstVideoFrame* frame) : frame_(frame) {}
  [[nodiscard]] int width() const { return GST_VIDEO_FRAME_WIDTH(frame_); }
  [[nodiscard]] int height() const { return GST_VIDEO_FRAME_HEIGHT(frame_); }

  void set(int x, int y, Colour colour) {
    row(0, y)[x] = colour.y;
    row(1, y / 2)[x / 2] = colour.u;
    row(2, y / 2)[x / 2] = colour.v;
  }
  void fill(int left, int top, int right, int bottom, Colour colour) {
    for (int y = top; y < bottom; ++y) std::memset(row(0, y) + left, colour.y, static_cast<std::size_t>(right - left));
    for (int y = top / 2; y < (bottom + 1) / 2; ++y) {
      const auto length = static_cast<std::size_t>((right + 1) / 2 - left / 2);
      std::memset(row(1, y) + left / 2, colour.u, length);
      std::memset(row(2, y) + left / 2, colour.v, length);
    }
  }
  void disc(int centre_x, int centre_y, int radius, Colour colour) {
    for (int y = std::max(0, centre_y - radius); y < std::min(height(), centre_y + radius); ++y) {
      const int half = static_cast<int>(std::sqrt(std::max(0, radius * radius - (y - centre_y) * (y - centre_y))));
      for (int x = std::max(0, centre_x - half); x < std::min(width(), centre_x + half); ++x) set(x, y, colour);
    }
  }

 private:
  std::uint8_t* row(int plane, int y) {
    return static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(frame_, plane)) +
           static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(frame_, plane);
  }
  GstVideoFrame* frame_;
};

void paint_background(Surface& surface) {
  const int width = surface.width(), height = surface.height();
  const int bars_end = (height * 62 / 100) & ~1, ramp_end = (height * 72 / 100) & ~1;
  for (int bar = 0; bar < 7; ++bar)
    surface.fill((width * bar / 7) & ~1, 0, bar == 6 ? width : (width * (bar + 1) / 7) & ~1, bars_end,
                 bars[static_cast<std::size_t>(bar)]);
  constexpr int steps = 16;
  for (int step = 0; step < steps; ++step)
    surface.fill((width * step / steps) & ~1, bars_end, step == steps - 1 ? width : (width * (step + 1) / steps) & ~1,
                 ramp_end, {static_cast<std::uint8_t>(16 + step * 219 / (steps - 1)), 128, 128});
  surface.fill(0, ramp_end, width, height, slate);
  // The dark plate under the clock.
  surface.fill((width * 32 / 100) & ~1, (height * 22 / 100) & ~1, (width * 68 / 100) & ~1, (height * 42 / 100) & ~1,
               {24, 130, 126});
}

void paint(GstVideoFrame* frame, GstClockTime time) {
  Surface surface(frame);
  const int width = surface.width(), height = surface.height();
  paint_background(surface);
  const double seconds = static_cast<double>(time) / GST_SECOND;
  const int radius = std::max(4, height * 9 / 100);
  const double across = std::abs(std::fmod(seconds / 4.0, 2.0) - 1.0);  // there and back in eight seconds
  const double bounce = std::abs(std::sin(seconds * 3.14159265));       // one bounce a second
  surface.disc(radius + static_cast<int>(across * (width - 2 * radius)),
               height - radius - static_cast<int>(bounce * height * 0.14), radius, warm);
}

GstPadProbeReturn painted(GstPad* pad, GstPadProbeInfo* probe, gpointer /*data*/) {
  draw_on_probed(pad, probe, [](GstVideoFrame& frame, const GstBuffer& buffer) {
    paint(&frame, GST_BUFFER_PTS_IS_VALID(&buffer) ? GST_BUFFER_PTS(&buffer) : 0);
  });
  return GST_PAD_PROBE_OK;
}

}  // namespace

void paint_test_picture(GstElement* source) {
  const auto pad = Object<GstPad>::adopt(gst_element_get_static_pad(source, "src"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, &painted, nullptr, nullptr);
}

}  // namespace lintel::media
