// The station's near end on its way to all WebRTC peers that listen: encoded once (Opus, RFC 6716) for all of them.
// Network thread only.
#pragma once

#include <opus/opus.h>

#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "base/handle.hpp"
#include "media/audio.hpp"
#include "media/media.hpp"
#include "media/network_thread.hpp"

namespace lintel::media {

class OpusEncoding {
 public:
  OpusEncoding();
  [[nodiscard]] std::span<const std::uint8_t> encode(const AudioFrame& frame);  // valid until the next

 private:
  static constexpr std::size_t packet_limit = 400;
  Handle<OpusEncoder, opus_encoder_destroy> encoder_;
  std::array<std::uint8_t, packet_limit> packet_{};
};

struct VoicePacket {
  std::span<const std::uint8_t> payload;  // Opus, 20 ms
  std::span<const std::uint8_t> silence;  // the same length of nothing, for who is muted
  GstClockTime time = 0;                  // running time, even as long as the frames come evenly
};

class VoiceTaker {
 public:
  virtual ~VoiceTaker() = default;
  virtual void take(const VoicePacket& packet) = 0;
};

// From frames of 20 ms to packets: one source of sound, any number of listeners.
class VoiceFeed : public std::enable_shared_from_this<VoiceFeed> {
 public:
  explicit VoiceFeed(std::shared_ptr<WorkQueue> queue);

  // The station's near end, joined while somebody listens. Error: full.
  Result<void> join(VoiceTaker* taker, AudioEngine& engine);
  void join(VoiceTaker* taker) { takers_.push_back(taker); }  // of a feed that is given its frames
  void leave(VoiceTaker* taker);

  void frame(const AudioFrame& frame);  // any thread; never waits

 private:
  void deliver(const AudioFrame& frame, GstClockTime now);

  const std::shared_ptr<WorkQueue> queue_;
  std::unique_ptr<AudioPort> port_;
  std::vector<VoiceTaker*> takers_;
  std::shared_ptr<std::atomic<int>> waiting_ = std::make_shared<std::atomic<int>>(0);
  OpusEncoding encoding_;
  std::vector<std::uint8_t> silence_;
  GstClockTime next_ = GST_CLOCK_TIME_NONE;
};

}  // namespace lintel::media
