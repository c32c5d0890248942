#include "media/webrtc_session.hpp"

#include <fmt/format.h>
#define GST_USE_UNSTABLE_API
#include <gst/sdp/sdp.h>
#include <gst/video/video-event.h>
#include <gst/webrtc/webrtc.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "media/webrtc_elements.hpp"

namespace lintel::media {
namespace {

Error failed(std::string message) {
  return {ErrorCode::unavailable, std::move(message), {}, {}, {}};
}

}  // namespace

WebrtcSession::WebrtcSession(Legs::Inner& legs, JobThread& thread, LegOptions options, SessionEvents events,
                             WebrtcExtras extras)
    : legs_(legs),
      thread_(thread),
      options_(std::move(options)),
      events_(std::move(events)),
      extras_(std::move(extras)),
      feed_(std::make_shared<LegFeed>(legs.audio, legs.video)) {
  audio_.ssrc = static_cast<std::uint32_t>(bytes::random_number());
  video_.ssrc = static_cast<std::uint32_t>(bytes::random_number());
  if (extras_.lent_sound) feed_->divert_far(extras_.lent_sound);
}

WebrtcSession::~WebrtcSession() {
  stop();
}

Result<void> WebrtcSession::build() {
  pipeline_ = std::make_unique<LegPipeline>("webrtc-leg");
  webrtc_ = pipeline_->add("webrtcbin");
  if (webrtc_ == nullptr) return failed(pipeline_->error());
  gst_util_set_object_arg(G_OBJECT(webrtc_), "bundle-policy", "max-bundle");
  const auto latency = std::chrono::duration_cast<std::chrono::milliseconds>(options_.jitter).count();
  g_object_set(webrtc_, "latency", static_cast<guint>(latency), nullptr);
  configure_ice(webrtc_, legs_.options);
  struct Context {
    std::weak_ptr<WebrtcSession> session;
    JobThread* thread;
    void run(std::function<void(WebrtcSession&)> work) const {
      thread->run([weak = session, work = std::move(work)] {
        if (const auto self = weak.lock(); self && self->pipeline_) work(*self);
      });
    }
  };
  const auto forget = [](gpointer data, GClosure*) { delete static_cast<Context*>(data); };
  const auto context = [this] { return new Context{weak_from_this(), &thread_}; };
  g_signal_connect_data(webrtc_, "notify::connection-state", G_CALLBACK(+[](GstElement*, GParamSpec*, gpointer data) {
                          static_cast<Context*>(data)->run([](WebrtcSession& self) { self.watch_connection(); });
                        }),
                        context(), forget, static_cast<GConnectFlags>(0));
  g_signal_connect_data(webrtc_, "notify::ice-gathering-state",
                        G_CALLBACK(+[](GstElement*, GParamSpec*, gpointer data) {
                          static_cast<Context*>(data)->run([](WebrtcSession& self) { self.gathered(); });
                        }),
                        context(), forget, static_cast<GConnectFlags>(0));
  // Linked at once, on webrtcbin's thread: a pad that waits would answer 'not linked'. The pipeline is brought to NULL,
  // which ends that thread, before the session goes.
  g_signal_connect(webrtc_, "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer self) {
                     if (GST_PAD_IS_SRC(pad)) static_cast<WebrtcSession*>(self)->received(pad);
                   }),
                   this);
  watch_arrivals(*pipeline_, [counters = counters_] { counters->last = running_time(); });
  pipeline_->on_message([told = events_.failed](GstMessage* message) {
    if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR) return;
    log::warning("media", "A browser call's media failed: {}", message_text(message));
    told("The call's media failed: " + message_text(message));
  });
  if (!pipeline_->play()) return failed("A browser call's media could not be started.");
  built_ = true;
  return {};
}

Result<void> WebrtcSession::place(Track& track, const std::string& kind, const std::vector<sdp::Format>& formats) {
  track.format = formats.front();
  const bool sending = sends(track.direction);
  const Caps preferences = codec_preferences(kind, formats, sending ? track.ssrc : 0);
  if (!sending) return add_silent_line(webrtc_, track.direction, preferences.get());
  LINTEL_TRY(track.sink, add_sending_line(webrtc_, track.direction, preferences.get()));
  return {};
}

Result<void> WebrtcSession::fill(Track& track, const std::string& kind) {
  if (!track.sink || gst_pad_is_linked(track.sink.get())) return {};
  SenderChain chain;
  if (kind == "audio") {
    chain = add_audio_sender(*pipeline_, AudioCodec::opus, track.format->payload_type, track.ssrc);
  } else {
    const Codec codec = track.format->encoding == "VP8" ? Codec::vp8 : Codec::h264;
    chain = add_video_sender(*pipeline_, codec, track.format->payload_type, track.ssrc);
  }
  if (chain.source == nullptr) return failed(pipeline_->error());
  GstElement* filter =
      pipeline_->caps_filter(fmt::format("{},ssrc=(uint){}", rtp_caps(kind, *track.format), track.ssrc));
  pipeline_->link({chain.payloader, filter});
  if (!pipeline_->ok()) return failed(pipeline_->error());
  const Object<GstPad> source = Object<GstPad>::adopt(gst_element_get_static_pad(filter, "src"));
  if (gst_pad_link(source.get(), track.sink.get()) != GST_PAD_LINK_OK)
    return failed("A stream could not be linked to WebRTC.");
  gst_element_sync_state_with_parent(filter);
  for (GstElement* element : chain.all) gst_element_sync_state_with_parent(element);
  count_packets(chain.payloader, "src", [counters = counters_, audio = kind == "audio"] {
    ++(audio ? counters->audio_sent : counters->video_sent);
  });
  if (kind == "audio") {
    feed_->set_audio_source(Element::share(chain.source));
    return {};
  }
  feed_->set_video_source(Element::share(chain.source),
                          {options_.stream, track.format->encoding == "VP8" ? Codec::vp8 : Codec::h264});
  watch_key_requests(chain.source, [weak = std::weak_ptr<LegFeed>(feed_)] {
    if (const auto feed = weak.lock()) feed->request_key();
  });
  return {};
}

void WebrtcSession::offer(Leg::SdpReady ready) {
  if (!built_) {
    if (Result<void> built = build(); !built) return ready(built.error());
    if (options_.audio != Direction::inactive) {
      audio_.direction = options_.audio;
      Result<void> placed = place(audio_, "audio", {*sdp::standard_format(AudioCodec::opus)});
      if (placed) placed = fill(audio_, "audio");
      if (!placed) return ready(placed.error());
    }
    if (options_.video != Direction::inactive && (legs_.video != nullptr || !sends(options_.video))) {
      video_.direction = options_.video;
      if (Result<void> placed = place(video_, "video", {sdp::standard_h264(), sdp::standard_vp8()}); !placed) {
        return ready(placed.error());
      }
    }
  }
  waiting_ = std::move(ready);
  create("create-offer", [this](Result<std::string> text) {
    if (!text) return std::exchange(waiting_, nullptr)(text.error());
    finish_locally("offer", *text);
  });
}

void WebrtcSession::accept(const std::string& answer, Leg::Done done) {
  if (!pipeline_) return done(Error{ErrorCode::conflict, "An answer came without an offer.", {}, {}, {}});
  if (Result<void> checked = sdp::check_webrtc(answer); !checked) return done(checked);
  const Result<sdp::Description> description = sdp::parse(answer);
  if (!description) return done(description.error());
  bool audio = false;
  bool video = false;
  for (const sdp::Media& media : description.value().media) {
    const Direction ours = media.port == 0
                               ? Direction::inactive
                               : answer_to(media.direction, media.kind == "audio" ? options_.audio : options_.video);
    if (media.kind == "audio") audio_.direction = ours, audio = media.port != 0;
    if (media.kind != "video") continue;
    video_.direction = ours;
    if (const std::optional<sdp::Format> agreed = choose_picture(media); agreed && media.port != 0 && video_.format) {
      video = true;
      video_.format = agreed;
    }
  }
  if (!audio && audio_.format) return done(Error{ErrorCode::invalid, "The peer refused the sound.", "sdp", {}, {}});
  feed_->set_sending(audio && sends(audio_.direction), video && sends(video_.direction));
  feed_->set_hearing(receives(audio_.direction));
  if (video_.format && !video) log::info("media", "A browser took neither H.264 nor VP8: its call has no picture.");
  if (video) {
    if (Result<void> filled = fill(video_, "video"); !filled) return done(filled);
  }
  {
    const std::lock_guard lock(mutex_);
    audio_codec_ = audio ? audio_.format->encoding : "";
    video_codec_ = video ? video_.format->encoding : "";
  }
  describe("set-remote-description", "answer", sdp::keep_usable_candidates(answer), std::move(done));
}

// What we would like of an offer, and with which of its payload types.
Result<void> WebrtcSession::choose(const std::string& offer) {
  LINTEL_CHECK(sdp::check_webrtc(offer));
  LINTEL_TRY(sdp::Description description, sdp::parse(offer));
  guint line = 0;
  bool any = false;
  for (const sdp::Media& media : description.media) {
    const guint index = line++;
    Track* track = media.kind == "audio" ? &audio_ : media.kind == "video" ? &video_ : nullptr;
    if (track == nullptr || media.port == 0) continue;
    if (built_ && track->wanted && track->line == index) {  // offered again: directions alone
      track->direction = answer_to(media.direction, track == &audio_ ? options_.audio : options_.video);
      set_line_direction(webrtc_, index, track->direction);
      any = true;
      continue;
    }
    if (track->wanted) continue;  // a second one of its kind: left to webrtcbin, and to silence
    const std::optional<sdp::Format> format = media.kind == "audio" ? choose_opus(media) : choose_picture(media);
    if (!format) continue;
    const bool picture = track == &video_;
    Direction wished = picture ? options_.video : options_.audio;
    if (picture && legs_.video == nullptr && sends(wished)) wished = Direction::inactive;
    track->direction = answer_to(media.direction, wished);
    track->format = format;
    track->wanted = true;
    track->line = index;
    any = any || track->direction != Direction::inactive;
  }
  if (!any)
    return Error{
        ErrorCode::invalid, "The offer has no sound or picture that this station can give or take.", "sdp", {}, {}};
  const std::lock_guard lock(mutex_);
  offered_ = std::move(description.media);
  audio_codec_ = audio_.wanted ? audio_.format->encoding : "";
  video_codec_ = video_.wanted ? video_.format->encoding : "";
  return {};
}

void WebrtcSession::answer(const std::string& offer, Leg::SdpReady ready) {
  const bool first = !built_;
  if (Result<void> chosen = choose(offer); !chosen) return ready(chosen.error());
  if (first) {
    if (Result<void> built = build(); !built) return ready(built.error());
    for (Track* track : {&audio_, &video_}) {
      if (!track->wanted) continue;
      const std::string kind = track == &audio_ ? "audio" : "video";
      Result<void> placed = place(*track, kind, {*track->format});
      if (placed) placed = fill(*track, kind);
      if (!placed) return ready(placed.error());
    }
  }
  feed_->set_sending(audio_.wanted && sends(audio_.direction), video_.wanted && sends(video_.direction));
  feed_->set_hearing(receives(audio_.direction));
  waiting_ = std::move(ready);
  describe("set-remote-description", "offer", sdp::keep_usable_candidates(offer), [this](Result<void> set) {
    if (!set) return std::exchange(waiting_, nullptr)(set.error());
    create("create-answer", [this](Result<std::string> text) {
      if (!text) return std::exchange(waiting_, nullptr)(text.error());
      finish_locally("answer", *text);
    });
  });
}

void WebrtcSession::watch_connection() {
  GstWebRTCPeerConnectionState state = GST_WEBRTC_PEER_CONNECTION_STATE_NEW;
  g_object_get(webrtc_, "connection-state", &state, nullptr);
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED && !connected_) {
    connected_ = true;
    alive_ = true;
    if (extras_.lent_ready) extras_.lent_ready(feed_, [lent = lent_picture_] { lent->request_key(); });
    events_.connected();
    if (started_) start();
  } else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED || state == GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED) {
    events_.failed("The connection to the browser is lost.");
  }
}

void WebrtcSession::start() {
  started_ = true;
  // Nothing is sent before: queued sound would stay as delay in the browser's jitter buffer.
  if (!connected_) return;
  if (const Result<void> joined = feed_->start(); !joined) events_.failed(joined.error().message);
}

void WebrtcSession::stop() {
  feed_->stop();
  alive_ = false;
  audio_.sink = {};
  video_.sink = {};
  waiting_ = nullptr;
  {
    Element sink;
    const std::lock_guard lock(lent_picture_->mutex);
    std::swap(sink, lent_picture_->sink);
  }
  if (pipeline_) pipeline_->halt();
  pipeline_.reset();
  webrtc_ = nullptr;
}

LegFigures WebrtcSession::figures() const {
  LegFigures figures;
  figures.audio_packets_sent = counters_->audio_sent;
  figures.audio_packets_received = counters_->audio_received;
  figures.video_packets_sent = counters_->video_sent;
  figures.video_packets_received = counters_->video_received;
  figures.encrypted = true;
  const std::lock_guard lock(mutex_);
  figures.audio_codec = audio_codec_;
  figures.video_codec = video_codec_;
  return figures;
}

void WebrtcSession::received(GstPad* pad) {
  constexpr int receivers_limit = 8;
  const std::optional<ReceivedKind> kind = kind_of_pad(pad);
  {
    const std::lock_guard lock(mutex_);
    if (!kind || ++receivers_ > receivers_limit) return drain(*pipeline_, pad);
  }
  count_pad_packets(pad, [counters = counters_, audio = kind->audio] {
    ++(audio ? counters->audio_received : counters->video_received);
  });
  if (kind->audio) {
    connect_receiver(
        *pipeline_, pad,
        add_audio_receiver(*pipeline_, AudioCodec::opus, [weak = std::weak_ptr<LegFeed>(feed_)](Samples samples) {
          if (const auto feed = weak.lock()) feed->far(samples);
        }));
    return;
  }
  if (!extras_.lent_picture && !events_.video) return drain(*pipeline_, pad);
  const auto take = [lent = extras_.lent_picture, video = events_.video](GstBuffer* buffer, GstCaps* caps) {
    if (lent) lent(buffer, caps);
    GstMapInfo map;
    if (!video || !gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
    video({{map.data, map.data + map.size}, !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)});
    gst_buffer_unmap(buffer, &map);
  };
  const ReceiverChain chain = add_video_receiver(*pipeline_, kind->codec, take);
  if (!connect_receiver(*pipeline_, pad, chain)) return;
  const std::lock_guard lock(lent_picture_->mutex);
  lent_picture_->sink = Element::share(chain.all.back());
}

void WebrtcSession::LentPicture::request_key() {
  Element asked;
  {
    const std::lock_guard lock(mutex);
    asked = sink;
  }
  if (asked)
    gst_element_send_event(asked.get(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

std::shared_ptr<MediaSession> make_webrtc_session(Legs::Inner& legs, JobThread& thread, LegOptions options,
                                                  SessionEvents events, WebrtcExtras extras) {
  return std::make_shared<WebrtcSession>(legs, thread, std::move(options), std::move(events), std::move(extras));
}

}  // namespace lintel::media
