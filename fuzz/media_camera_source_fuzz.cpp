// The camera option (src/media/camera_source.cpp): whatever it is, its description never shows a password.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "media/camera_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)lintel::media::parse_camera_source(text);
  const auto url = lintel::media::parse_camera_source("rtsp://user:S3cretWord@" + std::string(text));
  if (url.ok() && url->description.find("S3cretWord") != std::string::npos &&
      text.find("S3cretWord") == std::string_view::npos)
    __builtin_trap();
  return 0;
}
