#include "media/whep.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t id_bytes = 16;
constexpr auto silence_limit = std::chrono::seconds(10);  // a viewer's RTCP comes every second or so

}  // namespace

struct LiveViews::Inner : std::enable_shared_from_this<LiveViews::Inner> {
  Inner(Loop& house, Legs& given, LiveViewOptions wanted) : loop(house), legs(given), options(wanted) {}

  struct Session {
    std::string viewer;
    std::unique_ptr<Leg> leg;
    Timer connecting;
  };

  // Ends it at the loop's next turn: a leg must not go inside its own callback.
  void end_soon(const std::string& id) {
    loop.post([weak = weak_from_this(), id] {
      if (const auto self = weak.lock()) self->sessions.erase(id);
    });
  }

  Loop& loop;
  Legs& legs;
  LiveViewOptions options;
  std::map<std::string, Session> sessions;
};

LiveViews::LiveViews(Loop& loop, Legs& legs, LiveViewOptions options)
    : inner_(std::make_shared<Inner>(loop, legs, options)) {}

LiveViews::~LiveViews() {
  close_all();
}

void LiveViews::open(Profile stream, const std::string& viewer, std::string offer, Opened opened) {
  if (inner_->sessions.size() >= inner_->options.viewer_limit) {
    return opened(Error{
        ErrorCode::full,
        fmt::format("At most {} can watch at once; try again when somebody has left.", inner_->options.viewer_limit),
        {},
        {},
        std::to_string(inner_->options.viewer_limit)});
  }
  // Or one login could take all places, and keep whoever guards the door from its picture.
  const std::size_t places = places_of_one(inner_->options.viewer_limit);
  const auto own = std::count_if(inner_->sessions.begin(), inner_->sessions.end(),
                                 [&viewer](const auto& entry) { return entry.second.viewer == viewer; });
  if (static_cast<std::size_t>(own) >= places) {
    return opened(Error{ErrorCode::full,
                        fmt::format("One login can watch {} times at once; close another live picture first.", places),
                        {},
                        {},
                        std::to_string(places)});
  }
  if (Result<void> checked = sdp::check_webrtc(offer); !checked) return opened(checked.error());
  const std::string id = bytes::to_base64url(bytes::random(id_bytes));
  const std::weak_ptr<Inner> weak = inner_;
  LegOptions options;
  options.audio = Direction::send_only;
  options.video = Direction::send_only;
  options.stream = stream;
  options.lost_after = silence_limit;
  LegEvents events;
  events.connected = [weak, id] {
    const auto self = weak.lock();
    if (!self) return;
    if (const auto found = self->sessions.find(id); found != self->sessions.end()) found->second.connecting.cancel();
  };
  events.lost = [weak, id](const std::string& reason) {
    log::debug("media", "A viewer has gone: {}", reason);
    if (const auto self = weak.lock()) self->end_soon(id);
  };
  Result<std::unique_ptr<Leg>> leg = inner_->legs.create(LegKind::webrtc, options, std::move(events));
  if (!leg) return opened(leg.error());
  Inner::Session& session = inner_->sessions[id];
  session.viewer = viewer;
  session.leg = std::move(*leg);
  session.connecting = inner_->loop.clock().after(inner_->options.connect_limit, [weak, id] {
    if (const auto self = weak.lock()) self->end_soon(id);
  });
  session.leg->create_answer(std::move(offer), [weak, id, opened = std::move(opened)](Result<std::string> answer) {
    const auto self = weak.lock();
    if (!self) return;
    const auto found = self->sessions.find(id);
    if (!answer || found == self->sessions.end()) {
      self->end_soon(id);
      return opened(answer ? Error{ErrorCode::unavailable, "The view was closed.", {}, {}, {}} : answer.error());
    }
    found->second.leg->start();
    opened(LiveView{id, std::move(*answer)});
  });
}

Result<void> LiveViews::close(const std::string& id) {
  if (inner_->sessions.erase(id) == 0) return Error{ErrorCode::not_found, "There is no such view.", {}, {}, {}};
  return {};
}

bool LiveViews::lasts(const std::string& id) const {
  return inner_->sessions.contains(id);
}

void LiveViews::set_viewer_limit(std::size_t limit) {
  inner_->options.viewer_limit = limit;
}

void LiveViews::close_all() {
  inner_->sessions.clear();
}

std::size_t LiveViews::viewers() const {
  return inner_->sessions.size();
}

}  // namespace lintel::media
