#include "media/media.hpp"

#include <fmt/format.h>

#include <mutex>

#include "base/log.hpp"

namespace lintel::media {
namespace {

struct SharedTime {
  GstClock* clock = nullptr;
  GstClockTime base = 0;
};

SharedTime& shared_time() {
  static SharedTime time = [] {
    SharedTime made;
    made.clock = gst_system_clock_obtain();  // monotonic unless somebody changed it; kept for the process
    made.base = gst_clock_get_time(made.clock);
    return made;
  }();
  return time;
}

// The Debian package of an element, for the sentence that asks to install it.
const char* package_of(const std::string& factory) {
  if (factory == "x264enc") return "gstreamer1.0-plugins-ugly";
  if (factory == "textoverlay") return "gstreamer1.0-x";
  if (factory == "h264parse" || factory == "openh264enc") return "gstreamer1.0-plugins-bad";
  if (factory.starts_with("avdec") || factory.starts_with("avenc")) return "gstreamer1.0-libav";
  if (factory == "appsrc" || factory == "appsink" || factory == "videoconvert" || factory == "decodebin")
    return "gstreamer1.0-plugins-base";
  return "gstreamer1.0-plugins-good";
}

}  // namespace

Result<void> init() {
  static std::once_flag once;
  static std::string failure;
  std::call_once(once, [] {
    GError* error = nullptr;
    if (gst_init_check(nullptr, nullptr, &error) == FALSE) {
      failure = error != nullptr ? error->message : "no reason given";
      g_clear_error(&error);
      return;
    }
    (void)shared_time();
    log::debug("media", "{}", Handle<char, g_free>(gst_version_string()).get());
  });
  if (!failure.empty())
    return Error{ErrorCode::unavailable,
                 fmt::format("GStreamer does not start ({}): check its installation.", failure)};
  for (const char* needed : {"appsrc", "appsink", "videoconvert", "videoscale", "decodebin"})
    if (!has_element(needed)) return missing_element("The station's video", needed);
  return {};
}

GstClock* shared_clock() {
  return shared_time().clock;
}
GstClockTime shared_base_time() {
  return shared_time().base;
}
GstClockTime running_time() {
  return gst_clock_get_time(shared_time().clock) - shared_time().base;
}

void share_time(GstPipeline* pipeline) {
  gst_pipeline_use_clock(pipeline, shared_clock());
  gst_element_set_start_time(GST_ELEMENT(pipeline),
                             GST_CLOCK_TIME_NONE);  // or the pipeline would pick its own base time
  gst_element_set_base_time(GST_ELEMENT(pipeline), shared_base_time());
}

bool has_element(const char* factory) {
  const auto found = Object<GstElementFactory>::adopt(gst_element_factory_find(factory));
  return static_cast<bool>(found);
}

Error missing_element(const std::string& what, const char* factory) {
  return Error{ErrorCode::unavailable,
               fmt::format("{} needs the GStreamer element '{}', which is not installed: install the package {}.", what,
                           factory, package_of(factory))};
}

}  // namespace lintel::media
