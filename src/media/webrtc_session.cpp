#include "media/webrtc_session.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"

namespace lintel::media {
namespace {

constexpr GstClockTime report_period = 1 * GST_SECOND;

}  // namespace

WebrtcSession::WebrtcSession(WebrtcHost& host, LegOptions options, SessionEvents events, WebrtcExtras extras)
    : host_(host),
      options_(std::move(options)),
      events_(std::move(events)),
      extras_(std::move(extras)),
      session_id_(std::to_string(bytes::random_number() >> 2)),
      name_(bytes::to_hex(bytes::random(8))) {
  audio_.wanted = options_.audio;
  video_.wanted = options_.video;
  if (host_.video() == nullptr && video_.wanted == Direction::send_only) video_.wanted = Direction::inactive;
  if (host_.video() == nullptr && video_.wanted == Direction::send_receive) video_.wanted = Direction::receive_only;
  WebrtcTransport::Events told;
  told.connected = [this] { connected(); };
  told.failed = [this](const std::string& reason) { events_.failed(reason); };
  told.media = [this](const RtpPacket& packet) { receiver_->packet(packet, running_time()); };
  told.control = [this](std::span<const std::uint8_t> compound) { heard_control(compound); };
  told.tick = [this](GstClockTime now) { return tick(now); };
  transport_ = std::make_unique<WebrtcTransport>(host_, std::move(told));
  picture_ = std::make_unique<PictureSender>(host_, *transport_);
  voice_ = std::make_unique<VoiceSender>(host_, *transport_, receives(options_.audio));
  receiver_ = std::make_unique<WebrtcReceiver>(WebrtcReceiver::Events{[this](Samples samples) {
                                                                        if (extras_.lent_sound)
                                                                          return extras_.lent_sound(samples);
                                                                        if (port_) port_->push(samples);
                                                                      },
                                                                      events_.dtmf});
}

WebrtcSession::~WebrtcSession() {
  stop();
}

void WebrtcSession::settle() {
  if (audio_.line && audio_.format) {
    const int events = audio_.events ? audio_.events->payload_type : -1;
    voice_->set_format(audio_.format->payload_type, events);
    receiver_->set_sound(receives(audio_.direction) ? audio_.format->payload_type : -1, events);
  }
  voice_->set_sending(sends(audio_.direction));
  settle_picture();
  {
    const std::lock_guard lock(mutex_);
    audio_codec_ = audio_.line && audio_.format ? audio_.format->encoding : "";
    video_codec_ = video_.line && video_.format && !lines_[*video_.line].refused ? video_.format->encoding : "";
  }
  if (connected_ && started_) flow();
}

void WebrtcSession::settle_picture() {
  if (!video_.line || !video_.format) return picture_->set_sending(false);
  codec_ = video_.format->encoding == "VP8" ? Codec::vp8 : Codec::h264;
  picture_->set_sending(sends(video_.direction));
  if (sends(video_.direction)) {
    const Result<void> joined = picture_->join({options_.stream, codec_}, video_.format->payload_type);
    if (!joined) log::warning("media", "A call goes on without a picture: {}", joined.error().message);
  }
  if (receives(video_.direction) && (extras_.lent_picture || events_.video)) {
    receiver_->set_picture(video_.format->payload_type, codec_,
                           [this](WholePicture picture) { picture_came(std::move(picture)); });
  }
}

void WebrtcSession::connected() {
  connected_ = true;
  last_ = running_time();
  alive_ = true;
  if (extras_.lent_ready) {
    lent_voice_ = std::make_shared<VoiceFeed>(host_.queue());
    extras_.lent_ready([feed = lent_voice_](const AudioFrame& frame) { feed->frame(frame); },
                       [wanted = lent_key_wanted_] { *wanted = true; });
  }
  events_.connected();
  if (started_) flow();
}

void WebrtcSession::start(CallStage /*stage*/) {
  if (stopped_) return;
  started_ = true;
  // Nothing is sent before: queued sound would stay as delay in the browser's jitter buffer.
  if (connected_) flow();
}

void WebrtcSession::flow() {
  if (sends(video_.direction)) picture_->start();
  if (sends(audio_.direction)) {
    if (const Result<void> joined = voice_->join(lent_voice_); !joined) return events_.failed(joined.error().message);
  }
  if (receives(audio_.direction) && host_.audio() != nullptr && !extras_.lent_sound && !port_) {
    Result<std::unique_ptr<AudioPort>> joined = host_.audio()->join({});
    if (!joined) return events_.failed(joined.error().message);
    port_ = std::move(*joined);
  }
  if (port_) port_->set_heard(receives(audio_.direction));
}

void WebrtcSession::stop() {
  if (std::exchange(stopped_, true)) return;
  alive_ = false;
  started_ = false;
  picture_->leave();
  voice_->leave();
  port_.reset();
  lent_voice_.reset();
  transport_->close();
}

void WebrtcSession::heard_control(std::span<const std::uint8_t> compound) {
  rtcp::Heard heard;
  rtcp::parse(compound, heard);
  const GstClockTime now = running_time();
  if (heard.sender) receiver_->sender_report(*heard.sender, heard.sender_time, now);
  const std::uint32_t own = picture_->stream().source();
  if (std::ranges::find(heard.key_requests, own) != heard.key_requests.end()) picture_->request_key();
  if (!heard.lost.empty()) picture_->repair(heard.lost);
  for (const rtcp::Reception& reception : heard.receptions)
    if (reception.source == voice_->stream().source()) voice_->heard_loss(reception.fraction_lost, now);
}

bool WebrtcSession::tick(GstClockTime now) {
  if (stopped_) return false;
  last_ = std::max<GstClockTime>(last_, transport_->last_heard());
  if (!connected_) return true;
  if (lent_key_wanted_->exchange(false)) receiver_->request_key();
  rtcp::Bytes requests;
  receiver_->append_requests(requests, picture_->stream().source(), now);
  if (!requests.empty()) (void)transport_->send_control(requests);
  if (now >= next_report_) {
    next_report_ = now + report_period;
    report(now);
  }
  return receives(video_.direction);  // a lost packet is missed soon
}

void WebrtcSession::report(GstClockTime now) {
  rtcp::Bytes compound;
  std::vector<rtcp::ReceptionReport> received = receiver_->reports(now);
  for (const RtpStream* stream : {&voice_->stream(), &picture_->stream()}) {
    if (stream->packets() == 0) continue;
    rtcp::append_sender_report(compound, stream->report(now), received);
    received.clear();
    rtcp::append_name(compound, stream->source(), name_);
  }
  if (compound.empty()) {
    rtcp::append_receiver_report(compound, picture_->stream().source(), received);
    rtcp::append_name(compound, picture_->stream().source(), name_);
  }
  (void)transport_->send_control(compound);
}

void WebrtcSession::picture_came(WholePicture picture) {
  if (extras_.lent_picture) {
    const char* caps = codec_ == Codec::h264 ? "video/x-h264,stream-format=byte-stream,alignment=au" : "video/x-vp8";
    const Caps described = Caps::adopt(gst_caps_from_string(caps));
    const Buffer buffer = Buffer::adopt(gst_buffer_new_memdup(picture.data.data(), picture.data.size()));
    if (!picture.key) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    extras_.lent_picture(buffer.get(), described.get());
  }
  if (events_.video) events_.video({std::move(picture.data), picture.key});
}

LegFigures WebrtcSession::figures() const {
  LegFigures figures;
  figures.audio_packets_sent = voice_->stream().packets();
  figures.audio_packets_received = receiver_->sound_packets();
  figures.video_packets_sent = picture_->stream().packets();
  figures.video_packets_received = receiver_->picture_packets();
  figures.encrypted = true;
  const std::lock_guard lock(mutex_);
  figures.audio_codec = audio_codec_;
  figures.video_codec = video_codec_;
  return figures;
}

}  // namespace lintel::media
