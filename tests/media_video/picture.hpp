// Pictures of the tests: decoded by GStreamer, compared in grey.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "media/pipeline.hpp"

namespace lintel::media {

struct Picture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> grey;  // 64x48 whatever the size was
};

inline constexpr const char* grey_tail =
    " ! videoconvert ! videoscale ! video/x-raw,format=GRAY8,width=64,height=48 ! appsink name=sink sync=false "
    "max-buffers=4";

inline std::vector<std::uint8_t> grey_of(GstSample* sample) {
  GstMapInfo map;
  gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ);
  std::vector<std::uint8_t> grey(map.data, map.data + map.size);
  gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
  return grey;
}

// The first frames of a file, or the one of a JPEG.
inline std::vector<Picture> decode(const std::string& file, std::size_t limit) {
  std::vector<Picture> pictures;
  auto pipeline = Pipeline::parse(std::string("filesrc name=source ! decodebin ! videoconvert name=first") + grey_tail);
  if (!pipeline.ok()) return pictures;
  g_object_set((*pipeline)->find("source").get(), "location", file.c_str(), nullptr);
  const auto sink = (*pipeline)->find("sink");
  const auto first = (*pipeline)->find("first");
  if (!(*pipeline)->play()) return pictures;
  while (pictures.size() < limit) {
    const Sample sample = Sample::adopt(gst_app_sink_try_pull_sample(GST_APP_SINK(sink.get()), 10 * GST_SECOND));
    if (!sample) break;
    const auto pad = Object<GstPad>::adopt(gst_element_get_static_pad(first.get(), "sink"));
    const Caps caps = Caps::adopt(gst_pad_get_current_caps(pad.get()));
    const Size size = size_of(caps.get());
    pictures.push_back({size.width, size.height, grey_of(sample.get())});
  }
  return pictures;
}

// Mean difference of two grey pictures, 0 (same) to 255.
inline double difference(const std::vector<std::uint8_t>& left, const std::vector<std::uint8_t>& right) {
  if (left.size() != right.size() || left.empty()) return 255;
  double sum = 0;
  for (std::size_t index = 0; index < left.size(); ++index) sum += std::abs(int(left[index]) - int(right[index]));
  return sum / static_cast<double>(left.size());
}

}  // namespace lintel::media
