// SRTP and SRTCP (RFC 3711, RFC 7714) of one peer: by libsrtp, but for what most packets are. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "media/dtls.hpp"
#include "media/srtp_gcm.hpp"

struct srtp_ctx_t_;

namespace lintel::media {

inline constexpr std::size_t srtp_growth = 24;  // bytes a packet may grow by, at most

class Srtp {
 public:
  // Of a peer's synchronisation sources: libsrtp keeps each for ever, and looks through all of them for each packet.
  static constexpr std::size_t most_sources = 32;

  [[nodiscard]] static Result<Srtp> make(const SrtpKeys& keys);  // error: unavailable
  Srtp(Srtp&& other) noexcept;
  Srtp& operator=(Srtp&& other) noexcept;
  ~Srtp();

  // In place; answers the new size, zero when it cannot be. Behind `size` there is room for srtp_growth. The same
  // packet may be protected again (RFC 4585's retransmission): the result is the same.
  std::size_t protect(std::uint8_t* packet, std::size_t size);
  std::size_t protect_control(std::uint8_t* packet, std::size_t size);
  // In place; empty: forged, damaged, seen before, or of a source beyond most_sources.
  std::span<const std::uint8_t> unprotect(std::span<std::uint8_t> packet);
  std::span<const std::uint8_t> unprotect_control(std::span<std::uint8_t> packet);

 private:
  Srtp() = default;
  using Unprotect = int (*)(srtp_ctx_t_*, void*, int*);
  std::span<const std::uint8_t> unprotect(std::span<std::uint8_t> packet, std::size_t source_at, Unprotect work);
  std::vector<std::uint32_t> sources_;  // the peer's; never forgotten, or old packets would pass again
  std::optional<GcmSender> gcm_;  // outgoing RTP, where that was agreed
  srtp_ctx_t_* out_ = nullptr;
  srtp_ctx_t_* in_ = nullptr;
};

}  // namespace lintel::media
