#include "media/rtp_session.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace lintel::media {

RtpSession::RtpSession(Legs::Inner& legs, LegKind kind, LegOptions options)
    : legs_(legs),
      kind_(kind),
      options_(std::move(options)),
      address_(options_.address.empty() ? legs.options.address : options_.address),
      session_id_(std::to_string(bytes::random_number() >> 2)),
      feed_(std::make_shared<LegFeed>(legs.audio, legs.video)) {
  if (kind == LegKind::sdes_srtp) options_.encryption = Encryption::compulsory;  // that is what this kind means
  lines_[0].kind = "audio";
  lines_[0].wanted = options_.audio;
  lines_[1].kind = "video";
  lines_[1].session = 1;
  lines_[1].wanted = options_.video;
  for (Line& line : lines_) {
    line.ssrc = static_cast<std::uint32_t>(bytes::random_number());
    line.guard->set_signalling(options_.peer_host, options_.peer_is_server);
  }
}

RtpSession::~RtpSession() {
  stop();
}

bool RtpSession::move_to(const std::string& address) {
  const auto six = [](const std::string& text) { return text.find(':') != std::string::npos; };
  const bool open = std::ranges::any_of(lines_, [](const Line& line) { return line.ports.port != 0; });
  if (address.empty() || (open && six(address) != six(address_))) return false;
  address_ = address;
  return true;
}

void RtpSession::set_peer(const LegOptions& options) {
  options_.peer_host = options.peer_host;
  options_.peer_is_server = options.peer_is_server;
  for (Line& line : lines_) line.guard->set_signalling(options_.peer_host, options_.peer_is_server);
}

// The peer answers an offer of several kinds of events by those that it sends, and sends them by the offer's numbers.
PeerGuard::Terms RtpSession::terms_of(const Line& line) {
  PeerGuard::Terms terms;
  terms.receives = line.used && receives(line.direction);
  terms.encrypted = line.secure;
  for (const sdp::Format& format : line.formats) {
    if (format.encoding != "TELEPHONE-EVENT") continue;
    const std::size_t type = static_cast<unsigned>(format.payload_type) % terms.events.size();
    terms.events.set(type);
    if (std::ranges::find(line.event_rates, format.clock_rate) != line.event_rates.end()) terms.peer_sends.set(type);
  }
  return terms;
}

// Negotiated: the pipeline is built the first time, and brought up to date afterwards.
Result<void> RtpSession::settle() {
  if (std::exchange(other_keys_, false)) take_down();
  for (const Line& line : lines_) line.guard->agree(terms_of(line));
  LINTEL_CHECK(pipeline_ ? catch_up() : build());
  bool expects = false;
  bool encrypted = true;
  for (const Line& line : lines_) {
    if (!line.used || line.host.empty()) continue;
    encrypted = encrypted && line.secure;
    // Who takes nothing of what we would send has put us on hold (RFC 3264 §8.4), and may well be silent: such a call
    // is bounded by session timers and by the longest call, as is one whose peer only sends from the start.
    const bool held = sends(line.wanted) && !sends(line.direction);
    expects = expects || (receives(line.direction) && !held);
    if (line.destination) line.destination->follow(*line.guard);
  }
  expects_ = expects;
  encrypted_ = encrypted;
  const Line& audio = lines_[0];
  const Line& video = lines_[1];
  if (audio.used && audio.format) dtmf_out_->configure(audio.event_type, audio.event_rate, audio.format->clock_rate);
  feed_->set_sending(audio.used && sends(audio.direction), video.used && sends(video.direction));
  feed_->set_hearing(audio.used && receives(audio.direction));
  if (started_) return feed_->start();
  return {};
}

void RtpSession::start(CallStage stage) {
  if (stage == CallStage::answered) answered_ = true;
  if (started_ || !pipeline_) return;
  started_ = true;
  if (const Result<void> joined = feed_->start(); !joined) events_.failed(joined.error().message);
}

void RtpSession::stop() {
  feed_->stop();
  expects_ = false;
  if (pipeline_) pipeline_->halt();
  pipeline_.reset();
}

void RtpSession::press(char digit, int milliseconds) {
  dtmf_out_->press(digit, milliseconds);
}

LegFigures RtpSession::figures() const {
  LegFigures figures;
  const std::lock_guard lock(mutex_);
  const auto& [audio, video] = lines_;
  figures.audio_packets_sent = *audio.sent;
  figures.audio_packets_received = audio.guard->packets();
  figures.video_packets_sent = *video.sent;
  figures.video_packets_received = video.guard->packets();
  if (audio.format) figures.audio_codec = audio.format->encoding;
  if (video.format) figures.video_codec = video.format->encoding;
  figures.encrypted = encrypted_;
  return figures;
}

GstClockTime RtpSession::last_packet() const {
  return std::max(lines_[0].guard->last_heard(), lines_[1].guard->last_heard());
}

}  // namespace lintel::media
