// Echo cancellation and noise suppression of the near end, on speexdsp. One thread at a time: the audio thread.
#pragma once

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>

#include "base/handle.hpp"
#include "media/audio.hpp"

namespace lintel::media {

class EchoCanceller {
 public:
  // `tail_milliseconds` is the longest echo path, from the mixed frame to its return by the microphone.
  explicit EchoCanceller(int tail_milliseconds);

  void set_noise_suppression(bool on);
  // Removes from `microphone` what comes of `played`, the frame given to the speaker at the same tick or earlier.
  // With `cancel` false only the noise suppression works.
  void process(const AudioFrame& microphone, const AudioFrame& played, AudioFrame& clean, bool cancel);
  void reset();

 private:
  Handle<SpeexEchoState, speex_echo_state_destroy> echo_;
  Handle<SpeexPreprocessState, speex_preprocess_state_destroy> preprocess_;
  bool noise_suppression_ = true;
  bool cancelling_ = false;
};

}  // namespace lintel::media
