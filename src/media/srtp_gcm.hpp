// Outgoing RTP under AES-128-GCM (RFC 7714) by OpenSSL. libsrtp does the same, but Debian's has NSS under it, which
// sets up anew for each packet: a third of what a viewer's packet cost.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/handle.hpp"
#include "base/result.hpp"

namespace lintel::media {

// One peer's key. One thread.
class GcmSender {
 public:
  static constexpr std::size_t tag_size = 16;
  static constexpr std::size_t sources_limit = 8;
  static constexpr int again_limit = 1024;  // packets back that may be sent again

  // Master key (16 bytes) and salt (12) together. Error: unavailable.
  [[nodiscard]] static Result<GcmSender> make(std::string_view master);

  // As Srtp::protect(): in place, with room for tag_size behind; zero: no RTP, too many sources, or further back
  // than again_limit: its nonce may be another's. A packet that is sent again gets the same bytes.
  [[nodiscard]] std::size_t protect(std::uint8_t* packet, std::size_t size);

 private:
  struct Source {
    std::uint32_t number = 0;
    std::uint32_t rollovers = 0;  // of the newest packet
    std::uint16_t newest = 0;
  };
  GcmSender() = default;
  // How often the sequence number had rolled over when this packet was first sent (RFC 3711 §3.3.1); nothing: too far
  // back.
  [[nodiscard]] std::optional<std::uint32_t> rollovers_of(Source& source, std::uint16_t sequence);

  Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> cipher_;
  std::array<std::uint8_t, 12> salt_{};
  std::vector<Source> sources_;
};

}  // namespace lintel::media
