#include "media/rtsp_stream.hpp"

#include <atomic>
#include <mutex>
#include <span>

#include "base/log.hpp"

namespace lintel::media {

// On the encoder's thread. The old subscription may still be inside its last call when the next one begins.
struct RtspStream::Feed {
  std::mutex mutex;
  H264Payloader payloader;
  ParameterSets told;

  Bundle payload(const Unit& unit, std::optional<ParameterSets>& changed) {
    GstMapInfo map;
    if (gst_buffer_map(unit.buffer.get(), &map, GST_MAP_READ) == FALSE) return nullptr;
    const std::lock_guard lock(mutex);
    Bundle bundle = payloader.take(std::span(map.data, map.size), unit.key, unit.running_time);
    gst_buffer_unmap(unit.buffer.get(), &map);
    if (unit.key) changed = payloader.parameters();
    return bundle;
  }
};

RtspStream::RtspStream(Profile profile, const RtspVideo& video, std::shared_ptr<RtspInbox> inbox, Arrived arrived)
    : profile_(profile),
      video_(video),
      inbox_(std::move(inbox)),
      arrived_(std::move(arrived)),
      feed_(std::make_shared<Feed>()) {}

Result<void> RtspStream::join() {
  if (joined()) return {};
  const std::uint64_t joining = ++joining_;
  auto subscription = video_.join(profile_, [this, joining, feed = feed_, inbox = inbox_](const Unit& unit) {
    std::optional<ParameterSets> parameters;
    Bundle bundle = feed->payload(unit, parameters);
    if (bundle == nullptr) return;
    // `this` is used by the server's thread alone, which empties the inbox only while the stream lives.
    inbox->post([this, joining, bundle = std::move(bundle),
                 parameters = std::move(parameters)] { take(joining, bundle, parameters); },
                false);
  });
  if (!subscription.ok()) return subscription.error();
  subscription_ = std::move(*subscription);
  return {};
}

void RtspStream::leave() {
  subscription_.end();
  parameters_.reset();
  fresh_.clear();
  newest_.reset();
}

void RtspStream::want_key() {
  if (fresh_.empty()) subscription_.request_key();
}

std::uint32_t RtspStream::ssrc() const {
  return feed_->payloader.numbers().ssrc();  // never changes
}

void RtspStream::take(std::uint64_t joining, const Bundle& bundle, const std::optional<ParameterSets>& parameters) {
  if (joining != joining_ || !joined()) return;
  if (parameters && !parameters->sequence.empty() && !parameters->picture.empty()) parameters_ = parameters;
  if (bundle->key || (!fresh_.empty() && bundle->running_time > fresh_.front()->running_time + Hub::key_gap))
    fresh_.clear();
  if (bundle->key || !fresh_.empty()) fresh_.push_back(bundle);
  newest_ = bundle;
  arrived_(*this, bundle);
}

// On the audio thread; restarted by the loop.
struct RtspSound::Feed {
  std::mutex mutex;
  SoundPayloader payloader;
};
// Loop only, to its end: a port must not go on the audio thread.
struct RtspSound::Place {
  std::unique_ptr<AudioPort> port;
};

RtspSound::RtspSound(AudioEngine* audio, Loop::Poster post, std::shared_ptr<RtspInbox> inbox, Arrived arrived)
    : audio_(audio),
      post_(std::move(post)),
      inbox_(std::move(inbox)),
      arrived_(std::move(arrived)),
      feed_(audio != nullptr ? std::make_shared<Feed>() : nullptr),
      place_(std::make_shared<Place>()) {}

void RtspSound::set_wanted(bool wanted) {
  if (feed_ == nullptr || wanted == wanted_) return;
  wanted_ = wanted;
  newest_.reset();
  // The place lives as long as the server: work that the loop does later than that does nothing.
  if (!wanted) {
    post_([weak = std::weak_ptr(place_)] {
      if (const auto place = weak.lock()) place->port.reset();
    });
    return;
  }
  auto near = [this, weak = std::weak_ptr(feed_), inbox = inbox_](const AudioFrame& frame) {
    const auto feed = weak.lock();
    if (feed == nullptr) return;
    Bundle bundle;
    {
      const std::lock_guard lock(feed->mutex);
      bundle = feed->payloader.take(frame, running_time());
    }
    if (bundle == nullptr) return;
    inbox->post(
        [this, bundle = std::move(bundle)] {
          if (!wanted_) return;
          newest_ = bundle;
          arrived_(bundle);
        },
        false);
  };
  post_([weak = std::weak_ptr(place_), feed = feed_, audio = audio_, near = std::move(near)] {
    const auto place = weak.lock();
    if (place == nullptr) return;
    {
      const std::lock_guard lock(feed->mutex);
      feed->payloader.restart();
    }
    auto port = audio->join(near);
    if (!port.ok()) return log::warning("media.rtsp", "{} RTSP goes on without sound.", port.error().message);
    (*port)->set_heard(false);
    place->port = std::move(*port);
  });
}

std::uint32_t RtspSound::ssrc() const {
  return feed_ == nullptr ? 0 : feed_->payloader.numbers().ssrc();
}

}  // namespace lintel::media
