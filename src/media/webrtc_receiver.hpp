// The sound and the picture from one WebRTC peer, and what is reported to it. Network thread only, unless said
// otherwise.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "media/rtcp.hpp"
#include "media/rtp_dtmf.hpp"
#include "media/rtp_reception.hpp"
#include "media/video_receiver.hpp"
#include "media/voice_receiver.hpp"

namespace lintel::media {

class WebrtcReceiver {
 public:
  struct Events {
    VoiceReceiver::Out sound;  // may be empty: then nothing is decoded
    std::function<void(char)> digit;
  };
  explicit WebrtcReceiver(Events events) : events_(std::move(events)) {}

  // Payload types that the peer may send; negative: none.
  void set_sound(int payload_type, int event_type);
  void set_picture(int payload_type, Codec codec, VideoReceiver::Out out);

  void packet(const RtpPacket& packet, GstClockTime now);
  void sender_report(std::uint32_t source, std::uint32_t middle_time, GstClockTime now);
  void request_key();

  // What must be said now (lost packets, a key that is needed); empty: nothing.
  void append_requests(rtcp::Bytes& out, std::uint32_t own_source, GstClockTime now);
  [[nodiscard]] std::vector<rtcp::ReceptionReport> reports(GstClockTime now);

  // Any thread:
  [[nodiscard]] std::uint64_t sound_packets() const { return sound_packets_; }
  [[nodiscard]] std::uint64_t picture_packets() const { return picture_packets_; }

 private:
  const Events events_;
  int sound_type_ = -1, event_type_ = -1, picture_type_ = -1;
  std::optional<VoiceReceiver> voice_;
  std::optional<VideoReceiver> video_;
  DtmfReceiver digits_;
  RtpReception sound_{48'000}, picture_{90'000};
  bool key_wanted_ = false;
  std::atomic<std::uint64_t> sound_packets_ = 0, picture_packets_ = 0;
};

}  // namespace lintel::media
