#include "media/leg_feed.hpp"

#include "base/log.hpp"

namespace lintel::media {
namespace {

constexpr guint64 audio_queue_limit = 200 * GST_MSECOND;
constexpr guint64 video_queue_bytes = 1'500'000;  // beyond, the peer's pipeline is stuck: start again at a key
constexpr GstClockTime resynchronise = 100 * GST_MSECOND;

}  // namespace

void LegFeed::set_audio_source(Element appsrc) {
  const std::lock_guard lock(mutex_);
  audio_source_ = std::move(appsrc);
}

void LegFeed::set_video_source(Element appsrc, StreamKey stream) {
  std::unique_lock lock(mutex_);
  video_source_ = std::move(appsrc);
  stream_ = stream;
  waits_for_key_ = true;
  lock.unlock();
  request_key();
}

void LegFeed::set_sending(bool audio, bool video) {
  send_audio_ = audio;
  std::unique_lock lock(mutex_);
  if (send_video_.exchange(video) || !video) return;
  waits_for_key_ = true;
  lock.unlock();
  request_key();
}

void LegFeed::set_hearing(bool hearing) {
  hearing_ = hearing;
  std::shared_ptr<AudioPort> port;
  {
    const std::lock_guard lock(mutex_);
    port = port_;
  }
  if (port) port->set_heard(hearing);  // outside the lock: the mixer calls near() under its own
}

Result<void> LegFeed::start() {
  std::unique_lock lock(mutex_);
  started_ = true;
  const bool join_audio = audio_ != nullptr && !port_;
  const bool join_video = video_ != nullptr && video_source_ && !subscription_ && send_video_;
  const StreamKey stream = stream_;
  lock.unlock();
  // Joined without the lock: mixer and hub call back under locks of their own.
  const std::weak_ptr<LegFeed> weak = weak_from_this();
  std::shared_ptr<AudioPort> port;
  std::shared_ptr<Subscription> subscription;
  if (join_audio) {
    LINTEL_TRY(auto joined, audio_->join([weak](const AudioFrame& frame) {
      if (const auto self = weak.lock()) self->near(frame);
    }));
    port = std::move(joined);
    port->set_heard(hearing_);
  }
  if (join_video) {
    Result<Subscription> joined = video_->subscribe(stream, "leg", [weak](const Unit& unit) {
      if (const auto self = weak.lock()) self->picture(unit);
    });
    if (joined) {
      subscription = std::make_shared<Subscription>(std::move(*joined));
    } else {
      log::warning("media", "A call goes on without a picture: {}", joined.error().message);
    }
  }
  lock.lock();
  if (!started_) return {};  // stopped meanwhile: what was joined is left again here
  if (port) port_ = std::move(port);
  if (subscription) subscription_ = std::move(subscription);
  return {};
}

void LegFeed::stop() {
  std::shared_ptr<AudioPort> port;
  std::shared_ptr<Subscription> subscription;
  Element audio;
  Element video;
  const std::lock_guard lock(mutex_);
  started_ = false;
  std::swap(port, port_);
  std::swap(subscription, subscription_);
  std::swap(audio, audio_source_);
  std::swap(video, video_source_);
}

void LegFeed::near(const AudioFrame& frame) {
  Element source;
  {
    const std::lock_guard lock(mutex_);
    if (!started_ || !send_audio_ || !audio_source_) {
      next_pts_ = GST_CLOCK_TIME_NONE;
      return;
    }
    source = audio_source_;
  }
  const GstClockTime now = running_time();
  // Even timestamps while the frames come evenly, so that the peer's jitter buffer sees our clock and not our
  // scheduler.
  if (!GST_CLOCK_TIME_IS_VALID(next_pts_) || now > next_pts_ + resynchronise || now + resynchronise < next_pts_) {
    next_pts_ = now;
  }
  static const AudioFrame silence{};
  const AudioFrame& sent = muted_ ? silence : frame;
  push_bytes(source.get(), {reinterpret_cast<const std::uint8_t*>(sent.data()), sizeof(sent)}, next_pts_,
             20 * GST_MSECOND);
  next_pts_ += 20 * GST_MSECOND;
}

void LegFeed::picture(const Unit& unit) {
  Element source;
  std::shared_ptr<Subscription> subscription;
  {
    const std::lock_guard lock(mutex_);
    if (!started_ || !send_video_ || !video_source_ || (waits_for_key_ && !unit.key)) return;
    waits_for_key_ = false;
    source = video_source_;
    subscription = subscription_;
  }
  if (gst_app_src_get_current_level_bytes(GST_APP_SRC(source.get())) > video_queue_bytes) {
    if (subscription) subscription->restart_at_key();
    return;
  }
  Caps current = Caps::adopt(gst_app_src_get_caps(GST_APP_SRC(source.get())));
  if (!current || (current.get() != unit.caps.get() && gst_caps_is_equal(current.get(), unit.caps.get()) == FALSE)) {
    gst_app_src_set_caps(GST_APP_SRC(source.get()), unit.caps.get());
  }
  gst_app_src_push_buffer(GST_APP_SRC(source.get()), gst_buffer_ref(unit.buffer.get()));
}

void LegFeed::far(Samples samples) {
  std::shared_ptr<AudioPort> port;
  {
    const std::lock_guard lock(mutex_);
    port = port_;
  }
  if (port) port->push(samples);
}

void LegFeed::request_key() {
  std::shared_ptr<Subscription> subscription;
  {
    const std::lock_guard lock(mutex_);
    subscription = subscription_;
  }
  if (subscription) subscription->request_key();
}

SenderChain add_audio_sender(LegPipeline& pipeline, AudioCodec codec, int payload_type, std::uint32_t ssrc) {
  SenderChain chain;
  chain.source = pipeline.add("appsrc");
  GstElement* convert = pipeline.add("audioconvert");
  GstElement* resample = pipeline.add("audioresample");
  GstElement* encoder = nullptr;
  const std::int64_t frame = 20 * GST_MSECOND;
  switch (codec) {
    case AudioCodec::opus:
      encoder = pipeline.add("opusenc");
      chain.payloader = pipeline.add("rtpopuspay");
      if (encoder != nullptr) {
        gst_util_set_object_arg(G_OBJECT(encoder), "audio-type", "voice");
        gst_util_set_object_arg(G_OBJECT(encoder), "bandwidth", "wideband");
        g_object_set(encoder, "bitrate", 32000, "inband-fec", TRUE, "packet-loss-percentage", 5, "complexity", 5,
                     nullptr);
      }
      break;
    case AudioCodec::g722:
      encoder = pipeline.add("avenc_g722");
      chain.payloader = pipeline.add("rtpg722pay");
      break;
    case AudioCodec::pcma:
      encoder = pipeline.add("alawenc");
      chain.payloader = pipeline.add("rtppcmapay");
      break;
    case AudioCodec::pcmu:
      encoder = pipeline.add("mulawenc");
      chain.payloader = pipeline.add("rtppcmupay");
      break;
  }
  chain.all = {chain.payloader, encoder, resample, convert, chain.source};
  pipeline.link({chain.source, convert, resample, encoder, chain.payloader});
  if (!pipeline.ok()) return {};
  const Caps caps =
      Caps::adopt(gst_caps_from_string("audio/x-raw,format=S16LE,rate=16000,channels=1,layout=interleaved"));
  g_object_set(chain.source, "caps", caps.get(), "is-live", TRUE, "format", GST_FORMAT_TIME, "max-bytes", guint64{0},
               "max-time", audio_queue_limit, "leaky-type", 2, nullptr);
  g_object_set(chain.payloader, "pt", static_cast<guint>(payload_type), "ssrc", ssrc, "min-ptime", frame, nullptr);
  if (codec != AudioCodec::opus) g_object_set(chain.payloader, "max-ptime", frame, nullptr);
  return chain;
}

SenderChain add_video_sender(LegPipeline& pipeline, Codec codec, int payload_type, std::uint32_t ssrc) {
  SenderChain chain;
  chain.source = pipeline.add("appsrc");
  chain.payloader = pipeline.add(codec == Codec::h264 ? "rtph264pay" : "rtpvp8pay");
  chain.all = {chain.payloader, chain.source};
  pipeline.link({chain.source, chain.payloader});
  if (!pipeline.ok()) return {};
  g_object_set(chain.source, "is-live", TRUE, "format", GST_FORMAT_TIME, "max-bytes", 2 * video_queue_bytes,
               "leaky-type", 2, nullptr);
  // SPS and PPS come in band from the hub, in one access unit with their key.
  const Caps caps = Caps::adopt(gst_caps_from_string(
      codec == Codec::h264 ? "video/x-h264,stream-format=byte-stream,alignment=au" : "video/x-vp8"));
  g_object_set(chain.source, "caps", caps.get(), nullptr);
  g_object_set(chain.payloader, "pt", static_cast<guint>(payload_type), "ssrc", ssrc, "mtu", 1200U, nullptr);
  if (codec == Codec::h264) {
    gst_util_set_object_arg(G_OBJECT(chain.payloader), "aggregate-mode", "zero-latency");
  } else {
    gst_util_set_object_arg(G_OBJECT(chain.payloader), "picture-id-mode", "15-bit");
  }
  return chain;
}

void watch_key_requests(GstElement* source, std::function<void()> on_key_request) {
  using Callable = std::function<void()>;
  const Object<GstPad> pad = Object<GstPad>::adopt(gst_element_get_static_pad(source, "src"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) -> GstPadProbeReturn {
        const GstStructure* structure = gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info));
        if (structure != nullptr && gst_structure_has_name(structure, "GstForceKeyUnit")) {
          (*static_cast<Callable*>(data))();
        }
        return GST_PAD_PROBE_OK;
      },
      new Callable(std::move(on_key_request)), [](gpointer data) { delete static_cast<Callable*>(data); });
}

ReceiverChain add_audio_receiver(LegPipeline& pipeline, AudioCodec codec, std::function<void(Samples)> far) {
  const char* depayloader = "rtpopusdepay";
  const char* decoder = "opusdec";
  if (codec == AudioCodec::g722) depayloader = "rtpg722depay", decoder = "avdec_g722";
  if (codec == AudioCodec::pcma) depayloader = "rtppcmadepay", decoder = "alawdec";
  if (codec == AudioCodec::pcmu) depayloader = "rtppcmudepay", decoder = "mulawdec";
  GstElement* first = pipeline.add(depayloader);
  GstElement* decode = pipeline.add(decoder);
  GstElement* convert = pipeline.add("audioconvert");
  GstElement* resample = pipeline.add("audioresample");
  GstElement* caps = pipeline.caps_filter("audio/x-raw,format=S16LE,rate=16000,channels=1,layout=interleaved");
  GstElement* sink = pipeline.add("appsink");
  pipeline.link({first, decode, convert, resample, caps, sink});
  if (!pipeline.ok()) return {};
  take_buffers(sink, [far = std::move(far)](GstBuffer* buffer) {
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
    far({reinterpret_cast<const std::int16_t*>(map.data), map.size / 2});
    gst_buffer_unmap(buffer, &map);
  });
  return {first, {first, decode, convert, resample, caps, sink}};
}

ReceiverChain add_video_receiver(LegPipeline& pipeline, Codec codec,
                                 std::function<void(GstBuffer*, GstCaps*)> picture) {
  const bool h264 = codec == Codec::h264;
  GstElement* first = pipeline.add(h264 ? "rtph264depay" : "rtpvp8depay");
  GstElement* parse = pipeline.add(h264 ? "h264parse" : "identity");
  GstElement* caps = pipeline.caps_filter(h264 ? "video/x-h264,stream-format=byte-stream,alignment=au" : "video/x-vp8");
  GstElement* sink = pipeline.add("appsink");
  pipeline.link({first, parse, caps, sink});
  if (!pipeline.ok()) return {};
  g_object_set(first, "request-keyframe", TRUE, "wait-for-keyframe", TRUE, nullptr);
  if (h264) g_object_set(parse, "config-interval", -1, nullptr);
  const Object<GstPad> pad = Object<GstPad>::adopt(gst_element_get_static_pad(sink, "sink"));
  take_buffers(sink, [picture = std::move(picture), pad](GstBuffer* buffer) {
    const Caps current = Caps::adopt(gst_pad_get_current_caps(pad.get()));
    picture(buffer, current.get());
  });
  return {first, {first, parse, caps, sink}};
}

namespace {

constexpr const char* receiver_mark = "lintel-receiver";
enum Marked : int { no, yes, told };

// An error that went back to where the packets come from would end all that comes from there.
void keep_errors_behind(GstPad* pad) {
  constexpr const char* chain_mark = "lintel-chain";
  g_object_set_data(G_OBJECT(pad), chain_mark, reinterpret_cast<gpointer>(GST_PAD_CHAINFUNC(pad)));
  const GstPadChainFunction kept = [](GstPad* own, GstObject* parent, GstBuffer* buffer) -> GstFlowReturn {
    const auto chain = reinterpret_cast<GstPadChainFunction>(g_object_get_data(G_OBJECT(own), chain_mark));
    const GstFlowReturn flow = chain(own, parent, buffer);
    return flow <= GST_FLOW_NOT_NEGOTIATED ? GST_FLOW_OK : flow;
  };
  gst_pad_set_chain_function(pad, kept);
}

}  // namespace

bool is_of_a_receiver(GstMessage* error) {
  GObject* const source = G_OBJECT(GST_MESSAGE_SRC(error));
  const int marked = GPOINTER_TO_INT(g_object_get_data(source, receiver_mark));
  if (marked == yes) {
    g_object_set_data(source, receiver_mark, GINT_TO_POINTER(told));
    log::info("media", "A peer sends what cannot be read: {}", message_text(error));
  }
  return marked != no;
}

bool connect_receiver(LegPipeline& pipeline, GstPad* pad, const ReceiverChain& chain) {
  if (chain.first == nullptr) return false;
  for (GstElement* element : chain.all) g_object_set_data(G_OBJECT(element), receiver_mark, GINT_TO_POINTER(yes));
  const Object<GstPad> target = pad_of(chain.first, "sink");
  keep_errors_behind(target.get());
  for (auto at = chain.all.rbegin(); at != chain.all.rend(); ++at) gst_element_sync_state_with_parent(*at);
  if (gst_pad_link(pad, target.get()) == GST_PAD_LINK_OK) return true;
  for (GstElement* element : chain.all) {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_bin_remove(pipeline.bin(), element);
  }
  return false;
}

std::optional<AudioCodec> audio_codec_of(const sdp::Format& format) {
  if (format.encoding == "OPUS" && format.clock_rate == 48000) return AudioCodec::opus;
  if (format.encoding == "G722" && format.clock_rate == 8000) return AudioCodec::g722;
  if (format.encoding == "PCMA" && format.clock_rate == 8000) return AudioCodec::pcma;
  if (format.encoding == "PCMU" && format.clock_rate == 8000) return AudioCodec::pcmu;
  return std::nullopt;
}

std::string rtp_caps(const std::string& kind, const sdp::Format& format) {
  // Encodings here are ours by name already, never a peer's free text.
  return "application/x-rtp,media=" + kind + ",payload=" + std::to_string(format.payload_type) +
         ",clock-rate=" + std::to_string(format.clock_rate) + ",encoding-name=" + format.encoding;
}

}  // namespace lintel::media
