// Payloading, once for all viewers: an access unit or a piece of sound becomes RTP packets that every viewer is sent as
// they are, with one write (RFC 3550, RFC 6184 packetization-mode 1, RFC 3551 PCMA).
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/audio.hpp"
#include "media/media.hpp"

namespace lintel::media {

inline constexpr std::size_t rtp_packet_size = 1400;  // of a whole RTP packet, so that it fits any usual network
inline constexpr int rtp_video_type = 96, rtp_audio_type = 8;
inline constexpr std::uint8_t rtp_video_channel = 0, rtp_audio_channel = 2;  // of the packets as they are made

// What is sent at once: the packets of one access unit or of one piece of sound. Never changed once made; any thread.
struct RtpBundle {
  // A run of packets that one datagram call can send: all as long as the first, but for the last, which may be shorter
  // (UDP_SEGMENT).
  struct Run {
    std::uint32_t first = 0, count = 0;
    std::uint16_t segment = 0;
  };
  std::vector<std::uint8_t> bytes;  // for a connection: each packet behind '$', channel, length (RFC 2326 §10.12)
  std::vector<iovec> packets;       // for datagrams: the packets alone, inside `bytes`
  std::vector<Run> runs;
  bool video = false, key = false;
  std::uint16_t first_sequence = 0;
  std::uint32_t rtp_time = 0;
  std::uint64_t octets = 0;  // of payload
  GstClockTime running_time = 0;
};
using Bundle = std::shared_ptr<const RtpBundle>;

// RTP's numbering of one stream of packets.
class RtpNumbers {
 public:
  explicit RtpNumbers(std::uint32_t clock_rate);  // starts at random numbers (RFC 3550 §5.1)
  [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }
  [[nodiscard]] std::uint32_t time_of(GstClockTime running_time) const;
  [[nodiscard]] std::uint16_t next() { return sequence_++; }

 private:
  std::uint32_t clock_rate_, ssrc_, offset_;
  std::uint16_t sequence_;
};

// SPS and PPS of a stream, as its description tells them (RFC 6184 §8.1).
struct ParameterSets {
  std::string sequence, picture;  // whole NAL units
  bool operator==(const ParameterSets&) const = default;
};

class H264Payloader {
 public:
  H264Payloader() : numbers_(90'000) {}
  // `unit` in byte-stream format (ITU-T H.264 annex B). Empty: there is nothing in it. One thread at a time.
  [[nodiscard]] Bundle take(std::span<const std::uint8_t> unit, bool key, GstClockTime running_time);
  [[nodiscard]] const ParameterSets& parameters() const { return parameters_; }  // of the newest unit that had them
  [[nodiscard]] const RtpNumbers& numbers() const { return numbers_; }

 private:
  RtpNumbers numbers_;
  ParameterSets parameters_;
};

// The near end at 16 kHz becomes A-law at 8 kHz, 40 ms a packet: half the writes of the usual 20 ms.
class SoundPayloader {
 public:
  static constexpr int packet_milliseconds = 40;
  SoundPayloader() : numbers_(8'000) {}
  // Empty until a packet is full. One thread at a time.
  [[nodiscard]] Bundle take(const AudioFrame& near, GstClockTime running_time);
  void restart();  // what comes next does not follow what came before
  [[nodiscard]] const RtpNumbers& numbers() const { return numbers_; }

 private:
  static constexpr std::size_t packet_samples = 8 * packet_milliseconds;
  static constexpr std::size_t taps = 15;
  RtpNumbers numbers_;
  std::array<std::int16_t, taps - 1> before_{};  // the newest samples, for the filter
  std::vector<std::uint8_t> gathered_;
  GstClockTime gathered_since_ = 0;
  std::optional<std::uint32_t> next_time_;
};

[[nodiscard]] std::uint8_t to_alaw(std::int16_t sample);  // ITU-T G.711

}  // namespace lintel::media
