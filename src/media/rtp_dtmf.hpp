// Named telephone events in RTP, RFC 4733.
#pragma once

#include <gst/gst.h>

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>

namespace lintel::media {

[[nodiscard]] std::optional<int> event_of(char digit);  // 0-9 * # A-D
[[nodiscard]] std::optional<char> digit_of(int event);

// Understands the events that come in: one digit a press, though each press is many packets, some lost.
class DtmfReceiver {
 public:
  // `payload` of one packet with this RTP timestamp. One thread at a time.
  [[nodiscard]] std::optional<char> packet(std::uint32_t timestamp, std::span<const std::uint8_t> payload);

 private:
  std::optional<std::uint32_t> last_;
  int event_ = 0;  // of the press that began at last_, as the two below
  std::uint32_t duration_ = 0;
  bool ended_ = false;
};

// One packet of an event: what it says in place of the sound.
struct DtmfPacket {
  int payload_type = 0;
  std::uint32_t timestamp = 0;
  bool marker = false;
  std::array<std::uint8_t, 4> payload{};
};

// Puts events into the audio stream: while a digit lasts, its packets go out in place of the sound's, with the same
// SSRC and sequence numbers and the timestamp of its beginning (RFC 4733 §2.5.1).
class DtmfSender {
 public:
  static constexpr std::size_t queue_limit = 32;

  // payload_type < 0: the peer takes none. `stream_rate` is that of the sound's timestamps.
  void configure(int payload_type, int clock_rate, int stream_rate);
  void press(char digit, int milliseconds);  // any thread
  // For each audio packet on its way out, by its timestamp: what to send instead. Whoever sends.
  [[nodiscard]] std::optional<DtmfPacket> next(std::uint32_t timestamp);
  // The same for a GStreamer pipeline: the packet to send instead, or null to let it pass. Streaming thread.
  [[nodiscard]] GstBuffer* replace(GstBuffer* audio);

 private:
  struct Press {
    int event = 0;
    std::uint32_t duration = 0;  // in timestamp units
  };
  std::mutex mutex_;
  std::deque<Press> waiting_;
  std::optional<Press> current_;
  std::uint32_t started_ = 0;  // the timestamp of its beginning
  std::uint32_t step_ = 160;
  std::uint32_t so_far_ = 0;
  int ends_sent_ = 0;
  int gap_ = 0;  // packets of sound between two digits
  int payload_type_ = -1;
  int clock_rate_ = 8000;
  int stream_rate_ = 8000;
};

}  // namespace lintel::media
