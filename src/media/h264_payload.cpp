#include "media/h264_payload.hpp"

#include <algorithm>
#include <cstring>

namespace lintel::media {
namespace {

constexpr std::uint8_t type_mask = 0x1F;
constexpr std::uint8_t delimiter = 9;
constexpr std::uint8_t fragment = 28;  // FU-A
constexpr std::uint8_t first_bit = 0x80;
constexpr std::uint8_t last_bit = 0x40;

// Where the next 00 00 01 begins, or the end. memchr is the quick way to the rare byte.
std::size_t find_start(std::span<const std::uint8_t> stream, std::size_t from) {
  for (std::size_t at = from + 2; at < stream.size(); ++at) {
    const auto* found = static_cast<const std::uint8_t*>(std::memchr(stream.data() + at, 1, stream.size() - at));
    if (found == nullptr) break;
    at = static_cast<std::size_t>(found - stream.data());
    if (stream[at - 1] == 0 && stream[at - 2] == 0) return at - 2;
  }
  return stream.size();
}

}  // namespace

void split_byte_stream(std::span<const std::uint8_t> stream, std::vector<std::span<const std::uint8_t>>& units) {
  std::size_t at = find_start(stream, 0);
  while (at < stream.size()) {
    const std::size_t begin = at + 3;
    at = find_start(stream, begin);
    std::size_t end = at;
    while (end > begin && stream[end - 1] == 0) --end;  // the fourth byte of a long start code, or padding
    if (end > begin) units.push_back(stream.subspan(begin, end - begin));
  }
}

void payload_h264(std::span<const std::uint8_t> access_unit, std::size_t limit, std::vector<PayloadPiece>& pieces) {
  std::vector<std::span<const std::uint8_t>> units;
  units.reserve(8);
  split_byte_stream(access_unit, units);
  for (const std::span<const std::uint8_t> unit : units) {
    const std::uint8_t type = unit[0] & type_mask;
    if (type == delimiter) continue;
    if (unit.size() <= limit) {
      pieces.push_back({{}, 0, unit});
      continue;
    }
    const auto indicator = static_cast<std::uint8_t>((unit[0] & ~type_mask) | fragment);
    const std::size_t step = limit - 2;
    for (std::size_t at = 1; at < unit.size(); at += step) {
      const std::size_t size = std::min(step, unit.size() - at);
      std::uint8_t header = type;
      if (at == 1) header |= first_bit;
      if (at + size == unit.size()) header |= last_bit;
      pieces.push_back({{indicator, header}, 2, unit.subspan(at, size)});
    }
  }
}

}  // namespace lintel::media
