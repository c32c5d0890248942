// Debug lines by category, for the developer and the installer. What happened to people and doors goes to the journal.
// Any thread. Never log a secret: no passwords, codes, tokens, digests, keys.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace lintel::log {

enum class Level { trace, debug, info, warning, error };

void set_level(Level level);
[[nodiscard]] bool enabled(Level level);
void write(Level level, std::string_view category, std::string_view line);

template <typename... Arguments>
void debug(std::string_view category, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  if (enabled(Level::debug)) write(Level::debug, category, fmt::format(format, std::forward<Arguments>(arguments)...));
}
template <typename... Arguments>
void info(std::string_view category, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  if (enabled(Level::info)) write(Level::info, category, fmt::format(format, std::forward<Arguments>(arguments)...));
}
template <typename... Arguments>
void warning(std::string_view category, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write(Level::warning, category, fmt::format(format, std::forward<Arguments>(arguments)...));
}
template <typename... Arguments>
void error(std::string_view category, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  write(Level::error, category, fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace lintel::log
