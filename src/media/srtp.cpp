#include "media/srtp.hpp"

#include <srtp2/srtp.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "media/leg_gst.hpp"

namespace lintel::media {
namespace {

constexpr unsigned long window = 1024;  // packets back that may still come, or be sent again

bool library_ready() {
  static const srtp_err_status_t status = [] {
    // GStreamer's plugin, for RTP legs with SDES, readies the library too, as it is loaded, maybe on another thread in
    // this moment: loaded here, it is done with that. Ours then refuses to load the modules again.
    if (init().ok()) {
      const Element loaded = Element::sink(gst_element_factory_make("srtpenc", nullptr));
    }
    return srtp_init();
  }();
  return status == srtp_err_status_ok || status == srtp_err_status_bad_param;
}

srtp_t session_of(const SrtpKeys& keys, const std::string& key, srtp_ssrc_type_t direction) {
  srtp_policy_t policy{};
  if (keys.profile == SrtpProfile::aead_aes_128_gcm) {
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
  } else {
    srtp_crypto_policy_set_rtp_default(&policy.rtp);
    srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
  }
  policy.ssrc.type = direction;
  policy.key = reinterpret_cast<unsigned char*>(const_cast<char*>(key.data()));  // it is only read
  policy.window_size = window;
  policy.allow_repeat_tx = 1;
  srtp_t session = nullptr;
  return srtp_create(&session, &policy) == srtp_err_status_ok ? session : nullptr;
}

}  // namespace

Result<Srtp> Srtp::make(const SrtpKeys& keys) {
  Srtp made;
  if (library_ready()) {
    made.out_ = session_of(keys, keys.ours, ssrc_any_outbound);
    made.in_ = session_of(keys, keys.theirs, ssrc_any_inbound);
  }
  if (made.out_ == nullptr || made.in_ == nullptr) {
    return Error{ErrorCode::unavailable, "SRTP could not be set up.", {}, {}, {}};
  }
  if (keys.profile == SrtpProfile::aead_aes_128_gcm) {
    LINTEL_TRY(made.gcm_, GcmSender::make(keys.ours));
  }
  return made;
}

Srtp::Srtp(Srtp&& other) noexcept
    : sources_(std::move(other.sources_)),
      gcm_(std::move(other.gcm_)),
      out_(std::exchange(other.out_, nullptr)),
      in_(std::exchange(other.in_, nullptr)) {}

Srtp& Srtp::operator=(Srtp&& other) noexcept {
  std::swap(sources_, other.sources_);
  std::swap(gcm_, other.gcm_);
  std::swap(out_, other.out_);
  std::swap(in_, other.in_);
  return *this;
}

Srtp::~Srtp() {
  if (out_ != nullptr) srtp_dealloc(out_);
  if (in_ != nullptr) srtp_dealloc(in_);
}

std::size_t Srtp::protect(std::uint8_t* packet, std::size_t size) {
  if (gcm_) return gcm_->protect(packet, size);
  int length = static_cast<int>(size);
  return srtp_protect(out_, packet, &length) == srtp_err_status_ok ? static_cast<std::size_t>(length) : 0;
}

std::size_t Srtp::protect_control(std::uint8_t* packet, std::size_t size) {
  int length = static_cast<int>(size);
  return srtp_protect_rtcp(out_, packet, &length) == srtp_err_status_ok ? static_cast<std::size_t>(length) : 0;
}

std::span<const std::uint8_t> Srtp::unprotect(std::span<std::uint8_t> packet, std::size_t source_at, Unprotect work) {
  if (packet.size() < source_at + 4) return {};
  std::uint32_t source = 0;
  std::memcpy(&source, packet.data() + source_at, 4);
  const bool known = std::ranges::find(sources_, source) != sources_.end();
  if (!known && sources_.size() >= most_sources) return {};
  int length = static_cast<int>(packet.size());
  if (work(in_, packet.data(), &length) != srtp_err_status_ok) return {};
  if (!known) sources_.push_back(source);
  return packet.first(static_cast<std::size_t>(length));
}

std::span<const std::uint8_t> Srtp::unprotect(std::span<std::uint8_t> packet) {
  return unprotect(packet, 8,
                   [](srtp_ctx_t_* in, void* bytes, int* length) -> int { return srtp_unprotect(in, bytes, length); });
}

std::span<const std::uint8_t> Srtp::unprotect_control(std::span<std::uint8_t> packet) {
  return unprotect(packet, 4, [](srtp_ctx_t_* in, void* bytes, int* length) -> int {
    return srtp_unprotect_rtcp(in, bytes, length);
  });
}

}  // namespace lintel::media
