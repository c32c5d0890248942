#include "media/whip.hpp"

#include <optional>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "media/leg_session.hpp"
#include "media/video.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t id_bytes = 16;
constexpr auto silence_limit = std::chrono::seconds(5);
constexpr auto connect_limit = std::chrono::seconds(15);
constexpr int most_pictures_a_second = 30;

// The lent camera and microphone of one session. Its media threads hold it while they deliver.
struct Lent {
  std::mutex mutex;
  std::shared_ptr<LentCamera> camera;
  std::shared_ptr<LentAudio> sound;
  WebrtcExtras::Hear hear;
  std::function<void()> request_key;
};

}  // namespace

struct Lendings::Inner : std::enable_shared_from_this<Lendings::Inner> {
  Inner(Loop& house, Legs& given, AudioEngine* engine, Video* pictures)
      : loop(house), legs(given), audio(engine), video(pictures) {}

  // Lent only once the connection stands: until then the station's own devices go on.
  void take_over() {
    std::shared_ptr<LentCamera> camera;
    std::shared_ptr<LentAudio> sound;
    WebrtcExtras::Hear hear;
    std::function<void()> request_key;
    {
      const std::lock_guard lock(lent->mutex);
      hear = lent->hear;
      request_key = lent->request_key;
    }
    if (audio != nullptr) sound = audio->lend(std::move(hear));
    if (video != nullptr) {
      camera = video->lend("browser");
      camera->on_key_needed(std::move(request_key));
    }
    const std::lock_guard lock(lent->mutex);
    lent->sound = std::move(sound);
    lent->camera = std::move(camera);
  }

  void end() {
    const bool was = lent_now;
    connecting.cancel();
    if (lent) {
      std::shared_ptr<LentCamera> camera;
      std::shared_ptr<LentAudio> sound;
      const std::lock_guard lock(lent->mutex);
      std::swap(camera, lent->camera);
      std::swap(sound, lent->sound);
    }
    lent.reset();
    leg.reset();
    id.clear();
    lent_now = false;
    if (was && changed) changed(false);
  }
  void end_soon(const std::string& which) {
    loop.post([weak = weak_from_this(), which] {
      if (const auto self = weak.lock(); self && self->id == which) self->end();
    });
  }

  Loop& loop;
  Legs& legs;
  AudioEngine* audio;
  Video* video;
  std::function<void(bool)> changed;
  std::unique_ptr<Leg> leg;
  std::shared_ptr<Lent> lent;
  std::string id;
  bool lent_now = false;
  Timer connecting;
};

Lendings::Lendings(Loop& loop, Legs& legs, AudioEngine* audio, Video* video)
    : inner_(std::make_shared<Inner>(loop, legs, audio, video)) {}

Lendings::~Lendings() {
  inner_->changed = nullptr;
  inner_->end();
}

void Lendings::open(std::string offer, Opened opened) {
  if (Result<void> checked = sdp::check_webrtc(offer); !checked) return opened(checked.error());
  inner_->end();
  const std::string id = bytes::to_base64url(bytes::random(id_bytes));
  const std::weak_ptr<Inner> weak = inner_;
  const auto lent = std::make_shared<Lent>();
  inner_->id = id;
  inner_->lent = lent;

  LegOptions options;
  options.audio = inner_->audio != nullptr ? Direction::send_receive : Direction::inactive;
  options.video = inner_->video != nullptr ? Direction::receive_only : Direction::inactive;
  options.lost_after = silence_limit;
  LegEvents events;
  events.connected = [weak, id] {
    const auto self = weak.lock();
    if (!self || self->id != id) return;
    self->connecting.cancel();
    self->take_over();
    self->lent_now = true;
    if (self->changed) self->changed(true);
  };
  events.lost = [weak, id](const std::string& reason) {
    log::info("media", "The lent camera and microphone are gone: {}", reason);
    if (const auto self = weak.lock()) self->end_soon(id);
  };
  WebrtcExtras extras;
  extras.lent_sound = [lent](Samples samples) {
    std::shared_ptr<LentAudio> sound;
    {
      const std::lock_guard lock(lent->mutex);
      sound = lent->sound;
    }
    if (sound) sound->push_microphone(samples);
  };
  if (inner_->video != nullptr) {
    extras.lent_picture = [lent](GstBuffer* buffer, GstCaps* caps) {
      std::shared_ptr<LentCamera> camera;
      {
        const std::lock_guard lock(lent->mutex);
        camera = lent->camera;
      }
      if (!camera || caps == nullptr) return;
      // A browser's pictures come at no fixed rate and their description names none; what they pass later needs one.
      Caps described = Caps::adopt(gst_caps_copy(caps));
      int rate = 0, seconds = 1;
      gst_structure_get_fraction(gst_caps_get_structure(described.get(), 0), "framerate", &rate, &seconds);
      if (rate == 0)
        gst_caps_set_simple(described.get(), "framerate", GST_TYPE_FRACTION, most_pictures_a_second, 1, nullptr);
      camera->push(Buffer::share(buffer), described);
    };
  }
  extras.lent_ready = [lent](WebrtcExtras::Hear hear, std::function<void()> request_key) {
    const std::lock_guard lock(lent->mutex);
    lent->hear = std::move(hear);
    lent->request_key = std::move(request_key);
  };
  inner_->leg = make_leg(*inner_->legs.inner(), LegKind::webrtc, options, std::move(events), std::move(extras));
  inner_->connecting = inner_->loop.clock().after(connect_limit, [weak, id] {
    if (const auto self = weak.lock()) self->end_soon(id);
  });
  inner_->leg->create_answer(std::move(offer), [weak, id, opened = std::move(opened)](Result<std::string> answer) {
    const auto self = weak.lock();
    if (!self) return;
    if (!answer || self->id != id) {
      self->end_soon(id);
      return opened(answer ? Error{ErrorCode::conflict, "Another page has taken over.", {}, {}, {}} : answer.error());
    }
    self->leg->start();
    opened(Lending{id, std::move(*answer)});
  });
}

Result<void> Lendings::close(const std::string& id) {
  if (inner_->id != id || id.empty())
    return Error{ErrorCode::not_found, "Nothing is lent under that name.", {}, {}, {}};
  inner_->end();
  return {};
}

bool Lendings::lasts(const std::string& id) const {
  return !id.empty() && inner_->id == id;
}

bool Lendings::lent() const {
  return inner_->lent_now;
}

void Lendings::on_change(std::function<void(bool lent)> changed) {
  inner_->changed = std::move(changed);
}

}  // namespace lintel::media
