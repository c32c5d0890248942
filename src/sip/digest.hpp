// Digest authentication for SIP: RFC 3261 §22, RFC 7616, RFC 8760 (MD5 and SHA-256, qop "auth" or none; never
// auth-int). Both sides: the server builds challenges and verifies credentials, the client answers challenges. Pure
// functions and immutable objects unless said otherwise: any thread. Nothing here logs or keeps a password longer than
// the call that needs it, except ClientAuthenticator.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/keyed_hash.hpp"

namespace lintel::sip::digest {

using Algorithm = lintel::digest::Algorithm;
[[nodiscard]] const char* name_of(Algorithm algorithm);  // "MD5", "SHA-256"

// Bounds of the parsers. A longer header is malformed.
inline constexpr std::size_t max_header_length = 4096;
inline constexpr std::size_t max_parameters = 32;
inline constexpr std::size_t max_parameter_length = 512;
// How often one request is sent anew with an answer. Two are usual: a nonce that grew old, and its successor.
inline constexpr unsigned most_answers = 3;

// The value of a WWW-Authenticate or Proxy-Authenticate header.
struct Challenge {
  std::string realm;
  std::string nonce;
  std::string opaque;
  Algorithm algorithm = Algorithm::md5;
  bool qop_auth = false;  // "auth" was among the offered qop values
  bool stale = false;     // the nonce was old, the password right
};

// The value of an Authorization or Proxy-Authorization header.
struct Credentials {
  std::string user;  // unescaped from its quotes, nothing else
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;  // lower-case hexadecimal
  std::string cnonce;
  std::string nonce_count;  // eight hexadecimal digits as sent; empty without qop
  Algorithm algorithm = Algorithm::md5;
  bool qop_auth = false;
};

// `value` is the header's value, beginning with the scheme. Errors: `invalid` for what is malformed, over a bound, of
// another scheme, or of an algorithm or qop we do not know (RFC 7616 §3.3: such a challenge is passed over).
[[nodiscard]] Result<Challenge> parse_challenge(std::string_view value);
[[nodiscard]] Result<Credentials> parse_credentials(std::string_view value);
// The same into an object that is used again and again, whose strings then need no allocation. False: malformed or not
// known to us as above; what `out` then holds means nothing.
[[nodiscard]] bool read_credentials(std::string_view value, Credentials& out);

using lintel::digest::ha1;  // what a directory keeps in place of the password
// The `response` for these credentials (its own `response` is not looked at), RFC 7616 §3.4.1.
[[nodiscard]] std::string expected_response(const Credentials& credentials, std::string_view ha1_hex,
                                            std::string_view method);

// ---- Server side ----------------------------------------------------------------------------------------------------

// What the directory knows of an account, both for the same realm. An empty one means "not with this algorithm".
struct Secrets {
  std::string ha1_md5;
  std::string ha1_sha256;
  [[nodiscard]] std::string_view of(Algorithm algorithm) const {
    return algorithm == Algorithm::md5 ? ha1_md5 : ha1_sha256;
  }
};

using Nonce = std::array<char, 38>;
[[nodiscard]] inline std::string_view view(const Nonce& nonce) {
  return {nonce.data(), nonce.size()};
}

// Stateless nonces: time and a count under a keyed hash. A nonce may be used again until it expires, because old
// devices do (nonce counts are not tracked). `context` binds a nonce to something both calls know, such as the remote
// address. One thread at a time.
class NonceSigner {
 public:
  enum class State { fresh, expired, foreign };

  // `key` of at least 16 bytes (a new one each start is right: clients are challenged again with stale=true).
  NonceSigner(std::string_view key, Duration lifetime)
      : key_(key), count_(bytes::random_number()), lifetime_(lifetime) {}
  [[nodiscard]] Nonce make(Monotonic now, std::string_view context = {});
  [[nodiscard]] State check(std::string_view nonce, Monotonic now, std::string_view context = {}) const;

 private:
  [[nodiscard]] std::array<char, 16> sign(std::string_view stamp, std::string_view context) const;
  KeyedHash key_;
  std::uint64_t count_;  // so that no two nonces are the same
  Duration lifetime_;
};

enum class Verdict {
  accepted,
  stale,  // the nonce is not of ours for this caller, or it expired and the answer was right: challenge with stale=true
  refused,  // wrong, for a nonce that we gave to this caller; challenge again, and count the failure
};

// Compares in constant time. The caller has looked up the account by `credentials.user`, and judges `credentials.uri`
// against the Request-URI itself (old devices differ in spelling). For an unknown user pass `decoy_secrets()`, so that
// the answer takes as long and does not tell who exists.
[[nodiscard]] Verdict verify(const Credentials& credentials, const Secrets& secrets, std::string_view method,
                             std::string_view realm, const NonceSigner& nonces, Monotonic now,
                             std::string_view context = {});
// The same with the one secret that is asked for.
[[nodiscard]] Verdict verify(const Credentials& credentials, std::string_view ha1_hex, std::string_view method,
                             std::string_view realm, const NonceSigner& nonces, Monotonic now,
                             std::string_view context = {});
[[nodiscard]] const Secrets& decoy_secrets();  // random ones that no password gives

// The values of the challenge headers of one realm, made ready: only the nonce changes. They are sent in this order:
// MD5 first (JsSIP gives up on another first one), then SHA-256, both with the same nonce and qop="auth".
class Challenges {
 public:
  explicit Challenges(std::string_view realm);
  template <typename Out>  // anything with append(std::string_view)
  void append(Out& out, Algorithm algorithm, const Nonce& nonce, bool stale) const {
    out.append(std::string_view(begin_));
    out.append(view(nonce));
    out.append(std::string_view(algorithm == Algorithm::md5 ? md5_ : sha256_));
    if (stale) out.append(std::string_view(", stale=true"));
  }

 private:
  std::string begin_, md5_, sha256_;
};

// ---- Client side ----------------------------------------------------------------------------------------------------

// The best challenge we can answer: SHA-256 before MD5, else in order. With `realm` not empty, only of that realm
// (security.md 9: no credentials for a stranger's challenge).
[[nodiscard]] std::optional<Challenge> choose(const std::vector<std::string>& values, std::string_view realm = {});

// The value of the Authorization or Proxy-Authorization header that answers `challenge`. `nonce_count` counts requests
// with this nonce from 1. `cnonce` random text of the caller.
[[nodiscard]] std::string make_credentials(const Challenge& challenge, std::string_view user, std::string_view password,
                                           std::string_view method, std::string_view uri, std::uint32_t nonce_count,
                                           std::string_view cnonce);

// The client's memory for one account on one server: keeps the latest challenge, so that the next request can carry
// credentials at once. Loop only.
class ClientAuthenticator {
 public:
  ClientAuthenticator() = default;
  // `realm` empty: the realm of the first challenge is taken and kept.
  ClientAuthenticator(std::string user, std::string password, std::string realm = {})
      : user_(std::move(user)), password_(std::move(password)), realm_(std::move(realm)) {}

  // Takes the challenges of one 401 or 407 to a request whose challenges were answered `answered` times before. False:
  // nothing to answer (no password, a foreign realm, no algorithm we know, our last answer was to a nonce that is
  // still good, which means that the password is wrong, or a server that finds each new nonce old).
  [[nodiscard]] bool challenged(const std::vector<std::string>& values, unsigned answered);
  [[nodiscard]] bool ready() const { return challenge_.has_value(); }
  // Header value for a request, once ready().
  [[nodiscard]] std::string authorize(std::string_view method, std::string_view uri);
  void forget() { challenge_.reset(); }

 private:
  std::string user_;
  std::string password_;
  std::string realm_;
  std::optional<Challenge> challenge_;
  std::uint32_t nonce_count_ = 0;
};

}  // namespace lintel::sip::digest
