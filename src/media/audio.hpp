// The station's ear and voice: one thread that takes the microphone, cancels the echo of the speaker, hands the clean
// near end to every leg, and mixes the far ends and the prompts for the speaker. Frames are 20 ms of 16 kHz mono,
// so that microphone, reference and output stay aligned. No disk, device or network wait happens on that thread:
// devices live in small GStreamer pipelines of their own, with bounded queues between.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"

namespace lintel::media {

enum class Sound;  // sound.hpp

inline constexpr int audio_rate = 16'000;        // samples a second, mono, signed 16 bit
inline constexpr std::size_t audio_frame = 320;  // samples in 20 ms
inline constexpr Duration audio_period = std::chrono::milliseconds(20);
using AudioFrame = std::array<std::int16_t, audio_frame>;
using Samples = std::span<const std::int16_t>;

// A far end's place in the mixer: what the peer says goes in, what the visitor says comes out.
// Destroying it leaves the mixer; after that its callback is not called any more. It never blocks longer than one mix.
class AudioPort {
 public:
  // Called on the audio thread each 20 ms with the clean near end (and with the sounds played towards this port).
  // It must return at once: copy the frame and go.
  using Near = std::function<void(const AudioFrame& near)>;

  struct Inner;
  explicit AudioPort(std::shared_ptr<Inner> inner) : inner_(std::move(inner)) {}
  AudioPort(AudioPort&&) noexcept = default;
  AudioPort& operator=(AudioPort&&) = delete;
  ~AudioPort();

  // Any thread. Queues far-end sound of any length; about 60 ms are kept to ride out jitter, and the oldest is dropped
  // beyond 200 ms, so that delay never builds up.
  void push(Samples far);
  // Any thread. A far end that is not heard (on hold, or a viewer who only listens) still hears the near end.
  void set_heard(bool heard);
  // Any thread. Plays `sound` to this peer alone, mixed over the near end.
  void play(Sound sound);
  void stop_sounds();

 private:
  std::shared_ptr<Inner> inner_;
};

struct AudioOptions {
  // "test" (speech-like, repeatable), "room" (the same, hearing the speaker too; "room:/path": that file's voice
  // instead), "tone" (1 kHz), "silence", "file:/path" or a path with a slash and a suffix (any format, looped),
  // "alsa:hw:0", "pipewire:name", "default" (ALSA's default device).
  std::string microphone = "default";
  // "test" (kept in a ring, see recorded()), "none", "file:/path.wav" (written), "alsa:…", "pipewire:…", "default".
  std::string speaker = "default";
  int microphone_volume = 80;  // 0 to 100; 80 is the device's own level, 100 is +6 dB (C25)
  int speaker_volume = 80;
  bool echo_cancellation = true;
  bool noise_suppression = true;
  int echo_tail_milliseconds = 256;  // how long an echo path is modelled, 64 to 512
  std::string sounds_folder;         // <name>.wav|ogg|… here replaces a sound (see sound.hpp); empty: none
};

enum class DeviceState { off, opening, running, failed };

struct AudioState {
  DeviceState microphone = DeviceState::off;
  DeviceState speaker = DeviceState::off;
  std::string message;  // empty, or a sentence about what is wrong and what happens next
  bool lent = false;    // a browser lends its microphone and speaker
};

struct AudioFigures {
  std::uint64_t frames = 0;           // mixed since the start
  std::uint64_t cleaned_frames = 0;   // of these, by canceller and noise suppression: they rest while nobody listens
  std::uint64_t late_frames = 0;      // the microphone did not deliver in time: silence was taken
  std::uint64_t dropped_samples = 0;  // far end queues that ran over
  double microphone_level = 0;        // 0 to 1, root mean square of the last frame after the canceller
  double speaker_level = 0;
};

// A microphone and speaker lent by a browser (WHIP). While it lives it replaces the devices; the browser cancels its
// own echo. Destroying it gives the devices back. Any thread.
class LentAudio {
 public:
  struct Inner;
  explicit LentAudio(std::shared_ptr<Inner> inner) : inner_(std::move(inner)) {}
  LentAudio(LentAudio&&) noexcept = default;
  LentAudio& operator=(LentAudio&&) = delete;
  ~LentAudio();
  void push_microphone(Samples near);

 private:
  std::shared_ptr<Inner> inner_;
};

class AudioEngine {
 public:
  using Changed = std::function<void(const AudioState&)>;

  // Loop only, as is everything here but recorded() and figures(). Starts the audio thread and opens the devices in
  // the background. A device that is missing or unplugged is reported by `changed` and tried again every 5 s, forever;
  // meanwhile the microphone is silent and the speaker's sound is dropped, and calls go on.
  AudioEngine(Loop& loop, AudioOptions options);
  ~AudioEngine();  // waits for the audio thread's current frame (at most some milliseconds)
  AudioEngine(const AudioEngine&) = delete;
  AudioEngine& operator=(const AudioEngine&) = delete;

  // Joins the mixer. At most 64 ports; beyond, ErrorCode::full.
  [[nodiscard]] Result<std::unique_ptr<AudioPort>> join(AudioPort::Near near);
  // Takes the place of the devices; `speaker` gets each mixed frame on the audio thread. One at a time: a second
  // lender takes over from the first.
  [[nodiscard]] std::unique_ptr<LentAudio> lend(std::function<void(const AudioFrame&)> speaker);

  // Plays on the station's speaker. A looping sound (ringback) goes on until stop_sounds(), or until another sound
  // of its kind replaces it.
  void play(Sound sound);
  void stop_sounds();
  void set_sound_enabled(Sound sound, bool enabled);  // C27: each switchable

  void set_microphone_volume(int volume);  // 0 to 100, clamped
  void set_speaker_volume(int volume);
  void set_muted(bool muted);  // legs get silence
  void set_echo_cancellation(bool on);
  void set_noise_suppression(bool on);
  // Changes devices while running (settings); same names as in AudioOptions.
  void set_devices(std::string microphone, std::string speaker);

  void on_change(Changed changed);  // called on the loop
  [[nodiscard]] AudioState state() const;
  [[nodiscard]] AudioFigures figures() const;
  // The last seconds (at most 30) given to a `test` speaker.
  [[nodiscard]] std::vector<std::int16_t> recorded() const;

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::media
