// Numbers in network order, as RTP, RTCP, STUN and their kin carry them. The caller has checked the sizes. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lintel::big_endian {

[[nodiscard]] inline std::uint16_t read16(std::span<const std::uint8_t> data, std::size_t at) {
  return static_cast<std::uint16_t>((data[at] << 8) | data[at + 1]);
}
[[nodiscard]] inline std::uint32_t read32(std::span<const std::uint8_t> data, std::size_t at) {
  return (std::uint32_t{read16(data, at)} << 16) | read16(data, at + 2);
}
[[nodiscard]] inline std::uint64_t read64(std::span<const std::uint8_t> data, std::size_t at) {
  return (std::uint64_t{read32(data, at)} << 32) | read32(data, at + 4);
}

// The low 16 bits of `value`.
inline void write16(std::uint8_t* at, std::size_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}
inline void write32(std::uint8_t* at, std::uint32_t value) {
  write16(at, value >> 16);
  write16(at + 2, value);
}

// Behind what a std::string or a std::vector of bytes holds.
template <typename Bytes>
void append16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<typename Bytes::value_type>(value >> 8));
  out.push_back(static_cast<typename Bytes::value_type>(value));
}
template <typename Bytes>
void append32(Bytes& out, std::uint32_t value) {
  append16(out, value >> 16);
  append16(out, value);
}

}  // namespace lintel::big_endian
