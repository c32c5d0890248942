// The sums and the spelling of digest authentication (RFC 7616, and RFC 2069/2617 without qop), and nonces that hold
// their own time and proof: nothing is kept for one. What HTTP, RTSP and SIP ask for with them stands in their rooms.
// Any thread.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace lintel::digest {

enum class Algorithm { md5, sha256 };

// HA1 of RFC 7616 §3.4.2: hex of H(user:realm:password). What a table keeps instead of the password; as secret as it.
[[nodiscard]] std::string ha1(Algorithm algorithm, std::string_view user, std::string_view realm,
                              std::string_view password);
// The response of §3.4.1 for qop "auth", or, when `qop` is empty, of RFC 2069. The views are the caller's.
struct Answer {
  Algorithm algorithm = Algorithm::md5;
  std::string_view ha1, method, uri, nonce, nonce_count, client_nonce, qop;
};
[[nodiscard]] std::string response(const Answer& answer);
// A hash in hexadecimal that needs no allocation.
class Hexadecimal {
 public:
  Hexadecimal() = default;
  explicit Hexadecimal(std::string_view hash);  // of at most 32 bytes
  enum AsDigits { as_digits };
  Hexadecimal(std::string_view digits, AsDigits);  // at most 64 of them, as they are
  [[nodiscard]] std::string_view view() const { return {digits_.data(), size_}; }

 private:
  std::array<char, 64> digits_{};
  std::size_t size_ = 0;
};
[[nodiscard]] Hexadecimal response_digits(const Answer& answer);  // the same as response()

// The auth-params of RFC 7235 §2.1 after the scheme, names in lower case, at most 16; nothing when they are not
// well-formed or one comes twice.
using Parameters = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::optional<Parameters> parse_parameters(std::string_view text);
// The parameters of an Authorization header of this scheme. Nothing for another scheme, for what is malformed, and for
// more than 4096 bytes.
[[nodiscard]] bool is_digest(std::string_view authorization);
[[nodiscard]] std::optional<Parameters> parse_authorization(std::string_view authorization);
[[nodiscard]] std::string_view parameter(const Parameters& parameters, std::string_view name);  // or empty

class Nonces {
 public:
  enum class State { good, stale, forged };
  Nonces();  // a key of its own: after a restart old nonces are forged, and clients just answer the new challenge
  // `context` binds a nonce to what both calls know (realm, address).
  [[nodiscard]] std::string make(Monotonic now, std::string_view context) const;
  [[nodiscard]] State check(std::string_view nonce, Monotonic now, Duration lifetime, std::string_view context) const;
  // An HA1 that no password gives, the same for a name each time: what an unknown user is measured against, so that the
  // answer takes as long.
  [[nodiscard]] std::string decoy_ha1(Algorithm algorithm, std::string_view user) const;

 private:
  [[nodiscard]] std::string proof(std::string_view body, std::string_view context) const;
  std::string key_;
};

}  // namespace lintel::digest
