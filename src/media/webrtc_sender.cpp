#include "media/webrtc_sender.hpp"

#include <glib.h>

#include "base/bytes.hpp"
#include "media/webrtc_host.hpp"

namespace lintel::media {

RtpStream::RtpStream(unsigned clock_rate)
    : clock_rate_(clock_rate),
      source_(static_cast<std::uint32_t>(bytes::random_number() | 1U)),
      offset_(static_cast<std::uint32_t>(bytes::random_number())),
      sequence_(static_cast<std::uint16_t>(bytes::random_number() & 0x7FFFU)) {}

std::uint32_t RtpStream::timestamp(GstClockTime time) const {
  return offset_ + static_cast<std::uint32_t>(gst_util_uint64_scale(time, clock_rate_, GST_SECOND));
}

rtcp::SenderReport RtpStream::report(GstClockTime now) const {
  const WallTime wall{std::chrono::microseconds(g_get_real_time())};
  return {source_, rtcp::ntp_of(wall), timestamp(now), static_cast<std::uint32_t>(packets_.load()), octets_};
}

Result<void> PictureSender::join(StreamKey stream, int payload_type) {
  // What was sent under another type must not be sent again: a sequence number is sealed once, or for the same bytes.
  if (rtp_.payload_type() != payload_type) sent_.fill({});
  rtp_.set_payload_type(payload_type);
  if (feed_ != nullptr) return {};
  VideoFeed& feed = host_.pictures(stream);
  LINTEL_CHECK(feed.join(this));
  feed_ = &feed;
  return {};
}

void PictureSender::leave() {
  if (feed_ != nullptr) std::exchange(feed_, nullptr)->leave(this);
  started_ = false;
}

void PictureSender::start() {
  if (started_ || feed_ == nullptr) return;
  started_ = true;
  waits_for_key_ = true;
  if (!sending_) return;
  const auto units = feed_->since_fresh_key();
  for (const PayloadedUnit* unit : units) take(*unit);
  if (units.empty()) feed_->request_key();
}

void PictureSender::set_sending(bool sending) {
  if (sending == sending_) return;
  sending_ = sending;
  waits_for_key_ = true;
  if (sending && started_) request_key();
}

void PictureSender::request_key() {
  if (feed_ != nullptr && sending_) feed_->request_key();
}

void PictureSender::take(const PayloadedUnit& unit) {
  if (!started_ || !sending_) return;
  if (transport_.take_refused()) {  // pieces of an earlier picture did not leave: what follows would be garbage
    waits_for_key_ = true;
    feed_->request_key();
  }
  if (waits_for_key_ && !unit.key) return;
  waits_for_key_ = false;
  send(unit);
}

void PictureSender::send(const PayloadedUnit& unit) {
  const std::uint32_t timestamp = rtp_.timestamp(unit.time);
  for (std::size_t index = 0; index < unit.pieces.size(); ++index) {
    const PayloadPiece& piece = unit.pieces[index];
    const std::uint16_t sequence = rtp_.next_sequence();
    sent_[sequence % remembered] = {unit.number, static_cast<std::uint32_t>(index), sequence, true};
    const RtpHeader header{index + 1 == unit.pieces.size(), rtp_.payload_type(), sequence, timestamp, rtp_.source()};
    if (transport_.send(header, std::span(piece.header).first(piece.header_size), piece.body)) rtp_.count(piece.size());
  }
}

void PictureSender::repair(std::span<const rtcp::Lost> lost) {
  if (feed_ == nullptr || !started_) return;
  const GstClockTime now = running_time();
  if (now > repairs_since_ + GST_SECOND) {
    repairs_since_ = now;
    repairs_ = 0;
  }
  for (const rtcp::Lost& one : lost) {
    if (one.source != rtp_.source()) continue;
    const Sent& sent = sent_[one.sequence % remembered];
    if (!sent.valid || sent.sequence != one.sequence || ++repairs_ > repairs_limit) continue;
    const PayloadedUnit* unit = feed_->find(sent.unit);
    if (unit == nullptr || sent.piece >= unit->pieces.size()) continue;
    const PayloadPiece& piece = unit->pieces[sent.piece];
    const RtpHeader header{sent.piece + 1 == unit->pieces.size(), rtp_.payload_type(), sent.sequence,
                           rtp_.timestamp(unit->time), rtp_.source()};
    (void)transport_.send(header, std::span(piece.header).first(piece.header_size), piece.body);
  }
}

void VoiceSender::set_format(int payload_type, int event_type) {
  rtp_.set_payload_type(payload_type);
  events_.configure(event_type, 48'000, 48'000);
}

Result<void> VoiceSender::join(std::shared_ptr<VoiceFeed> own) {
  if (joined_) return {};
  if (own) {
    own_ = std::move(own);
    own_->join(this);
  } else {
    if (host_.audio() == nullptr) return {};
    LINTEL_CHECK(host_.voice().join(this, *host_.audio()));
  }
  joined_ = true;
  return {};
}

void VoiceSender::leave() {
  if (!std::exchange(joined_, false)) return;
  (own_ ? *own_ : host_.voice()).leave(this);
  own_.reset();
}

void VoiceSender::heard_loss(std::uint8_t fraction, GstClockTime now) {
  if (joined_) (own_ ? *own_ : host_.voice()).heard_loss(fraction, now);
}

void VoiceSender::take(const VoicePacket& packet) {
  if (!sending_) return;
  const std::uint32_t timestamp = rtp_.timestamp(packet.time);
  RtpHeader header{false, rtp_.payload_type(), rtp_.next_sequence(), timestamp, rtp_.source()};
  std::span<const std::uint8_t> payload = muted_ ? packet.silence : packet.payload;
  const auto event = events_.next(timestamp);
  if (event) {
    header.marker = event->marker;
    header.type = static_cast<std::uint8_t>(event->payload_type);
    header.timestamp = event->timestamp;
    payload = event->payload;
  }
  if (transport_.send(header, {}, payload)) rtp_.count(payload.size());
}

}  // namespace lintel::media
