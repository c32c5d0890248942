// The work of one tick: what the audio thread does each 20 ms. All of it is guarded by the engine's one mutex, which
// is never held for longer than a tick.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "media/audio.hpp"
#include "media/audio_device.hpp"
#include "media/audio_echo.hpp"
#include "media/audio_queue.hpp"
#include "media/sound.hpp"

namespace lintel::media {

// Sound that comes in its own time: some is kept before it is played, so that its jitter is not heard.
class JitterQueue {
 public:
  std::size_t push(Samples samples);  // any thread; answers what was dropped
  bool pop(AudioFrame& frame);        // false: nothing to hear (frame is silent)

 private:
  static constexpr std::size_t limit = audio_rate / 5;    // 200 ms
  static constexpr std::size_t target = 3 * audio_frame;  // 60 ms
  std::mutex mutex_;
  SampleQueue queue_{limit};
  bool playing_ = false;
};

using Clip = std::shared_ptr<const std::vector<std::int16_t>>;
using SoundBank = std::array<Clip, sound_count>;

// What plays on one output: at most one looping sound, and one that ends.
class SoundPlayer {
 public:
  void play(Sound sound);
  void stop();
  void mix_into(std::array<int, audio_frame>& sum, const SoundBank& bank);

 private:
  struct Playing {
    Sound sound = Sound::key;
    std::size_t next = 0;
    bool active = false;
  };
  static void mix(Playing& playing, std::array<int, audio_frame>& sum, const SoundBank& bank);
  Playing looping_;
  Playing once_;
};

struct AudioPort::Inner {
  std::weak_ptr<class Mixer> mixer;
  JitterQueue far;
  Near near;
  SoundPlayer sounds;  // the mixer's mutex
  bool heard = true;   // the mixer's mutex
};

struct LentAudio::Inner {
  std::weak_ptr<class Mixer> mixer;
  JitterQueue microphone;
  std::function<void(const AudioFrame&)> speaker;
};

class Mixer {
 public:
  static constexpr std::size_t port_limit = 64;

  Mixer(const AudioOptions& options);
  // Audio thread. `device_frame` says whether a frame of a microphone with a clock is waited for.
  void tick();
  // Takes the microphone's frame for the next tick, if there is one.
  bool fetch();
  [[nodiscard]] bool clocked();

  mutable std::mutex mutex;
  // All below under the mutex.
  std::unique_ptr<MicrophoneDevice> microphone;
  std::unique_ptr<SpeakerDevice> speaker;
  std::shared_ptr<LentAudio::Inner> lent;
  std::vector<std::shared_ptr<AudioPort::Inner>> ports;
  SoundBank bank;
  std::array<bool, sound_count> sound_enabled;
  SoundPlayer sounds;
  double microphone_gain;
  double speaker_gain;
  bool muted = false;
  bool cancel_echo;
  bool suppress_noise;
  bool record = false;
  SampleQueue recording{30 * audio_rate};
  AudioFigures figures;

 private:
  void hand_out(const AudioFrame& near);
  EchoCanceller canceller_;
  int quiet_ticks_ = 0;  // since somebody listened or something was played
  AudioFrame fetched_{};
  bool has_fetched_ = false;
};

[[nodiscard]] double gain_of(int volume);  // 0 to 100: 80 is 1, 100 is 2 (+6 dB)

}  // namespace lintel::media
