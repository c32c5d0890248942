#include "media/rtp_dtmf.hpp"

#include <gst/rtp/gstrtpbuffer.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/big_endian.hpp"

namespace lintel::media {
namespace {

constexpr std::string_view digits = "0123456789*#ABCD";
constexpr int end_packets = 3;                   // RFC 4733 §2.5.1.4: the last one three times
constexpr int gap_packets = 3;                   // 60 ms of pause
constexpr std::uint8_t volume = 10;              // -10 dBm0
constexpr std::uint32_t longest = 0xFFFF;        // that a duration can say
constexpr std::uint32_t segment_slack = 0x2000;  // between two segments of a press, and of its last packets lost
constexpr std::int32_t late_limit = 5 * 48'000;  // timestamp units that a packet may come late

}  // namespace

std::optional<int> event_of(char digit) {
  if (digit >= 'a' && digit <= 'd') digit = static_cast<char>(digit - 'a' + 'A');
  const std::size_t at = digits.find(digit);
  return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<int>(at));
}

std::optional<char> digit_of(int event) {
  return event >= 0 && event < static_cast<int>(digits.size()) ? std::optional(digits[static_cast<std::size_t>(event)])
                                                               : std::nullopt;
}

std::optional<char> DtmfReceiver::packet(std::uint32_t timestamp, std::span<const std::uint8_t> payload) {
  if (payload.size() < 4) return std::nullopt;
  const std::uint32_t duration = big_endian::read16(payload, 2);
  const bool ends = (payload[1] & 0x80U) != 0;
  if (last_ == timestamp) {  // the same press goes on, or its end is repeated
    duration_ = std::max(duration_, duration);
    ended_ = ended_ || ends;
    return std::nullopt;
  }
  const std::uint32_t ahead = last_ ? timestamp - *last_ : 0;
  // Of an earlier press, and overtaken by this one.
  if (last_ && static_cast<std::int32_t>(ahead) < 0 && static_cast<std::int32_t>(ahead) > -late_limit) {
    return std::nullopt;
  }
  // A key that is held for longer than a duration can say comes in segments, each with a timestamp of its own
  // (§2.5.1.3).
  const bool goes_on = last_ && !ended_ && payload[0] == event_ && duration_ + segment_slack >= longest &&
                       ahead <= longest + segment_slack;
  last_ = timestamp;
  event_ = payload[0];
  duration_ = duration;
  ended_ = ends;
  return goes_on ? std::nullopt : digit_of(event_);
}

void DtmfSender::configure(int payload_type, int clock_rate, int stream_rate) {
  const std::lock_guard lock(mutex_);
  payload_type_ = payload_type;
  clock_rate_ = clock_rate;
  stream_rate_ = stream_rate;
  step_ = static_cast<std::uint32_t>(clock_rate / 50);
  if (payload_type < 0) {
    waiting_.clear();
    current_.reset();
  }
}

void DtmfSender::press(char digit, int milliseconds) {
  const std::optional<int> event = event_of(digit);
  const std::lock_guard lock(mutex_);
  if (!event || payload_type_ < 0 || waiting_.size() >= queue_limit) return;
  const int bounded = std::clamp(milliseconds, 60, 1000);
  waiting_.push_back({*event, static_cast<std::uint32_t>(bounded * (clock_rate_ / 1000))});
}

std::optional<DtmfPacket> DtmfSender::next(std::uint32_t timestamp) {
  const std::lock_guard lock(mutex_);
  if (gap_ > 0) {
    --gap_;
    return std::nullopt;
  }
  const bool begins = !current_.has_value();
  if (begins && waiting_.empty()) return std::nullopt;
  if (begins) {
    current_ = waiting_.front();
    waiting_.pop_front();
    started_ = timestamp;
    so_far_ = 0;
    ends_sent_ = 0;
  }
  const auto passed = std::uint64_t{timestamp - started_} * static_cast<std::uint64_t>(clock_rate_) /
                      static_cast<std::uint64_t>(stream_rate_);
  so_far_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(passed + step_, longest));
  const bool ends = so_far_ >= current_->duration;
  if (ends) so_far_ = current_->duration;
  const DtmfPacket packet{
      payload_type_,
      started_,
      begins,
      {static_cast<std::uint8_t>(current_->event), static_cast<std::uint8_t>((ends ? 0x80U : 0U) | volume),
       static_cast<std::uint8_t>(so_far_ >> 8), static_cast<std::uint8_t>(so_far_ & 0xFFU)}};
  if (ends && ++ends_sent_ >= end_packets) {
    current_.reset();
    gap_ = gap_packets;
  }
  return packet;
}

GstBuffer* DtmfSender::replace(GstBuffer* audio) {
  GstRTPBuffer in = GST_RTP_BUFFER_INIT;
  if (!gst_rtp_buffer_map(audio, GST_MAP_READ, &in)) return nullptr;
  const std::uint16_t sequence = gst_rtp_buffer_get_seq(&in);
  const std::uint32_t timestamp = gst_rtp_buffer_get_timestamp(&in);
  const std::uint32_t source = gst_rtp_buffer_get_ssrc(&in);
  gst_rtp_buffer_unmap(&in);
  const std::optional<DtmfPacket> event = next(timestamp);
  if (!event) return nullptr;
  GstBuffer* packet = gst_rtp_buffer_new_allocate(static_cast<guint>(event->payload.size()), 0, 0);
  gst_buffer_copy_into(packet, audio, static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_TIMESTAMPS), 0,
                       static_cast<gsize>(-1));
  GstRTPBuffer out = GST_RTP_BUFFER_INIT;
  gst_rtp_buffer_map(packet, GST_MAP_WRITE, &out);
  gst_rtp_buffer_set_payload_type(&out, static_cast<guint8>(event->payload_type));
  gst_rtp_buffer_set_seq(&out, sequence);
  gst_rtp_buffer_set_timestamp(&out, event->timestamp);
  gst_rtp_buffer_set_ssrc(&out, source);
  gst_rtp_buffer_set_marker(&out, event->marker ? TRUE : FALSE);
  std::ranges::copy(event->payload, static_cast<std::uint8_t*>(gst_rtp_buffer_get_payload(&out)));
  gst_rtp_buffer_unmap(&out);
  return packet;
}

}  // namespace lintel::media
