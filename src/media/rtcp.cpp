#include "media/rtcp.hpp"

#include <algorithm>

#include "base/big_endian.hpp"

namespace lintel::media::rtcp {
namespace {

enum Type : std::uint8_t {
  sender_report = 200,
  receiver_report = 201,
  source_description = 202,
  goodbye = 203,
  transport_feedback = 205,
  payload_feedback = 206,
};

using big_endian::append16;
using big_endian::append32;
using big_endian::read16;
using big_endian::read32;

void put_header(Bytes& out, std::size_t count, Type type, std::size_t words) {
  out.push_back(static_cast<std::uint8_t>(0x80U | count));
  out.push_back(type);
  append16(out, words);  // 32-bit words behind the first
}

void read_lost(std::span<const std::uint8_t> packet, Heard& heard) {
  const std::uint32_t source = read32(packet, 8);
  for (std::size_t at = 12; at + 4 <= packet.size(); at += 4) {
    const std::uint16_t first = read16(packet, at);
    const std::uint32_t mask = (std::uint32_t{read16(packet, at + 2)} << 1) | 1U;
    for (unsigned bit = 0; bit <= 16; ++bit) {
      if (((mask >> bit) & 1U) == 0) continue;
      if (heard.lost.size() >= lost_limit) return;
      heard.lost.push_back({source, static_cast<std::uint16_t>(first + bit)});
    }
  }
}

void read_receptions(std::span<const std::uint8_t> packet, std::size_t at, unsigned count, Heard& heard) {
  constexpr std::size_t block = 24;
  for (; count > 0 && at + block <= packet.size() && heard.receptions.size() < reception_limit; --count, at += block)
    heard.receptions.push_back({read32(packet, at), packet[at + 4]});
}

void ask_for_key(std::uint32_t source, Heard& heard) {
  if (heard.key_requests.size() < key_request_limit) heard.key_requests.push_back(source);
}

void read_packet(std::span<const std::uint8_t> packet, Heard& heard) {
  const unsigned count = packet[0] & 0x1FU;
  switch (packet[1]) {
    case sender_report:
      if (packet.size() < 28) return;
      heard.sender = read32(packet, 4);
      heard.sender_time = (read32(packet, 8) << 16) | (read32(packet, 12) >> 16);
      return read_receptions(packet, 28, count, heard);
    case receiver_report:
      return read_receptions(packet, 8, count, heard);
    case goodbye:
      for (std::size_t index = 0; index < count && 8 + 4 * index <= packet.size(); ++index) {
        heard.leaving.push_back(read32(packet, 4 + 4 * index));
      }
      return;
    case transport_feedback:
      if (count == 1 && packet.size() >= 12) read_lost(packet, heard);
      return;
    case payload_feedback:
      if (packet.size() < 12) return;
      if (count == 1) ask_for_key(read32(packet, 8), heard);  // PLI, RFC 4585 §6.3.1
      if (count == 4) {                                       // FIR, RFC 5104 §4.3.1
        for (std::size_t at = 12; at + 8 <= packet.size(); at += 8) ask_for_key(read32(packet, at), heard);
      }
      return;
    default:
      return;
  }
}

void put_reports(Bytes& out, std::span<const ReceptionReport> received) {
  for (const ReceptionReport& report : received) {
    append32(out, report.source);
    append32(out, (std::uint32_t{report.fraction_lost} << 24) | (report.lost & 0xFFFFFFU));
    append32(out, report.highest);
    append32(out, report.jitter);
    append32(out, report.last_report);
    append32(out, report.delay);
  }
}

}  // namespace

bool parse(std::span<const std::uint8_t> compound, Heard& heard) {
  if (compound.size() % 4 != 0) return false;
  while (!compound.empty()) {
    if (compound.size() < 4 || (compound[0] & 0xC0U) != 0x80U) return false;
    const std::size_t size = 4 * (std::size_t{read16(compound, 2)} + 1);
    if (size > compound.size()) return false;
    if (size >= 8) read_packet(compound.first(size), heard);
    compound = compound.subspan(size);
  }
  return true;
}

std::uint64_t ntp_of(WallTime wall) {
  constexpr std::uint64_t epoch = 2'208'988'800;  // seconds from 1900 to 1970
  const auto microseconds = static_cast<std::uint64_t>(wall.time_since_epoch().count());
  return ((microseconds / 1'000'000 + epoch) << 32) | (((microseconds % 1'000'000) << 32) / 1'000'000);
}

void append_sender_report(Bytes& out, const SenderReport& report, std::span<const ReceptionReport> received) {
  put_header(out, received.size(), sender_report, 6 + 6 * received.size());
  append32(out, report.source);
  append32(out, static_cast<std::uint32_t>(report.ntp >> 32));
  append32(out, static_cast<std::uint32_t>(report.ntp));
  append32(out, report.timestamp);
  append32(out, report.packets);
  append32(out, report.octets);
  put_reports(out, received);
}

void append_receiver_report(Bytes& out, std::uint32_t source, std::span<const ReceptionReport> received) {
  put_header(out, received.size(), receiver_report, 1 + 6 * received.size());
  append32(out, source);
  put_reports(out, received);
}

void append_name(Bytes& out, std::uint32_t source, std::string_view name) {
  name = name.substr(0, 255);
  const std::size_t padded = (2 + name.size()) / 4 * 4 + 4;  // at least one zero ends the items
  put_header(out, 1, source_description, 1 + padded / 4);
  append32(out, source);
  out.push_back(1);  // CNAME
  out.push_back(static_cast<std::uint8_t>(name.size()));
  out.insert(out.end(), name.begin(), name.end());
  out.insert(out.end(), padded - 2 - name.size(), 0);
}

void append_key_request(Bytes& out, std::uint32_t source, std::uint32_t media) {
  put_header(out, 1, payload_feedback, 2);
  append32(out, source);
  append32(out, media);
}

void append_lost(Bytes& out, std::uint32_t source, std::uint32_t media, std::span<const std::uint16_t> sequences) {
  Bytes pairs;
  for (std::size_t index = 0; index < sequences.size();) {
    const std::uint16_t first = sequences[index++];
    std::uint32_t mask = 0;
    for (; index < sequences.size(); ++index) {
      const auto distance = static_cast<std::uint16_t>(sequences[index] - first);
      if (distance == 0 || distance > 16) break;
      mask |= 1U << (distance - 1);
    }
    append16(pairs, first);
    append16(pairs, mask);
  }
  put_header(out, 1, transport_feedback, 2 + pairs.size() / 4);
  append32(out, source);
  append32(out, media);
  out.insert(out.end(), pairs.begin(), pairs.end());
}

}  // namespace lintel::media::rtcp
