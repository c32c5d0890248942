// The picture side of the station as the application composes it: one camera, its streams, stills, and their state.
//
//   media::init();
//   media::Video video(loop, options);
//   video.on_camera([](const media::CameraStatus& status) { … });
//   video.start();
//   auto watching = video.subscribe({Profile::main, Codec::h264}, "leg", [appsrc](const Unit& unit) { … });
//
// Loop only, but for subscribe(), tap(), available() and what they return. The loop never waits here: pipelines change
// state on two workers (one for the camera, so a device that hangs holds up nothing else). Destroying a Video stops all
// pipelines, and may wait for them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/workers.hpp"
#include "media/camera.hpp"
#include "media/encoder.hpp"
#include "media/hub.hpp"
#include "media/snapshot.hpp"

namespace lintel::media {

class Video {
 public:
  struct Options {
    CameraOptions camera;
    ProfileSettings main{1280, 720, 25, 2048};
    ProfileSettings sub{640, 360, 15, 512};
    Duration encoder_grace = std::chrono::seconds(5);  // an encoder runs on this long after its last viewer
  };

  Video(Loop& loop, Options options);
  ~Video();
  Video(const Video&) = delete;
  Video& operator=(const Video&) = delete;

  // Looks once whether the camera opens (it sleeps again when nobody watches). Never fails: what is wrong is said by
  // camera().message and retried.
  void start();

  // Joins a stream; the encoder starts for the first and stops after the last. Any thread. The first unit is a key.
  // Error: unavailable (encoder not installed), full.
  [[nodiscard]] Result<Subscription> subscribe(StreamKey stream, std::string name, Consumer consumer);
  [[nodiscard]] Result<void> available(Codec codec) const;  // any thread
  // Raw frames before encoding, with the camera awake as long as the tap lives. Any thread.
  [[nodiscard]] Result<Subscription> tap(std::string name, Consumer consumer);

  // A JPEG of the picture as it is now; starts the camera when it sleeps. `done` is called once, on the loop.
  void snapshot(SnapshotOptions options, std::function<void(Result<Snapshot>)> done);

  // V01: takes effect on running streams, their viewers stay. Error: invalid, naming the field.
  Result<void> set_profile(Profile profile, ProfileSettings settings);
  [[nodiscard]] ProfileSettings profile(Profile profile) const;

  // Error: invalid. Viewers stay and see the new camera.
  Result<void> set_camera(const std::string& source);
  void set_overlay(OverlaySettings overlay);  // live
  [[nodiscard]] CameraStatus camera() const;
  void on_camera(std::function<void(const CameraStatus&)> listener);  // any number; called on the loop on each change

  // Somebody lends a camera (a browser by WHIP). It takes the place of the configured one until the Lent goes.
  [[nodiscard]] std::shared_ptr<LentCamera> lend(std::string name);

  // The twin's unplugged cable: the test picture fails as a lost device does, until plugged in again. Error: conflict
  // when the camera is a real one.
  Result<void> unplug(bool unplugged);

  struct StreamStatus {
    StreamKey stream;
    EncoderState state = EncoderState::stopped;
    std::string message;
    std::string encoder;  // the element in use, or empty
    Hub::Statistics hub;
  };
  [[nodiscard]] std::vector<StreamStatus> streams() const;

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::media
