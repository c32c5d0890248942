#include "app/announcement.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "app/options.hpp"
#include "app/station.hpp"
#include "base/addresses.hpp"

namespace lintel::app {

void announce(const Reached& at, const std::string& bind, const std::string& setup_code) {
  const bool here = is_loopback(bind), everywhere = is_everywhere(bind);
  const std::string local = here || everywhere ? "localhost" : bind;
  const auto address = [](const char* scheme, const std::string& host, std::uint16_t port, std::uint16_t usual) {
    const std::string name = host.find(':') != std::string::npos ? "[" + host + "]" : host;
    return port == usual ? fmt::format("{}://{}/", scheme, name) : fmt::format("{}://{}:{}/", scheme, name, port);
  };
  const auto own = everywhere ? addresses::own() : std::vector{bind};
  std::string text = fmt::format("\nLintel {} is running.\n\n", version());
  if (at.http != 0) text += fmt::format("  on this machine   {}\n", address("http", local, at.http, 80));
  if (at.http == 0 && at.https != 0)
    text += fmt::format("  on this machine   {}\n", address("https", local, at.https, 443));
  if (!here && at.https != 0)
    for (const auto& one : own) text += fmt::format("  on the network    {}\n", address("https", one, at.https, 443));
  const std::string recorders = here || own.empty() ? local : own.front();
  if (at.rtsp != 0) text += fmt::format("  for recorders     {}main\n", address("rtsp", recorders, at.rtsp, 554));
  if (at.rtsps != 0) text += fmt::format("  for recorders     {}main\n", address("rtsps", recorders, at.rtsps, 322));
  if (!setup_code.empty()) text += fmt::format("\n  one-time code: {}   (asks for it once, to set the admin password)\n", setup_code);
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

Result<void> write_ready_file(const Reached& at, const std::string& file) {
  const std::string part = file + ".part";
  {
    std::ofstream written(part, std::ios::trunc);
    written << fmt::format(R"({{"ports":{{"http":{},"https":{},"sip":{},"sips":{},"rtsp":{},"rtsps":{}}}}})", at.http, at.https, at.sip, at.sips, at.rtsp,
                           at.rtsps)
            << '\n';
  }
  if (std::rename(part.c_str(), file.c_str()) != 0)
    return Error{ErrorCode::unavailable, fmt::format("{} cannot be written. Give --ready-file a place that can be.", file), "--ready-file"};
  return {};
}

}  // namespace lintel::app
