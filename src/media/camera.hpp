// One camera, opened while somebody takes its frames, watched, and opened again when it is lost.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/workers.hpp"
#include "media/camera_source.hpp"
#include "media/hub.hpp"

namespace lintel::media {

//   asleep --taker--> opening --first frame--> running --last taker gone--> asleep
//                        |  ^                     |
//                        v  |  back-off           v error, end, no frames for stall_limit
//                        lost <-------------------+
enum class CameraState { asleep, opening, running, lost };
[[nodiscard]] const char* name_of(CameraState state);

struct CameraStatus {
  CameraState state = CameraState::asleep;
  std::string message;        // a sentence for people; never holds a camera's password
  std::string source;         // what is open or should be, without credentials
  int width = 0, height = 0;  // while running
  double frames_per_second = 0;
  bool lent = false;  // a lender's picture is shown
};

// Text on the picture (V02). `name` at the left, date and time at the right of the top edge.
struct OverlaySettings {
  bool show_time = true;
  bool show_name = true;
  std::string name;
  [[nodiscard]] bool has_name() const { return show_name && !name.empty(); }
};

struct CameraOptions {
  std::string source = "auto";  // see parse_camera_source()
  int width = 1280, height = 720,
      frames_per_second = 25;  // asked of a device at most, or what the largest profile needs; also the test picture
  OverlaySettings overlay;
  bool stay_awake = false;  // keep the camera open without takers: first pictures come at once
  Duration first_retry = std::chrono::milliseconds(500);  // doubles up to last_retry
  Duration last_retry = std::chrono::seconds(30);
  Duration open_limit = std::chrono::seconds(10);
  Duration stall_limit = std::chrono::seconds(5);
  Duration sleep_grace = std::chrono::seconds(3);
};

// A camera lent by a browser. It is on the picture from its first push until it is destroyed. Any thread.
class LentCamera {
 public:
  virtual ~LentCamera() = default;
  // `buffer`'s own time does not matter: it is stamped on arrival. Caps: video/x-raw, video/x-h264 (byte-stream, au)
  // or video/x-vp8; complete frames. Never waits; when the decoder is behind, the oldest frames are dropped.
  virtual void push(const Buffer& buffer, const Caps& caps) = 0;
  // Called, from any thread, when the decoder needs a key frame: send PLI to the lender.
  virtual void on_key_needed(std::function<void()> listener) = 0;
};

// Loop only. It opens when its raw hub gets a member and sleeps after the last left; opening and closing run on the
// given worker, which nothing else may share (a device that hangs holds it up).
class Camera {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Camera>> create(Loop& loop, CameraOptions options);
  ~Camera();  // stops the pipeline, and may wait for it
  Camera(const Camera&) = delete;
  Camera& operator=(const Camera&) = delete;

  void on_status(std::function<void(const CameraStatus&)> listener);  // one listener; called on each change
  void look();  // open it once, to know whether it opens; it sleeps again when nobody takes its frames
  Result<void> set_source(const std::string& text);
  void set_size(int width, int height, int frames_per_second);  // a device or the test picture is opened anew for it
  void set_overlay(OverlaySettings overlay);
  [[nodiscard]] std::shared_ptr<LentCamera> lend(std::string name);  // the newest lender is shown
  Result<void> unplug(bool unplugged);

  [[nodiscard]] const CameraStatus& status() const;
  [[nodiscard]] const std::shared_ptr<Hub>& raw() const;

 private:
  struct Inner;
  explicit Camera(std::shared_ptr<Inner> inner);
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::media
