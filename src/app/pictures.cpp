#include "app/pictures.hpp"

#include <charconv>
#include <map>

#include "base/log.hpp"
#include "base/text.hpp"
#include "media/sound.hpp"

namespace lintel::app {
namespace {

namespace events = lintel::journal::events;

constexpr Duration one_look = std::chrono::minutes(10);
constexpr std::size_t views_told_limit = 1'000;  // accounts remembered

std::size_t most_viewers() { return static_cast<std::size_t>(settings::find(settings::call::viewers.key)->maximum); }

media::ProfileSettings profile_of(const std::string& size, std::int64_t rate, std::int64_t kilobits) {
  media::ProfileSettings out;
  const auto parts = text::split(size, 'x');
  if (parts.size() == 2) {
    out.width = static_cast<int>(text::to_unsigned(parts[0]).value_or(1280));
    out.height = static_cast<int>(text::to_unsigned(parts[1]).value_or(720));
  }
  out.frames_per_second = static_cast<int>(rate);
  out.kilobits_per_second = static_cast<int>(kilobits);
  return out;
}

media::ProfileSettings main_profile(const settings::Settings& s) {
  return profile_of(s.get(settings::video::main_size), s.get(settings::video::main_rate), s.get(settings::video::main_bitrate));
}
media::ProfileSettings sub_profile(const settings::Settings& s) {
  return profile_of(s.get(settings::video::sub_size), s.get(settings::video::sub_rate), s.get(settings::video::sub_bitrate));
}

}  // namespace

Pictures::Pictures(Loop& loop, const Options& options, settings::Settings& settings, Chronicle& chronicle)
    : loop_(loop),
      settings_(settings),
      chronicle_(chronicle),
      journal_(chronicle.journal()),
      cards_(loop.clock(), options.microphone, options.speaker) {
  media::Video::Options video;
  video.camera.source = options.camera;
  video.main = main_profile(settings);
  video.sub = sub_profile(settings);
  video.camera.width = std::max(video.main.width, video.sub.width);
  video.camera.height = std::max(video.main.height, video.sub.height);
  video.camera.frames_per_second = std::max(video.main.frames_per_second, video.sub.frames_per_second);
  video.camera.overlay = overlay();
  video_ = std::make_unique<media::Video>(loop, video);
  video_->on_camera([this](const media::CameraStatus& status) { camera_changed(status); });

  media::AudioOptions audio;
  audio.microphone = cards_.now().microphone;
  audio.speaker = cards_.now().speaker;
  audio.microphone_volume = static_cast<int>(settings.get(settings::audio::microphone_volume));
  audio.speaker_volume = static_cast<int>(settings.get(settings::audio::speaker_volume));
  audio.echo_cancellation = settings.get(settings::audio::echo_cancellation);
  audio_ = std::make_unique<media::AudioEngine>(loop, audio);
  audio_->on_change([this](const media::AudioState& state) { audio_changed(state); });
  cards_.on_found = [this] { audio_->set_devices(cards_.now().microphone, cards_.now().speaker); };

  media::LegsOptions legs;
  legs.loopback_candidates = options.loopback_media;
  legs.first_port = static_cast<std::uint16_t>(settings.get(settings::media::first_port));
  legs.last_port = static_cast<std::uint16_t>(settings.get(settings::media::last_port));
  legs.leg_limit += most_viewers();  // who watches takes no place from who is called
  legs_ = std::make_unique<media::Legs>(loop, audio_.get(), video_.get(), legs);
  views_ = std::make_unique<media::LiveViews>(
      loop, *legs_, media::LiveViewOptions{.viewer_limit = static_cast<std::size_t>(settings.get(settings::call::viewers))});
  lendings_ = std::make_unique<media::Lendings>(loop, *legs_, audio_.get(), video_.get());
  settings_changes_ = settings.on_change([this](const settings::Change& change) { apply_settings(&change); });
  apply_settings(nullptr);
}

Pictures::~Pictures() = default;

media::OverlaySettings Pictures::overlay() const {
  return {settings_.get(settings::picture::show_time), settings_.get(settings::picture::show_name),
          settings_.get(settings::station::name)};
}

void Pictures::start() { video_->start(); }

void Pictures::apply_settings(const settings::Change* change) {
  const auto touches = [&](std::string_view page) { return change == nullptr || change->entry.key.starts_with(page); };
  const auto log_error = [](const Result<void>& done) {
    if (!done.ok()) log::warning("media", "{}", done.error().message);
  };
  if (change != nullptr && touches("video.")) {
    log_error(video_->set_profile(media::Profile::main, main_profile(settings_)));
    log_error(video_->set_profile(media::Profile::sub, sub_profile(settings_)));
  }
  if (change != nullptr && (touches("picture.") || touches("station.name"))) video_->set_overlay(overlay());
  if (touches("audio.")) {
    audio_->set_microphone_volume(static_cast<int>(settings_.get(settings::audio::microphone_volume)));
    audio_->set_speaker_volume(static_cast<int>(settings_.get(settings::audio::speaker_volume)));
    audio_->set_echo_cancellation(settings_.get(settings::audio::echo_cancellation));
  }
  if (touches("call.viewers")) views_->set_viewer_limit(static_cast<std::size_t>(settings_.get(settings::call::viewers)));
  if (touches("sounds.")) {
    using media::Sound;
    audio_->set_sound_enabled(Sound::ringback, settings_.get(settings::sounds::ringing));
    audio_->set_sound_enabled(Sound::ringing, settings_.get(settings::sounds::ringing));
    audio_->set_sound_enabled(Sound::key, settings_.get(settings::sounds::keys));
    audio_->set_sound_enabled(Sound::unlocked, settings_.get(settings::sounds::unlocked));
    for (const Sound sound : {Sound::refused, Sound::no_such_room, Sound::nobody, Sound::busy})
      audio_->set_sound_enabled(sound, settings_.get(settings::sounds::refused));
    audio_->set_sound_enabled(Sound::ended, settings_.get(settings::sounds::ended));
  }
}

void Pictures::play(calls::SoundId sound) {
  static const std::map<std::string_view, media::Sound> sounds{
      {"sound.key", media::Sound::key},           {"sound.calling", media::Sound::ringback},
      {"sound.ringing", media::Sound::ringing},   {"sound.unlocked", media::Sound::unlocked},
      {"sound.wrong", media::Sound::refused},     {"sound.no_such_room", media::Sound::no_such_room},
      {"sound.busy", media::Sound::busy},         {"sound.nobody_available", media::Sound::nobody},
      {"sound.no_answer", media::Sound::nobody},  {"sound.call_ended", media::Sound::ended}};
  if (sound == "sound.stop") return audio_->stop_sounds();
  if (const auto found = sounds.find(sound); found != sounds.end()) audio_->play(found->second);
}

web::PartState Pictures::camera_state() const {
  const media::CameraStatus status = video_->camera();
  switch (status.state) {
    case media::CameraState::lost: return {"failed", status.message};
    case media::CameraState::opening: return {camera_lost_ ? "failed" : "starting", status.message};
    default: return {"ok", status.message};
  }
}

void Pictures::camera_changed(const media::CameraStatus& status) {
  if (status.state == media::CameraState::lost && !camera_lost_) {
    camera_lost_ = true;
    journal_.record(events::camera_lost, {.fields = {{"reason", status.message}}});
  } else if (status.state == media::CameraState::running && camera_lost_) {
    camera_lost_ = false;
    journal_.record(events::camera_back);
  }
  if (on_camera) on_camera(camera_state());
}

void Pictures::audio_changed(const media::AudioState& state) {
  const auto follow = [&](bool& lost, media::DeviceState now, const journal::Event& gone, const journal::Event& back) {
    if (now == media::DeviceState::failed && !lost) {
      lost = true;
      journal_.record(gone, {.fields = {{"reason", state.message}}});
    } else if (now == media::DeviceState::running && lost) {
      lost = false;
      journal_.record(back);
    }
  };
  follow(microphone_lost_, state.microphone, events::microphone_lost, events::microphone_back);
  follow(speaker_lost_, state.speaker, events::speaker_lost, events::speaker_back);
}

void Pictures::watch(const web::Subject& who, std::string_view stream, std::string offer, web::Done<web::LiveSession> done) {
  // Guard and installer have one account, each a browser of their own.
  const std::string viewer = who.role == web::Role::admin ? who.account + ' ' + who.address : who.account;
  views_->open(stream == "sub" ? media::Profile::sub : media::Profile::main, viewer, std::move(offer),
               [this, who, done = std::move(done), alive = std::weak_ptr<int>(alive_)](Result<media::LiveView> view) {
                 if (alive.expired()) return;
                 if (!view.ok()) {
                   chronicle_.view_refused(who.account, who.room, view.error().message);
                   return done(view.error());
                 }
                 note_view(who);
                 done(web::LiveSession{view->id, view->answer});
               });
}

void Pictures::note_view(const web::Subject& who) {
  // A console that goes from page to page opens its picture again each time: that is one look at the door.
  const Monotonic now = loop_.clock().monotonic();
  if (views_told_.size() >= views_told_limit) views_told_.clear();
  auto& told = views_told_[who.account];
  const bool again = told != Monotonic{} && now - told < one_look;
  told = now;
  if (!again) journal_.record(events::view_started, {.room = who.room, .subject = who.account});
}

void Pictures::lend(const web::Subject& /*who*/, std::string offer, web::Done<web::LiveSession> done) {
  lendings_->open(std::move(offer), [done = std::move(done)](Result<media::Lending> lending) {
    if (!lending.ok()) return done(lending.error());
    done(web::LiveSession{lending->id, lending->answer});
  });
}

bool Pictures::end(std::string_view id) {
  const std::string name(id);
  return views_->close(name).ok() || lendings_->close(name).ok();
}

bool Pictures::lasts(std::string_view id) const {
  const std::string name(id);
  return views_->lasts(name) || lendings_->lasts(name);
}

void Pictures::snapshot(const web::Subject& /*who*/, std::string_view stream, web::Done<std::string> done) {
  const auto size = video_->profile(stream == "sub" ? media::Profile::sub : media::Profile::main);
  video_->snapshot({size.width, size.height}, [done = std::move(done)](Result<media::Snapshot> taken) {
    if (!taken.ok()) return done(taken.error());
    done(std::string(*taken->jpeg));
  });
}

}  // namespace lintel::app
