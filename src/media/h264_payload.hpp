// H.264 cut into RTP payloads (RFC 6184, packetization-mode 1), once for everybody who watches. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lintel::media {

// One packet's payload: a few bytes of header, then a piece of the access unit, which must outlive it.
struct PayloadPiece {
  std::array<std::uint8_t, 4> header{};
  std::uint8_t header_size = 0;
  std::span<const std::uint8_t> body;
  [[nodiscard]] std::size_t size() const { return header_size + body.size(); }
};

// The NAL units of a byte stream (ITU-T H.264 Annex B), without start codes and trailing zeros; empty ones are left
// out.
void split_byte_stream(std::span<const std::uint8_t> stream, std::vector<std::span<const std::uint8_t>>& units);

// Appends the payloads of one access unit, in order; the last one is to carry RTP's marker. A NAL unit of at most
// `limit` bytes goes as it is (§5.6), a longer one in fragments (FU-A, §5.8) of equal size but for its last. Access
// unit delimiters are left out: RTP's marker says the same. `limit` is at least 3.
void payload_h264(std::span<const std::uint8_t> access_unit, std::size_t limit, std::vector<PayloadPiece>& pieces);

}  // namespace lintel::media
