// How one setting is declared. Everything else (checks, schema, pages, reference, storage) comes from the declaration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lintel::settings {

enum class Type { boolean, integer, duration, text, choice, secret };
enum class Unit { none, milliseconds, seconds, minutes, days, kilobits, frames, percent };  // of integers and durations
enum class Applies { now, restart };

struct Choice {
  std::string_view value;
  std::string_view title;
};

struct Page {
  std::string_view id;
  std::string_view title;
  std::string_view help;
  std::string_view group;  // branch of the console's tree: Intercom, Access, Video, Panel, System
};

constexpr bool any_text(std::string_view /*text*/) {
  return true;
}
constexpr bool any_number(std::int64_t /*number*/) {
  return true;
}

struct Entry {
  std::string_view key;    // "call.longest_ring": stable over releases
  std::string_view page;   // id of its page
  std::string_view title;  // what the field is called
  std::string_view help;   // what it does, in full sentences
  Type type = Type::text;
  Unit unit = Unit::none;
  std::int64_t number = 0;   // the default of a boolean (0 or 1), integer or duration (in `unit`)
  std::int64_t minimum = 0;  // bounds of integer and duration
  std::int64_t maximum = 0;
  std::string_view text = {};    // the default of a text or choice; a secret has none
  std::size_t least_length = 0;  // bounds of text and secret, in characters
  std::size_t max_length = 0;
  // What else a text or number must be; `allowed` says it in words. Never null: GCC with -fsanitize=undefined cannot
  // compare a function's address with null at compile time (GCC bug 71962).
  bool (*valid)(std::string_view) = any_text;
  bool (*valid_number)(std::int64_t) = any_number;
  std::string_view allowed = {};
  std::span<const Choice> choices = {};
  Applies applies = Applies::now;
  std::string_view depends_on = {};     // the field matters only while that one...
  std::string_view depends_value = {};  // ...has this value, as text
};

}  // namespace lintel::settings
