// The typed name of a setting. Its key and type are compared with the table by the compiler.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "settings/entry.hpp"
#include "settings/table.hpp"

namespace lintel::settings {

// T is bool, std::int64_t, std::string (text, choice, secret), or the std::chrono type of the entry's unit.
template <typename T>
struct Setting {
  std::string_view key;
  std::size_t index;

  consteval explicit Setting(std::string_view name) : key(name), index(index_of(name)) {
    if (!fits(all_entries[index])) throw "the setting's type or unit is another one in the table";
  }

  [[nodiscard]] T from(const std::variant<bool, std::int64_t, std::string>& value) const {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::string>)
      return std::get<T>(value);
    else
      return T(std::get<std::int64_t>(value));
  }

 private:
  static consteval std::size_t index_of(std::string_view name) {
    for (std::size_t i = 0; i < all_entries.size(); ++i)
      if (all_entries[i].key == name) return i;
    throw "no setting of that name in the table";
  }
  static consteval bool fits(const Entry& entry) {
    if constexpr (std::is_same_v<T, bool>) return entry.type == Type::boolean;
    if constexpr (std::is_same_v<T, std::int64_t>) return entry.type == Type::integer;
    if constexpr (std::is_same_v<T, std::string>)
      return entry.type == Type::text || entry.type == Type::choice || entry.type == Type::secret;
    if constexpr (std::is_same_v<T, std::chrono::milliseconds>)
      return entry.type == Type::duration && entry.unit == Unit::milliseconds;
    if constexpr (std::is_same_v<T, std::chrono::seconds>)
      return entry.type == Type::duration && entry.unit == Unit::seconds;
    if constexpr (std::is_same_v<T, std::chrono::minutes>)
      return entry.type == Type::duration && entry.unit == Unit::minutes;
    if constexpr (std::is_same_v<T, std::chrono::days>) return entry.type == Type::duration && entry.unit == Unit::days;
    return false;
  }
};

}  // namespace lintel::settings
