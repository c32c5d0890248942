#include "media/camera.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "media/camera_inner.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t worker_queue = 64;

}  // namespace

const char* name_of(CameraState state) {
  switch (state) {
    case CameraState::asleep:
      return "asleep";
    case CameraState::opening:
      return "opening";
    case CameraState::running:
      return "running";
    case CameraState::lost:
      return "lost";
  }
  return "lost";
}

Camera::Inner::Inner(Loop& on, CameraOptions given, CameraSource parsed)
    : loop(on),
      post(on.poster()),
      options(std::move(given)),
      source(std::move(parsed)),
      settled(source),
      worker(std::make_unique<Workers>(on, 1, worker_queue)),
      retry(options.first_retry) {}

void Camera::Inner::tell(CameraState state, std::string message) {
  const bool changed = status.state != state || status.message != message;
  status.state = state;
  status.message = std::move(message);
  status.source = what();
  status.lent = shows_lent();
  if (!changed) return;
  log::info("media.camera", "{}: {}", name_of(state), status.message);
  if (listener) listener(status);
}

void Camera::Inner::takers_changed() {
  if (!wanted()) {
    if (pipeline != nullptr && !sleep_timer.armed() && status.state != CameraState::lost)
      sleep_timer = loop.clock().after(options.sleep_grace, [this] { fall_asleep(); });
    return;
  }
  sleep_timer.cancel();
  if (status.state == CameraState::asleep || (pipeline != nullptr && !named && needs_name())) open();
}

void Camera::Inner::fall_asleep() {
  if (wanted()) return;
  close();
  tell(CameraState::asleep, fmt::format("The camera ({}) is ready; it sleeps while nobody watches.", what()));
}

void Camera::Inner::switch_source() {
  retry = options.first_retry;
  close();
  if (!wanted()) return tell(CameraState::asleep, fmt::format("The camera ({}) sleeps while nobody watches.", what()));
  open();
}

void Camera::Inner::lender_arrived() {
  lent_has_picture = true;
  switch_source();
}

void Camera::Inner::lender_left() {
  const bool shown = shows_lent();
  lent->disconnect();
  lent_has_picture = false;
  lent = nullptr;
  if (shown) switch_source();
}

// The lender's picture ended or froze; its next push brings it back.
void Camera::Inner::return_to_own() {
  lent_has_picture = false;
  if (lent != nullptr) lent->forget_caps();
  switch_source();
}

Camera::Camera(std::shared_ptr<Inner> inner) : inner_(std::move(inner)) {}

Camera::~Camera() {
  inner_->close();
}

Result<std::unique_ptr<Camera>> Camera::create(Loop& loop, CameraOptions options) {
  LINTEL_TRY(CameraSource source, parse_camera_source(options.source));
  auto inner = std::make_shared<Inner>(loop, std::move(options), std::move(source));
  inner->raw = Hub::create("raw", [weak = std::weak_ptr<Inner>(inner), post = inner->post](std::size_t) {
    post([weak] {
      if (const auto self = weak.lock()) self->takers_changed();
    });
  });
  inner->gate = std::make_shared<FrameGate>(inner->raw);
  inner->status.source = inner->what();
  inner->status.message = "The camera has not been looked at yet.";
  return std::unique_ptr<Camera>(new Camera(std::move(inner)));
}

void Camera::on_status(std::function<void(const CameraStatus&)> listener) {
  inner_->listener = std::move(listener);
}

void Camera::look() {
  inner_->looking = true;
  inner_->takers_changed();
}

Result<void> Camera::set_source(const std::string& text) {
  LINTEL_TRY(CameraSource source, parse_camera_source(text));
  inner_->options.source = text;
  inner_->source = inner_->settled = std::move(source);
  inner_->looking = true;  // whoever changed it wants to know whether it opens
  if (!inner_->shows_lent()) inner_->switch_source();
  return {};
}

void Camera::set_size(int width, int height, int frames_per_second) {
  CameraOptions& options = inner_->options;
  if (options.width == width && options.height == height && options.frames_per_second == frames_per_second) return;
  options.width = width;
  options.height = height;
  options.frames_per_second = frames_per_second;
  const auto kind = inner_->settled.kind;
  const bool sized = kind == CameraSource::Kind::device || kind == CameraSource::Kind::test;
  if (sized && !inner_->shows_lent() && inner_->status.state != CameraState::asleep) inner_->switch_source();
}

void Camera::set_overlay(OverlaySettings overlay) {
  inner_->options.overlay = std::move(overlay);
  if (inner_->clock != nullptr) inner_->clock->shown = inner_->options.overlay.show_time;
  if (inner_->pipeline != nullptr) set_name(*inner_->pipeline, inner_->options.overlay);
  inner_->takers_changed();
}

std::shared_ptr<LentCamera> Camera::lend(std::string name) {
  // The input's number tells a lender that left from the one that took its place.
  const auto number = std::make_shared<std::weak_ptr<LentInput>>();
  const auto to_loop = [weak = std::weak_ptr<Inner>(inner_), post = inner_->post, number](void (Inner::*work)()) {
    post([weak, number, work] {
      const auto self = weak.lock();
      if (self != nullptr && self->lent != nullptr && self->lent == number->lock()) (self.get()->*work)();
    });
  };
  auto input = std::make_shared<LentInput>(std::move(name), [to_loop] { to_loop(&Inner::lender_arrived); });
  *number = input;
  if (inner_->shows_lent()) inner_->return_to_own();
  inner_->lent = input;
  return std::make_shared<LentHandle>(std::move(input), [to_loop] { to_loop(&Inner::lender_left); });
}

Result<void> Camera::unplug(bool unplugged) {
  if (!inner_->is_twin())
    return Error{
        ErrorCode::conflict, "Only the test picture can be unplugged here; this camera is a real one.", {}, {}, {}};
  inner_->unplugged = unplugged;
  if (unplugged && inner_->pipeline != nullptr) inner_->lose("it was unplugged");
  if (!unplugged && inner_->status.state == CameraState::lost) inner_->open();
  return {};
}

const CameraStatus& Camera::status() const {
  return inner_->status;
}
const std::shared_ptr<Hub>& Camera::raw() const {
  return inner_->raw;
}

}  // namespace lintel::media
