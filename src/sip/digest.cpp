#include "sip/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "sip/grammar.hpp"

namespace lintel::sip::digest {
namespace {

std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

}  // namespace

const char* name_of(Algorithm algorithm) {
  return algorithm == Algorithm::md5 ? "MD5" : "SHA-256";
}

namespace {
lintel::digest::Answer answer_of(const Credentials& credentials, std::string_view ha1_hex, std::string_view method) {
  return {.algorithm = credentials.algorithm,
          .ha1 = ha1_hex,
          .method = method,
          .uri = credentials.uri,
          .nonce = credentials.nonce,
          .nonce_count = credentials.nonce_count,
          .client_nonce = credentials.cnonce,
          .qop = credentials.qop_auth ? "auth" : ""};
}
}  // namespace

std::string expected_response(const Credentials& credentials, std::string_view ha1_hex, std::string_view method) {
  return lintel::digest::response(answer_of(credentials, ha1_hex, method));
}

// ---- Server side ----------------------------------------------------------------------------------------------------

namespace {
constexpr std::size_t stamp_length = 12;  // 8 bytes of milliseconds, 4 of the count
constexpr std::size_t signature_length = 16;
constexpr std::size_t nonce_bytes = stamp_length + signature_length;
static_assert(bytes::base64url_size(nonce_bytes) == Nonce{}.size());
}  // namespace

std::array<char, signature_length> NonceSigner::sign(std::string_view stamp, std::string_view context) const {
  return std::bit_cast<std::array<char, signature_length>>(key_.run().add(stamp).add(context).finish_long());
}

Nonce NonceSigner::make(Monotonic now, std::string_view context) {
  auto milliseconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  std::array<char, nonce_bytes> raw{};
  for (std::size_t at = 8; at-- > 0; milliseconds >>= 8U) raw[at] = static_cast<char>(milliseconds & 0xFFU);
  const auto count = static_cast<std::uint32_t>(++count_);
  std::memcpy(raw.data() + 8, &count, sizeof count);
  const auto signature = sign({raw.data(), stamp_length}, context);
  std::copy(signature.begin(), signature.end(), raw.begin() + stamp_length);
  Nonce nonce;
  bytes::to_base64url({raw.data(), raw.size()}, nonce.data());
  return nonce;
}

NonceSigner::State NonceSigner::check(std::string_view nonce, Monotonic now, std::string_view context) const {
  std::array<char, nonce_bytes> raw{};
  if (!bytes::from_base64(nonce, raw.data(), raw.size())) return State::foreign;
  const std::string_view stamp(raw.data(), stamp_length);
  const auto signature = sign(stamp, context);
  if (!bytes::equal_in_constant_time({raw.data() + stamp_length, signature_length},
                                     {signature.data(), signature.size()}))
    return State::foreign;
  std::uint64_t milliseconds = 0;
  for (std::size_t at = 0; at < 8; ++at) milliseconds = (milliseconds << 8U) | static_cast<unsigned char>(stamp[at]);
  const Monotonic made{std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds))};
  // One from the future is of an earlier run of the machine, whose clock had come further.
  return now - made <= lifetime_ && made <= now ? State::fresh : State::expired;
}

Verdict verify(const Credentials& credentials, std::string_view known, std::string_view method, std::string_view realm,
               const NonceSigner& nonces, Monotonic now, std::string_view context) {
  const auto right = lintel::digest::response_digits(answer_of(credentials, known, method));
  // All three are looked at always, so that time does not tell which one failed.
  const bool same = bytes::equal_in_constant_time(right.view(), credentials.response);
  const bool mine = credentials.realm == realm;
  const auto state = nonces.check(credentials.nonce, now, context);
  // A nonce that was not given to this caller: ask again, and say neither that the answer was right nor that it was
  // wrong. Otherwise a guesser could learn it uncounted, and a forged sender's address would be blamed.
  if (mine && state == NonceSigner::State::foreign) return Verdict::stale;
  if (!same || !mine || known.empty()) return Verdict::refused;
  return state == NonceSigner::State::fresh ? Verdict::accepted : Verdict::stale;
}

Verdict verify(const Credentials& credentials, const Secrets& secrets, std::string_view method, std::string_view realm,
               const NonceSigner& nonces, Monotonic now, std::string_view context) {
  return verify(credentials, secrets.of(credentials.algorithm), method, realm, nonces, now, context);
}

const Secrets& decoy_secrets() {
  static const Secrets decoy{bytes::to_hex(bytes::random(16)), bytes::to_hex(bytes::random(32))};
  return decoy;
}

Challenges::Challenges(std::string_view realm)
    : begin_("Digest realm=" + quoted(realm) + ", nonce=\""),
      md5_("\", algorithm=MD5, qop=\"auth\""),
      sha256_("\", algorithm=SHA-256, qop=\"auth\"") {}

// ---- Client side ----------------------------------------------------------------------------------------------------

std::optional<Challenge> choose(const std::vector<std::string>& values, std::string_view realm) {
  std::optional<Challenge> best;
  for (const auto& value : values) {
    auto challenge = parse_challenge(value);
    if (!challenge.ok() || (!realm.empty() && challenge->realm != realm)) continue;
    const bool better = !best || (best->algorithm == Algorithm::md5 && challenge->algorithm == Algorithm::sha256 &&
                                  best->realm == challenge->realm);
    if (better) best = std::move(challenge).value();
  }
  return best;
}

std::string make_credentials(const Challenge& challenge, std::string_view user, std::string_view password,
                             std::string_view method, std::string_view uri, std::uint32_t nonce_count,
                             std::string_view cnonce) {
  Credentials credentials;
  credentials.nonce = challenge.nonce;
  credentials.uri = uri;
  credentials.algorithm = challenge.algorithm;
  credentials.qop_auth = challenge.qop_auth;
  credentials.nonce_count = fmt::format("{:08x}", nonce_count);
  credentials.cnonce = cnonce;
  const std::string response =
      expected_response(credentials, ha1(challenge.algorithm, user, challenge.realm, password), method);
  std::string out = fmt::format("Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\", algorithm={}",
                                quoted(user), quoted(challenge.realm), quoted(challenge.nonce), quoted(uri), response,
                                name_of(challenge.algorithm));
  if (challenge.qop_auth) {
    out += fmt::format(", qop=auth, nc={}, cnonce={}", credentials.nonce_count, quoted(cnonce));
  }
  if (!challenge.opaque.empty()) out += ", opaque=" + quoted(challenge.opaque);
  return out;
}

bool ClientAuthenticator::challenged(const std::vector<std::string>& values, unsigned answered) {
  if (user_.empty() || answered >= most_answers) return false;
  auto chosen = choose(values, realm_);
  if (!chosen) return false;
  // A second refusal of one request means a wrong password, unless only the nonce was old.
  if (answered > 0 && !chosen->stale) return false;
  if (realm_.empty()) realm_ = chosen->realm;
  if (!challenge_ || challenge_->nonce != chosen->nonce || challenge_->algorithm != chosen->algorithm) nonce_count_ = 0;
  challenge_ = std::move(chosen);
  return true;
}

std::string ClientAuthenticator::authorize(std::string_view method, std::string_view uri) {
  if (!challenge_) return {};
  return make_credentials(*challenge_, user_, password_, method, uri, ++nonce_count_, bytes::to_hex(bytes::random(8)));
}

}  // namespace lintel::sip::digest
