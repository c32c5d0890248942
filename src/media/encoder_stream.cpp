#include "media/encoder_stream.hpp"

#include <fmt/format.h>

#include <mutex>
#include <optional>

#include "base/log.hpp"
#include "media/encoder_pipeline.hpp"

namespace lintel::media {
namespace {

constexpr Duration retry_after = std::chrono::seconds(5);

// Where the camera's streaming thread meets the encoder that the loop puts here and takes away.
struct Input {
  std::shared_ptr<Hub> hub;
  std::function<void(Caps)> other_picture;  // the first frame, and the first of another size or format
  std::mutex mutex;                         // guards all below
  std::shared_ptr<EncoderPipeline> encoder;
  Caps caps;

  void take(const Unit& frame) {
    bool other = false;
    {
      const std::lock_guard lock(mutex);
      if (!caps || (caps.get() != frame.caps.get() && gst_caps_is_equal(caps.get(), frame.caps.get()) == FALSE)) {
        caps = frame.caps;
        other = true;
      } else if (encoder != nullptr) {
        if (hub->take_key_request(frame.running_time)) encoder->force_key();
        encoder->push(frame);
      }
    }
    if (other) other_picture(frame.caps);
  }
  std::shared_ptr<EncoderPipeline> replace(std::shared_ptr<EncoderPipeline> by) {
    const std::lock_guard lock(mutex);
    return std::exchange(encoder, std::move(by));
  }
};

}  // namespace

struct EncodedStream::Inner : std::enable_shared_from_this<EncodedStream::Inner> {
  Loop& loop;
  Workers& worker;
  Loop::Poster post;
  std::shared_ptr<Hub> raw;
  StreamKey key;
  ProfileSettings settings;
  Duration grace;
  std::shared_ptr<Hub> hub;
  std::shared_ptr<Input> input;
  Subscription frames;
  Caps picture;               // what the camera gives now
  std::uint64_t attempt = 0;  // what older attempts still report is not heard
  std::size_t candidate = 0;  // into encoders_for()
  bool building = false, again = false;
  EncoderState state = EncoderState::stopped;
  std::string message, encoder;
  Timer grace_timer, retry_timer;

  Inner(Loop& on, Workers& with, std::shared_ptr<Hub> from, StreamKey of, ProfileSettings as, Duration hold)
      : loop(on), worker(with), post(on.poster()), raw(std::move(from)), key(of), settings(as), grace(hold) {}

  void members_changed() {
    if (hub->members() == 0) {
      if (state != EncoderState::stopped && !grace_timer.armed())
        grace_timer = loop.clock().after(grace, [this] {
          if (hub->members() == 0) stop();
        });
      return;
    }
    grace_timer.cancel();
    if (state == EncoderState::stopped) begin();
  }

  void begin() {
    state = EncoderState::starting;
    message.clear();
    candidate = 0;
    input = std::make_shared<Input>();
    input->hub = hub;
    input->other_picture = [weak = weak_from_this(), post = post,
                            mine = std::weak_ptr<Input>(input)](const Caps& caps) {
      post([weak, mine, caps] {
        const auto self = weak.lock();
        if (self == nullptr || self->input == nullptr || self->input != mine.lock()) return;
        self->picture = caps;
        self->build();
      });
    };
    frames = raw->join(fmt::format("{} {}", name_of(key.profile), name_of(key.codec)),
                       [input = input](const Unit& frame) { input->take(frame); });
    if (!frames) fail("too many take the camera's frames");
  }

  void discard(std::shared_ptr<EncoderPipeline> old) {
    if (old == nullptr) return;
    auto ending = [old = std::move(old)]() mutable { old.reset(); };
    (void)worker.run(std::move(ending));  // a full queue: it ends here, late but surely
  }

  void end_encoder() {
    ++attempt;
    frames.end();
    retry_timer.cancel();
    picture = {};
    encoder.clear();
    if (input != nullptr) discard(input->replace(nullptr));
    input = nullptr;
  }

  void stop() {
    end_encoder();
    grace_timer.cancel();
    state = EncoderState::stopped;
    message.clear();
  }

  void fail(const std::string& why) {
    end_encoder();
    state = EncoderState::failed;
    message = fmt::format("The {} stream has no {} picture: {}.", name_of(key.profile), name_of(key.codec), why);
    log::warning("media.encoder", "{}", message);
    retry_timer = loop.clock().after(retry_after, [this] {
      if (hub->members() > 0)
        begin();
      else
        stop();
    });
  }

  // Ends the old encoder and starts one for `picture` and `settings`; one at a time.
  void build() {
    if (!picture || input == nullptr) return;
    if (building) {
      again = true;
      return;
    }
    const auto candidates = encoders_for(key.codec);
    if (candidate >= candidates.size()) {
      const auto available = encoder_available(key.codec);
      return fail(available.ok() ? "no encoder works" : available.error().message);
    }
    const std::uint64_t number = ++attempt;
    building = true;
    again = false;
    auto failed = [weak = weak_from_this(), post = post, number](const std::string& reason) {
      post([weak, number, reason] {
        const auto self = weak.lock();
        if (self != nullptr && self->attempt == number) self->broke(reason);
      });
    };
    auto result = std::make_shared<std::optional<Result<std::shared_ptr<EncoderPipeline>>>>();
    const bool queued = worker.run(
        [result, name = candidates[candidate], key = key, settings = settings, picture = picture, hub = hub,
         failed = std::move(failed), old = input->replace(nullptr)]() mutable {
          old.reset();
          result->emplace(EncoderPipeline::start(name, key, settings, picture, hub, std::move(failed)));
        },
        [weak = weak_from_this(), result, number, name = candidates[candidate]] {
          if (const auto self = weak.lock()) self->built(number, name, std::move(result->value()));
        });
    if (!queued) {
      building = false;
      fail("the station is too busy");
    }
  }

  void built(std::uint64_t number, const std::string& name, Result<std::shared_ptr<EncoderPipeline>> result) {
    building = false;
    if (number != attempt || input == nullptr) {
      if (result.ok()) discard(std::move(*result));
      if (again) build();
      return;
    }
    if (!result.ok()) return broke(result.error().message);
    if (again) {
      discard(std::move(*result));
      return build();
    }
    encoder = name;
    state = EncoderState::running;
    input->replace(std::move(*result));
  }

  void broke(const std::string& reason) {
    log::warning("media.encoder", "{} does not work: {}", encoders_for(key.codec).at(candidate), reason);
    ++attempt;  // it complains more than once, and then does not start: that is one encoder that does not work
    ++candidate;
    build();
  }
};

EncodedStream::EncodedStream(Loop& loop, Workers& worker, std::shared_ptr<Hub> raw, StreamKey key,
                             ProfileSettings settings, Duration grace)
    : inner_(std::make_shared<Inner>(loop, worker, std::move(raw), key, settings, grace)) {
  inner_->hub = Hub::create(fmt::format("{} {}", name_of(key.profile), name_of(key.codec)),
                            [weak = std::weak_ptr<Inner>(inner_), post = inner_->post](std::size_t) {
                              post([weak] {
                                if (const auto self = weak.lock()) self->members_changed();
                              });
                            });
}

EncodedStream::~EncodedStream() {
  inner_->stop();
}

void EncodedStream::set(ProfileSettings settings) {
  Inner& inner = *inner_;
  if (settings == inner.settings) return;
  ProfileSettings only_rate = inner.settings;
  only_rate.kilobits_per_second = settings.kilobits_per_second;
  inner.settings = settings;
  if (inner.input == nullptr) return;
  if (only_rate == settings && !inner.building) {
    const std::lock_guard lock(inner.input->mutex);
    if (inner.input->encoder != nullptr && inner.input->encoder->change_bit_rate(settings.kilobits_per_second)) return;
  }
  inner.build();
}

const std::shared_ptr<Hub>& EncodedStream::hub() const {
  return inner_->hub;
}
EncoderState EncodedStream::state() const {
  return inner_->state;
}
const std::string& EncodedStream::message() const {
  return inner_->message;
}
const std::string& EncodedStream::encoder() const {
  return inner_->encoder;
}

}  // namespace lintel::media
