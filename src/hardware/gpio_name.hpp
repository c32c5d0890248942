// How a GPIO line is written: its chip and its number, "gpiochip0:17". Usable by the compiler; any thread.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

namespace lintel::hardware {

struct GpioName {
  std::string_view chip;  // "gpiochip0", "/dev/gpiochip0" or the chip's label; a label may hold colons itself
  unsigned offset = 0;    // of the line on its chip
};

inline constexpr unsigned most_gpio_lines = 1024;  // of one chip
inline constexpr std::size_t longest_gpio_chip = 64;
inline constexpr std::string_view gpio_name_form = "a chip and the number of its line below 1024, such as gpiochip0:17";

// Nothing when `text` is not of that form.
[[nodiscard]] constexpr std::optional<GpioName> parse_gpio_name(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon > longest_gpio_chip) return std::nullopt;
  const std::string_view number = text.substr(colon + 1);
  if (number.empty() || number.size() > 4) return std::nullopt;
  GpioName name{.chip = text.substr(0, colon)};
  for (const char digit : number) {
    if (digit < '0' || digit > '9') return std::nullopt;
    name.offset = name.offset * 10 + static_cast<unsigned>(digit - '0');
  }
  // A label is what a driver gave it: any printable ASCII.
  const bool printable = std::all_of(name.chip.begin(), name.chip.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (name.offset >= most_gpio_lines || !printable) return std::nullopt;
  return name;
}

}  // namespace lintel::hardware
