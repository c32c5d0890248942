// The inside of a camera. camera.cpp decides when it is open and whose picture it shows; camera_opening.cpp opens it,
// watches it, and opens it again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "media/camera_pipeline.hpp"

namespace lintel::media {

// Everything runs on the loop. An opening has a number; what older openings still report is not heard.
struct Camera::Inner : std::enable_shared_from_this<Camera::Inner> {
  Loop& loop;
  Loop::Poster post;
  CameraOptions options;
  CameraSource source;   // as configured
  CameraSource settled;  // what 'auto' turned out to be, once it was a device
  std::unique_ptr<Workers> worker;
  std::shared_ptr<Hub> raw;
  std::shared_ptr<FrameGate> gate;
  std::shared_ptr<Pipeline> pipeline;
  std::shared_ptr<LentInput> lent;  // the newest lender
  bool lent_has_picture = false;
  bool looking = false;
  bool named = false;                     // opened so that it may have a name on it
  std::shared_ptr<ClockOnPicture> clock;  // of this opening
  bool unplugged = false;
  std::uint64_t opening = 0;
  Monotonic since{};  // when this opening began
  Caps early;         // of a first frame that came before built()
  Duration retry{};
  Timer retry_timer, sleep_timer, watch_timer;
  CameraStatus status;
  std::function<void(const CameraStatus&)> listener;

  Inner(Loop& on, CameraOptions given, CameraSource parsed);

  [[nodiscard]] bool shows_lent() const { return lent != nullptr && lent_has_picture; }
  [[nodiscard]] bool is_twin() const { return !shows_lent() && settled.kind == CameraSource::Kind::test; }
  [[nodiscard]] std::string what() const { return shows_lent() ? "lent by " + lent->name() : settled.description; }
  [[nodiscard]] bool wanted() const { return looking || options.stay_awake || raw->members() > 0; }

  // The first look, for nobody, writes none.
  [[nodiscard]] bool needs_name() const {
    return options.overlay.has_name() && (options.stay_awake || raw->members() > 0);
  }

  void tell(CameraState state, std::string message);
  void takers_changed();
  void fall_asleep();
  void switch_source();
  void lender_arrived();
  void lender_left();
  void return_to_own();

  // camera_opening.cpp
  void open();
  void close();
  void built(std::uint64_t number, Result<OpenCamera> result);
  void opened(const Caps& caps);
  void hear(const Pipeline::Notice& notice);
  void watch();
  void lose(const std::string& why);
};

}  // namespace lintel::media
