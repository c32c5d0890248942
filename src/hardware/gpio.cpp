#include "hardware/gpio.hpp"

#include <gpiod.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.hpp"

namespace lintel::hardware {
namespace {

constexpr const char* consumer = "lintel";

Error unavailable(const GpioLine& line, const char* what) {
  return {
      ErrorCode::unavailable,
      "GPIO " + line.chip + " line " + std::to_string(line.offset) + ": " + what + " (" + std::strerror(errno) + ").",
      "line",
      line.chip + ":" + std::to_string(line.offset),
      {}};
}

struct Found {
  GpioChip chip;
  gpiod_line* line = nullptr;
};

Result<Found> find_line(const GpioLine& wanted) {
  Found found;
  found.chip.reset(gpiod_chip_open_lookup(wanted.chip.c_str()));
  if (!found.chip) return unavailable(wanted, "there is no such chip, or this program may not use it");
  found.line = gpiod_chip_get_line(found.chip.get(), wanted.offset);
  if (found.line == nullptr) return unavailable(wanted, "the chip has no such line");
  return found;
}

}  // namespace

void close_gpio_chip(gpiod_chip* chip) {
  gpiod_chip_close(chip);
}

Result<std::unique_ptr<GpioRelay>> GpioRelay::open(const GpioLine& wanted) {
  LINTEL_TRY(Found found, find_line(wanted));
  gpiod_line_request_config as_it_stands{};
  as_it_stands.consumer = consumer;
  as_it_stands.request_type = GPIOD_LINE_REQUEST_DIRECTION_AS_IS;
  as_it_stands.flags = wanted.active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
  if (gpiod_line_request(found.line, &as_it_stands, 0) != 0) return unavailable(wanted, "it cannot be taken");
  // An output keeps its level; what was an input until now drives nothing, and begins released.
  const bool driven = gpiod_line_direction(found.line) == GPIOD_LINE_DIRECTION_OUTPUT;
  const int level = driven ? gpiod_line_get_value(found.line) : 0;
  const int kept = level == 1 ? 1 : 0;
  if (gpiod_line_set_direction_output(found.line, kept) != 0) return unavailable(wanted, "it cannot be an output");
  return std::unique_ptr<GpioRelay>(new GpioRelay(std::move(found.chip), found.line, kept));
}

GpioRelay::GpioRelay(GpioChip chip, gpiod_line* line, int level)
    : chip_(std::move(chip)), line_(line), left_at_(level) {}

GpioRelay::~GpioRelay() = default;

void GpioRelay::set(int value) {
  left_at_ = drive(value);
  if (left_at_ != value) return tell(RelayReport::failed);
  tell(value == 1 ? RelayReport::energised : RelayReport::released);
}

int GpioRelay::drive(int value) {
  if (gpiod_line_set_value(line_, value) != 0) {
    log::error("hardware", "GPIO line {}: {}", gpiod_line_offset(line_), std::strerror(errno));
  } else if (gpiod_line_get_value(line_) == value) {
    return value;
  } else if (gpiod_line_set_direction_input(line_) != 0 || gpiod_line_set_direction_output(line_, value) != 0) {
    // An expander that lost its power for a moment has all lines as inputs, which the kernel does not know. By way of an
    // input, so that no driver takes the direction for the one that it has.
    log::error("hardware", "GPIO line {} cannot be set up anew: {}", gpiod_line_offset(line_), std::strerror(errno));
  }
  return gpiod_line_get_value(line_);
}

bool GpioRelay::present() const {
  const int level = gpiod_line_get_value(line_);
  return level >= 0 && level == left_at_;
}

std::optional<bool> GpioRelay::energised() const {
  const int level = gpiod_line_get_value(line_);
  if (level < 0) return std::nullopt;
  return level == 1;
}

Result<std::unique_ptr<GpioInput>> GpioInput::open(Loop& loop, const GpioLine& wanted, Pull pull) {
  LINTEL_TRY(Found found, find_line(wanted));
  int flags = pull == Pull::up ? GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP : GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
  if (wanted.active_low) flags |= GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW;
  if (gpiod_line_request_both_edges_events_flags(found.line, consumer, flags) != 0) {
    return unavailable(wanted, "it cannot be taken as an input");
  }
  const int descriptor = gpiod_line_event_get_fd(found.line);
  if (descriptor < 0) return unavailable(wanted, "its edges cannot be watched");
  return std::unique_ptr<GpioInput>(new GpioInput(loop, std::move(found.chip), found.line, descriptor));
}

GpioInput::GpioInput(Loop& loop, GpioChip chip, gpiod_line* line, int descriptor)
    : loop_(loop), chip_(std::move(chip)), line_(line), descriptor_(descriptor) {
  watch();
}

void GpioInput::watch() {
  watch_ = loop_.watch(
      descriptor_, readable, [this](unsigned) { woken(); }, Priority::door);
}

GpioInput::~GpioInput() = default;

bool GpioInput::active() const {
  const int level = gpiod_line_get_value(line_);
  if (level >= 0) last_ = level == 1;
  return last_;
}

bool GpioInput::present() const {
  return gpiod_line_get_value(line_) >= 0;
}

void GpioInput::woken() {
  // The edges mean nothing: they are drained, and the level is read.
  std::array<gpiod_line_event, 16> edges{};
  const int drained = gpiod_line_event_read_multiple(line_, edges.data(), edges.size());
  if (drained < 0 && errno != EINTR && errno != EAGAIN) {
    // The chip is gone (a USB one, pulled out): its descriptor would wake the loop for ever.
    log::error("hardware", "GPIO line {} is no longer watched: {}", gpiod_line_offset(line_), std::strerror(errno));
    watch_ = Watch();
  } else if (drained == static_cast<int>(edges.size())) {
    // A line that chatters (a wire that floats beside a supply) would leave the loop nothing but itself.
    watch_ = Watch();
    resting_ = loop_.clock().after(DebouncedInput::default_settle, [this] {
      watch();
      tell(active());
    });
  }
  tell(active());
}

}  // namespace lintel::hardware
