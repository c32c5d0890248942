// How a camera is opened: its pipeline is built on the worker, watched while it gives frames, and given up and built
// anew when it gives none. Everything here runs on the loop.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/log.hpp"
#include "media/camera_inner.hpp"

namespace lintel::media {
namespace {

constexpr Duration watch_period = std::chrono::milliseconds(500);

double seconds_of(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

void Camera::Inner::close() {
  gate->open(++opening);
  early = {};
  watch_timer.cancel();
  retry_timer.cancel();
  sleep_timer.cancel();
  if (lent != nullptr) lent->disconnect();
  if (pipeline != nullptr) {
    auto closing = [ended = std::exchange(pipeline, nullptr)]() mutable { ended.reset(); };
    (void)worker->run(std::move(closing));  // a full queue: it ends here, late but surely
  }
  status.width = status.height = 0;
  status.frames_per_second = 0;
}

void Camera::Inner::open() {
  close();
  // A camera plugged in since takes the test picture's place; a camera lost does not give way to the test picture.
  if (source.kind == CameraSource::Kind::automatic && settled.kind == CameraSource::Kind::test && !unplugged)
    settled = source;
  const std::uint64_t number = opening;
  since = loop.clock().monotonic();
  if (status.state != CameraState::lost)
    tell(CameraState::opening, fmt::format("The camera ({}) is being opened.", what()));
  if (unplugged && is_twin()) return lose("it was unplugged");
  CameraPlan plan;
  plan.source = settled;
  if (shows_lent()) plan.lent = lent;
  plan.any_device = source.kind == CameraSource::Kind::automatic;
  plan.options = options;
  plan.named = named = needs_name();
  plan.clock = clock = std::make_shared<ClockOnPicture>();
  clock->shown = options.overlay.show_time;
  plan.opening = number;
  plan.gate = gate;
  const auto to_loop = [weak = weak_from_this(), post = post, number](auto work) {
    post([weak, number, work = std::move(work)] {
      const auto self = weak.lock();
      if (self != nullptr && self->opening == number) work(*self);
    });
  };
  plan.first_frame = [to_loop](const Caps& caps) { to_loop([caps](Inner& self) { self.opened(caps); }); };
  plan.notice = [to_loop](const Pipeline::Notice& notice) { to_loop([notice](Inner& self) { self.hear(notice); }); };
  auto result = std::make_shared<std::optional<Result<OpenCamera>>>();
  const bool queued = worker->run([plan = std::move(plan), result] { result->emplace(open_camera(plan)); },
                                  [weak = weak_from_this(), result, number] {
                                    if (const auto self = weak.lock()) self->built(number, std::move(result->value()));
                                  });
  if (!queued) return lose("the station is too busy to open it");
  watch_timer = loop.clock().every(watch_period, [this] { watch(); });
}

void Camera::Inner::built(std::uint64_t number, Result<OpenCamera> result) {
  if (number != opening) {  // overtaken meanwhile: end it where waiting is allowed
    if (result.ok()) {
      auto closing = [ended = std::shared_ptr<Pipeline>(std::move(result->pipeline))]() mutable { ended.reset(); };
      (void)worker->run(std::move(closing));
    }
    return;
  }
  if (!result.ok()) return lose(result.error().message);
  pipeline = std::move(result->pipeline);
  if (!shows_lent()) {
    settled = std::move(result->source);
    status.source = what();
  }
  set_name(*pipeline, options.overlay);  // it may have changed while it was built
  if (early) return opened(early);
  takers_changed();
}

void Camera::Inner::opened(const Caps& caps) {
  if (pipeline == nullptr) {
    early = caps;
    return;
  }
  const GstStructure* structure = gst_caps_get_structure(caps.get(), 0);
  int numerator = 0, denominator = 1;
  gst_structure_get_fraction(structure, "framerate", &numerator, &denominator);
  const Size size = size_of(caps.get());
  status.width = size.width;
  status.height = size.height;
  status.frames_per_second = denominator > 0 ? static_cast<double>(numerator) / denominator : 0;
  retry = options.first_retry;
  tell(CameraState::running, status.frames_per_second > 0
                                 ? fmt::format("The camera ({}) gives {}x{} at {:.3g} pictures a second.", what(),
                                               size.width, size.height, status.frames_per_second)
                                 : fmt::format("The camera ({}) gives {}x{}.", what(), size.width, size.height));
  looking = false;
  takers_changed();
}

void Camera::Inner::hear(const Pipeline::Notice& notice) {
  if (notice.kind == Pipeline::Notice::Kind::failed) return lose(notice.reason);
  if (shows_lent() || settled.kind != CameraSource::Kind::file) return lose("it stopped giving pictures");
  if (gate->frames() == 0) return lose("it holds no picture that can be read");
  if (pipeline == nullptr) return open();
  auto rewound = std::make_shared<bool>(false);
  const bool queued = worker->run([file = pipeline, rewound] { *rewound = rewind(*file); },
                                  [weak = weak_from_this(), rewound, number = opening] {
                                    const auto self = weak.lock();
                                    if (self != nullptr && self->opening == number && !*rewound) self->open();
                                  });
  if (!queued) open();
}

void Camera::Inner::watch() {
  const Duration quiet(static_cast<std::int64_t>(running_time() - std::min(running_time(), gate->last())));
  if (status.state == CameraState::running && quiet > options.stall_limit) {
    if (shows_lent()) return return_to_own();
    return lose("it stopped giving pictures");
  }
  if (gate->frames() == 0 && loop.clock().monotonic() - since > options.open_limit) {
    if (shows_lent()) return return_to_own();
    lose("it gives no picture");
  }
}

void Camera::Inner::lose(const std::string& why) {
  if (shows_lent()) {
    log::info("media.camera", "the camera lent by {} fails: {}", lent->name(), why);
    return return_to_own();
  }
  close();
  const Duration wait = retry;
  retry = std::min(options.last_retry, retry * 2);
  tell(CameraState::lost,
       fmt::format("The camera ({}) is lost: {}. It is tried again in {:.3g} seconds.", what(), why, seconds_of(wait)));
  retry_timer = loop.clock().after(wait, [this] { open(); });
}

}  // namespace lintel::media
