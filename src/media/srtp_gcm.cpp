#include "media/srtp_gcm.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "base/big_endian.hpp"
#include "media/rtp_packet.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t key_size = 16, salt_size = 12;
constexpr std::uint8_t label_of_key = 0, label_of_salt = 2;  // RFC 3711 §4.3.2

// RFC 3711 §4.3.3: the stream of AES in counter mode from the master salt and a label. RFC 7714 §11: a salt of 96 bits
// is filled up with zeros.
bool derive(std::string_view master, std::uint8_t label, std::span<std::uint8_t> out) {
  std::array<std::uint8_t, 16> start{};
  std::ranges::copy(master.substr(key_size), start.begin());
  start[7] ^= label;
  const Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> cipher{EVP_CIPHER_CTX_new()};
  std::ranges::fill(out, std::uint8_t{0});
  int written = 0;
  return cipher &&
         EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_ctr(), nullptr,
                            reinterpret_cast<const std::uint8_t*>(master.data()), start.data()) == 1 &&
         EVP_EncryptUpdate(cipher.get(), out.data(), &written, out.data(), static_cast<int>(out.size())) == 1;
}

// What of a packet is authenticated only: the header, with its contributing sources and extension.
std::optional<std::size_t> header_size(std::span<const std::uint8_t> packet) {
  if (packet.size() < rtp_header_size || (packet[0] >> 6) != 2) return std::nullopt;
  std::size_t size = rtp_header_size + 4U * (packet[0] & 0x0FU);
  if ((packet[0] & 0x10U) != 0) {
    if (packet.size() < size + 4) return std::nullopt;
    size += 4 + 4 * std::size_t{big_endian::read16(packet, size + 2)};
  }
  return size <= packet.size() ? std::optional(size) : std::nullopt;
}

}  // namespace

Result<GcmSender> GcmSender::make(std::string_view master) {
  GcmSender made;
  std::array<std::uint8_t, key_size> key{};
  made.cipher_.reset(EVP_CIPHER_CTX_new());
  if (master.size() != key_size + salt_size || !made.cipher_ || !derive(master, label_of_key, key) ||
      !derive(master, label_of_salt, made.salt_) ||
      EVP_EncryptInit_ex(made.cipher_.get(), EVP_aes_128_gcm(), nullptr, key.data(), nullptr) != 1) {
    return Error{ErrorCode::unavailable, "SRTP could not be set up.", {}, {}, {}};
  }
  return made;
}

std::optional<std::uint32_t> GcmSender::rollovers_of(Source& source, std::uint16_t sequence) {
  const int ahead = ahead_of(sequence, source.newest);
  if (ahead < -again_limit) return std::nullopt;
  if (ahead <= 0) return source.rollovers - (sequence > source.newest ? 1 : 0);  // sent again
  if (sequence < source.newest) ++source.rollovers;
  source.newest = sequence;
  return source.rollovers;
}

std::size_t GcmSender::protect(std::uint8_t* packet, std::size_t size) {
  const std::span<const std::uint8_t> whole(packet, size);
  const auto header = header_size(whole);
  if (!header) return 0;
  const std::uint16_t sequence = big_endian::read16(whole, 2);
  const std::uint32_t number = big_endian::read32(whole, 8);
  auto source = std::ranges::find(sources_, number, &Source::number);
  if (source == sources_.end()) {
    if (sources_.size() >= sources_limit) return 0;
    source = sources_.insert(source, {number, 0, sequence});
  }
  const std::optional<std::uint32_t> rollovers = rollovers_of(*source, sequence);
  if (!rollovers) return 0;
  std::array<std::uint8_t, 12> nonce{};  // RFC 7714 §8.1
  big_endian::write32(nonce.data() + 2, number);
  big_endian::write32(nonce.data() + 6, *rollovers);
  big_endian::write16(nonce.data() + 10, sequence);
  for (std::size_t index = 0; index < nonce.size(); ++index) nonce[index] ^= salt_[index];
  EVP_CIPHER_CTX* cipher = cipher_.get();
  std::uint8_t* body = packet + *header;
  int written = 0;
  const bool done = EVP_EncryptInit_ex(cipher, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
                    EVP_EncryptUpdate(cipher, nullptr, &written, packet, static_cast<int>(*header)) == 1 &&
                    EVP_EncryptUpdate(cipher, body, &written, body, static_cast<int>(size - *header)) == 1 &&
                    EVP_EncryptFinal_ex(cipher, packet + size, &written) == 1 &&
                    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size), packet + size) == 1;
  return done ? size + tag_size : 0;
}

}  // namespace lintel::media
