#include "media/camera_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/text.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t length_limit = 1024;
constexpr std::size_t device_limit = 64;

// Whether it is a camera; `model`, where wanted, is what it calls itself.
bool can_capture(const std::string& path, std::string* model = nullptr) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return false;
  v4l2_capability capability{};
  const bool answered = ::ioctl(descriptor, VIDIOC_QUERYCAP, &capability) == 0;
  ::close(descriptor);
  const auto able =
      (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? capability.device_caps : capability.capabilities;
  if (!answered || (able & V4L2_CAP_VIDEO_CAPTURE) == 0 || (able & V4L2_CAP_STREAMING) == 0) return false;
  if (model != nullptr) {
    const auto* const card = reinterpret_cast<const char*>(capability.card);
    model->assign(card, ::strnlen(card, sizeof(capability.card)));
  }
  return true;
}

// The URL as people may see it: no user, no password, no query (some cameras take the password there).
std::string without_credentials(std::string_view url) {
  const auto scheme = url.find("://") + 3;
  const auto end = std::min(url.find_first_of("/?#", scheme), url.size());
  const auto at = url.substr(0, end).rfind('@');
  const auto host = at != std::string_view::npos && at >= scheme ? at + 1 : scheme;
  return std::string(url.substr(0, scheme)) +
         std::string(url.substr(host, std::min(url.find_first_of("?#", host), url.size()) - host));
}

Error refuse(std::string_view limit) {
  return Error{
      ErrorCode::invalid,
      "The camera is given as 'auto', 'test', a device such as /dev/video0, an rtsp:// address or a video file.",
      "camera",
      {},
      std::string(limit)};
}

}  // namespace

Result<CameraSource> parse_camera_source(std::string_view given) {
  using Kind = CameraSource::Kind;
  const std::string_view text = text::trim(given);
  if (text.size() > length_limit) return refuse("at most 1024 characters");
  if (!text::printable(text)) return refuse("no control characters");
  if (text.empty() || text == "auto") return CameraSource{Kind::automatic, {}, "auto"};
  if (text == "test") return CameraSource{Kind::test, {}, "test picture"};
  const std::string lower = text::lower(text);
  if (lower.starts_with("rtsp://") || lower.starts_with("rtsps://")) {
    const auto host = text.substr(text.find("://") + 3);
    if (host.empty() || host.front() == '/') return refuse("an address with a host");
    return CameraSource{Kind::rtsp, std::string(text), without_credentials(text)};
  }
  if (lower.starts_with("file://")) {
    const auto path = text::percent_decode(text.substr(7));
    if (!path || path->empty() || path->front() != '/' || !text::printable(*path))
      return refuse("file:// and a full path");
    return CameraSource{Kind::file, *path, *path};
  }
  if (text.find("://") != std::string_view::npos) return refuse("rtsp, rtsps or file addresses");
  if (text.starts_with("/dev/")) return CameraSource{Kind::device, std::string(text), std::string(text)};
  // A bare word is a mistyped keyword more often than a file.
  if (text.find('/') == std::string_view::npos && text.find('.') == std::string_view::npos) return refuse("");
  return CameraSource{Kind::file, std::string(text), std::string(text)};
}

std::vector<std::string> capture_devices() {
  std::vector<std::pair<std::uint64_t, std::string>> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/dev", error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (!name.starts_with("video")) continue;
    const auto number = text::to_unsigned(std::string_view(name).substr(5));
    if (number && found.size() < device_limit && can_capture(entry->path())) found.emplace_back(*number, entry->path());
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> paths;
  paths.reserve(found.size());
  for (auto& [number, path] : found) paths.push_back(std::move(path));
  return paths;
}

std::string model_of(const std::string& path) {
  std::string model;
  return can_capture(path, &model) ? model : std::string();
}

std::string find_device(const CameraSource& wanted, const std::vector<CaptureDevice>& present) {
  const auto at = [&](auto matches) {
    const auto found = std::ranges::find_if(present, matches);
    return found != present.end() ? found->path : std::string();
  };
  std::string same = at([&](const CaptureDevice& one) { return one.path == wanted.location; });
  if (!same.empty() || wanted.model.empty()) return same;
  return at([&](const CaptureDevice& one) { return one.model == wanted.model; });
}

}  // namespace lintel::media
