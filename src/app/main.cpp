#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "app/reset_admin.hpp"
#include "app/service.hpp"
#include "app/station.hpp"
#include "base/log.hpp"
#include "system/descriptors.hpp"
#include "system/memory.hpp"

int main(int count, char** arguments) {
  using namespace lintel;
  const auto options = app::parse_options(std::vector<std::string>(arguments + 1, arguments + count));
  if (!options.ok()) {
    fmt::print(stderr, "{}\n", options.error().message);
    return 2;
  }
  switch (options->command) {
    case app::Command::help: fmt::print("{}", app::help_text()); return 0;
    case app::Command::version: fmt::print("lintel {}\n", app::version()); return 0;
    case app::Command::reset_admin: {
      const auto done = app::reset_admin(*options);
      fmt::print(stderr, "{}\n", done.ok() ? "The administrator's password is forgotten. Start the station: it prints a new one-time code."
                                          : done.error().message);
      return done.ok() ? 0 : 1;
    }
    case app::Command::run: break;
  }
  log::set_level(app::log_level(options->log));
  app::Signals::block();
  system::settle_memory();
  system::raise_descriptor_limit();
  const auto done = app::run_station(*options);
  if (!done.ok()) fmt::print(stderr, "lintel: {}\n", done.error().message);
  return done.ok() ? 0 : 1;
}
