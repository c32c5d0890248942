// Keys at the front, and whatever lines tell in whatever order: no call is lost, nothing rings on, no code is shown.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "calls/panel.hpp"

namespace {

using namespace lintel;
using namespace lintel::calls;
using namespace std::chrono_literals;

struct House final : Directory, Lines, UnlockWish, CodeCheck, PanelOutput {
  std::vector<LegId> legs;
  std::set<LegId> open;  // begun, and not ended by anybody

  [[nodiscard]] Resolution resolve(std::string_view number) const override {
    Resolution resolution;
    if (number.size() > 3) return resolution;
    resolution.kind = number.empty() ? Resolution::Kind::centre : Resolution::Kind::room;
    resolution.number = number;
    const std::size_t contacts = number.empty() ? 1 : static_cast<std::size_t>(number.back() - '0');
    for (std::size_t i = 0; i < contacts; ++i) resolution.contacts.emplace_back().room = number;
    return resolution;
  }
  [[nodiscard]] std::string centre_number() const override { return {}; }
  [[nodiscard]] bool within_period(CallKind) const override { return true; }
  void dial(const std::vector<std::pair<LegId, Contact>>& dialled, const DialFor&) override {
    for (const auto& [leg, contact] : dialled) {
      legs.push_back(leg);
      open.insert(leg);
    }
  }
  void accept(LegId) override {}
  void end(LegId leg, LegEnd) override { open.erase(leg); }
  void wish_digit(const WishFrom&, char) override {}
  void wishes_over(const WishFrom&) override {}
  CodeAnswer try_code(std::string_view code) override {
    return {code == "1234" ? CodeAnswer::Kind::opened : CodeAnswer::Kind::wrong, code.size() > 6 ? 1min : 0s};
  }
  [[nodiscard]] Duration locked_for() const override { return {}; }
  void panel_changed(const PanelState& state) override {
    if (state.mode == "code" && state.input.find_first_not_of('*') != std::string::npos) __builtin_trap();
  }
  void play(SoundId) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 1024;
  SimulatedClock clock;
  House house;
  Calls calls(clock, house, house, house);
  Panel panel(clock, calls, house, house);
  bool door = false;
  for (std::size_t i = 0; i < std::min(size, longest); ++i) {
    const char what = static_cast<char>(data[i]);
    const auto leg = [&]() -> LegId {
      if (house.legs.empty() || i + 1 >= size) return 0;
      return house.legs[house.legs.size() - 1 - data[++i] % std::min<std::size_t>(house.legs.size(), 12)];
    };
    switch (what) {
      case 'C':
        panel.press(hardware::Key::call);
        break;
      case 'H':
        panel.press(hardware::Key::hang_up);
        break;
      case 'N':
        panel.press(hardware::Key::centre);
        break;
      case 'E':
        panel.press(hardware::Key::emergency);
        break;
      case 'r':
        calls.leg_ringing(leg());
        break;
      case 'a': {
        const LegId answered = leg();
        house.open.insert(answered);
        calls.leg_answered(answered);
        break;
      }
      case 'x':
      case 'l': {
        const LegId over = leg();
        house.open.erase(over);
        what == 'x' ? calls.leg_refused(over, static_cast<Refusal>(i % 7)) : calls.leg_ended(over, i % 2 == 0);
        break;
      }
      case 'd':
        calls.leg_digit(leg(), '#');
        break;
      case 'i':
      case 'v': {
        Arrival arrival;
        arrival.leg = calls.new_leg();
        arrival.allowed = i % 5 != 0;
        arrival.monitor = i % 2 == 0;
        arrival.wants_to_talk = what == 'i';
        house.dial({{arrival.leg, Contact{}}}, {});
        calls.arrive(arrival);
        break;
      }
      case 'o':
        door = !door;
        panel.locks_open(door ? std::vector<OpenLock>{{static_cast<int>(i % 3) + 1, "Garage"}}
                              : std::vector<OpenLock>{});
        break;
      case 'u':
        calls.door_opened("dtmf");
        break;
      case 't':
        clock.advance(5s);
        break;
      case 'T':
        clock.advance(60s);
        break;
      default:
        if (const auto key = hardware::parse_key(std::string_view(&what, 1))) panel.press(*key);
    }
  }
  calls.stop();
  house.open.erase(0);
  if (calls.current() || !house.open.empty()) __builtin_trap();
  return 0;
}
