// Relays and contacts on the lines of a GPIO character device (libgpiod 1.6). Loop only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/handle.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "hardware/input.hpp"
#include "hardware/relay.hpp"

struct gpiod_chip;
struct gpiod_line;

namespace lintel::hardware {

struct GpioLine {
  std::string chip{};  // as in gpio_name.hpp
  unsigned offset = 0;
  bool active_low = false;
  friend bool operator==(const GpioLine&, const GpioLine&) = default;
};

void close_gpio_chip(gpiod_chip* chip);
using GpioChip = Handle<gpiod_chip, close_gpio_chip>;  // its lines go with it

// A relay on an output. It is found as it stands: opening moves nothing, so that a bolt left free is noticed.
// Answers inside each order, with what the line reads back. What the line does once the program is gone is the chip's
// affair: wire the relay so that the level of a line at rest is the safe one.
class GpioRelay final : public Relay {
 public:
  // `unavailable`: no such chip or line, no right to it (group gpio), or somebody else has it; the message says which.
  [[nodiscard]] static Result<std::unique_ptr<GpioRelay>> open(const GpioLine& line);
  ~GpioRelay() override;

  void energise() override { set(1); }
  void release() override { set(0); }
  [[nodiscard]] std::optional<bool> energised() const override;
  [[nodiscard]] bool present() const override;  // and stands as it was left: an expander that reset itself does not

 private:
  GpioRelay(GpioChip chip, gpiod_line* line, int level);
  void set(int value);
  [[nodiscard]] int drive(int value);  // the level that the line has then

  GpioChip chip_;
  gpiod_line* line_;
  int left_at_;  // the level after the last order, obeyed or not
};

// A contact on an input. Edges only wake it: what it tells is the level read after them. Use it through DebouncedInput.
class GpioInput final : public Input {
 public:
  enum class Pull { up, down };  // the chip's own resistor, where it has one
  // Errors as of GpioRelay::open().
  [[nodiscard]] static Result<std::unique_ptr<GpioInput>> open(Loop& loop, const GpioLine& line, Pull pull);
  ~GpioInput() override;

  [[nodiscard]] bool active() const override;  // what was read last, where the line cannot be read now
  [[nodiscard]] bool present() const override;

 private:
  GpioInput(Loop& loop, GpioChip chip, gpiod_line* line, int descriptor);
  void watch();
  void woken();

  Loop& loop_;
  GpioChip chip_;
  gpiod_line* line_;
  const int descriptor_;
  mutable bool last_ = false;
  Timer resting_;
  Watch watch_;  // first to go
};

}  // namespace lintel::hardware
