// The command line. What is given here wins over the stored settings for this run, and stores nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"

namespace lintel::app {

enum class Command { run, reset_admin, help, version };

[[nodiscard]] log::Level log_level(std::string_view name);  // info where it is none of them

struct Options {
  Command command = Command::run;
  std::string data = "data";         // made if it is missing, mode 0700
  std::string web = "web/dist";      // the built pages
  std::string bind = "::";           // address to serve on; "::" serves IPv4 too
  std::string camera = "auto";       // "auto", "test", /dev/videoN, rtsp://…, a video file
  std::string microphone = "auto";   // "auto", "default", "test", "silence", an ALSA or PipeWire device, a file
  std::string speaker = "auto";      // "auto", "default", "test", "none", a device, a file to write
  std::optional<std::uint16_t> http_port, https_port, sip_port, sips_port, rtsp_port, rtsps_port;  // 0: any free one
  std::string log;                   // debug, info, warning, error; empty: as the settings say
  std::string ready_file;            // written with the ports (JSON) once it serves; for scripts and tests
  bool loopback_media = false;       // offer 127.0.0.1 as a media address: everything on one machine
};

// Errors: invalid, naming the option, what was given and what is allowed.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string>& arguments);
[[nodiscard]] std::string help_text();

// What an address to serve on means.
[[nodiscard]] bool is_loopback(std::string_view bind);
[[nodiscard]] bool is_everywhere(std::string_view bind);

}  // namespace lintel::app
