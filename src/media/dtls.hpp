// DTLS 1.2 for DTLS-SRTP (RFC 5763, RFC 5764) by OpenSSL, over datagrams that somebody else carries. One thread.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/handle.hpp"
#include "base/result.hpp"

namespace lintel::media {

enum class SrtpProfile { aes128_cm_sha1_80, aead_aes_128_gcm };

struct SrtpKeys {  // each is key and salt together. Secrets.
  SrtpProfile profile = SrtpProfile::aes128_cm_sha1_80;
  std::string ours, theirs;
};

// The certificate that this process shows all its peers: made anew at each start (ECDSA P-256), known by its
// fingerprint alone.
class DtlsIdentity {
 public:
  [[nodiscard]] static Result<std::shared_ptr<DtlsIdentity>> make();             // a millisecond. Error: unavailable
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }  // "sha-256 AA:BB:…"
  [[nodiscard]] SSL_CTX* context() const { return context_.get(); }

 private:
  DtlsIdentity() = default;
  Handle<SSL_CTX, SSL_CTX_free> context_;
  std::string fingerprint_;
};

enum class DtlsRole { client, server };
enum class DtlsState { handshaking, up, closed, failed };

class Dtls {
 public:
  using Send = std::function<void(std::span<const std::uint8_t> datagram)>;

  // `fingerprint` of the peer, "sha-256 AA:BB:…" of any case; another certificate fails the handshake.
  Dtls(std::shared_ptr<DtlsIdentity> identity, DtlsRole role, std::string fingerprint, Send send);
  ~Dtls();
  Dtls(const Dtls&) = delete;
  Dtls& operator=(const Dtls&) = delete;

  void begin();                                          // a client speaks first
  void receive(std::span<const std::uint8_t> datagram);  // may change the state
  void tick();                                           // sends again what was lost; call some times a second
  void close();                                          // tells the peer
  [[nodiscard]] DtlsState state() const { return state_; }
  [[nodiscard]] Result<SrtpKeys> keys() const;  // when up. Error: unavailable (no profile agreed)

 private:
  static int write(BIO* bio, const char* data, int size);
  static int read(BIO* bio, char* data, int size);
  static long control(BIO* bio, int command, long number, void* pointer);
  static BIO_METHOD* method();
  void advance();

  std::shared_ptr<DtlsIdentity> identity_;
  const DtlsRole role_;
  const std::string fingerprint_;
  const Send send_;
  std::span<const std::uint8_t> incoming_;
  DtlsState state_ = DtlsState::handshaking;
  Handle<SSL, SSL_free> ssl_;  // last: it uses what is above
};

}  // namespace lintel::media
