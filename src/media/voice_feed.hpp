// The station's near end on its way to all WebRTC peers that listen: encoded once (Opus, RFC 6716) for all of them,
// where it is heard, so that the network thread only sends; and to a few also sent from there, as waking that thread
// costs more than the sending. While nobody converses two frames share a packet: whoever only listens does not notice
// 20 ms more, and half the packets leave. Network thread only, but for what says otherwise.
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

// On a network that loses nothing the transform coder takes a third of the work and 4 ms less delay; where a listener
// loses packets the voice coder repairs them (in-band forward error correction, RFC 6716 §2.1.7). One thread at a time.
class OpusEncoding {
 public:
  OpusEncoding();
  void expect_loss(int percent);                                        // 0: none
  [[nodiscard]] std::span<const std::uint8_t> encode(Samples samples);  // one frame or two; valid until the next
  static constexpr std::size_t packet_limit = 800;                      // bytes

 private:
  Handle<OpusEncoder, opus_encoder_destroy> encoder_;
  int loss_ = 0;
  std::array<std::uint8_t, packet_limit> packet_{};
};

struct VoicePacket {
  std::span<const std::uint8_t> payload;  // Opus, 20 or 40 ms
  std::span<const std::uint8_t> silence;  // the same length of nothing, for who is muted
  GstClockTime time = 0;                  // running time, even as long as the frames come evenly
};

class VoiceTaker {
 public:
  virtual ~VoiceTaker() = default;
  [[nodiscard]] virtual bool converses() const = 0;  // or only listens; stays as it is from join() to leave()
  virtual void take(const VoicePacket& packet) = 0;
};

// From frames of 20 ms to packets: one source of sound, any number of listeners.
class VoiceFeed : public std::enable_shared_from_this<VoiceFeed> {
 public:
  static constexpr std::size_t few = 4;            // listeners whose packets are sent where the sound is heard
  static constexpr std::size_t packet_frames = 2;  // at most

  explicit VoiceFeed(std::shared_ptr<WorkQueue> queue);

  // The station's near end, joined while somebody listens. Error: full.
  Result<void> join(VoiceTaker* taker, AudioEngine& engine);
  void join(VoiceTaker* taker);  // of a feed that is given its frames
  void leave(VoiceTaker* taker);
  // A listener reports that it lost this part (of 256) of the packets. Small losses are left to its concealment.
  void heard_loss(std::uint8_t fraction, GstClockTime now);

  void frame(const AudioFrame& frame);  // any one thread at a time; never waits
  // The share of lost packets that is prepared for, percent. Any thread.
  [[nodiscard]] int expected_loss() const { return loss_; }

 private:
  void send(Samples samples);
  void count_takers();
  // `begin`: running time of the first of its frames.
  void deliver(std::span<const std::uint8_t> payload, std::size_t frames, GstClockTime begin);

  const std::shared_ptr<WorkQueue> queue_;
  std::unique_ptr<AudioPort> port_;
  std::vector<VoiceTaker*> takers_;
  std::atomic<std::size_t> listeners_{0};  // takers_, for the thread that encodes
  std::atomic<std::size_t> conversing_{0};
  std::atomic<int> loss_{0};
  GstClockTime lossy_until_ = 0;
  std::shared_ptr<std::atomic<int>> waiting_ = std::make_shared<std::atomic<int>>(0);
  OpusEncoding encoding_;  // of the thread that frame() is called on, like the two below
  std::array<std::int16_t, packet_frames * audio_frame> pair_{};
  bool half_ = false;                                             // pair_ has its first frame
  std::array<std::vector<std::uint8_t>, packet_frames> silence_;  // of one frame, of two
  GstClockTime next_ = GST_CLOCK_TIME_NONE;
};

}  // namespace lintel::media
