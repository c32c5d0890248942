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

// "07" "auth": true when the comma-separated list holds the word.
bool lists(std::string_view list, std::string_view word) {
  const auto words = text::split(list, ',');
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view one) { return text::equals_ignoring_case(text::trim(one), word); });
}

}  // namespace

const char* name_of(Algorithm algorithm) {
  return algorithm == Algorithm::md5 ? "MD5" : "SHA-256";
}

std::string expected_response(const Credentials& credentials, std::string_view ha1_hex, std::string_view method) {
  return lintel::digest::response({.algorithm = credentials.algorithm,
                                   .ha1 = ha1_hex,
                                   .method = method,
                                   .uri = credentials.uri,
                                   .nonce = credentials.nonce,
                                   .nonce_count = credentials.nonce_count,
                                   .client_nonce = credentials.cnonce,
                                   .qop = credentials.qop_auth ? "auth" : ""});
}

// ---- Server side ----------------------------------------------------------------------------------------------------

namespace {
constexpr std::size_t stamp_length = 12;  // 8 bytes of milliseconds, 4 of the count
constexpr std::size_t signature_length = 16;
}  // namespace

std::array<char, signature_length> NonceSigner::sign(std::string_view stamp, std::string_view context) const {
  const std::array both{left_.run().add(stamp).add(context).finish(), right_.run().add(stamp).add(context).finish()};
  return std::bit_cast<std::array<char, signature_length>>(both);
}

std::string NonceSigner::make(Monotonic now, std::string_view context) {
  auto milliseconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  std::array<char, stamp_length + signature_length> raw{};
  for (std::size_t at = 8; at-- > 0; milliseconds >>= 8U) raw[at] = static_cast<char>(milliseconds & 0xFFU);
  const auto count = static_cast<std::uint32_t>(++count_);
  std::memcpy(raw.data() + 8, &count, sizeof count);
  const auto signature = sign({raw.data(), stamp_length}, context);
  std::copy(signature.begin(), signature.end(), raw.begin() + stamp_length);
  return bytes::to_base64url({raw.data(), raw.size()});
}

NonceSigner::State NonceSigner::check(std::string_view nonce, Monotonic now, std::string_view context) const {
  const auto raw = bytes::from_base64(nonce);
  if (!raw || raw->size() != stamp_length + signature_length) return State::foreign;
  const std::string_view stamp = std::string_view(*raw).substr(0, stamp_length);
  const auto signature = sign(stamp, context);
  if (!bytes::equal_in_constant_time(std::string_view(*raw).substr(stamp_length), {signature.data(), signature.size()}))
    return State::foreign;
  std::uint64_t milliseconds = 0;
  for (std::size_t at = 0; at < 8; ++at) milliseconds = (milliseconds << 8U) | static_cast<unsigned char>(stamp[at]);
  const Monotonic made{std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds))};
  // One from the future is of an earlier run of the machine, whose clock had come further.
  return now - made <= lifetime_ && made <= now ? State::fresh : State::expired;
}

Verdict verify(const Credentials& credentials, const Secrets& secrets, std::string_view method, std::string_view realm,
               const NonceSigner& nonces, Monotonic now, std::string_view context) {
  const std::string& known = credentials.algorithm == Algorithm::md5 ? secrets.ha1_md5 : secrets.ha1_sha256;
  const std::string right = expected_response(credentials, known, method);
  // All three are looked at always, so that time does not tell which one failed.
  const bool same = bytes::equal_in_constant_time(right, credentials.response);
  const bool mine = credentials.realm == realm;
  const auto state = nonces.check(credentials.nonce, now, context);
  // A nonce that was not given to this caller: ask again, and say neither that the answer was right nor that it was
  // wrong. Otherwise a guesser could learn it uncounted, and a forged sender's address would be blamed.
  if (mine && state == NonceSigner::State::foreign) return Verdict::stale;
  if (!same || !mine || known.empty()) return Verdict::refused;
  return state == NonceSigner::State::fresh ? Verdict::accepted : Verdict::stale;
}

const Secrets& decoy_secrets() {
  static const Secrets decoy{bytes::to_hex(bytes::random(16)), bytes::to_hex(bytes::random(32))};
  return decoy;
}

std::vector<std::string> make_challenges(std::string_view realm, std::string_view nonce, bool stale) {
  std::vector<std::string> out;
  const std::string shared = "Digest realm=" + quoted(realm) + ", nonce=" + quoted(nonce) + ", algorithm=";
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256}) {
    std::string& one = out.emplace_back(shared);
    one.append(name_of(algorithm)).append(", qop=\"auth\"").append(stale ? ", stale=true" : "");
  }
  return out;
}

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

// ---- Parsing --------------------------------------------------------------------------------------------------------

namespace {

struct Parameter {
  std::string_view name;
  std::string value;
};

Error malformed(const char* what) {
  return Error{ErrorCode::invalid, fmt::format("The digest header is malformed: {}.", what), "", "", ""};
}

using grammar::is_space;
using grammar::is_token;
bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
}

// name = token / quoted-string, separated by commas, over one header's value.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  bool take(char c) {
    skip_spaces();
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view token() {
    skip_spaces();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_token(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  // A token or quoted string. Unquoted values are taken up to the comma: some devices leave quotes away.
  bool value(std::string& out) {
    skip_spaces();
    if (at_end()) return false;
    if (text_[at_] != '"') {
      const std::size_t begin = at_;
      while (at_ < text_.size() && text_[at_] != ',' && !is_space(text_[at_]) && !is_control(text_[at_]) &&
             text_[at_] != '"') {
        ++at_;
      }
      out = text_.substr(begin, at_ - begin);
      return !out.empty() && out.size() <= max_parameter_length;
    }
    // Up to the first escape or end at once.
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' && !is_control(text_[at_])) ++at_;
    out = text_.substr(begin, at_ - begin);
    if (out.size() > max_parameter_length) return false;
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '\\' && ++at_ < text_.size()) c = text_[at_];
      if (at_ >= text_.size() || is_control(c)) return false;
      out.push_back(c);
      if (out.size() > max_parameter_length) return false;
    }
    return false;  // the closing quote is missing
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

class Parameters {
 public:
  static Result<Parameters> parse(std::string_view value) {
    if (value.size() > max_header_length) return malformed("it is too long");
    Scanner scanner(value);
    if (!text::equals_ignoring_case(scanner.token(), "Digest")) return malformed("the scheme is not Digest");
    Parameters out;
    out.list_.reserve(12);
    for (bool more = true; more;) {
      const std::string_view name = scanner.token();
      Parameter parameter{name, {}};
      if (name.empty() || !scanner.take('=') || !scanner.value(parameter.value))
        return malformed("a parameter is broken");
      if (out.find(parameter.name) != nullptr) return malformed("a parameter stands twice");
      if (out.list_.size() == max_parameters) return malformed("it has too many parameters");
      out.list_.push_back(std::move(parameter));
      more = scanner.take(',');
    }
    scanner.skip_spaces();
    if (!scanner.at_end()) return malformed("something follows the last parameter");
    return out;
  }

  [[nodiscard]] const std::string* find(std::string_view name) const {
    for (const auto& one : list_)
      if (text::equals_ignoring_case(one.name, name)) return &one.value;
    return nullptr;
  }
  // Its value, which is then gone from here; empty when absent.
  [[nodiscard]] std::string take(std::string_view name) {
    for (auto& one : list_)
      if (text::equals_ignoring_case(one.name, name)) return std::move(one.value);
    return {};
  }
  [[nodiscard]] std::optional<Algorithm> algorithm() const {
    const std::string* name = find("algorithm");
    if (name == nullptr || text::equals_ignoring_case(*name, "MD5")) return Algorithm::md5;
    if (text::equals_ignoring_case(*name, "SHA-256")) return Algorithm::sha256;
    return std::nullopt;
  }

 private:
  std::vector<Parameter> list_;
};

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
}

}  // namespace

Result<Challenge> parse_challenge(std::string_view value) {
  LINTEL_TRY(auto parameters, Parameters::parse(value));
  const auto algorithm = parameters.algorithm();
  if (!algorithm) return malformed("the algorithm is not known");
  Challenge challenge;
  challenge.algorithm = *algorithm;
  if (parameters.find("realm") == nullptr || parameters.find("nonce") == nullptr) {
    return malformed("realm or nonce is missing");
  }
  challenge.realm = parameters.take("realm");
  challenge.nonce = parameters.take("nonce");
  challenge.opaque = parameters.take("opaque");
  challenge.stale = text::equals_ignoring_case(parameters.take("stale"), "true");
  if (const std::string* qop = parameters.find("qop"); qop != nullptr) {
    challenge.qop_auth = lists(*qop, "auth");
    if (!challenge.qop_auth) return malformed("no quality of protection that we know is offered");
  }
  return challenge;
}

Result<Credentials> parse_credentials(std::string_view value) {
  LINTEL_TRY(auto parameters, Parameters::parse(value));
  const auto algorithm = parameters.algorithm();
  if (!algorithm) return malformed("the algorithm is not known");
  if (text::equals_ignoring_case(parameters.take("userhash"), "true")) return malformed("hashed names are not known");
  Credentials credentials;
  credentials.algorithm = *algorithm;
  for (const char* needed : {"username", "realm", "nonce", "uri", "response"}) {
    if (parameters.find(needed) == nullptr) return malformed("a needed parameter is missing");
  }
  credentials.user = parameters.take("username");
  credentials.realm = parameters.take("realm");
  credentials.nonce = parameters.take("nonce");
  credentials.uri = parameters.take("uri");
  credentials.response = text::lower(parameters.take("response"));
  const std::size_t length = *algorithm == Algorithm::md5 ? 32 : 64;
  if (credentials.response.size() != length || !is_hex(credentials.response))
    return malformed("the response is no hash");
  if (const std::string* qop = parameters.find("qop"); qop != nullptr) {
    if (!text::equals_ignoring_case(*qop, "auth")) return malformed("the quality of protection is not known");
    credentials.qop_auth = true;
    credentials.cnonce = parameters.take("cnonce");
    credentials.nonce_count = parameters.take("nc");
    if (credentials.cnonce.empty() || credentials.nonce_count.size() != 8 || !is_hex(credentials.nonce_count)) {
      return malformed("cnonce or nc is missing");
    }
  }
  return credentials;
}

}  // namespace lintel::sip::digest
