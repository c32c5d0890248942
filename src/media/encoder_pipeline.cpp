#include "media/encoder_pipeline.hpp"

#include <fmt/format.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include <algorithm>
#include <thread>

#include "base/log.hpp"

namespace lintel::media {
namespace {

constexpr int key_seconds = 2;  // a key comes at least this often
constexpr int large_picture = 1280 * 720;

// Constrained baseline without B frames: every browser and phone decodes it, and a frame leaves as soon as it came.
std::string describe(const std::string& encoder, const ProfileSettings& settings) {
  const int distance = settings.frames_per_second * key_seconds;
  const int rate = settings.kilobits_per_second;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const bool large = settings.width * settings.height >= large_picture;
  const unsigned threads = large ? std::min(4U, cores) : 1;
  // To search between the points of a picture, x264 keeps three more pictures of luma with each: 6.5 MB of 720p for 0.1
  // to 0.6 dB (docs/performance.md).
  if (encoder == "x264enc")
    return fmt::format(
        "x264enc name=encoder tune=zerolatency speed-preset=superfast bitrate={} key-int-max={} bframes=0 threads={} "
        "vbv-buf-capacity=1000 option-string=scenecut=0{} ! capsfilter caps=video/x-h264,profile=constrained-baseline",
        rate, distance, threads, large ? ":subme=0" : "");
  if (encoder == "vah264enc")
    return fmt::format(
        "vah264enc name=encoder bitrate={} key-int-max={} b-frames=0 rate-control=cbr "
        "! capsfilter caps=video/x-h264,profile=constrained-baseline",
        rate, distance);
  if (encoder == "v4l2h264enc")
    return fmt::format(
        "v4l2h264enc name=encoder extra-controls=\"controls,video_bitrate={},h264_i_frame_period={}\" "
        "! capsfilter caps=\"video/x-h264,profile=(string){{constrained-baseline,baseline}}\"",
        rate * 1000, distance);
  if (encoder == "openh264enc")
    return fmt::format(
        "openh264enc name=encoder bitrate={} gop-size={} rate-control=bitrate complexity=low "
        "! capsfilter caps=video/x-h264,profile=constrained-baseline",
        rate * 1000, distance);
  return fmt::format(
      "vp8enc name=encoder deadline=1 cpu-used=8 target-bitrate={} end-usage=cbr keyframe-max-dist={} lag-in-frames=0 "
      "error-resilient=partitions threads={} buffer-size=1000 min-quantizer=4 max-quantizer=56",
      rate * 1000, distance, threads);
}

// The encoder's own start (x264: 1000 hours) is in its segment; what leaves here carries running time.
void emit(Hub& hub, const Sample& sample) {
  const GstBuffer* encoded = gst_sample_get_buffer(sample.get());
  const GstClockTime time =
      gst_segment_to_running_time(gst_sample_get_segment(sample.get()), GST_FORMAT_TIME, GST_BUFFER_PTS(encoded));
  if (!GST_CLOCK_TIME_IS_VALID(time)) return;
  Unit unit;
  unit.buffer = Buffer::adopt(gst_buffer_copy(encoded));  // shares the memory
  GST_BUFFER_PTS(unit.buffer.get()) = GST_BUFFER_DTS(unit.buffer.get()) = time;
  unit.caps = Caps::share(gst_sample_get_caps(sample.get()));
  unit.key = !GST_BUFFER_FLAG_IS_SET(encoded, GST_BUFFER_FLAG_DELTA_UNIT);
  unit.running_time = time;
  hub.deliver(std::move(unit));
}

// The encoder shares its bits out by the rate in its caps.
Caps limited(const Caps& raw, int frames_per_second) {
  int numerator = 0, denominator = 1;
  gst_structure_get_fraction(gst_caps_get_structure(raw.get(), 0), "framerate", &numerator, &denominator);
  if (numerator <= static_cast<gint64>(frames_per_second) * denominator) return raw;
  Caps made = Caps::adopt(gst_caps_copy(raw.get()));
  gst_caps_set_simple(made.get(), "framerate", GST_TYPE_FRACTION, frames_per_second, 1, nullptr);
  return made;
}

}  // namespace

const char* name_of(Profile profile) {
  return profile == Profile::main ? "main" : "sub";
}
const char* name_of(Codec codec) {
  return codec == Codec::h264 ? "H.264" : "VP8";
}

Result<void> check(const ProfileSettings& settings) {
  struct Bound {
    const char* field;
    int value, minimum, maximum;
  };
  const Bound bounds[] = {{"width", settings.width, 128, 3840},
                          {"height", settings.height, 96, 2160},
                          {"frames_per_second", settings.frames_per_second, 1, 60},
                          {"kilobits_per_second", settings.kilobits_per_second, 32, 20000}};
  for (const Bound& bound : bounds)
    if (bound.value < bound.minimum || bound.value > bound.maximum)
      return Error{ErrorCode::invalid,
                   fmt::format("{} must be from {} to {}.", bound.field, bound.minimum, bound.maximum), bound.field,
                   std::to_string(bound.value), fmt::format("{}-{}", bound.minimum, bound.maximum)};
  if (settings.width % 2 != 0 || settings.height % 2 != 0)
    return Error{ErrorCode::invalid, "Width and height must be even.", settings.width % 2 != 0 ? "width" : "height",
                 std::to_string(settings.width % 2 != 0 ? settings.width : settings.height), "even"};
  return {};
}

std::vector<std::string> encoders_for(Codec codec) {
  std::vector<std::string> found;
  const auto candidates = codec == Codec::h264
                              ? std::vector<const char*>{"vah264enc", "v4l2h264enc", "x264enc", "openh264enc"}
                              : std::vector<const char*>{"vp8enc"};
  for (const char* candidate : candidates)
    if (has_element(candidate)) found.emplace_back(candidate);
  if (codec == Codec::h264 && !has_element("h264parse")) found.clear();
  return found;
}

Result<void> encoder_available(Codec codec) {
  if (!encoders_for(codec).empty()) return {};
  const bool parser = codec == Codec::h264 && !has_element("h264parse");
  return missing_element(fmt::format("{} video", name_of(codec)), parser                 ? "h264parse"
                                                                  : codec == Codec::h264 ? "x264enc"
                                                                                         : "vp8enc");
}

Result<std::shared_ptr<EncoderPipeline>> EncoderPipeline::start(const std::string& encoder, StreamKey stream,
                                                                ProfileSettings settings, const Caps& raw,
                                                                std::shared_ptr<Hub> hub,
                                                                std::function<void(std::string)> failed) {
  const Size size = fit(size_of(raw.get()), {settings.width, settings.height});
  const bool hardware = encoder == "vah264enc" || encoder == "v4l2h264enc";
  const std::string text = fmt::format(
      "appsrc name=source is-live=true format=time max-buffers=3 leaky-type=downstream "
      "! videoscale ! videoconvert ! capsfilter caps=video/x-raw,format={},width={},height={} ! {}{} "
      "! appsink name=sink sync=false async=false enable-last-sample=false",
      hardware ? "NV12" : "I420", size.width, size.height, describe(encoder, settings),
      stream.codec == Codec::h264
          ? " ! h264parse config-interval=-1 ! capsfilter caps=video/x-h264,stream-format=byte-stream,alignment=au"
          : "");
  auto parsed = Pipeline::parse(text);
  if (!parsed.ok()) return parsed.error();
  auto made = std::shared_ptr<EncoderPipeline>(new EncoderPipeline(settings.frames_per_second));
  made->name_ = encoder;
  made->pipeline_ = std::move(parsed).value();
  made->source_ = made->pipeline_->find("source");
  made->encoder_ = made->pipeline_->find("encoder");
  share_time(GST_PIPELINE(made->pipeline_->get()));
  gst_app_src_set_caps(GST_APP_SRC(made->source_.get()), limited(raw, settings.frames_per_second).get());
  made->pipeline_->listen([failed = std::move(failed)](const Pipeline::Notice& notice) {
    failed(notice.kind == Pipeline::Notice::Kind::failed ? notice.reason : "it ended");
  });
  take_samples(made->pipeline_->find("sink").get(),
               [hub = std::move(hub)](const Sample& sample) { emit(*hub, sample); });
  if (!made->pipeline_->play())
    return Error{ErrorCode::unavailable, fmt::format("The encoder {} does not start.", encoder), {}, {}, {}};
  log::debug("media.encoder", "{} {} by {}: {}x{}", name_of(stream.profile), name_of(stream.codec), encoder, size.width,
             size.height);
  return made;
}

void EncoderPipeline::push(const Unit& frame) {
  if (!limit_.pass(frame.running_time)) return;
  gst_app_src_push_buffer(GST_APP_SRC(source_.get()), gst_buffer_ref(frame.buffer.get()));
}

void EncoderPipeline::force_key() {
  const auto pad = Object<GstPad>::adopt(gst_element_get_static_pad(encoder_.get(), "src"));
  // all_headers=FALSE: h264parse puts SPS and PPS in front; headers of their own would make an access unit of their
  // own.
  gst_pad_send_event(pad.get(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, FALSE, 0));
}

bool EncoderPipeline::change_bit_rate(int kilobits_per_second) {
  if (name_ == "x264enc" || name_ == "vah264enc") {
    g_object_set(encoder_.get(), "bitrate", static_cast<guint>(kilobits_per_second), nullptr);
    return true;
  }
  if (name_ == "vp8enc") {
    g_object_set(encoder_.get(), "target-bitrate", kilobits_per_second * 1000, nullptr);
    return true;
  }
  return false;
}

}  // namespace lintel::media
