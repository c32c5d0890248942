// Pictures from a peer: packets put in order, asked for again when they are lost, and made into whole access units
// (RFC 6184, RFC 7741). One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "media/encoder.hpp"
#include "media/rtp_packet.hpp"

namespace lintel::media {

struct WholePicture {
  std::vector<std::uint8_t> data;  // H.264 byte stream, or a VP8 frame
  bool key = false;
};

class VideoReceiver {
 public:
  static constexpr std::size_t held_limit = 512;                 // packets behind a gap
  static constexpr std::size_t picture_limit = 4 * 1024 * 1024;  // bytes
  static constexpr GstClockTime patience = 300 * GST_MSECOND;    // with a lost packet; then on to the next key

  using Out = std::function<void(WholePicture)>;
  VideoReceiver(Codec codec, Out out) : codec_(codec), out_(std::move(out)) {}

  void packet(const RtpPacket& packet, GstClockTime now);
  void tick(GstClockTime now);  // some times a second
  // What to ask the peer for again, ascending; each at most every 50 ms and five times.
  [[nodiscard]] std::vector<std::uint16_t> take_lost(GstClockTime now);
  [[nodiscard]] std::size_t asked() const { return asked_.size(); }  // places still waited for
  [[nodiscard]] bool take_key_wanted(GstClockTime now);              // at most twice a second

 private:
  struct Held {
    RtpHeader header;
    std::vector<std::uint8_t> payload;
  };
  struct Asked {
    GstClockTime last = 0;
    int times = 0;
  };
  void release(GstClockTime now);
  void give_up_gap();
  void add(const RtpHeader& header, std::span<const std::uint8_t> payload);
  void add_h264(std::span<const std::uint8_t> payload);
  void add_unit(std::span<const std::uint8_t> unit, std::optional<std::uint8_t> first = std::nullopt);
  void finish();

  const Codec codec_;
  const Out out_;
  std::optional<std::uint64_t> expected_;  // sequence numbers here do not wrap
  std::uint64_t highest_ = 0;
  std::map<std::uint64_t, Held> held_;
  std::map<std::uint64_t, Asked> asked_;
  GstClockTime gap_since_ = GST_CLOCK_TIME_NONE;
  WholePicture picture_;
  std::optional<std::uint32_t> timestamp_;
  bool in_fragment_ = false;
  bool damaged_ = false;  // this picture lacks a piece
  bool waits_for_key_ = true;
  bool key_wanted_ = true;
  GstClockTime key_asked_ = 0;
};

}  // namespace lintel::media
