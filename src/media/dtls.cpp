#include "media/dtls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <cstring>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::media {
namespace {

constexpr long link_limit = 1200;           // bytes of a datagram
constexpr unsigned first_timeout = 50'000;  // microseconds; doubled each time
constexpr unsigned last_timeout = 1'600'000;
constexpr long certificate_days = 30;  // it lives as long as the process; checked by nobody but its fingerprint

Error failed(const char* what) {
  return {ErrorCode::unavailable, fmt::format("WebRTC does not start: {} failed.", what), {}, {}, {}};
}

std::string fingerprint_of(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  std::string text = "sha-256 ";
  for (unsigned index = 0; index < size; ++index) text += fmt::format("{}{:02X}", index == 0 ? "" : ":", digest[index]);
  return text;
}

}  // namespace

Result<std::shared_ptr<DtlsIdentity>> DtlsIdentity::make() {
  const std::shared_ptr<DtlsIdentity> identity(new DtlsIdentity);
  const Handle<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
  const Handle<X509, X509_free> certificate(X509_new());
  if (!key || !certificate) return failed("making a key");
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), bytes::random_number() >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86'400L);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), certificate_days * 86'400L);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("WebRTC"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key.get());
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) return failed("signing a certificate");
  identity->fingerprint_ = fingerprint_of(certificate.get());

  identity->context_.reset(SSL_CTX_new(DTLS_method()));
  SSL_CTX* context = identity->context_.get();
  if (context == nullptr) return failed("OpenSSL");
  SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  // Whoever it is, its fingerprint decides, after the handshake.
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     [](int, X509_STORE_CTX*) -> int { return 1; });
  if (SSL_CTX_use_certificate(context, certificate.get()) != 1 || SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
      SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES+SHA") != 1 ||
      SSL_CTX_set1_groups_list(context, "X25519:P-256") != 1 ||
      SSL_CTX_set_tlsext_use_srtp(context, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") != 0) {
    return failed("setting up DTLS");
  }
  return identity;
}

Dtls::Dtls(std::shared_ptr<DtlsIdentity> identity, DtlsRole role, std::string fingerprint, Send send)
    : identity_(std::move(identity)), role_(role), fingerprint_(std::move(fingerprint)), send_(std::move(send)) {
  ssl_.reset(SSL_new(identity_->context()));
  BIO* bio = ssl_ ? BIO_new(method()) : nullptr;
  if (bio == nullptr) {
    state_ = DtlsState::failed;
    return;
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  DTLS_set_link_mtu(ssl_.get(), link_limit);
  DTLS_set_timer_cb(ssl_.get(), [](SSL*, unsigned before) -> unsigned {
    return before == 0 ? first_timeout : std::min(2 * before, last_timeout);
  });
  role_ == DtlsRole::client ? SSL_set_connect_state(ssl_.get()) : SSL_set_accept_state(ssl_.get());
}

Dtls::~Dtls() = default;

BIO_METHOD* Dtls::method() {
  static BIO_METHOD* const made = [] {
    BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
    BIO_meth_set_write(fresh, &Dtls::write);
    BIO_meth_set_read(fresh, &Dtls::read);
    BIO_meth_set_ctrl(fresh, &Dtls::control);
    return fresh;
  }();
  return made;
}

int Dtls::write(BIO* bio, const char* data, int size) {
  const auto* self = static_cast<Dtls*>(BIO_get_data(bio));
  self->send_({reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)});
  return size;  // what cannot be sent is lost, as datagrams are
}

int Dtls::read(BIO* bio, char* data, int size) {
  auto* self = static_cast<Dtls*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (self->incoming_.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const auto taken = std::min(self->incoming_.size(), static_cast<std::size_t>(size));
  std::memcpy(data, self->incoming_.data(), taken);
  self->incoming_ = {};
  return static_cast<int>(taken);
}

long Dtls::control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return link_limit;
    default:
      return 0;
  }
}

void Dtls::begin() {
  if (role_ == DtlsRole::client && state_ == DtlsState::handshaking) advance();
}

void Dtls::receive(std::span<const std::uint8_t> datagram) {
  if (state_ == DtlsState::failed || state_ == DtlsState::closed) return;
  incoming_ = datagram;
  advance();
  incoming_ = {};
}

void Dtls::advance() {
  ERR_clear_error();
  if (state_ == DtlsState::handshaking) {
    const int done = SSL_do_handshake(ssl_.get());
    if (done != 1) {
      const int why = SSL_get_error(ssl_.get(), done);
      if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) state_ = DtlsState::failed;
      ERR_clear_error();
      return;
    }
    const Handle<X509, X509_free> peer(SSL_get1_peer_certificate(ssl_.get()));
    const bool known = peer && text::equals_ignoring_case(fingerprint_of(peer.get()), fingerprint_);
    state_ = known ? DtlsState::up : DtlsState::failed;
    if (!known) return;
  }
  // No application data is expected; reading takes alerts in, and answers a last flight that comes again.
  std::array<char, 2048> ignored;
  const int count = SSL_read(ssl_.get(), ignored.data(), ignored.size());
  if (count > 0) return;
  const int why = SSL_get_error(ssl_.get(), count);
  if (why == SSL_ERROR_ZERO_RETURN) state_ = DtlsState::closed;
  ERR_clear_error();
}

void Dtls::tick() {
  if (state_ != DtlsState::handshaking) return;
  if (DTLSv1_handle_timeout(ssl_.get()) < 0) state_ = DtlsState::failed;
  ERR_clear_error();
}

void Dtls::close() {
  if (state_ == DtlsState::up) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

Result<SrtpKeys> Dtls::keys() const {
  const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl_.get());
  if (state_ != DtlsState::up || profile == nullptr) {
    return Error{ErrorCode::unavailable, "The peer agreed to no SRTP profile.", {}, {}, {}};
  }
  SrtpKeys keys;
  const bool gcm = profile->id == SRTP_AEAD_AES_128_GCM;
  if (gcm) keys.profile = SrtpProfile::aead_aes_128_gcm;
  constexpr std::size_t key = 16;
  const std::size_t salt = gcm ? 12 : 14;
  std::array<unsigned char, 2 * (16 + 14)> material{};
  constexpr std::string_view label = "EXTRACTOR-dtls_srtp";  // RFC 5764 §4.2
  if (SSL_export_keying_material(ssl_.get(), material.data(), 2 * (key + salt), label.data(), label.size(), nullptr, 0,
                                 0) != 1) {
    return Error{ErrorCode::unavailable, "The keys of SRTP could not be made.", {}, {}, {}};
  }
  const auto part = [&material](std::size_t at, std::size_t size) {
    return std::string(reinterpret_cast<const char*>(material.data()) + at, size);
  };
  std::string client = part(0, key) + part(2 * key, salt);
  std::string server = part(key, key) + part(2 * key + salt, salt);
  keys.ours = role_ == DtlsRole::client ? client : server;
  keys.theirs = role_ == DtlsRole::client ? server : client;
  OPENSSL_cleanse(material.data(), material.size());
  return keys;
}

}  // namespace lintel::media
