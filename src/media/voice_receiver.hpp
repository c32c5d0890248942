// Opus from a peer, put in order and decoded; what was lost is made up (RFC 6716 §4.4, RFC 7587 §3.3). One thread.
#pragma once

#include <opus/opus.h>

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/handle.hpp"
#include "media/audio.hpp"

namespace lintel::media {

class VoiceReceiver {
 public:
  using Out = std::function<void(Samples)>;  // 16 kHz mono
  explicit VoiceReceiver(Out out);
  // An empty payload: a packet that has its place in the order, but nothing to hear (a telephone event).
  void packet(std::uint16_t sequence, std::span<const std::uint8_t> payload);

 private:
  static constexpr std::size_t held_limit = 3;  // packets that wait for an earlier one: 60 ms
  static constexpr std::size_t payload_limit = 1500;
  static constexpr int concealed_limit = 5;  // packets in a row that are made up; then silence
  static constexpr std::size_t samples_limit = audio_rate * 120 / 1000;  // the longest Opus packet
  struct Held {
    std::uint16_t sequence = 0;
    std::vector<std::uint8_t> payload;
  };
  void release();
  void decode(std::span<const std::uint8_t> payload);
  void conceal(int missing, const Held& next);

  const Out out_;
  Handle<OpusDecoder, opus_decoder_destroy> decoder_;
  std::vector<Held> held_;  // ordered
  bool running_ = false;
  std::uint16_t expected_ = 0;
  int frame_ = audio_rate / 50;  // samples of the newest packet
  std::array<std::int16_t, samples_limit> samples_{};
};

}  // namespace lintel::media
