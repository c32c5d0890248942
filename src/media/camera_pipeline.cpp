#include "media/camera_pipeline.hpp"

#include <fmt/format.h>
#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <filesystem>
#include <mutex>

#include "base/log.hpp"
#include "media/camera_picture.hpp"

namespace lintel::media {
namespace {

using Kind = CameraSource::Kind;

constexpr const char* name_overlay =
    " ! textoverlay name=name halignment=left valignment=top xpad=12 ypad=8 draw-outline=true draw-shadow=false"
    " font-desc=\"Sans Bold 10\"";

// How each kind of source begins; all end in decoded frames of some format.
std::string beginning(const CameraPlan& plan) {
  const CameraOptions& options = plan.options;
  if (plan.lent != nullptr)
    return "appsrc name=lent is-live=true format=time do-timestamp=true max-buffers=30 leaky-type=downstream ! "
           "decodebin";
  switch (plan.source.kind) {
    case Kind::device:
      // Compressed first: over USB 2 a camera gives large pictures raw at a few frames a second only.
      return fmt::format(
          "v4l2src name=source ! capsfilter caps=\"image/jpeg,width=[16,{0}],height=[16,{1}],framerate=[1/1,{2}/1];"
          "video/x-raw,width=[16,{0}],height=[16,{1}],framerate=[1/1,{2}/1]\" ! decodebin",
          options.width, options.height, options.frames_per_second);
    case Kind::rtsp:
      return "rtspsrc name=source latency=100 protocols=tcp tcp-timeout=5000000 drop-on-latency=true "
             "! capsfilter caps=application/x-rtp,media=video ! decodebin";
    case Kind::file:
      return "filesrc name=source ! decodebin";
    default:
      return fmt::format(
          "videotestsrc name=source is-live=true pattern=blink "  // of the still patterns it keeps a copy
          "! capsfilter caps=video/x-raw,format=I420,width={},height={},framerate={}/1",
          options.width, options.height, options.frames_per_second);
  }
}

std::string describe(const CameraPlan& plan) {
  const bool named = plan.named && has_element("textoverlay");
  // Files are paced by the sink; everything else paces itself, and waiting would only add delay.
  const bool file = plan.lent == nullptr && plan.source.kind == Kind::file;
  return beginning(plan) +
         " ! videoconvert ! videoscale ! capsfilter name=whole caps=video/x-raw,format=I420,pixel-aspect-ratio=1/1" +
         (named ? name_overlay : "") +
         fmt::format(" ! appsink name=sink max-buffers=2 drop={} sync={} enable-last-sample=false",
                     file ? "false" : "true", file ? "true" : "false");
}

// Only video pads are wanted of a file with sound; decodebin would otherwise decode both and wait for a missing sink.
gboolean wanted(GstElement* /*decodebin*/, GstPad* /*pad*/, GstCaps* caps, gpointer /*data*/) {
  const char* name = gst_caps_get_size(caps) > 0 ? gst_structure_get_name(gst_caps_get_structure(caps, 0)) : "";
  return !g_str_has_prefix(name, "audio/") && !g_str_has_prefix(name, "text/");
}

void keep_to_video(Pipeline& pipeline) {
  GstIterator* elements = gst_bin_iterate_elements(GST_BIN(pipeline.get()));
  GValue item = G_VALUE_INIT;
  while (gst_iterator_next(elements, &item) == GST_ITERATOR_OK) {
    auto* element = GST_ELEMENT(g_value_get_object(&item));
    GstElementFactory* factory = gst_element_get_factory(element);
    if (factory != nullptr && g_strcmp0(GST_OBJECT_NAME(factory), "decodebin") == 0)
      g_signal_connect(element, "autoplug-continue", G_CALLBACK(&wanted), nullptr);
    g_value_reset(&item);
  }
  gst_iterator_free(elements);
}

// Each camera pipeline has a base time of its own (files start at 0, rewinds start again); frames are moved to the
// shared.
void receive(const CameraPlan& plan, GstElement* sink, const Sample& sample) {
  const GstBuffer* buffer = gst_sample_get_buffer(sample.get());
  const GstClockTime now = running_time();
  GstClockTime time = now;
  if (GST_BUFFER_PTS_IS_VALID(buffer)) {
    const GstClockTime own =
        gst_segment_to_running_time(gst_sample_get_segment(sample.get()), GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    const GstClockTime absolute = gst_element_get_base_time(sink) + own;
    if (GST_CLOCK_TIME_IS_VALID(own) && absolute >= shared_base_time()) time = absolute - shared_base_time();
  }
  // A source with a clock of its own mind would stall viewers or flood them.
  if (time > now + GST_SECOND || time + GST_SECOND < now) time = now;
  if (plan.gate->pass(plan.opening, sample, time)) plan.first_frame(Caps::share(gst_sample_get_caps(sample.get())));
}

// The place of a device now; its own where it is not known to be elsewhere.
std::string place_of(const CameraSource& device) {
  std::error_code error;
  if (device.model.empty() || std::filesystem::exists(device.location, error)) return device.location;
  std::vector<CaptureDevice> present;
  for (const std::string& path : capture_devices()) present.push_back({path, model_of(path)});
  const std::string found = find_device(device, present);
  return found.empty() ? device.location : found;
}

Error because(std::string reason) {
  return Error{ErrorCode::unavailable, std::move(reason), "camera", {}, {}};
}

Result<CameraSource> settle(CameraSource source, bool any_device) {
  if (source.kind == Kind::automatic) {
    const auto devices = capture_devices();
    if (devices.empty()) return CameraSource{Kind::test, {}, "test picture, for there is no camera"};
    return CameraSource{Kind::device, devices.front(), devices.front()};
  }
  std::error_code error;
  if (any_device && source.kind == Kind::device && !std::filesystem::exists(source.location, error)) {
    const auto devices = capture_devices();
    if (!devices.empty()) return CameraSource{Kind::device, devices.front(), devices.front()};
  }
  const std::string place = source.kind == Kind::device ? place_of(source) : source.location;
  if ((source.kind == Kind::device || source.kind == Kind::file) && !std::filesystem::exists(place, error))
    return because(source.kind == Kind::device ? "it is not plugged in" : "the file is not there");
  return source;
}

}  // namespace

namespace {
constexpr GstClockTime assumed_duration = 40 * GST_MSECOND;  // 25 pictures a second
}  // namespace

void FrameGate::open(std::uint64_t opening) {
  const std::lock_guard lock(mutex_);
  opening_ = opening;
  frames_ = 0;
  last_ = running_time();
}

bool FrameGate::pass(std::uint64_t opening, const Sample& sample, GstClockTime time) {
  const std::lock_guard lock(mutex_);
  if (opening != opening_) return false;
  if (GST_CLOCK_TIME_IS_VALID(newest_) && time <= newest_) time = newest_ + GST_MSECOND;
  newest_ = time;
  last_ = running_time();
  const bool first = frames_++ == 0;
  Unit unit;
  unit.buffer = Buffer::adopt(gst_buffer_copy(gst_sample_get_buffer(sample.get())));  // shares the picture's memory
  GST_BUFFER_PTS(unit.buffer.get()) = GST_BUFFER_DTS(unit.buffer.get()) = time;
  // A source that names neither rate nor duration (some network cameras) would make videorate abort the process.
  if (!GST_BUFFER_DURATION_IS_VALID(unit.buffer.get())) GST_BUFFER_DURATION(unit.buffer.get()) = assumed_duration;
  unit.caps = Caps::share(gst_sample_get_caps(sample.get()));
  unit.key = true;
  unit.running_time = time;
  hub_->deliver(std::move(unit));
  return first;
}

Result<OpenCamera> open_camera(CameraPlan plan) {
  if (plan.lent == nullptr) {
    LINTEL_TRY(plan.source, settle(std::move(plan.source), plan.any_device));
  }
  auto parsed = Pipeline::parse(describe(plan));
  if (!parsed.ok()) return parsed.error();
  OpenCamera open{std::move(parsed).value(), plan.source};
  Pipeline& pipeline = *open.pipeline;
  if (const auto source = pipeline.find("source")) {
    if (plan.source.kind == Kind::device) {
      const std::string place = place_of(plan.source);
      g_object_set(source.get(), "device", place.c_str(), nullptr);
      if (open.source.model.empty()) open.source.model = model_of(place);
    }
    if (plan.source.kind == Kind::rtsp || plan.source.kind == Kind::file)
      g_object_set(source.get(), "location", plan.source.location.c_str(), nullptr);
    if (plan.source.kind == Kind::test) paint_test_picture(source.get());
  }
  keep_to_video(pipeline);
  set_name(pipeline, plan.options.overlay);
  plan.clock->large = plan.lent == nullptr && plan.source.kind == Kind::test;
  draw_clock(pipeline.find("whole").get(), plan.clock);
  gst_pipeline_use_clock(GST_PIPELINE(pipeline.get()), shared_clock());

  // A failure while starting is heard by the listener; the first reason is the one that counts.
  struct Reason {
    std::mutex mutex;
    std::string text;
  };
  const auto reason = std::make_shared<Reason>();
  pipeline.listen([reason, notice = plan.notice](const Pipeline::Notice& heard) {
    {
      const std::lock_guard lock(reason->mutex);
      if (reason->text.empty()) reason->text = heard.reason;
    }
    notice(heard);
  });
  const auto sink = pipeline.find("sink");
  take_samples(sink.get(), [plan, raw = sink.get()](const Sample& sample) { receive(plan, raw, sample); });
  if (plan.lent != nullptr && !plan.lent->connect(pipeline.find("lent"))) return because("it gives no picture yet");
  if (!pipeline.play()) {
    const std::lock_guard lock(reason->mutex);
    return because(reason->text.empty() ? "it cannot be opened" : reason->text);
  }
  return open;
}

bool rewind(Pipeline& pipeline) {
  return gst_element_seek_simple(pipeline.get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0) != FALSE;
}

void set_name(Pipeline& pipeline, const OverlaySettings& overlay) {
  if (const auto name = pipeline.find("name"))
    g_object_set(name.get(), "text", overlay.name.c_str(), "silent", gboolean(!overlay.has_name()), nullptr);
}

}  // namespace lintel::media
