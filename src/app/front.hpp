// The station's front and its calls, as the web sees them: keys in, panel state and call events out. Loop only.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "app/cards.hpp"
#include "app/chronicle.hpp"
#include "app/doors.hpp"
#include "app/pictures.hpp"
#include "calls/calls.hpp"
#include "calls/panel.hpp"
#include "web/events.hpp"
#include "web/ports.hpp"

namespace lintel::app {

class Front final : public calls::PanelOutput, public calls::CallListener, public web::PanelPort, public web::CallPort {
 public:
  struct Needs {
    Loop& loop;
    settings::Settings& settings;
    household::Household& household;
    Chronicle& chronicle;
    Doors& doors;
    Cards& cards;
    Pictures& pictures;
    calls::Directory& directory;
    calls::Lines& lines;
  };
  explicit Front(const Needs& needs);

  void connect(web::Events& events) { events_ = &events; }
  [[nodiscard]] calls::Calls& calls() { return calls_; }
  void stop() { calls_.stop(); }
  void locks_changed();  // any lock: the panel's light and words follow

  // calls::PanelOutput, calls::CallListener
  void panel_changed(const calls::PanelState& state) override;
  void play(calls::SoundId sound) override { needs_.pictures.play(sound); }
  void call_happened(const calls::CallEvent& event) override;
  // web::PanelPort
  [[nodiscard]] web::PanelState state() const override;
  Result<web::PanelState> press(const web::Subject& who, std::string_view key) override;
  // web::CallPort
  [[nodiscard]] std::vector<web::CallState> calls() const override;
  Result<web::CallState> call(const web::Subject& who, std::string_view to) override;
  Result<void> hang_up(const web::Subject& who, std::string_view id) override;

 private:
  [[nodiscard]] calls::CallOptions call_options() const;
  [[nodiscard]] calls::PanelOptions panel_options() const;

  Needs needs_;
  web::Events* events_ = nullptr;
  calls::Calls calls_;
  calls::Panel panel_;
  storage::Subscription settings_changes_, household_changes_;
};

}  // namespace lintel::app
