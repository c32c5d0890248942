#include "media/audio_room.hpp"

#include <algorithm>
#include <cmath>

#include "media/audio_signal.hpp"

namespace lintel::media {

RoomMicrophone::RoomMicrophone(int delay_milliseconds, std::vector<std::int16_t> voice)
    : voice_(std::move(voice)), echo_(4 * audio_frame) {
  // The direct sound at -8 dB and reflections that die away over 60 ms.
  taps_.assign(audio_rate * 60 / 1000, 0.0F);
  taps_[0] = 0.4F;
  std::uint32_t seed = 7;
  for (std::size_t index = 20; index < taps_.size(); ++index) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    const float random = static_cast<float>(seed >> 8) / 8'388'608.0F - 1.0F;
    taps_[index] = 0.05F * random * std::exp(-static_cast<float>(index) / 200.0F);
  }
  played_.assign(2 * taps_.size(), 0.0F);
  const std::vector<std::int16_t> silence(static_cast<std::size_t>(delay_milliseconds) * audio_rate / 1000);
  echo_ = SampleQueue(silence.size() + 4 * audio_frame);
  echo_.push(silence);
}

void RoomMicrophone::hear(const AudioFrame& played) {
  AudioFrame echo;
  for (std::size_t index = 0; index < audio_frame; ++index) {
    at_ = (at_ + taps_.size() - 1) % taps_.size();
    // A small loudspeaker is not linear when it is loud.
    const float sample = static_cast<float>(played[index]) / 32768.0F;
    // Kept twice, so that the newest samples lie in one piece from at_ on.
    played_[at_] = played_[at_ + taps_.size()] = sample - 0.08F * sample * sample * sample;
    float sum = 0;
    const float* newest = played_.data() + at_;
    for (std::size_t tap = 0; tap < taps_.size(); ++tap) sum += taps_[tap] * newest[tap];
    echo[index] = static_cast<std::int16_t>(std::clamp(sum, -1.0F, 1.0F) * 32767.0F);
  }
  echo_.push(echo);
}

bool RoomMicrophone::take(AudioFrame& frame) {
  echo_.pop(frame);
  if (voice_.empty()) return true;
  for (std::int16_t& sample : frame) {
    sample = static_cast<std::int16_t>(std::clamp(sample + voice_[next_] / 2, -32768, 32767));
    if (++next_ >= voice_.size()) next_ = 0;
  }
  return true;
}

}  // namespace lintel::media
