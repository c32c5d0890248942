// The part of the RTSP server that reads what a stranger typed: paths and queries. Bounded, no recursion.
#include "base/text.hpp"
#include "media/rtsp.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t length_limit = 512;
constexpr int parameter_limit = 16;

std::optional<RtspPath> after(std::string_view path, std::string_view prefix, Profile profile) {
  if (!path.starts_with(prefix)) return std::nullopt;
  const std::string_view rest = path.substr(prefix.size());
  if (!rest.empty() && rest.front() != '/') return std::nullopt;
  return RtspPath{profile, rest == "/" ? std::string() : std::string(rest)};
}

// channel=1&subtype=0, in any order, among others. A SETUP's "/stream=0" follows the last value.
std::optional<RtspPath> real_monitor(std::string_view query) {
  RtspPath answer;
  if (const auto slash = query.find('/'); slash != std::string_view::npos) {
    answer.rest = query.substr(slash) == "/" ? std::string() : std::string(query.substr(slash));
    query = query.substr(0, slash);
  }
  bool channel = false;
  int count = 0;
  for (const std::string_view parameter : text::split(query, '&')) {
    if (++count > parameter_limit) return std::nullopt;
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = parameter.substr(0, equals), value = parameter.substr(equals + 1);
    if (text::equals_ignoring_case(name, "channel")) {
      if (value != "1") return std::nullopt;
      channel = true;
    } else if (text::equals_ignoring_case(name, "subtype")) {
      if (value != "0" && value != "1") return std::nullopt;
      answer.profile = value == "0" ? Profile::main : Profile::sub;
    }
  }
  if (!channel) return std::nullopt;
  return answer;
}

}  // namespace

std::optional<RtspPath> parse_rtsp_path(std::string_view path, std::string_view query) {
  if (path.size() + query.size() > length_limit || !text::printable(path) || !text::printable(query))
    return std::nullopt;
  for (const auto& [prefix, profile] :
       {std::pair{"/main", Profile::main}, std::pair{"/sub", Profile::sub}, std::pair{"/live/ch00_0", Profile::main},
        std::pair{"/live/ch00_1", Profile::sub}})
    if (auto found = after(path, prefix, profile)) return found;
  if (path == "/cam/realmonitor" || path == "/cam/realmonitor/") return real_monitor(query);
  return std::nullopt;
}

}  // namespace lintel::media
