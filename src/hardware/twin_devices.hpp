// The twin of each device kind. Loop only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hardware/front.hpp"
#include "hardware/input.hpp"
#include "hardware/relay.hpp"
#include "hardware/twins.hpp"

namespace lintel::hardware {

struct TwinRelayOptions {
  Duration answer_after{};  // zero: answers inside the order, as a GPIO does; else later, as a bus does
  bool energised = false;   // the position it is found in
  // Where the twin keeps its position, as a board with its own power would; empty: nowhere. With it, a killed program
  // finds the relay as it left it. One byte, mapped into memory: no write on the loop waits for the disk.
  std::string position_file{};
};

// Actions: "fail" (moves nothing, answers 'failed'), "jam" (moves nothing, answers nothing), "heal".
class TwinRelay final : public Twin, public Relay {
 public:
  TwinRelay(Clock& clock, std::string name, TwinRelayOptions options = {});
  ~TwinRelay() override;

  void energise() override { obey(true); }
  void release() override { obey(false); }
  [[nodiscard]] std::optional<bool> energised() const override { return energised_; }

  [[nodiscard]] std::string state() const override;  // "energised" or "released", with ", failing" or ", jammed"
  [[nodiscard]] std::vector<std::string> actions() const override;
  [[nodiscard]] Result<void> act(std::string_view action) override;

 private:
  enum class Health { well, failing, jammed };
  void obey(bool energise);
  void move(bool energise);
  void map_position();

  TwinRelayOptions options_;
  bool energised_;
  Health health_ = Health::well;
  Timer answering_;
  unsigned char* position_ = nullptr;
};

// A contact. Actions: "press" (active for a moment), "activate", "release".
class TwinInput final : public Twin, public Input {
 public:
  static constexpr Duration press_lasts = std::chrono::milliseconds(300);

  TwinInput(Clock& clock, std::string name);
  [[nodiscard]] bool active() const override { return active_; }

  [[nodiscard]] std::string state() const override;  // "active" or "idle"
  [[nodiscard]] std::vector<std::string> actions() const override;
  [[nodiscard]] Result<void> act(std::string_view action) override;

 private:
  void set(bool active);

  bool active_ = false;
  Timer releasing_;
};

// Actions: "key:<word>", the words of parse_key(). Digits are not recorded: they may be somebody's code.
class TwinKeypad final : public Twin, public Keypad {
 public:
  TwinKeypad(Clock& clock, std::string name);
  void press(Key key);

  [[nodiscard]] std::string state() const override { return "ready"; }
  [[nodiscard]] std::vector<std::string> actions() const override;
  [[nodiscard]] Result<void> act(std::string_view action) override;
};

class TwinDisplay final : public Twin, public Display {
 public:
  TwinDisplay(Clock& clock, std::string name);
  void show(const std::vector<std::string>& lines) override;

  [[nodiscard]] std::string state() const override;  // the lines, joined by " / "
  [[nodiscard]] std::vector<std::string> actions() const override { return {}; }
  [[nodiscard]] Result<void> act(std::string_view action) override { return no_such_action(action); }

 private:
  std::vector<std::string> lines_;
};

class TwinLights final : public Twin, public Lights {
 public:
  TwinLights(Clock& clock, std::string name);
  void set(const LightsState& state) override;

  [[nodiscard]] std::string state() const override;  // "call talk", "off", …
  [[nodiscard]] std::vector<std::string> actions() const override { return {}; }
  [[nodiscard]] Result<void> act(std::string_view action) override { return no_such_action(action); }

 private:
  LightsState lit_;
};

// Actions: "card:<hexadecimal>", a card held to the reader.
class TwinCardReader final : public Twin, public CardReader {
 public:
  TwinCardReader(Clock& clock, std::string name);
  void show(ReaderLight light) override;

  [[nodiscard]] std::string state() const override { return std::string(name_of(light_)); }
  [[nodiscard]] std::vector<std::string> actions() const override;
  [[nodiscard]] Result<void> act(std::string_view action) override;

 private:
  ReaderLight light_ = ReaderLight::ready;
};

}  // namespace lintel::hardware
