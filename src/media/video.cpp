#include "media/video.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "media/encoder_pipeline.hpp"
#include "media/encoder_stream.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t worker_queue = 256;

}  // namespace

struct Video::Inner {
  Loop& loop;
  Options options;
  Workers worker;  // encoders and stills; before them, so that it goes after them
  std::unique_ptr<Camera> camera;
  std::map<StreamKey, std::unique_ptr<EncodedStream>> streams;  // all four, made at once: subscribe() is for any thread
  std::unique_ptr<Stills> stills;
  std::vector<std::function<void(const CameraStatus&)>> listeners;

  Inner(Loop& on, Options given) : loop(on), options(std::move(given)), worker(on, 1, worker_queue) {}

  // A device is asked for as much as its largest stream needs.
  [[nodiscard]] CameraOptions camera_options() const {
    CameraOptions asked = options.camera;
    for (const ProfileSettings& profile : {options.main, options.sub}) {
      asked.width = std::max(asked.width, profile.width);
      asked.height = std::max(asked.height, profile.height);
      asked.frames_per_second = std::max(asked.frames_per_second, profile.frames_per_second);
    }
    return asked;
  }
};

Video::Video(Loop& loop, Options options) : inner_(std::make_shared<Inner>(loop, std::move(options))) {
  Inner& inner = *inner_;
  auto camera = Camera::create(loop, inner.camera_options());
  if (!camera.ok()) {
    // The option is checked where it is given; a station with a mistyped camera still runs, and says so by its picture.
    log::error("media.camera", "{} The test picture is shown instead.", camera.error().message);
    inner.options.camera.source = "test";
    camera = Camera::create(loop, inner.camera_options());
  }
  inner.camera = std::move(*camera);
  inner.camera->on_status([&inner](const CameraStatus& status) {
    for (const auto& listener : inner.listeners) listener(status);
  });
  for (const Profile profile : {Profile::main, Profile::sub})
    for (const Codec codec : {Codec::h264, Codec::vp8}) {
      const StreamKey key{profile, codec};
      inner.streams[key] = std::make_unique<EncodedStream>(
          loop, inner.worker, inner.camera->raw(), key,
          profile == Profile::main ? inner.options.main : inner.options.sub, inner.options.encoder_grace);
    }
  inner.stills = std::make_unique<Stills>(loop, inner.worker, inner.camera->raw());
}

Video::~Video() {
  inner_->listeners.clear();
  inner_->stills.reset();
  inner_->streams.clear();
  inner_->camera.reset();
}

void Video::start() {
  inner_->camera->look();
}

Result<Subscription> Video::subscribe(StreamKey stream, std::string name, Consumer consumer) {
  LINTEL_CHECK(available(stream.codec));
  Subscription joined = inner_->streams.at(stream)->hub()->join(std::move(name), std::move(consumer));
  if (!joined) return Error{ErrorCode::full, "Too many watch this stream already.", {}, {}, {}};
  return joined;
}

Result<void> Video::available(Codec codec) const {
  return encoder_available(codec);
}

Result<Subscription> Video::tap(std::string name, Consumer consumer) {
  Subscription joined = inner_->camera->raw()->join(std::move(name), std::move(consumer));
  if (!joined) return Error{ErrorCode::full, "Too many take the camera's frames already.", {}, {}, {}};
  return joined;
}

void Video::snapshot(SnapshotOptions options, std::function<void(Result<Snapshot>)> done) {
  inner_->stills->take(options, std::move(done));
}

Result<void> Video::set_profile(Profile profile, ProfileSettings settings) {
  LINTEL_CHECK(check(settings));
  (profile == Profile::main ? inner_->options.main : inner_->options.sub) = settings;
  const CameraOptions asked = inner_->camera_options();
  inner_->camera->set_size(asked.width, asked.height, asked.frames_per_second);
  for (const Codec codec : {Codec::h264, Codec::vp8}) inner_->streams.at({profile, codec})->set(settings);
  return {};
}

ProfileSettings Video::profile(Profile profile) const {
  return profile == Profile::main ? inner_->options.main : inner_->options.sub;
}

Result<void> Video::set_camera(const std::string& source) {
  return inner_->camera->set_source(source);
}
void Video::set_overlay(OverlaySettings overlay) {
  inner_->camera->set_overlay(std::move(overlay));
}
CameraStatus Video::camera() const {
  return inner_->camera->status();
}

void Video::on_camera(std::function<void(const CameraStatus&)> listener) {
  inner_->listeners.push_back(std::move(listener));
}

std::shared_ptr<LentCamera> Video::lend(std::string name) {
  return inner_->camera->lend(std::move(name));
}
Result<void> Video::unplug(bool unplugged) {
  return inner_->camera->unplug(unplugged);
}

std::vector<Video::StreamStatus> Video::streams() const {
  std::vector<StreamStatus> answer;
  for (const auto& [key, stream] : inner_->streams)
    answer.push_back({key, stream->state(), stream->message(), stream->encoder(), stream->hub()->statistics()});
  return answer;
}

}  // namespace lintel::media
