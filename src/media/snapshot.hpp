// Stills from the running picture.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace lintel::media {

struct SnapshotOptions {
  int width = 0, height = 0;  // the picture fits into this and is never enlarged; 0: as the camera gives it
  auto operator<=>(const SnapshotOptions&) const = default;
};

struct Snapshot {
  std::shared_ptr<const std::string> jpeg;
  int width = 0, height = 0;
  WallTime time;  // when it was taken
};

}  // namespace lintel::media
