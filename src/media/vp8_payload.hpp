// VP8 cut into RTP payloads (RFC 7741), once for everybody who watches. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "media/h264_payload.hpp"

namespace lintel::media {

// Appends the payloads of one frame, each of at most `limit` bytes; the last one is to carry RTP's marker.
void payload_vp8(std::span<const std::uint8_t> frame, std::uint16_t picture, std::size_t limit,
                 std::vector<PayloadPiece>& pieces);
// The frame's bytes of a payload: what is behind the descriptor. Empty: malformed. `begins`: a frame's first.
[[nodiscard]] std::span<const std::uint8_t> strip_vp8(std::span<const std::uint8_t> payload, bool& begins);

}  // namespace lintel::media
