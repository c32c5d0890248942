// The pipeline behind an open camera: from a source to raw I420 frames on the shared time, with the overlay on them.
#pragma once

#include <atomic>
#include <memory>

#include "media/camera.hpp"
#include "media/camera_lent.hpp"
#include "media/picture_clock.hpp"
#include "media/pipeline.hpp"

namespace lintel::media {

// Where frames enter the raw hub. It outlives the pipelines; only frames of the newest opening pass.
class FrameGate {
 public:
  explicit FrameGate(std::shared_ptr<Hub> hub) : hub_(std::move(hub)) {}
  void open(std::uint64_t opening);  // loop: from now on frames of `opening` pass, and no others
  // Streaming thread. `time` on the shared time; answers whether it was the first frame of its opening.
  bool pass(std::uint64_t opening, const Sample& sample, GstClockTime time);
  // Frames passed since open(); the clock time of the newest. Any thread.
  [[nodiscard]] std::uint64_t frames() const { return frames_; }
  [[nodiscard]] GstClockTime last() const { return last_; }

 private:
  const std::shared_ptr<Hub> hub_;
  std::mutex mutex_;  // one producer at a time, also while one opening follows another
  std::uint64_t opening_ = 0;
  GstClockTime newest_ = GST_CLOCK_TIME_NONE;  // running times of frames only grow
  std::atomic<std::uint64_t> frames_{0};
  std::atomic<GstClockTime> last_{0};
};

struct CameraPlan {
  CameraSource source;
  std::shared_ptr<LentInput> lent;  // instead of the source
  bool any_device = false;          // when the device is not there, any other will do: numbers change on replugging
  CameraOptions options;
  bool named = false;  // may write a name: only then are the libraries loaded that write any text
  std::shared_ptr<ClockOnPicture> clock;
  std::uint64_t opening = 0;
  std::shared_ptr<FrameGate> gate;
  std::function<void(Caps)> first_frame;  // streaming thread
  Pipeline::Listener notice;              // streaming thread
};

struct OpenCamera {
  std::unique_ptr<Pipeline> pipeline;
  CameraSource source;  // what 'auto' turned out to be
};

// Builds and starts it; may wait (devices), so on a worker. A pipeline that fails at once is an Error unavailable whose
// message is the reason as a part of a sentence.
[[nodiscard]] Result<OpenCamera> open_camera(CameraPlan plan);
// Plays the file from its beginning again. False: it cannot seek. On a worker.
[[nodiscard]] bool rewind(Pipeline& pipeline);
// Any thread. Without effect where the plan was not `named`.
void set_name(Pipeline& pipeline, const OverlaySettings& overlay);

}  // namespace lintel::media
