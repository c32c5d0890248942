// Encoders: what a stream is asked to be, and the pipeline that makes it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "media/hub.hpp"

namespace lintel::media {

enum class Profile { main, sub };
enum class Codec { h264, vp8 };
[[nodiscard]] const char* name_of(Profile profile);
[[nodiscard]] const char* name_of(Codec codec);

struct StreamKey {
  Profile profile = Profile::main;
  Codec codec = Codec::h264;
  auto operator<=>(const StreamKey&) const = default;
};

// Width and height are a frame the picture fits into: its shape stays the camera's, and it is never enlarged.
struct ProfileSettings {
  int width = 1280, height = 720;  // even, 128…3840 and 96…2160
  int frames_per_second = 25;      // 1…60; a slower camera stays as it is
  int kilobits_per_second = 2048;  // 32…20000
  bool operator==(const ProfileSettings&) const = default;
};
[[nodiscard]] Result<void> check(const ProfileSettings& settings);  // Error: invalid, with field and limit

enum class EncoderState { stopped, starting, running, failed };

}  // namespace lintel::media
