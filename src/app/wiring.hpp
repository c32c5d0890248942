// Which devices stand behind the station's relays and contacts: twins or GPIO lines, as the settings choose. Loop only.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hardware/gpio.hpp"
#include "hardware/points.hpp"
#include "hardware/twin_devices.hpp"
#include "journal/journal.hpp"
#include "settings/settings.hpp"
#include "web/ports.hpp"

namespace lintel::app {

class Wiring {
 public:
  static constexpr int locks = 2;
  // Who is told of what. Nobody is told before the first apply().
  struct Told {
    std::function<void(int lock)> relay_replaced;      // another device, or the one that was away: drive it anew
    std::function<void(int lock)> door;                // door_open() answers otherwise
    std::function<void()> exit_button, emergency_key;  // pressed
  };

  // Makes the twins. All must outlive it.
  Wiring(Loop& loop, settings::Settings& settings, journal::Journal& journal, hardware::Twins& twins,
         const std::string& data_folder, Told told, Duration stuck_after = std::chrono::minutes(1));
  ~Wiring();

  // Brings what stands behind the points in line with the settings; touches only what is to be another one.
  void apply();

  [[nodiscard]] hardware::Relay& relay(int lock);
  // Nothing: no contact is connected there, or it is away.
  [[nodiscard]] std::optional<bool> door_open(int lock) const;
  // Why the lock's relay cannot be driven, in a sentence; empty while it can.
  [[nodiscard]] const std::string& relay_problem(int lock) const;
  // What is away and should not be, for the console.
  [[nodiscard]] std::vector<web::Attention> attention() const;
  // What stands where the twin of this name would: the twin itself (nothing), or its state in words; empty where
  // nothing is connected.
  [[nodiscard]] std::optional<std::string> instead_of_twin(std::string_view name) const;

 private:
  enum class Device { none, twin, gpio };
  struct Plan {
    Device device = Device::none;
    hardware::GpioLine line{};
    hardware::GpioInput::Pull pull = hardware::GpioInput::Pull::up;
    friend bool operator==(const Plan&, const Plan&) = default;
  };
  struct RelayPlace;
  struct ContactPlace;
  [[nodiscard]] Plan relay_plan(int lock) const;
  [[nodiscard]] Plan contact_plan(const std::string& device, const std::string& line, bool normally_closed) const;
  [[nodiscard]] Plan plan_of(const ContactPlace& contact) const;
  [[nodiscard]] RelayPlace& place(int lock) const;
  ContactPlace& add_contact(std::string name, std::string words, std::function<void(std::optional<bool>, bool)> heard);
  void contact_told(ContactPlace& contact, std::optional<bool> level);
  // One that is held so long is stuck, or was wired the other way round, and nobody can use it.
  void watch_key(ContactPlace& key, std::optional<bool> level);

  Loop& loop_;
  settings::Settings& settings_;
  journal::Journal& journal_;
  hardware::Twins& twins_;
  Told told_;
  const Duration stuck_after_;
  std::vector<std::unique_ptr<RelayPlace>> relays_;      // by lock
  std::vector<std::unique_ptr<ContactPlace>> contacts_;  // the doors' by lock, then button and key
};

}  // namespace lintel::app
