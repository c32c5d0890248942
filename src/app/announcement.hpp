// What the station says once it serves: where it is reached, for people on the terminal and for programs in a file. Loop only.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace lintel::app {

// The ports it listens at; 0: off, or not had.
struct Reached {
  std::uint16_t http = 0, https = 0, sip = 0, sips = 0, rtsp = 0, rtsps = 0;
};

// Prints the addresses to standard output, and the one-time code while there is one. `bind`: the address it listens at.
void announce(const Reached& at, const std::string& bind, const std::string& setup_code);

// Writes the ports as JSON, whole or not at all. Errors: `unavailable`, where the file cannot be written.
[[nodiscard]] Result<void> write_ready_file(const Reached& at, const std::string& file);

}  // namespace lintel::app
