#include "media/video_feed.hpp"

#include <algorithm>

#include "media/vp8_payload.hpp"

namespace lintel::media {
namespace {

constexpr int pending_limit = 50;  // units that wait for the network thread: two seconds

std::uint32_t timestamp_of(GstClockTime time) {
  return static_cast<std::uint32_t>(gst_util_uint64_scale(time, 90'000, GST_SECOND));
}

}  // namespace

VideoFeed::VideoFeed(Video& video, StreamKey stream, std::shared_ptr<WorkQueue> queue)
    : video_(video), stream_(stream), queue_(std::move(queue)) {}

Result<void> VideoFeed::join(VideoTaker* taker) {
  if (!subscription_) {
    // Called on the encoder's thread: it leaves the unit and goes.
    const auto leave_unit = [weak = weak_from_this(), queue = queue_, backlog = backlog_](const Unit& unit) {
      if (backlog->dropping && !unit.key) return;
      backlog->dropping = backlog->waiting >= pending_limit;
      if (backlog->dropping) return;
      ++backlog->waiting;
      queue->run([weak, backlog, unit] {
        --backlog->waiting;
        if (const auto self = weak.lock()) self->deliver(unit);
      });
    };
    LINTEL_TRY(subscription_, video_.subscribe(stream_, "webrtc", leave_unit));
  } else if (since_fresh_key().empty()) {
    request_key();
  }
  takers_.push_back(taker);
  return {};
}

void VideoFeed::leave(VideoTaker* taker) {
  std::erase(takers_, taker);
  if (!takers_.empty()) return;
  subscription_.end();
  kept_.clear();
  bytes_ = 0;
}

void VideoFeed::deliver(const Unit& unit) {
  if (takers_.empty()) return;
  auto made = std::make_unique<PayloadedUnit>();
  made->number = next_++;
  made->time = unit.running_time;
  made->timestamp = timestamp_of(unit.running_time);
  made->key = unit.key;
  GstMapInfo map;
  if (!gst_buffer_map(unit.buffer.get(), &map, GST_MAP_READ)) return;
  made->bytes.assign(map.data, map.data + map.size);
  gst_buffer_unmap(unit.buffer.get(), &map);
  if (stream_.codec == Codec::h264) {
    payload_h264(made->bytes, payload_limit, made->pieces);
  } else {
    payload_vp8(made->bytes, static_cast<std::uint16_t>(made->number & 0x7FFFU), payload_limit, made->pieces);
  }
  if (made->pieces.empty()) return;
  bytes_ += made->bytes.size();
  kept_.push_back(std::move(made));
  while (kept_.size() > 1 && (kept_.size() > kept_units || bytes_ > kept_bytes)) {
    bytes_ -= kept_.front()->bytes.size();
    kept_.pop_front();
  }
  for (VideoTaker* taker : takers_) taker->take(*kept_.back());
}

std::vector<const PayloadedUnit*> VideoFeed::since_fresh_key() const {
  std::vector<const PayloadedUnit*> units;
  const GstClockTime now = running_time();
  for (auto at = kept_.rbegin(); at != kept_.rend(); ++at) {
    if ((*at)->time + fresh < now) return {};
    units.push_back(at->get());
    if (!(*at)->key) continue;
    std::ranges::reverse(units);
    return units;
  }
  return {};
}

const PayloadedUnit* VideoFeed::find(std::uint64_t number) const {
  if (kept_.empty() || number < kept_.front()->number || number > kept_.back()->number) return nullptr;
  const auto found = std::ranges::lower_bound(kept_, number, {}, [](const auto& unit) { return unit->number; });
  return found != kept_.end() && (*found)->number == number ? found->get() : nullptr;
}

}  // namespace lintel::media
