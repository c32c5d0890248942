#include "media/camera.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/log.hpp"
#include "media/camera_pipeline.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t worker_queue = 64;
constexpr Duration watch_period = std::chrono::milliseconds(500);

double seconds_of(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

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

  Inner(Loop& on, CameraOptions given, CameraSource parsed)
      : loop(on),
        post(on.poster()),
        options(std::move(given)),
        source(std::move(parsed)),
        settled(source),
        worker(std::make_unique<Workers>(on, 1, worker_queue)),
        retry(options.first_retry) {}

  [[nodiscard]] bool shows_lent() const { return lent != nullptr && lent_has_picture; }
  [[nodiscard]] bool is_twin() const { return !shows_lent() && settled.kind == CameraSource::Kind::test; }
  [[nodiscard]] std::string what() const { return shows_lent() ? "lent by " + lent->name() : settled.description; }
  [[nodiscard]] bool wanted() const { return looking || options.stay_awake || raw->members() > 0; }

  // The first look, for nobody, writes none.
  [[nodiscard]] bool needs_name() const {
    return options.overlay.has_name() && (options.stay_awake || raw->members() > 0);
  }

  void tell(CameraState state, std::string message) {
    const bool changed = status.state != state || status.message != message;
    status.state = state;
    status.message = std::move(message);
    status.source = what();
    status.lent = shows_lent();
    if (!changed) return;
    log::info("media.camera", "{}: {}", name_of(state), status.message);
    if (listener) listener(status);
  }

  void takers_changed() {
    if (!wanted()) {
      if (pipeline != nullptr && !sleep_timer.armed() && status.state != CameraState::lost)
        sleep_timer = loop.clock().after(options.sleep_grace, [this] { fall_asleep(); });
      return;
    }
    sleep_timer.cancel();
    if (status.state == CameraState::asleep || (pipeline != nullptr && !named && needs_name())) open();
  }

  void fall_asleep() {
    if (wanted()) return;
    close();
    tell(CameraState::asleep, fmt::format("The camera ({}) is ready; it sleeps while nobody watches.", what()));
  }

  void close() {
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

  void open() {
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
                                      if (const auto self = weak.lock())
                                        self->built(number, std::move(result->value()));
                                    });
    if (!queued) return lose("the station is too busy to open it");
    watch_timer = loop.clock().every(watch_period, [this] { watch(); });
  }

  void built(std::uint64_t number, Result<OpenCamera> result) {
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

  void opened(const Caps& caps) {
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

  void hear(const Pipeline::Notice& notice) {
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

  void watch() {
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

  void lose(const std::string& why) {
    if (shows_lent()) {
      log::info("media.camera", "the camera lent by {} fails: {}", lent->name(), why);
      return return_to_own();
    }
    close();
    const Duration wait = retry;
    retry = std::min(options.last_retry, retry * 2);
    tell(CameraState::lost, fmt::format("The camera ({}) is lost: {}. It is tried again in {:.3g} seconds.", what(),
                                        why, seconds_of(wait)));
    retry_timer = loop.clock().after(wait, [this] { open(); });
  }

  void switch_source() {
    retry = options.first_retry;
    close();
    if (!wanted())
      return tell(CameraState::asleep, fmt::format("The camera ({}) sleeps while nobody watches.", what()));
    open();
  }

  void lender_arrived() {
    lent_has_picture = true;
    switch_source();
  }

  void lender_left() {
    const bool shown = shows_lent();
    lent->disconnect();
    lent_has_picture = false;
    lent = nullptr;
    if (shown) switch_source();
  }

  // The lender's picture ended or froze; its next push brings it back.
  void return_to_own() {
    lent_has_picture = false;
    if (lent != nullptr) lent->forget_caps();
    switch_source();
  }
};

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
