// Prompts and ringing tones (C27), made in code; a file of the same name in the sounds folder replaces one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lintel::media {

enum class Sound {
  key,       // a key was pressed
  ringback,  // the visitor waits while monitors ring (loops)
  ringing,   // an incoming call at this station (loops)
  answered,
  unlocked,
  refused,  // a wrong code, card or finger
  no_such_room,
  nobody,  // no monitor of the room is available
  busy,
  ended,
  alarm,  // siren (loops)
  error,
};
inline constexpr int sound_count = 12;

// "ringback", "no_such_room", …: the stable name of settings and of replacement files. Any thread.
[[nodiscard]] const char* name_of(Sound sound);
[[nodiscard]] std::optional<Sound> sound_named(std::string_view name);
[[nodiscard]] bool loops(Sound sound);

// The built-in sound: mono, audio_rate, peak below half of full scale, soft attack and release. Any thread.
[[nodiscard]] std::vector<std::int16_t> synthesise(Sound sound);

inline constexpr int sound_seconds_limit = 20;
inline constexpr int clip_seconds_limit = 300;
// Decodes an audio file of any format GStreamer reads to mono at audio_rate, at most `seconds` of it. Blocks: never on
// the loop. Says plainly when the file is missing, holds no audio, or is longer than allowed (when `refuse_longer`).
[[nodiscard]] Result<std::vector<std::int16_t>> decode_audio_file(const std::string& path, int seconds,
                                                                  bool refuse_longer);
// What is played for it: <name>.wav|ogg|opus|mp3|flac in `folder`, else the built-in sound. The log says why a file
// cannot be used; an empty `folder` holds none. Blocks: never on the loop.
[[nodiscard]] std::vector<std::int16_t> load_sound(Sound sound, const std::string& folder);

}  // namespace lintel::media
