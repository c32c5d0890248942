// The one place that knows everybody: makes the rooms, connects them, runs the loop, and takes them down again.
#pragma once

#include <string>

#include "app/options.hpp"
#include "base/result.hpp"

namespace lintel::app {

[[nodiscard]] const char* version();

// Runs until SIGTERM or SIGINT. Errors: what kept it from starting, in a sentence.
[[nodiscard]] Result<void> run_station(const Options& options);

}  // namespace lintel::app
