// Camera, sound and their viewers as this station composes them, and what the web asks of them. Loop only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "app/chronicle.hpp"
#include "app/options.hpp"
#include "app/sound_cards.hpp"
#include "calls/messages.hpp"
#include "media/audio.hpp"
#include "media/leg.hpp"
#include "media/video.hpp"
#include "media/whep.hpp"
#include "media/whip.hpp"
#include "settings/settings.hpp"
#include "web/ports.hpp"

namespace lintel::app {

class Pictures final : public web::LivePort {
 public:
  Pictures(Loop& loop, const Options& options, settings::Settings& settings, Chronicle& chronicle);
  ~Pictures() override;

  void start();  // looks whether the camera opens
  [[nodiscard]] media::Legs& legs() { return *legs_; }
  [[nodiscard]] media::AudioEngine& audio() { return *audio_; }
  [[nodiscard]] media::Video& video() { return *video_; }
  void play(calls::SoundId sound);
  [[nodiscard]] web::PartState camera_state() const;
  std::function<void(const web::PartState&)> on_camera;

  // web::LivePort
  void watch(const web::Subject& who, std::string_view stream, std::string offer, web::Done<web::LiveSession> done) override;
  void lend(const web::Subject& who, std::string offer, web::Done<web::LiveSession> done) override;
  bool end(std::string_view id) override;
  [[nodiscard]] bool lasts(std::string_view id) const override;
  void snapshot(const web::Subject& who, std::string_view stream, web::Done<std::string> done) override;

 private:
  void camera_changed(const media::CameraStatus& status);
  void audio_changed(const media::AudioState& state);
  void apply_settings(const settings::Change* change);
  void note_view(const web::Subject& who);
  [[nodiscard]] media::OverlaySettings overlay() const;

  Loop& loop_;
  settings::Settings& settings_;
  Chronicle& chronicle_;
  journal::Journal& journal_;
  std::unique_ptr<media::Video> video_;
  std::unique_ptr<media::AudioEngine> audio_;
  std::unique_ptr<media::Legs> legs_;
  std::unique_ptr<media::LiveViews> views_;
  std::unique_ptr<media::Lendings> lendings_;
  SoundCards cards_;
  bool camera_lost_ = false;
  bool microphone_lost_ = false, speaker_lost_ = false;
  std::unordered_map<std::string, Monotonic> views_told_;
  storage::Subscription settings_changes_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace lintel::app
