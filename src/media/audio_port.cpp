// Who takes part in the mix: each far end by its port, and the browser that lends its microphone and speaker.
#include "media/audio.hpp"
#include "media/audio_mixer.hpp"

namespace lintel::media {

AudioPort::~AudioPort() {
  if (!inner_) return;
  if (const auto mixer = inner_->mixer.lock()) {
    const std::lock_guard lock(mixer->mutex);
    std::erase(mixer->ports, inner_);
  }
}

void AudioPort::push(Samples far) {
  const std::size_t dropped = inner_->far.push(far);
  if (dropped == 0) return;
  if (const auto mixer = inner_->mixer.lock()) {
    const std::lock_guard lock(mixer->mutex);
    mixer->figures.dropped_samples += dropped;
  }
}

void AudioPort::set_heard(bool heard) {
  if (const auto mixer = inner_->mixer.lock()) {
    const std::lock_guard lock(mixer->mutex);
    inner_->heard = heard;
  }
}

void AudioPort::play(Sound sound) {
  if (const auto mixer = inner_->mixer.lock()) {
    const std::lock_guard lock(mixer->mutex);
    if (mixer->sound_enabled[static_cast<std::size_t>(sound)]) inner_->sounds.play(sound);
  }
}

void AudioPort::stop_sounds() {
  if (const auto mixer = inner_->mixer.lock()) {
    const std::lock_guard lock(mixer->mutex);
    inner_->sounds.stop();
  }
}

LentAudio::~LentAudio() {
  if (!inner_) return;
  if (const auto mixer = inner_->mixer.lock()) {
    const std::lock_guard lock(mixer->mutex);
    if (mixer->lent == inner_) mixer->lent.reset();
  }
}

void LentAudio::push_microphone(Samples near) {
  inner_->microphone.push(near);
}

}  // namespace lintel::media
