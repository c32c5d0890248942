#include "media/audio_echo.hpp"

#include <algorithm>

namespace lintel::media {
namespace {

// The residual echo that the linear filter leaves is pressed down further, less so while both speak, so that the
// near end keeps its level.
constexpr int residual_suppression = -45;         // dB
constexpr int residual_suppression_active = -15;  // dB, near end speaking
constexpr int noise_suppression = -15;            // dB

}  // namespace

EchoCanceller::EchoCanceller(int tail_milliseconds) {
  const int tail = std::clamp(tail_milliseconds, 64, 512) * audio_rate / 1000;
  echo_.reset(speex_echo_state_init(static_cast<int>(audio_frame), tail));
  int rate = audio_rate;
  speex_echo_ctl(echo_.get(), SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
  preprocess_.reset(speex_preprocess_state_init(static_cast<int>(audio_frame), audio_rate));
  int level = noise_suppression;
  speex_preprocess_ctl(preprocess_.get(), SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, &level);
  level = residual_suppression;
  speex_preprocess_ctl(preprocess_.get(), SPEEX_PREPROCESS_SET_ECHO_SUPPRESS, &level);
  level = residual_suppression_active;
  speex_preprocess_ctl(preprocess_.get(), SPEEX_PREPROCESS_SET_ECHO_SUPPRESS_ACTIVE, &level);
  set_noise_suppression(true);
}

void EchoCanceller::set_noise_suppression(bool on) {
  noise_suppression_ = on;
  int denoise = on ? 1 : 0;
  speex_preprocess_ctl(preprocess_.get(), SPEEX_PREPROCESS_SET_DENOISE, &denoise);
}

void EchoCanceller::process(const AudioFrame& microphone, const AudioFrame& played, AudioFrame& clean, bool cancel) {
  if (cancel != cancelling_) {
    cancelling_ = cancel;
    // The residual suppressor learns from the canceller's state; without it, it must not act on stale figures.
    speex_preprocess_ctl(preprocess_.get(), SPEEX_PREPROCESS_SET_ECHO_STATE, cancel ? echo_.get() : nullptr);
  }
  if (cancel) {
    speex_echo_cancellation(echo_.get(), microphone.data(), played.data(), clean.data());
  } else {
    clean = microphone;
  }
  if (cancel || noise_suppression_) speex_preprocess_run(preprocess_.get(), clean.data());
}

void EchoCanceller::reset() {
  speex_echo_state_reset(echo_.get());
}

}  // namespace lintel::media
