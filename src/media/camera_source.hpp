// What stands in the camera option, understood.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lintel::media {

struct CameraSource {
  enum class Kind { automatic, device, rtsp, file, test };
  Kind kind = Kind::automatic;
  std::string location;     // device path, URL with its credentials, file path; empty otherwise
  std::string description;  // for people and logs, without credentials
  std::string model{};      // of a device that was open: what it calls itself
};

// `auto` or empty: the first V4L2 device, else the test picture. `test`: the test picture. `/dev/video0`: that device.
// `rtsp://…`, `rtsps://…`: a network camera, user and password in the URL. Any other path or file:// URL: a video file,
// played forever. Error: invalid (field camera). Whether it exists is found out when it is opened. Any thread.
[[nodiscard]] Result<CameraSource> parse_camera_source(std::string_view text);

// Paths of capture devices, in the order of their numbers. Opens each: may wait, so not on the loop.
[[nodiscard]] std::vector<std::string> capture_devices();

struct CaptureDevice {
  std::string path;
  std::string model;
};
// What a capture device calls itself; empty where there is none. Opens it, as capture_devices() does.
[[nodiscard]] std::string model_of(const std::string& path);
// Where among `present` the wanted device is: at its path, else that of the same model, for a camera that was unplugged in use
// may come back under another number. Empty: it is not there. Any thread.
[[nodiscard]] std::string find_device(const CameraSource& wanted, const std::vector<CaptureDevice>& present);

}  // namespace lintel::media
