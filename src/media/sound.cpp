#include "media/sound.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "media/audio.hpp"

namespace lintel::media {
namespace {

struct Entry {
  Sound sound;
  const char* name;
  bool loops;
};
constexpr std::array<Entry, sound_count> entries{{
    {Sound::key, "key", false},
    {Sound::ringback, "ringback", true},
    {Sound::ringing, "ringing", true},
    {Sound::answered, "answered", false},
    {Sound::unlocked, "unlocked", false},
    {Sound::refused, "refused", false},
    {Sound::no_such_room, "no_such_room", false},
    {Sound::nobody, "nobody", false},
    {Sound::busy, "busy", false},
    {Sound::ended, "ended", false},
    {Sound::alarm, "alarm", true},
    {Sound::error, "error", false},
}};

// A little score: notes with a bell's decay, or plain tones, one after the other or together.
class Score {
 public:
  // A struck bell at `at` seconds: a fundamental with two soft partials that die away.
  Score& bell(double at, double frequency, double seconds, double amplitude = 0.3) {
    const auto count = static_cast<std::size_t>(seconds * audio_rate);
    for (std::size_t index = 0; index < count; ++index) {
      const double time = static_cast<double>(index) / audio_rate;
      const double attack = std::min(1.0, time / 0.006);
      const double release = std::min(1.0, (seconds - time) / 0.03);
      const double decay = std::exp(-3.5 * time / seconds);
      const double angle = 2 * std::numbers::pi * frequency * time;
      const double wave =
          0.72 * std::sin(angle) + 0.2 * std::sin(2 * angle) * decay + 0.08 * std::sin(3 * angle) * decay;
      add(at + time, wave * attack * release * decay * amplitude);
    }
    return *this;
  }
  Score& plain(double at, double frequency, double seconds, double amplitude = 0.16) {
    const auto count = static_cast<std::size_t>(seconds * audio_rate);
    for (std::size_t index = 0; index < count; ++index) {
      const double time = static_cast<double>(index) / audio_rate;
      const double edge = std::min({1.0, time / 0.012, (seconds - time) / 0.012});
      add(at + time, std::sin(2 * std::numbers::pi * frequency * time) * edge * amplitude);
    }
    return *this;
  }
  // Glides from one frequency to the other.
  Score& sweep(double at, double from, double to, double seconds, double amplitude = 0.3) {
    const auto count = static_cast<std::size_t>(seconds * audio_rate);
    double angle = 0;
    for (std::size_t index = 0; index < count; ++index) {
      const double time = static_cast<double>(index) / audio_rate;
      angle += 2 * std::numbers::pi * (from + (to - from) * time / seconds) / audio_rate;
      add(at + time, std::sin(angle) * std::min({1.0, time / 0.01, (seconds - time) / 0.01}) * amplitude);
    }
    return *this;
  }
  Score& rest(double until) {
    if (const auto count = static_cast<std::size_t>(until * audio_rate); wave_.size() < count) wave_.resize(count);
    return *this;
  }
  [[nodiscard]] std::vector<std::int16_t> samples() const {
    std::vector<std::int16_t> out(wave_.size());
    for (std::size_t index = 0; index < wave_.size(); ++index) {
      out[index] = static_cast<std::int16_t>(std::lround(std::clamp(wave_[index], -0.49, 0.49) * 32767));
    }
    return out;
  }

 private:
  void add(double at, double value) {
    const auto index = static_cast<std::size_t>(std::lround(at * audio_rate));
    if (index >= wave_.size()) wave_.resize(index + 1);
    wave_[index] += value;
  }
  std::vector<double> wave_;
};

constexpr double c5 = 523.25, d5 = 587.33, e5 = 659.26, g5 = 783.99, a5 = 880.0, c6 = 1046.5, g4 = 392.0, e4 = 329.63,
                 c4 = 261.63;

}  // namespace

const char* name_of(Sound sound) {
  for (const Entry& entry : entries) {
    if (entry.sound == sound) return entry.name;
  }
  return "unknown";
}

std::optional<Sound> sound_named(std::string_view name) {
  for (const Entry& entry : entries) {
    if (entry.name == name) return entry.sound;
  }
  return std::nullopt;
}

bool loops(Sound sound) {
  for (const Entry& entry : entries) {
    if (entry.sound == sound) return entry.loops;
  }
  return false;
}

std::vector<std::int16_t> synthesise(Sound sound) {
  Score score;
  switch (sound) {
    case Sound::key:
      score.plain(0, a5, 0.05, 0.12);
      break;
    case Sound::ringback:
      score.plain(0, 425, 1.0).plain(0, 850, 1.0, 0.02).rest(4.0);
      break;
    case Sound::ringing:
      score.bell(0, g5, 0.5).bell(0.22, c6, 0.5).bell(0.7, g5, 0.5).bell(0.92, c6, 0.6).rest(3.0);
      break;
    case Sound::answered:
      score.bell(0, c5, 0.25, 0.2).bell(0.12, g5, 0.35, 0.2);
      break;
    case Sound::unlocked:
      score.bell(0, c5, 0.4).bell(0.13, e5, 0.4).bell(0.26, g5, 0.4).bell(0.39, c6, 0.9);
      break;
    case Sound::refused:
      score.plain(0, e4, 0.18, 0.25).plain(0.25, c4, 0.4, 0.25);
      break;
    case Sound::no_such_room:
      score.bell(0, g5, 0.3).bell(0.25, d5, 0.3).bell(0.5, g4, 0.6);
      break;
    case Sound::nobody:
      score.bell(0, e5, 0.4).bell(0.35, c5, 0.7).plain(1.2, 425, 0.2).plain(1.6, 425, 0.2);
      break;
    case Sound::busy:
      score.plain(0, 425, 0.4).plain(0.8, 425, 0.4).plain(1.6, 425, 0.4).rest(2.2);
      break;
    case Sound::ended:
      score.bell(0, g5, 0.25, 0.2).bell(0.12, c5, 0.35, 0.2);
      break;
    case Sound::alarm:
      score.sweep(0, 700, 1500, 0.6, 0.45).sweep(0.6, 1500, 700, 0.6, 0.45);
      break;
    case Sound::error:
      score.plain(0, 220, 0.25, 0.25).plain(0.35, 220, 0.25, 0.25);
      break;
  }
  return score.samples();
}

}  // namespace lintel::media
