// Repeatable test sounds for a station without a microphone, and for tests.
#pragma once

#include <cstdint>
#include <vector>

#include "media/audio.hpp"

namespace lintel::media {

// Speech-like: voiced syllables of changing pitch and formants with pauses, `seconds` long, the same every time.
// `voice` chooses another text and speaker.
[[nodiscard]] std::vector<std::int16_t> speech_like(int seconds, std::uint32_t voice = 1);
[[nodiscard]] std::vector<std::int16_t> tone(double frequency, int milliseconds, double amplitude);  // soft edges

}  // namespace lintel::media
