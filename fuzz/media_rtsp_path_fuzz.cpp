// RTSP paths and queries (src/media/rtsp_path.cpp): the first line of the input is the path, the rest the query.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "media/rtsp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  const auto path = text.substr(0, line);
  const auto query = line == std::string_view::npos ? std::string_view() : text.substr(line + 1);
  const auto parsed = lintel::media::parse_rtsp_path(path, query);
  if (parsed && parsed->rest.size() > size) __builtin_trap();
  return 0;
}
