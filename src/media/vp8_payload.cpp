#include "media/vp8_payload.hpp"

#include <algorithm>

namespace lintel::media {

void payload_vp8(std::span<const std::uint8_t> frame, std::uint16_t picture, std::size_t limit,
                 std::vector<PayloadPiece>& pieces) {
  constexpr std::uint8_t extended = 0x80;
  constexpr std::uint8_t start = 0x10;
  constexpr std::uint8_t with_picture = 0x80;
  const std::size_t step = limit - 4;
  for (std::size_t at = 0; at < frame.size(); at += step) {
    const auto first = static_cast<std::uint8_t>(extended | (at == 0 ? start : 0));
    pieces.push_back(
        {{first, with_picture, static_cast<std::uint8_t>(0x80U | (picture >> 8)), static_cast<std::uint8_t>(picture)},
         4,
         frame.subspan(at, std::min(step, frame.size() - at))});
  }
}

std::span<const std::uint8_t> strip_vp8(std::span<const std::uint8_t> payload, bool& begins) {
  begins = false;
  if (payload.empty()) return {};
  std::size_t at = 1;
  if ((payload[0] & 0x80U) != 0) {
    if (payload.size() < 2) return {};
    const std::uint8_t present = payload[1];
    at = 2;
    if ((present & 0x80U) != 0) {
      if (payload.size() <= at) return {};
      at += (payload[at] & 0x80U) != 0 ? 2 : 1;
    }
    if ((present & 0x40U) != 0) ++at;
    if ((present & 0x30U) != 0) ++at;
  }
  if (at >= payload.size()) return {};
  begins = (payload[0] & 0x10U) != 0 && (payload[0] & 0x07U) == 0;
  return payload.subspan(at);
}

}  // namespace lintel::media
