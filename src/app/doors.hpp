// The doors as this station has them: relays, contacts and keypad, access over them, and what the web and the calls ask
// of them. Loop only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.hpp"
#include "access/dtmf.hpp"
#include "access/relay_driver.hpp"
#include "app/chronicle.hpp"
#include "app/wiring.hpp"
#include "calls/panel.hpp"
#include "hardware/twin_devices.hpp"
#include "hardware/twins.hpp"
#include "household/household.hpp"
#include "settings/settings.hpp"
#include "web/ports.hpp"

namespace lintel::app {

class Doors final : public access::AccessListener,
                    public calls::CodeCheck,
                    public calls::UnlockWish,
                    public web::LockPort,
                    public web::TwinPort {
 public:
  // `guesses`: the limit shared with the web and SIP.
  Doors(Loop& loop, household::Household& household, settings::Settings& settings, Chronicle& chronicle,
        access::AttemptLimiter& guesses, const std::string& data_folder);
  ~Doors() override;

  void start();  // drives every lock safe
  void stop();
  [[nodiscard]] hardware::TwinKeypad& keypad() { return *keypad_; }
  [[nodiscard]] hardware::CardReader& reader() { return *reader_; }
  [[nodiscard]] bool has_reader() const;
  [[nodiscard]] access::Access& access() { return access_; }
  [[nodiscard]] hardware::Twins& devices() { return twins_; }
  [[nodiscard]] std::vector<calls::OpenLock> open_locks() const;
  [[nodiscard]] std::vector<web::Attention> attention() const;  // what a person should look at, for the overview
  void show(const calls::PanelState& state);  // on the front's display and lights, and the reader's

  // Told after the relay moved.
  std::function<void(const web::LockState&)> on_lock;
  std::function<void(std::string_view method)> on_opened;
  std::function<void()> on_jammed;
  std::function<void()> on_emergency;  // the emergency input: a call goes out

  // access::AccessListener
  void access_happened(const access::AccessEvent& event) override;  // of the cards too
  void lock_changed(const access::LockView& lock) override;
  // calls::CodeCheck, calls::UnlockWish
  calls::CodeAnswer try_code(std::string_view code) override;
  [[nodiscard]] Duration locked_for() const override;
  void wish_digit(const calls::WishFrom& from, char digit) override;
  void wishes_over(const calls::WishFrom& from) override;
  // web::LockPort
  [[nodiscard]] std::vector<web::LockState> locks() const override;
  Result<web::LockState> unlock(const web::Subject& who, std::uint32_t number) override;
  // web::TwinPort
  [[nodiscard]] std::vector<web::Twin> twins() const override;
  Result<web::Twin> act(const web::Subject& who, std::string_view name, std::string_view action) override;

 private:
  class Rights;
  class Codes;
  [[nodiscard]] access::LockOptions options_of(int number) const;
  void apply_settings();
  void door_told(int number);
  void exit_pressed();
  [[nodiscard]] std::optional<std::string> instead_of_twin(std::string_view name) const;  // as Wiring's
  [[nodiscard]] web::LockState state_of(const access::LockView& lock) const;

  Clock& clock_;
  settings::Settings& settings_;
  Chronicle& chronicle_;
  hardware::Twins twins_;
  hardware::TwinKeypad* keypad_ = nullptr;
  hardware::TwinCardReader* reader_ = nullptr;
  hardware::TwinDisplay* display_ = nullptr;
  hardware::TwinLights* lights_ = nullptr;
  Wiring wiring_;
  std::unique_ptr<Rights> rights_;
  std::unique_ptr<Codes> codes_;
  access::AttemptLimiter& limiter_;
  std::vector<std::unique_ptr<access::RelayDriver>> drivers_;  // by lock
  access::Access access_;
  access::DtmfCommands dtmf_;
  storage::Subscription settings_changes_;
};

}  // namespace lintel::app
