// Stills from the running picture (V06).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/workers.hpp"
#include "media/hub.hpp"

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

using SnapshotDone = std::function<void(Result<Snapshot>)>;

// Loop only. Askers of the same size share one still, and a still younger than `fresh` is given again, so the work is
// bounded whatever is asked.
class Stills {
 public:
  static constexpr Duration fresh = std::chrono::milliseconds(200);
  static constexpr Duration wait_limit = std::chrono::seconds(8);  // for a camera that must open first
  static constexpr std::size_t size_limit = 4;                     // sizes in work at once
  static constexpr std::size_t waiting_limit = 64;                 // askers of one size

  Stills(Loop& loop, Workers& worker, std::shared_ptr<Hub> raw);
  ~Stills();  // who still waits is not called
  Stills(const Stills&) = delete;
  Stills& operator=(const Stills&) = delete;

  // `done` is called once, never before take() returned. Error: invalid (size), limited, unavailable (no picture came).
  void take(SnapshotOptions options, SnapshotDone done);

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::media
