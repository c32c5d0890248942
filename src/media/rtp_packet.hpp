// The fixed header of RTP (RFC 3550 §5.1), read and written in place. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/big_endian.hpp"

namespace lintel::media {

inline constexpr std::size_t rtp_header_size = 12;

struct RtpHeader {
  bool marker = false;
  std::uint8_t type = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t source = 0;
};

inline void write_rtp(std::uint8_t* at, const RtpHeader& header) {
  at[0] = 0x80;
  at[1] = static_cast<std::uint8_t>((header.marker ? 0x80U : 0U) | header.type);
  big_endian::write16(at + 2, header.sequence);
  big_endian::write32(at + 4, header.timestamp);
  big_endian::write32(at + 8, header.source);
}

struct RtpPacket {
  RtpHeader header;
  std::span<const std::uint8_t> payload;  // without padding
};

inline std::optional<RtpPacket> read_rtp(std::span<const std::uint8_t> data) {
  if (data.size() < rtp_header_size || (data[0] >> 6) != 2) return std::nullopt;
  RtpPacket packet;
  packet.header = {(data[1] & 0x80U) != 0, static_cast<std::uint8_t>(data[1] & 0x7FU), big_endian::read16(data, 2),
                   big_endian::read32(data, 4), big_endian::read32(data, 8)};
  std::size_t at = rtp_header_size + 4U * (data[0] & 0x0FU);
  if ((data[0] & 0x10U) != 0) {  // a header extension
    if (data.size() < at + 4) return std::nullopt;
    at += 4 + 4 * std::size_t{big_endian::read16(data, at + 2)};
  }
  if (at > data.size()) return std::nullopt;
  std::size_t end = data.size();
  if ((data[0] & 0x20U) != 0) {  // padding, its last byte counts it
    const std::size_t padding = data.back();
    if (padding == 0 || padding > end - at) return std::nullopt;
    end -= padding;
  }
  packet.payload = data.subspan(at, end - at);
  return packet;
}

// How far `sequence` is ahead of `reference`, modulo 2^16.
inline int ahead_of(std::uint16_t sequence, std::uint16_t reference) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - reference));
}

}  // namespace lintel::media
