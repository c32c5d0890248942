#include "app/options.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <functional>
#include <string_view>

#include "base/text.hpp"

namespace lintel::app {
namespace {

struct Entry {
  std::string_view name;
  std::string_view value;  // what stands behind it in the help; empty: a switch
  std::string_view help;
  Result<void> (*take)(Options&, const std::string&);
};

Error refuse(std::string_view option, const std::string& value, std::string_view allowed) {
  return {ErrorCode::invalid, fmt::format("{} cannot be '{}': it takes {}.", option, value, allowed), std::string(option), value,
          std::string(allowed)};
}

Result<void> take_port(std::optional<std::uint16_t>& port, std::string_view option, const std::string& value) {
  const auto number = text::to_unsigned(value);
  if (!number || *number > 65535) return refuse(option, value, "a port number from 1 to 65535, or 0 for any free one");
  port = static_cast<std::uint16_t>(*number);
  return {};
}

Result<void> take_text(std::string& target, std::string_view option, const std::string& value) {
  if (value.empty() || value.size() > 4096) return refuse(option, value, "1 to 4096 bytes of text");
  target = value;
  return {};
}

constexpr std::array entries = {
    Entry{"--data", "FOLDER", "where everything is kept (default: data)",
          [](Options& o, const std::string& v) { return take_text(o.data, "--data", v); }},
    Entry{"--web", "FOLDER", "the built pages (default: web/dist)",
          [](Options& o, const std::string& v) { return take_text(o.web, "--web", v); }},
    Entry{"--bind", "ADDRESS", "serve on this address only (default: all)",
          [](Options& o, const std::string& v) -> Result<void> {
            in6_addr address{};
            if (inet_pton(AF_INET, v.c_str(), &address) != 1 && inet_pton(AF_INET6, v.c_str(), &address) != 1)
              return refuse("--bind", v, "an IPv4 or IPv6 address");
            o.bind = v;
            return {};
          }},
    Entry{"--camera", "SOURCE", "/dev/videoN, rtsp://…, a video file (looped), or test (default: the first camera, else test)",
          [](Options& o, const std::string& v) { return take_text(o.camera, "--camera", v); }},
    Entry{"--microphone", "SOURCE", "an ALSA or PipeWire device (alsa:hw:0, pipewire:name), a sound file (looped), silence, or test (default: the first sound card, also one that comes later)",
          [](Options& o, const std::string& v) { return take_text(o.microphone, "--microphone", v); }},
    Entry{"--speaker", "TARGET", "an ALSA or PipeWire device, a .wav file to write, none, or test (default: as the microphone)",
          [](Options& o, const std::string& v) { return take_text(o.speaker, "--speaker", v); }},
    Entry{"--http-port", "PORT", "web without encryption (default: 80, else 8080)",
          [](Options& o, const std::string& v) { return take_port(o.http_port, "--http-port", v); }},
    Entry{"--https-port", "PORT", "web with encryption (default: 443, else 8443)",
          [](Options& o, const std::string& v) { return take_port(o.https_port, "--https-port", v); }},
    Entry{"--sip-port", "PORT", "SIP over UDP and TCP (default: 5060)",
          [](Options& o, const std::string& v) { return take_port(o.sip_port, "--sip-port", v); }},
    Entry{"--sips-port", "PORT", "SIP over TLS (default: 5061)",
          [](Options& o, const std::string& v) { return take_port(o.sips_port, "--sips-port", v); }},
    Entry{"--rtsp-port", "PORT", "RTSP (default: 554, else 8554)",
          [](Options& o, const std::string& v) { return take_port(o.rtsp_port, "--rtsp-port", v); }},
    Entry{"--rtsps-port", "PORT", "RTSP over TLS, where it is switched on (default: 322, else 8322)",
          [](Options& o, const std::string& v) { return take_port(o.rtsps_port, "--rtsps-port", v); }},
    Entry{"--log", "LEVEL", "debug, info, warning or error (default: as the settings say)",
          [](Options& o, const std::string& v) -> Result<void> {
            if (v != "debug" && v != "info" && v != "warning" && v != "error")
              return refuse("--log", v, "debug, info, warning or error");
            o.log = v;
            return {};
          }},
    Entry{"--ready-file", "FILE", "write the ports there as JSON once the station serves (0: not at all)",
          [](Options& o, const std::string& v) { return take_text(o.ready_file, "--ready-file", v); }},
    Entry{"--loopback-media", "", "offer 127.0.0.1 for sound and pictures: browser and station on one machine without a network",
          [](Options& o, const std::string&) -> Result<void> {
            o.loopback_media = true;
            return {};
          }},
};

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i];
    if (name == "--help" || name == "-h" || name == "help") {
      options.command = Command::help;
      return options;
    }
    if (name == "--version" || name == "version") {
      options.command = Command::version;
      return options;
    }
    if (name == "reset-admin") {
      options.command = Command::reset_admin;
      continue;
    }
    std::optional<std::string> value;
    if (const auto equals = name.find('='); name.starts_with("--") && equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    const Entry* found = nullptr;
    for (const Entry& entry : entries)
      if (entry.name == name) found = &entry;
    if (found == nullptr)
      return Error{ErrorCode::invalid, fmt::format("There is no option '{}'. 'lintel --help' lists them.", name), name, "", ""};
    if (!found->value.empty() && !value) {
      if (i + 1 >= arguments.size())
        return Error{ErrorCode::invalid, fmt::format("{} needs a value: {} {}.", name, name, found->value), name, "", ""};
      value = arguments[++i];
    }
    LINTEL_CHECK(found->take(options, value.value_or("")));
  }
  return options;
}

log::Level log_level(std::string_view name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warning") return log::Level::warning;
  return name == "error" ? log::Level::error : log::Level::info;
}

bool is_loopback(std::string_view bind) { return bind == "127.0.0.1" || bind == "::1"; }

bool is_everywhere(std::string_view bind) { return bind == "::" || bind == "0.0.0.0"; }

std::string help_text() {
  std::string out =
      "lintel: the video door station\n\n"
      "  lintel [options]              run the station\n"
      "  lintel reset-admin [--data …] forget the admin password; the next start prints a new one-time code\n"
      "  lintel --version\n\n";
  for (const Entry& entry : entries)
    out += fmt::format("  {:<28}{}\n", fmt::format("{} {}", entry.name, entry.value), entry.help);
  return out;
}

}  // namespace lintel::app
