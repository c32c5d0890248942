// What the plays of whole calls and doors share: an input is steps, and something must hold in and after them.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace lintel::play {

inline constexpr std::size_t most_steps = 48;

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "It does not hold: %s\n", what);
  std::abort();
}

// The digits at the front; 0 without any.
inline unsigned number(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// Gives each step, ended by the byte 0x1E, to `step`, and answers how many there were.
template <typename Step>
std::size_t for_each_step(const std::uint8_t* data, std::size_t size, Step step) {
  constexpr char end_of_step = 0x1e;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::size_t count = 0;
  for (; count < most_steps && !rest.empty(); ++count) {
    const auto end = std::min(rest.find(end_of_step), rest.size());
    step(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return count;
}

}  // namespace lintel::play
