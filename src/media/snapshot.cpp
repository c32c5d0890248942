#include "media/snapshot.hpp"

#include <gst/video/video.h>

#include <atomic>
#include <map>
#include <vector>

#include "media/encoder.hpp"
#include "media/pipeline.hpp"

namespace lintel::media {
namespace {

constexpr GstClockTime convert_limit = 5 * GST_SECOND;
constexpr int longest_side = 3840;

Result<Snapshot> make_jpeg(const Unit& frame, SnapshotOptions options, WallTime time) {
  if (!has_element("jpegenc")) return missing_element("A still", "jpegenc");
  const Size size = fit(size_of(frame.caps.get()), {options.width, options.height});
  const Sample raw = Sample::adopt(gst_sample_new(frame.buffer.get(), frame.caps.get(), nullptr, nullptr));
  const Caps wanted = Caps::adopt(
      gst_caps_new_simple("image/jpeg", "width", G_TYPE_INT, size.width, "height", G_TYPE_INT, size.height, nullptr));
  GError* error = nullptr;
  const Sample jpeg = Sample::adopt(gst_video_convert_sample(raw.get(), wanted.get(), convert_limit, &error));
  const GErrorHandle holder(error);
  GstBuffer* buffer = jpeg ? gst_sample_get_buffer(jpeg.get()) : nullptr;
  GstMapInfo map;
  if (buffer == nullptr || gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE)
    return Error{ErrorCode::internal, "The still could not be compressed.", {}, {}, {}};
  Snapshot still{std::make_shared<const std::string>(reinterpret_cast<const char*>(map.data), map.size), size.width,
                 size.height, time};
  gst_buffer_unmap(buffer, &map);
  return still;
}

}  // namespace

struct Stills::Inner : std::enable_shared_from_this<Stills::Inner> {
  struct Work {
    Subscription frames;
    std::vector<SnapshotDone> waiting;
    Timer limit;
    Snapshot newest;
    Monotonic made{};
  };

  Loop& loop;
  Workers& worker;
  Loop::Poster post;
  std::shared_ptr<Hub> raw;
  std::map<SnapshotOptions, Work> works;

  Inner(Loop& on, Workers& with, std::shared_ptr<Hub> from)
      : loop(on), worker(with), post(on.poster()), raw(std::move(from)) {}

  void later(SnapshotDone done, Result<Snapshot> result) {
    post([done = std::move(done), result = std::move(result)] { done(result); });
  }

  bool make_room() {
    if (works.size() < size_limit) return true;
    for (auto work = works.begin(); work != works.end(); ++work)
      if (work->second.waiting.empty()) return works.erase(work), true;
    return false;
  }

  void take(SnapshotOptions options, SnapshotDone done) {
    if (options.width < 0 || options.height < 0 || options.width > longest_side || options.height > longest_side)
      return later(std::move(done), Error{ErrorCode::invalid, "A still is from 0 to 3840 points wide and high.",
                                          "width", std::to_string(options.width), "0-3840"});
    auto found = works.find(options);
    if (found != works.end() && found->second.newest.jpeg != nullptr &&
        loop.clock().monotonic() - found->second.made < fresh)
      return later(std::move(done), found->second.newest);
    const Error busy{ErrorCode::limited, "Too many stills are asked for at once; try again in a second.", {}, {}, {}};
    if (found == works.end()) {
      if (!make_room()) return later(std::move(done), busy);
      found = works.try_emplace(options).first;
    }
    Work& work = found->second;
    if (work.waiting.size() >= waiting_limit) return later(std::move(done), busy);
    work.waiting.push_back(std::move(done));
    if (work.waiting.size() > 1) return;
    work.limit = loop.clock().after(wait_limit, [this, options] {
      finish(options, Error{ErrorCode::unavailable, "The camera gives no picture now.", "camera", {}, {}});
    });
    const auto taken = std::make_shared<std::atomic<bool>>(false);
    work.frames = raw->join("still", [weak = weak_from_this(), post = post, taken, options](const Unit& frame) {
      if (taken->exchange(true)) return;
      post([weak, options, frame] {
        if (const auto self = weak.lock()) self->compress(options, frame);
      });
    });
    if (!work.frames) finish(options, busy);
  }

  void compress(SnapshotOptions options, const Unit& frame) {
    const auto found = works.find(options);
    if (found == works.end() || found->second.waiting.empty()) return;
    found->second.frames.end();
    auto result = std::make_shared<Result<Snapshot>>(Error{});
    const bool queued =
        worker.run([result, frame, options, time = loop.clock().wall()] { *result = make_jpeg(frame, options, time); },
                   [weak = weak_from_this(), result, options] {
                     if (const auto self = weak.lock()) self->finish(options, std::move(*result));
                   });
    if (!queued) finish(options, Error{ErrorCode::limited, "The station is too busy for a still now.", {}, {}, {}});
  }

  void finish(SnapshotOptions options, Result<Snapshot> result) {
    const auto found = works.find(options);
    if (found == works.end()) return;
    Work& work = found->second;
    work.frames.end();
    work.limit.cancel();
    if (result.ok()) {
      work.newest = *result;
      work.made = loop.clock().monotonic();
    }
    for (auto& done : std::exchange(work.waiting, {})) later(std::move(done), result);
  }
};

Stills::Stills(Loop& loop, Workers& worker, std::shared_ptr<Hub> raw)
    : inner_(std::make_shared<Inner>(loop, worker, std::move(raw))) {}
Stills::~Stills() = default;

void Stills::take(SnapshotOptions options, SnapshotDone done) {
  inner_->take(options, std::move(done));
}

}  // namespace lintel::media
