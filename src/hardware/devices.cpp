#include <array>

#include "hardware/front.hpp"
#include "hardware/relay.hpp"

namespace lintel::hardware {
namespace {
constexpr std::array<std::string_view, 16> key_words = {"0", "1", "2", "3", "4",    "5",      "6",      "7",
                                                        "8", "9", "*", "#", "call", "hangup", "centre", "emergency"};
}  // namespace

std::string_view name_of(RelayReport report) {
  switch (report) {
    case RelayReport::energised:
      return "energised";
    case RelayReport::released:
      return "released";
    case RelayReport::failed:
      return "failed";
  }
  return "failed";
}

std::optional<Key> parse_key(std::string_view word) {
  for (std::size_t i = 0; i < key_words.size(); ++i) {
    if (key_words[i] == word) return static_cast<Key>(i);
  }
  return std::nullopt;
}

std::string_view name_of(Key key) {
  return key_words.at(static_cast<std::size_t>(key));
}

std::string_view name_of(ReaderLight light) {
  switch (light) {
    case ReaderLight::ready:
      return "ready";
    case ReaderLight::awaiting:
      return "awaiting";
    case ReaderLight::accepted:
      return "accepted";
    case ReaderLight::refused:
      return "refused";
  }
  return "ready";
}

std::optional<char> digit_of(Key key) {
  if (key > Key::digit_9) return std::nullopt;
  return static_cast<char>('0' + static_cast<int>(key));
}

}  // namespace lintel::hardware
