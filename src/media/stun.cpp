#include "media/stun.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstring>

#include "base/big_endian.hpp"
#include "base/bytes.hpp"

namespace lintel::media::stun {
namespace {

constexpr std::uint32_t cookie = 0x2112A442;
constexpr std::uint32_t fingerprint_mask = 0x5354554E;
constexpr std::size_t header_size = 20;
constexpr std::size_t integrity_size = 20;

enum Attribute : std::uint16_t {
  username = 0x0006,
  message_integrity = 0x0008,
  error_code = 0x0009,
  unknown_attributes = 0x000A,
  xor_mapped_address = 0x0020,
  priority = 0x0024,
  use_candidate = 0x0025,
  first_optional = 0x8000,
  fingerprint = 0x8028,
  ice_controlled = 0x8029,
  ice_controlling = 0x802A,
};

using big_endian::read16;
using big_endian::read32;
using big_endian::read64;

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t index = 0; index < table.size(); ++index) {
    std::uint32_t value = index;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? (value >> 1) ^ 0xEDB88320U : value >> 1;
    table[index] = value;
  }
  return table;
}();

std::uint32_t crc32(std::span<const std::uint8_t> data) {
  std::uint32_t value = 0xFFFFFFFFU;
  for (const std::uint8_t byte : data) value = crc_table[(value ^ byte) & 0xFFU] ^ (value >> 8);
  return value ^ 0xFFFFFFFFU;
}

// HMAC-SHA1 over a message up to its MESSAGE-INTEGRITY, whose length field counts that attribute and nothing behind
// it (§14.5).
std::array<std::uint8_t, integrity_size> integrity(std::span<const std::uint8_t> before, std::string_view password) {
  std::vector<std::uint8_t> covered(before.begin(), before.end());
  const std::size_t length = before.size() - header_size + 4 + integrity_size;
  big_endian::write16(&covered[2], length);
  std::array<std::uint8_t, integrity_size> digest{};
  unsigned size = 0;
  HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), covered.data(), covered.size(), digest.data(),
       &size);
  return digest;
}

std::optional<Endpoint> read_mapped(std::span<const std::uint8_t> value, const Transaction& transaction) {
  if (value.size() < 8) return std::nullopt;
  Endpoint endpoint;
  endpoint.six = value[1] == 2;
  const std::size_t size = endpoint.six ? 16 : 4;
  if ((value[1] != 1 && value[1] != 2) || value.size() < 4 + size) return std::nullopt;
  endpoint.port = static_cast<std::uint16_t>(read16(value, 2) ^ (cookie >> 16));
  std::array<std::uint8_t, 16> mask{0x21, 0x12, 0xA4, 0x42};
  std::ranges::copy(transaction, mask.begin() + 4);
  for (std::size_t index = 0; index < size; ++index) endpoint.ip[index] = value[4 + index] ^ mask[index];
  return endpoint;
}

// False: the message is malformed.
bool read_attribute(std::uint16_t type, std::span<const std::uint8_t> value, Message& message) {
  switch (type) {
    case username:
      if (value.size() > 513) return false;  // §14.3
      message.username = {reinterpret_cast<const char*>(value.data()), value.size()};
      return true;
    case priority:
      if (value.size() != 4) return false;
      message.priority = read32(value, 0);
      return true;
    case use_candidate:
      message.use_candidate = true;
      return value.empty();
    case ice_controlling:
    case ice_controlled:
      if (value.size() != 8) return false;
      (type == ice_controlling ? message.controlling : message.controlled) = read64(value, 0);
      return true;
    case xor_mapped_address:
      message.mapped = read_mapped(value, message.transaction);
      return message.mapped.has_value();
    case error_code:
      if (value.size() < 4) return false;
      message.error_code = (value[2] & 7) * 100 + value[3] % 100;
      return true;
    default:
      if (type < first_optional && type != unknown_attributes && message.unknown.size() < unknown_limit) {
        message.unknown.push_back(type);
      }
      return true;
  }
}

class Writer {
 public:
  Writer(Kind kind, const Transaction& transaction) {
    const std::array<std::uint16_t, 4> types{0x0001, 0x0011, 0x0101, 0x0111};
    put16(types[static_cast<std::size_t>(kind)]);
    put16(0);
    put32(cookie);
    bytes_.insert(bytes_.end(), transaction.begin(), transaction.end());
  }
  void put16(std::uint16_t value) { big_endian::append16(bytes_, value); }
  void put32(std::uint32_t value) { big_endian::append32(bytes_, value); }
  void attribute(Attribute type, std::span<const std::uint8_t> value) {
    put16(type);
    put16(static_cast<std::uint16_t>(value.size()));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    while (bytes_.size() % 4 != 0) bytes_.push_back(0);
  }
  std::vector<std::uint8_t> finish(std::string_view password) {
    attribute(message_integrity, integrity(bytes_, password));
    const std::size_t length = bytes_.size() - header_size + 8;
    big_endian::write16(&bytes_[2], length);
    const std::uint32_t check = crc32(bytes_) ^ fingerprint_mask;
    put16(fingerprint);
    put16(4);
    put32(check);
    return std::move(bytes_);
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::optional<Message> parse(std::span<const std::uint8_t> datagram) {
  if (datagram.size() < header_size || datagram.size() > size_limit || datagram.size() % 4 != 0) return std::nullopt;
  if ((datagram[0] & 0xC0) != 0 || read32(datagram, 4) != cookie) return std::nullopt;
  if (read16(datagram, 2) != datagram.size() - header_size) return std::nullopt;
  Message message;
  message.whole = datagram;
  const std::uint16_t type = read16(datagram, 0);
  message.kind = static_cast<Kind>(((type >> 7) & 2) | ((type >> 4) & 1));
  message.method = static_cast<std::uint16_t>((type & 0x000F) | ((type & 0x00E0) >> 1) | ((type & 0x3E00) >> 2));
  std::copy_n(datagram.begin() + 8, 12, message.transaction.begin());
  std::size_t at = header_size;
  while (at < datagram.size()) {
    const std::uint16_t name = read16(datagram, at);
    const std::size_t size = read16(datagram, at + 2);
    const std::size_t padded = (size + 3) / 4 * 4;
    if (at + 4 + padded > datagram.size()) return std::nullopt;
    if (name == fingerprint) {  // always the last (§14.7)
      if (size != 4 || at + 8 != datagram.size()) return std::nullopt;
      if ((crc32(datagram.first(at)) ^ fingerprint_mask) != read32(datagram, at + 4)) return std::nullopt;
      return message;
    }
    if (name == message_integrity) {
      if (size != integrity_size || message.integrity_at != 0) return std::nullopt;
      message.integrity_at = at;
    } else if (message.integrity_at == 0) {  // what follows it is not covered by it, and ignored (§14.5)
      if (!read_attribute(name, datagram.subspan(at + 4, size), message)) return std::nullopt;
    }
    at += 4 + padded;
  }
  return message;
}

bool authentic(const Message& message, std::string_view password) {
  if (message.integrity_at == 0) return false;
  const auto expected = integrity(message.whole.first(message.integrity_at), password);
  const auto given = message.whole.subspan(message.integrity_at + 4, integrity_size);
  return bytes::equal_in_constant_time({reinterpret_cast<const char*>(expected.data()), expected.size()},
                                       {reinterpret_cast<const char*>(given.data()), given.size()});
}

std::vector<std::uint8_t> binding_success(const Message& request, const Endpoint& seen, std::string_view password) {
  Writer writer(Kind::success, request.transaction);
  std::vector<std::uint8_t> value{0, static_cast<std::uint8_t>(seen.six ? 2 : 1)};
  const auto port = static_cast<std::uint16_t>(seen.port ^ (cookie >> 16));
  big_endian::append16(value, port);
  std::array<std::uint8_t, 16> mask{0x21, 0x12, 0xA4, 0x42};
  std::ranges::copy(request.transaction, mask.begin() + 4);
  for (std::size_t index = 0; index < (seen.six ? 16U : 4U); ++index) value.push_back(seen.ip[index] ^ mask[index]);
  writer.attribute(xor_mapped_address, value);
  return writer.finish(password);
}

std::vector<std::uint8_t> binding_error(const Message& request, int code, std::string_view password) {
  Writer writer(Kind::error, request.transaction);
  const std::string_view reason = code == 487 ? "Role Conflict" : code == 420 ? "Unknown Attribute" : "Bad Request";
  std::vector<std::uint8_t> value{0, 0, static_cast<std::uint8_t>(code / 100), static_cast<std::uint8_t>(code % 100)};
  value.insert(value.end(), reason.begin(), reason.end());
  writer.attribute(error_code, value);
  if (code == 420) {
    std::vector<std::uint8_t> names;
    for (const std::uint16_t name : request.unknown) big_endian::append16(names, name);
    writer.attribute(unknown_attributes, names);
  }
  return writer.finish(password);
}

std::vector<std::uint8_t> binding_request(const Transaction& transaction, std::string_view user,
                                          std::uint64_t tie_breaker, std::string_view password) {
  Writer writer(Kind::request, transaction);
  writer.attribute(username, bytes_of(user));
  const std::array<std::uint8_t, 4> preference{0x6E, 0x00, 0x1E, 0xFF};  // of a peer-reflexive candidate
  writer.attribute(priority, preference);
  std::array<std::uint8_t, 8> tie{};
  for (std::size_t index = 0; index < tie.size(); ++index) {
    tie[index] = static_cast<std::uint8_t>(tie_breaker >> (56 - 8 * index));
  }
  writer.attribute(ice_controlling, tie);
  writer.attribute(use_candidate, {});
  return writer.finish(password);
}

}  // namespace lintel::media::stun
