#include "media/audio_mixer.hpp"

#include <algorithm>
#include <cmath>

namespace lintel::media {
namespace {

constexpr int echoes_last = 50;  // ticks: a second, after which no echo of what was played is on its way any more

// Sums are pressed together softly above half of full scale instead of clipped.
std::int16_t limit(double sample) {
  constexpr double knee = 16384;
  const double size = std::abs(sample);
  if (size > knee) {
    const double room = 32767 - knee;
    const double pressed = knee + room * std::tanh((size - knee) / room);
    sample = std::copysign(pressed, sample);
  }
  return static_cast<std::int16_t>(std::lround(sample));
}

double level_of(const AudioFrame& frame) {
  double sum = 0;
  for (const std::int16_t sample : frame) sum += static_cast<double>(sample) * sample;
  return std::sqrt(sum / audio_frame) / 32768.0;
}

void scale(AudioFrame& frame, double gain) {
  if (gain == 1.0) return;
  for (std::int16_t& sample : frame) sample = limit(sample * gain);
}

}  // namespace

double gain_of(int volume) {
  const int bounded = std::clamp(volume, 0, 100);
  return bounded <= 80 ? (bounded / 80.0) * (bounded / 80.0) : 1.0 + (bounded - 80) / 20.0;
}

std::size_t JitterQueue::push(Samples samples) {
  const std::lock_guard lock(mutex_);
  std::size_t dropped = 0;
  if (queue_.size() + samples.size() > limit) {
    // Fall back to the target at once: a late burst must not stay as delay.
    const std::size_t excess = queue_.size() > target ? queue_.size() - target : 0;
    queue_.drop(excess);
    dropped = excess;
  }
  return dropped + queue_.push(samples);
}

bool JitterQueue::pop(AudioFrame& frame) {
  const std::lock_guard lock(mutex_);
  if (!playing_ && queue_.size() >= target) playing_ = true;
  if (!playing_) {
    frame.fill(0);
    return false;
  }
  if (queue_.pop(frame) < audio_frame) playing_ = false;
  return true;
}

void SoundPlayer::play(Sound sound) {
  (loops(sound) ? looping_ : once_) = {sound, 0, true};
}

void SoundPlayer::stop() {
  looping_.active = false;
  once_.active = false;
}

void SoundPlayer::mix(Playing& playing, std::array<int, audio_frame>& sum, const SoundBank& bank) {
  if (!playing.active) return;
  const Clip& clip = bank[static_cast<std::size_t>(playing.sound)];
  if (!clip) return;  // still being made
  for (std::size_t index = 0; index < audio_frame && playing.active; ++index) {
    if (playing.next >= clip->size()) {
      playing.next = 0;
      if (!loops(playing.sound) || clip->empty()) {
        playing.active = false;
        return;
      }
    }
    sum[index] += (*clip)[playing.next++];
  }
}

void SoundPlayer::mix_into(std::array<int, audio_frame>& sum, const SoundBank& bank) {
  mix(looping_, sum, bank);
  mix(once_, sum, bank);
}

Mixer::Mixer(const AudioOptions& options)
    : microphone_gain(gain_of(options.microphone_volume)),
      speaker_gain(gain_of(options.speaker_volume)),
      cancel_echo(options.echo_cancellation),
      suppress_noise(options.noise_suppression),
      canceller_(options.echo_tail_milliseconds) {
  sound_enabled.fill(true);
}

bool Mixer::clocked() {
  const std::lock_guard lock(mutex);
  return !lent && microphone && microphone->has_clock();
}

bool Mixer::fetch() {
  const std::lock_guard lock(mutex);
  if (!has_fetched_ && microphone) has_fetched_ = microphone->take(fetched_);
  return has_fetched_;
}

void Mixer::tick() {
  const std::lock_guard lock(mutex);
  AudioFrame near{};
  if (lent) {
    if (microphone) {
      AudioFrame unheard;  // keeps the device's queue fresh
      microphone->take(unheard);
    }
    lent->microphone.pop(near);
  } else if (has_fetched_) {
    near = fetched_;
  } else if (microphone && !microphone->take(near)) {
    near.fill(0);
    ++figures.late_frames;
  }
  has_fetched_ = false;

  std::array<int, audio_frame> sum{};
  for (const auto& port : ports) {
    AudioFrame far;
    if (!port->far.pop(far) || !port->heard) continue;
    for (std::size_t index = 0; index < audio_frame; ++index) sum[index] += far[index];
  }
  sounds.mix_into(sum, bank);
  AudioFrame out;
  for (std::size_t index = 0; index < audio_frame; ++index) out[index] = limit(sum[index] * speaker_gain);
  if (lent) {
    lent->speaker(out);
  } else if (speaker) {
    speaker->give(out);
  }
  if (microphone) microphone->hear(out);
  if (record) recording.push(out);

  scale(near, microphone_gain);
  AudioFrame clean = near;
  const bool acoustic = !lent && microphone && microphone->acoustic();
  // With nobody to hear it and nothing to learn from, it would only warm the box, day and night.
  const bool quiet = ports.empty() && std::all_of(out.begin(), out.end(), [](auto sample) { return sample == 0; });
  quiet_ticks_ = quiet ? std::min(quiet_ticks_ + 1, echoes_last) : 0;
  if (acoustic && (cancel_echo || suppress_noise) && quiet_ticks_ < echoes_last) {
    ++figures.cleaned_frames;
    canceller_.set_noise_suppression(suppress_noise);
    canceller_.process(near, out, clean, cancel_echo);
  }
  if (muted) clean.fill(0);
  ++figures.frames;
  figures.microphone_level = level_of(clean);
  figures.speaker_level = level_of(out);
  hand_out(clean);
}

void Mixer::hand_out(const AudioFrame& near) {
  for (const auto& port : ports) {
    std::array<int, audio_frame> sum{};
    port->sounds.mix_into(sum, bank);
    AudioFrame frame = near;
    for (std::size_t index = 0; index < audio_frame; ++index) {
      if (sum[index] != 0) frame[index] = limit(frame[index] + sum[index]);
    }
    if (port->near) port->near(frame);
  }
}

}  // namespace lintel::media
