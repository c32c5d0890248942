// A twin of the station's acoustics: a microphone that hears a voice and, later and distorted, the speaker.
#pragma once

#include <cstdint>
#include <vector>

#include "media/audio_device.hpp"

namespace lintel::media {

class RoomMicrophone final : public MicrophoneDevice {
 public:
  // `delay_milliseconds` from the mixed frame to the echo's first arrival; a short reverberation follows it.
  // `voice` is who speaks there, over and over; empty: nobody.
  RoomMicrophone(int delay_milliseconds, std::vector<std::int16_t> voice);
  bool take(AudioFrame& frame) override;
  void hear(const AudioFrame& played) override;
  [[nodiscard]] bool has_clock() const override { return false; }
  [[nodiscard]] bool acoustic() const override { return true; }

 private:
  std::vector<std::int16_t> voice_;
  std::size_t next_ = 0;
  std::vector<float> taps_;
  std::vector<float> played_;  // the newest samples, a ring
  std::size_t at_ = 0;
  SampleQueue echo_;
};

}  // namespace lintel::media
