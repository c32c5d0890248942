#include "media/audio_signal.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lintel::media {
namespace {

constexpr double full_scale = 32767.0;

// A resonance, as the throat makes them.
struct Resonator {
  double b1 = 0, b2 = 0, gain = 0, z1 = 0, z2 = 0;
  void tune(double frequency, double bandwidth) {
    const double radius = std::exp(-std::numbers::pi * bandwidth / audio_rate);
    b1 = 2 * radius * std::cos(2 * std::numbers::pi * frequency / audio_rate);
    b2 = -radius * radius;
    gain = 1 - radius;
  }
  double step(double in) {
    const double out = gain * in + b1 * z1 + b2 * z2;
    z2 = z1;
    z1 = out;
    return out;
  }
};

}  // namespace

std::vector<std::int16_t> speech_like(int seconds, std::uint32_t voice) {
  std::uint32_t seed = voice * 2'654'435'761U + 12345U;
  const auto random = [&seed] {  // the same on every machine
    seed = seed * 1'664'525U + 1'013'904'223U;
    return static_cast<double>(seed >> 8) / 16'777'216.0;
  };
  std::vector<double> raw;
  const auto total = static_cast<std::size_t>(seconds) * audio_rate;
  raw.reserve(total);
  Resonator first;
  Resonator second;
  Resonator third;
  double phase = 0;
  while (raw.size() < total) {
    const auto syllable = static_cast<std::size_t>((0.12 + 0.16 * random()) * audio_rate);
    const bool pause = random() < 0.18;
    const bool voiced = random() < 0.8;
    const double pitch = 95 + 90 * random();
    first.tune(300 + 500 * random(), 80);
    second.tune(900 + 1400 * random(), 110);
    third.tune(2400 + 900 * random(), 180);
    for (std::size_t index = 0; index < syllable && raw.size() < total; ++index) {
      const double position = static_cast<double>(index) / static_cast<double>(syllable);
      phase += pitch * (1.0 - 0.2 * position) / audio_rate;
      double source = (random() - 0.5) * (voiced ? 0.06 : 0.7);
      if (phase >= 1) {
        phase -= 1;
        if (voiced) source += 9.0;
      }
      const double envelope = pause ? 0 : std::sin(std::numbers::pi * position);
      raw.push_back((first.step(source) + 0.7 * second.step(source) + 0.4 * third.step(source)) * envelope);
    }
  }
  double peak = 1e-9;
  for (const double value : raw) peak = std::max(peak, std::abs(value));
  std::vector<std::int16_t> samples(raw.size());
  for (std::size_t index = 0; index < raw.size(); ++index) {
    samples[index] = static_cast<std::int16_t>(std::lround(raw[index] / peak * 0.55 * full_scale));
  }
  return samples;
}

std::vector<std::int16_t> tone(double frequency, int milliseconds, double amplitude) {
  std::vector<std::int16_t> samples(static_cast<std::size_t>(milliseconds) * audio_rate / 1000);
  const double edge = std::min(0.008 * audio_rate, static_cast<double>(samples.size()) / 2);
  for (std::size_t index = 0; index < samples.size(); ++index) {
    const double from_end = static_cast<double>(samples.size() - 1 - index);
    const double fade = std::min({1.0, static_cast<double>(index) / edge, from_end / edge});
    const double angle = 2 * std::numbers::pi * frequency * static_cast<double>(index) / audio_rate;
    samples[index] = static_cast<std::int16_t>(std::lround(std::sin(angle) * amplitude * fade * full_scale));
  }
  return samples;
}

}  // namespace lintel::media
