#include "hardware/twin_devices.hpp"

#include <algorithm>

namespace lintel::hardware {

TwinInput::TwinInput(Clock& twin_clock, std::string name) : Twin(twin_clock, std::move(name), "input") {}

std::string TwinInput::state() const {
  return active_ ? "active" : "idle";
}

std::vector<std::string> TwinInput::actions() const {
  return {"press", "activate", "release"};
}

Result<void> TwinInput::act(std::string_view action) {
  if (action != "press" && action != "activate" && action != "release") return no_such_action(action);
  releasing_.cancel();
  if (action == "press") releasing_ = clock().after(press_lasts, [this] { set(false); });
  note(std::string(action));
  set(action != "release");
  return {};
}

void TwinInput::set(bool active) {
  const bool changed = active != active_;
  active_ = active;
  if (changed) note(active ? "is active" : "is idle");
  tell(active);
}

TwinKeypad::TwinKeypad(Clock& twin_clock, std::string name) : Twin(twin_clock, std::move(name), "keypad") {}

void TwinKeypad::press(Key key) {
  note("key " + (digit_of(key) ? std::string("digit") : std::string(name_of(key))));
  tell(key);
}

std::vector<std::string> TwinKeypad::actions() const {
  std::vector<std::string> all;
  for (int i = 0; i <= static_cast<int>(Key::emergency); ++i) {
    all.push_back("key:" + std::string(name_of(static_cast<Key>(i))));
  }
  return all;
}

Result<void> TwinKeypad::act(std::string_view action) {
  if (!action.starts_with("key:")) return no_such_action(action);
  const auto key = parse_key(action.substr(4));
  if (!key) return no_such_action(action);
  press(*key);
  return {};
}

TwinDisplay::TwinDisplay(Clock& twin_clock, std::string name) : Twin(twin_clock, std::move(name), "display") {}

void TwinDisplay::show(const std::vector<std::string>& lines) {
  lines_ = lines;
  note("show " + state());
}

std::string TwinDisplay::state() const {
  std::string text;
  for (const auto& line : lines_) text += (text.empty() ? "" : " / ") + line;
  return text;
}

TwinLights::TwinLights(Clock& twin_clock, std::string name) : Twin(twin_clock, std::move(name), "lights") {}

void TwinLights::set(const LightsState& lights) {
  if (lights == lit_) return;
  lit_ = lights;
  note("light " + state());
}

std::string TwinLights::state() const {
  std::string text;
  const auto add = [&](bool lit, const char* name) {
    if (lit) text += (text.empty() ? "" : " ") + std::string(name);
  };
  add(lit_.call, "call");
  add(lit_.talk, "talk");
  add(lit_.unlock, "unlock");
  return text.empty() ? "off" : text;
}

TwinCardReader::TwinCardReader(Clock& twin_clock, std::string name) : Twin(twin_clock, std::move(name), "reader") {}

void TwinCardReader::show(ReaderLight light) {
  if (light == light_) return;
  light_ = light;
  note("light " + state());
}

std::vector<std::string> TwinCardReader::actions() const {
  return {"card:…"};
}

Result<void> TwinCardReader::act(std::string_view action) {
  if (!action.starts_with("card:")) return no_such_action(action);
  std::string card(action.substr(5));
  const bool good =
      card.size() >= shortest_card && card.size() <= longest_card && std::all_of(card.begin(), card.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
      });
  if (!good) {
    return Error{ErrorCode::invalid, "A card is 6 to 64 hexadecimal digits.", "action", card.substr(0, longest_card),
                 "card: and 6 to 64 hexadecimal digits, such as card:04A1B2C3"};
  }
  std::transform(card.begin(), card.end(), card.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  note("card");  // its number is a credential
  tell(card);
  return {};
}

}  // namespace lintel::hardware
