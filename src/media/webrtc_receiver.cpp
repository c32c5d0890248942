#include "media/webrtc_receiver.hpp"

namespace lintel::media {

void WebrtcReceiver::set_sound(int payload_type, int event_type) {
  sound_type_ = payload_type;
  event_type_ = event_type;
  if (!voice_ && events_.sound) voice_.emplace(events_.sound);
}

void WebrtcReceiver::set_picture(int payload_type, Codec codec, VideoReceiver::Out out) {
  picture_type_ = payload_type;
  if (!video_ && out) video_.emplace(codec, std::move(out));
}

void WebrtcReceiver::packet(const RtpPacket& packet, GstClockTime now) {
  const int type = packet.header.type;
  if (type == sound_type_ || type == event_type_) {
    ++sound_packets_;
    sound_.packet(packet.header, now);
    const bool event = type == event_type_;
    if (event) {
      const std::optional<char> digit = digits_.packet(packet.header.timestamp, packet.payload);
      if (digit && events_.digit) events_.digit(*digit);
    }
    if (voice_) voice_->packet(packet.header.sequence, event ? std::span<const std::uint8_t>{} : packet.payload);
  } else if (type == picture_type_) {
    ++picture_packets_;
    picture_.packet(packet.header, now);
    if (video_) video_->packet(packet, now);
  }
}

void WebrtcReceiver::sender_report(std::uint32_t source, std::uint32_t middle_time, GstClockTime now) {
  for (RtpReception* reception : {&sound_, &picture_}) {
    if (reception->heard() && reception->source() == source) reception->sender_report(middle_time, now);
  }
}

void WebrtcReceiver::request_key() {
  key_wanted_ = true;
}

void WebrtcReceiver::append_requests(rtcp::Bytes& out, std::uint32_t own_source, GstClockTime now) {
  if (!video_ || !picture_.heard()) return;
  video_->tick(now);
  const std::vector<std::uint16_t> lost = video_->take_lost(now);
  const bool key = video_->take_key_wanted(now) || std::exchange(key_wanted_, false);
  if (lost.empty() && !key) return;
  rtcp::append_receiver_report(out, own_source, {});
  if (!lost.empty()) rtcp::append_lost(out, own_source, picture_.source(), lost);
  if (key) rtcp::append_key_request(out, own_source, picture_.source());
}

std::vector<rtcp::ReceptionReport> WebrtcReceiver::reports(GstClockTime now) {
  std::vector<rtcp::ReceptionReport> reports;
  for (RtpReception* reception : {&sound_, &picture_}) {
    if (reception->heard()) reports.push_back(reception->report(now));
  }
  return reports;
}

}  // namespace lintel::media
