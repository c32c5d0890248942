// RTCP compound packets (RFC 3550 §6, RFC 4585, RFC 5104): what a sender must hear, and what it says. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace lintel::media::rtcp {

inline constexpr std::size_t lost_limit = 256;       // sequence numbers of one compound that are asked for again
inline constexpr std::size_t key_request_limit = 8;  // sources of one compound that shall give a key
inline constexpr std::size_t reception_limit = 8;    // report blocks of one compound

struct Lost {
  std::uint32_t source = 0;  // of the media
  std::uint16_t sequence = 0;
};

// What a receiver says of one of our streams.
struct Reception {
  std::uint32_t source = 0;        // of the media
  std::uint8_t fraction_lost = 0;  // of 256, since its last report
};

struct Heard {
  std::vector<Lost> lost;                   // generic NACK
  std::vector<std::uint32_t> key_requests;  // PLI and FIR: the media source
  std::vector<std::uint32_t> leaving;       // BYE, at most 31
  std::vector<Reception> receptions;        // of sender and receiver reports
  std::optional<std::uint32_t> sender;      // of a sender report
  std::uint32_t sender_time = 0;            // its middle 32 bits of NTP
};

// False: not well formed; what was read up to there stands.
bool parse(std::span<const std::uint8_t> compound, Heard& heard);

using Bytes = std::vector<std::uint8_t>;

[[nodiscard]] std::uint64_t ntp_of(WallTime wall);  // 32.32 seconds since 1900 (RFC 3550 §4)

// RFC 3550 §6.4.1. `ntp`: see ntp_of().
struct SenderReport {
  std::uint32_t source = 0;
  std::uint64_t ntp = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;
};
struct ReceptionReport {  // §6.4.1, one block
  std::uint32_t source = 0;
  std::uint8_t fraction_lost = 0;
  std::uint32_t lost = 0;  // 24 bits
  std::uint32_t highest = 0;
  std::uint32_t jitter = 0;
  std::uint32_t last_report = 0;
  std::uint32_t delay = 0;
};

// Each appends a whole packet; a compound begins with a report.
void append_sender_report(Bytes& out, const SenderReport& report, std::span<const ReceptionReport> received);
void append_receiver_report(Bytes& out, std::uint32_t source, std::span<const ReceptionReport> received);
void append_name(Bytes& out, std::uint32_t source, std::string_view name);       // SDES CNAME, at most 255 bytes
void append_key_request(Bytes& out, std::uint32_t source, std::uint32_t media);  // PLI
// Generic NACK; `sequences` ascend (modulo 2^16).
void append_lost(Bytes& out, std::uint32_t source, std::uint32_t media, std::span<const std::uint16_t> sequences);

}  // namespace lintel::media::rtcp
