#include "media/picture_clock.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ctime>
#include <optional>

#include "media/media.hpp"
#include "media/probed_frame.hpp"

namespace lintel::media {
namespace {

struct Point {
  double x = 0, y = 0;
};
using Stroke = std::vector<Point>;

// A digit is ten units high and six wide, y downwards; strokes run along the middle of the pen.
constexpr double unit_height = 10;
constexpr double advance_units = 7.4;
constexpr double narrow_units = 4;  // of a colon
constexpr double pen = 0.9;         // half of its width
constexpr double edge_units = 0.9;  // how far the dark edge reaches around the ink
constexpr int smallest = 10;        // points: below, 6 and 8 look alike
constexpr int arc_steps = 12;

// Part of an ellipse, from angle to angle in degrees; 0 is right, 90 is down.
void add_arc(Stroke& stroke, Point centre, double across, double down, double from, double to) {
  for (int step = 0; step <= arc_steps; ++step) {
    const double angle = (from + (to - from) * step / arc_steps) * 3.14159265358979 / 180;
    stroke.push_back({centre.x + across * std::cos(angle), centre.y + down * std::sin(angle)});
  }
}

std::vector<Stroke> strokes_of(std::size_t glyph) {
  Stroke stroke;
  switch (glyph) {
    case 0:
      add_arc(stroke, {3, 5}, 2.4, 4.05, 0, 360);
      return {stroke};
    case 1:
      return {{{0.9, 2.3}, {3.2, 0.95}, {3.2, 9.05}}, {{0.9, 9.05}, {5.4, 9.05}}};
    case 2:
      add_arc(stroke, {2.9, 3.2}, 2.3, 2.25, 200, 390);
      stroke.insert(stroke.end(), {{0.7, 9.05}, {5.5, 9.05}});
      return {stroke};
    case 3: {
      Stroke lower;
      add_arc(stroke, {2.8, 2.9}, 2.1, 1.95, 215, 450);
      add_arc(lower, {2.8, 6.95}, 2.5, 2.1, -90, 145);
      stroke.insert(stroke.end(), lower.begin(), lower.end());
      return {stroke};
    }
    case 4:
      return {{{4.2, 9.05}, {4.2, 0.95}, {0.6, 6.9}, {5.8, 6.9}}};
    case 5:
      stroke = {{5.1, 0.95}, {1.2, 0.95}, {1.1, 4.6}};
      add_arc(stroke, {2.8, 6.4}, 2.55, 2.65, -130, 140);
      return {stroke};
    case 6: {
      Stroke bowl;
      add_arc(stroke, {3.4, 5.6}, 2.8, 4.65, -50, -180);
      stroke.push_back({0.62, 6.4});
      add_arc(bowl, {3, 6.4}, 2.4, 2.65, 0, 360);
      return {stroke, bowl};
    }
    case 7:
      return {{{0.7, 0.95}, {5.4, 0.95}, {2.3, 9.05}}};
    case 8: {
      Stroke lower;
      add_arc(stroke, {3, 2.9}, 2.05, 1.95, 0, 360);
      add_arc(lower, {3, 6.95}, 2.4, 2.1, 0, 360);
      return {stroke, lower};
    }
    case 9: {
      Stroke bowl;
      add_arc(stroke, {2.6, 4.4}, 2.8, 4.65, 130, 0);
      stroke.push_back({5.38, 3.6});
      add_arc(bowl, {3, 3.6}, 2.4, 2.65, 0, 360);
      return {stroke, bowl};
    }
    case 10:
      return {{{1.1, 5.6}, {4.6, 5.6}}};
    default:
      return {{{1.6, 3.6}, {1.6, 3.7}}, {{1.6, 8.9}, {1.6, 9}}};
  }
}

double distance(Point from, Point a, Point b) {
  const double across = b.x - a.x, down = b.y - a.y;
  const double length = across * across + down * down;
  const double along =
      length > 0 ? std::clamp(((from.x - a.x) * across + (from.y - a.y) * down) / length, 0.0, 1.0) : 0;
  return std::hypot(from.x - a.x - along * across, from.y - a.y - along * down);
}

double distance(Point from, const std::vector<Stroke>& strokes) {
  double nearest = 1e9;
  for (const Stroke& stroke : strokes)
    for (std::size_t index = 1; index < stroke.size(); ++index)
      nearest = std::min(nearest, distance(from, stroke[index - 1], stroke[index]));
  return nearest;
}

std::uint8_t coverage(double points_inside) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(points_inside + 0.5, 0.0, 1.0) * 255));
}

std::uint8_t towards(std::uint8_t from, int to, int part) {
  return static_cast<std::uint8_t>(from + (to - from) * part / 255);
}

constexpr int white = 235, black = 16, grey = 128;  // of studio range

}  // namespace

int DigitFace::index_of(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  return letter == '-' ? 10 : letter == ':' ? 11 : -1;
}

DigitFace::DigitFace(int height)
    : height_(std::max(smallest, height)),
      margin_(static_cast<int>(std::ceil(edge_units * height_ / unit_height)) + 1),
      space_(static_cast<int>(std::lround(narrow_units * height_ / unit_height))) {
  const double unit = height_ / unit_height;
  for (std::size_t index = 0; index < glyph_count; ++index) {
    Glyph& glyph = glyphs_[index];
    const auto strokes = strokes_of(index);
    glyph.advance = static_cast<int>(std::lround((index == 11 ? narrow_units : advance_units) * unit));
    glyph.columns = glyph.advance + 2 * margin_;
    for (int y = -margin_; y < height_ + margin_; ++y)
      for (int x = -margin_; x < glyph.advance + margin_; ++x) {
        const double away = distance({(x + 0.5) / unit, (y + 0.5) / unit}, strokes);
        glyph.ink.push_back(coverage((pen - away) * unit));
        glyph.edge.push_back(coverage((pen + edge_units - away) * unit));
      }
  }
}

int DigitFace::width(std::string_view text) const {
  int sum = 0;
  for (const char letter : text) {
    const int index = index_of(letter);
    sum += index < 0 ? space_ : glyphs_[static_cast<std::size_t>(index)].advance;
  }
  return sum;
}

void DigitFace::draw(GstVideoFrame* frame, std::string_view text, int left, int top, bool outlined) const {
  for (const char letter : text) {
    const int index = index_of(letter);
    if (index >= 0) blend(frame, glyphs_[static_cast<std::size_t>(index)], left - margin_, top - margin_, outlined);
    left += index < 0 ? space_ : glyphs_[static_cast<std::size_t>(index)].advance;
  }
}

void DigitFace::blend(GstVideoFrame* frame, const Glyph& glyph, int left, int top, bool outlined) const {
  const int width = GST_VIDEO_FRAME_WIDTH(frame), height = GST_VIDEO_FRAME_HEIGHT(frame);
  const auto row = [frame](int plane, int y) {
    return static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(frame, plane)) +
           static_cast<std::ptrdiff_t>(y) * GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
  };
  const int rows = height_ + 2 * margin_;
  for (int y = std::max(0, -top); y < rows && top + y < height; ++y)
    for (int x = std::max(0, -left); x < glyph.columns && left + x < width; ++x) {
      const auto at =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(glyph.columns) + static_cast<std::size_t>(x);
      const int ink = glyph.ink[at], edge = outlined ? glyph.edge[at] : 0;
      if (ink == 0 && edge == 0) continue;
      const int across = left + x, down = top + y;
      std::uint8_t& point = row(0, down)[across];
      point = towards(towards(point, black, edge), white, ink);
      if (across % 2 != 0 || down % 2 != 0) continue;
      for (const int plane : {1, 2}) {
        std::uint8_t& colour = row(plane, down / 2)[across / 2];
        colour = towards(colour, grey, std::max(ink, edge));
      }
    }
}

namespace {

struct Drawing {
  std::shared_ptr<const ClockOnPicture> clock;
  std::optional<DigitFace> corner, middle;
  int made_for = 0;        // the picture's height
  std::time_t second = 0;  // of what is written below
  std::string date, daytime;

  void prepare(int height) {
    if (height != made_for) {
      made_for = height;
      corner.emplace(std::max(smallest, height * 27 / 1000));
      if (clock->large) middle.emplace(std::max(smallest, height * 6 / 100));
    }
    const std::time_t now = std::time(nullptr);
    if (now == second) return;
    second = now;
    std::tm local{};
    localtime_r(&now, &local);
    std::array<char, 32> text{};
    date.assign(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local));
    daytime = date.substr(date.find(' ') + 1);
  }
};

GstPadProbeReturn draw_on(GstPad* pad, GstPadProbeInfo* probe, gpointer data) {
  auto& drawing = *static_cast<Drawing*>(data);
  if (!drawing.clock->shown && !drawing.clock->large) return GST_PAD_PROBE_OK;
  draw_on_probed(pad, probe, [&drawing](GstVideoFrame& frame, const GstBuffer& /*buffer*/) {
    const int width = GST_VIDEO_FRAME_WIDTH(&frame), height = GST_VIDEO_FRAME_HEIGHT(&frame);
    drawing.prepare(height);
    if (drawing.clock->shown) {
      const int away = std::max(4, height / 45);
      drawing.corner->draw(&frame, drawing.date, width - away - drawing.corner->width(drawing.date), away, true);
    }
    if (drawing.middle)
      drawing.middle->draw(&frame, drawing.daytime, (width - drawing.middle->width(drawing.daytime)) / 2,
                           height * 29 / 100, false);
  });
  return GST_PAD_PROBE_OK;
}

}  // namespace

void draw_clock(GstElement* element, std::shared_ptr<const ClockOnPicture> clock) {
  const auto pad = Object<GstPad>::adopt(gst_element_get_static_pad(element, "src"));
  auto* drawing = new Drawing;
  drawing->clock = std::move(clock);
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, &draw_on, drawing,
                    [](gpointer data) { delete static_cast<Drawing*>(data); });
}

}  // namespace lintel::media
