// The picture and the sound towards one WebRTC peer: numbers of its own over packets that all share. Network thread
// only, unless said otherwise.
#pragma once

#include <array>
#include <atomic>
#include <span>
#include <vector>

#include "media/rtcp.hpp"
#include "media/rtp_dtmf.hpp"
#include "media/video_feed.hpp"
#include "media/voice_feed.hpp"
#include "media/webrtc_transport.hpp"

namespace lintel::media {

// RTP's numbers of one stream.
class RtpStream {
 public:
  explicit RtpStream(unsigned clock_rate);
  [[nodiscard]] std::uint32_t source() const { return source_; }
  void set_payload_type(int type) { type_ = static_cast<std::uint8_t>(type); }
  [[nodiscard]] std::uint32_t timestamp(GstClockTime time) const;  // of a running time
  [[nodiscard]] std::uint8_t payload_type() const { return type_; }
  [[nodiscard]] std::uint16_t next_sequence() { return sequence_++; }
  void count(std::size_t octets) {
    ++packets_;
    octets_ += static_cast<std::uint32_t>(octets);
  }
  [[nodiscard]] std::uint64_t packets() const { return packets_; }  // any thread
  [[nodiscard]] rtcp::SenderReport report(GstClockTime now) const;

 private:
  const unsigned clock_rate_;
  const std::uint32_t source_;
  const std::uint32_t offset_;
  std::uint8_t type_ = 0;
  std::uint16_t sequence_;
  std::atomic<std::uint64_t> packets_ = 0;
  std::uint32_t octets_ = 0;
};

class PictureSender final : public VideoTaker {
 public:
  PictureSender(WebrtcHost& host, WebrtcTransport& transport) : host_(host), transport_(transport) {}
  ~PictureSender() override { leave(); }

  // Joins, so that the encoder runs and a key is under way while the peer still connects. Error: unavailable.
  Result<void> join(StreamKey stream, int payload_type);
  void leave();
  void start();  // from here on packets leave
  void set_sending(bool sending);
  void request_key();
  void repair(std::span<const rtcp::Lost> lost);
  [[nodiscard]] const RtpStream& stream() const { return rtp_; }

  void take(const PayloadedUnit& unit) override;

 private:
  static constexpr std::size_t remembered = 512;  // packets that can be sent again
  static constexpr int repairs_limit = 256;       // a second
  struct Sent {
    std::uint64_t unit = 0;
    std::uint32_t piece = 0;
    std::uint16_t sequence = 0;
    bool valid = false;
  };
  void send(const PayloadedUnit& unit);

  WebrtcHost& host_;
  WebrtcTransport& transport_;
  RtpStream rtp_{90'000};
  VideoFeed* feed_ = nullptr;
  bool started_ = false;
  bool sending_ = true;
  bool waits_for_key_ = true;
  std::array<Sent, remembered> sent_{};
  int repairs_ = 0;
  GstClockTime repairs_since_ = 0;
};

class VoiceSender final : public VoiceTaker {
 public:
  VoiceSender(WebrtcHost& host, WebrtcTransport& transport, bool converses)
      : host_(host), transport_(transport), converses_(converses) {}
  ~VoiceSender() override { leave(); }

  void set_format(int payload_type, int event_type);         // event_type < 0: the peer takes no telephone events
  Result<void> join(std::shared_ptr<VoiceFeed> own);         // null: the station's near end. Error: full
  void heard_loss(std::uint8_t fraction, GstClockTime now);  // of 256, as the peer reports it
  void leave();
  void set_sending(bool sending) { sending_ = sending; }
  void set_muted(bool muted) { muted_ = muted; }
  void press(char digit, int milliseconds) { events_.press(digit, milliseconds); }
  [[nodiscard]] const RtpStream& stream() const { return rtp_; }

  [[nodiscard]] bool converses() const override { return converses_; }
  void take(const VoicePacket& packet) override;

 private:
  WebrtcHost& host_;
  WebrtcTransport& transport_;
  const bool converses_;
  RtpStream rtp_{48'000};
  DtmfSender events_;
  std::shared_ptr<VoiceFeed> own_;
  bool joined_ = false;
  bool sending_ = true;
  bool muted_ = false;
};

}  // namespace lintel::media
