#include "http/digest.hpp"

#include <array>
#include <cstring>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::http {
namespace {

constexpr std::size_t longest_authorization = 4096;
constexpr std::size_t nonce_random = 8;
constexpr std::size_t nonce_mac = 16;

std::string hashed(DigestAlgorithm algorithm, std::string_view data) {
  return bytes::to_hex(algorithm == DigestAlgorithm::md5 ? bytes::md5(data) : bytes::sha256(data));
}

// The auth-params of RFC 7235 §2.1 after the scheme; nothing when they are not well-formed or one comes twice.
std::optional<Fields> parse_parameters(std::string_view rest) {
  Fields fields;
  while (true) {
    rest = text::trim(rest);
    while (!rest.empty() && rest.front() == ',') rest = text::trim(rest.substr(1));
    if (rest.empty()) return fields;
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string name = text::lower(text::trim(rest.substr(0, equals)));
    rest = text::trim(rest.substr(equals + 1));
    std::string value;
    if (!rest.empty() && rest.front() == '"') {
      std::size_t at = 1;
      for (; at < rest.size() && rest[at] != '"'; ++at) {
        if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
        value += rest[at];
      }
      if (at >= rest.size()) return std::nullopt;
      rest.remove_prefix(at + 1);
      if (!text::trim(rest).empty() && text::trim(rest).front() != ',') return std::nullopt;
    } else {
      const std::size_t comma = rest.find(',');
      value = text::trim(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma);
    }
    for (const auto& [known, ignored] : fields)
      if (known == name) return std::nullopt;
    if (name.empty() || fields.size() == 16) return std::nullopt;
    fields.emplace_back(name, std::move(value));
  }
}

bool is_nonce_count(std::string_view text) {
  return text.size() == 8 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

std::string digest_ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                       std::string_view password) {
  return hashed(algorithm, std::string(user).append(":").append(realm).append(":").append(password));
}

std::string digest_response(const DigestAnswer& answer) {
  const std::string ha2 = hashed(answer.algorithm, answer.method + ":" + answer.uri);
  const std::string middle =
      answer.qop.empty() ? answer.nonce
                         : answer.nonce + ":" + answer.nonce_count + ":" + answer.client_nonce + ":" + answer.qop;
  return hashed(answer.algorithm, answer.ha1 + ":" + middle + ":" + ha2);
}

DigestAuthority::DigestAuthority(const Clock& clock, Options options)
    : clock_(clock), options_(std::move(options)), key_(bytes::random(32)) {}

std::string DigestAuthority::make_nonce() const {
  const std::int64_t now = clock_.monotonic().time_since_epoch().count();
  std::string raw(sizeof now, '\0');
  std::memcpy(raw.data(), &now, sizeof now);
  raw += bytes::random(nonce_random);
  raw += bytes::hmac_sha256(key_, options_.realm + '\0' + raw).substr(0, nonce_mac);
  return bytes::to_base64url(raw);
}

DigestAuthority::NonceState DigestAuthority::check_nonce(std::string_view nonce) const {
  const std::optional<std::string> raw = bytes::from_base64(nonce);
  std::int64_t made = 0;
  if (!raw || raw->size() != sizeof made + nonce_random + nonce_mac) return NonceState::forged;
  const std::string_view body = std::string_view(*raw).substr(0, sizeof made + nonce_random);
  const std::string mac = bytes::hmac_sha256(key_, options_.realm + '\0' + std::string(body)).substr(0, nonce_mac);
  if (!bytes::equal_in_constant_time(mac, std::string_view(*raw).substr(body.size()))) return NonceState::forged;
  std::memcpy(&made, body.data(), sizeof made);
  const Duration age = clock_.monotonic().time_since_epoch() - Duration(made);
  return age <= options_.nonce_lifetime ? NonceState::good : NonceState::stale;
}

std::vector<std::string> DigestAuthority::challenges(bool stale) const {
  const std::string rest = "Digest realm=\"" + options_.realm + "\", qop=\"auth\", nonce=\"" + make_nonce() + "\"" +
                           (stale ? ", stale=true" : "");
  std::vector<std::string> values;
  if (options_.offer_sha256) values.push_back(rest + ", algorithm=SHA-256");
  values.push_back(rest + ", algorithm=MD5");
  return values;
}

DigestAuthority::Verdict DigestAuthority::verify(const Request& request, const Find& find) const {
  const std::string_view header = request.header("Authorization");
  if (!text::equals_ignoring_case(header.substr(0, 7), "Digest ")) return {};
  if (header.size() > longest_authorization) return {Outcome::malformed, {}};
  const std::optional<Fields> fields = parse_parameters(header.substr(7));
  if (!fields) return {Outcome::malformed, {}};

  const std::string user(header_of(*fields, "username"));
  const std::string_view algorithm = header_of(*fields, "algorithm");
  const bool sha256 = text::equals_ignoring_case(algorithm, "SHA-256");
  if (user.empty() || (!sha256 && !algorithm.empty() && !text::equals_ignoring_case(algorithm, "MD5")))
    return {Outcome::malformed, user};
  DigestAnswer answer{.algorithm = sha256 ? DigestAlgorithm::sha256 : DigestAlgorithm::md5,
                      .ha1 = {},
                      .method = name_of(request.method),
                      .uri = std::string(header_of(*fields, "uri")),
                      .nonce = std::string(header_of(*fields, "nonce")),
                      .nonce_count = std::string(header_of(*fields, "nc")),
                      .client_nonce = std::string(header_of(*fields, "cnonce")),
                      .qop = std::string(header_of(*fields, "qop"))};
  const bool qop_fits = answer.qop == "auth" ? is_nonce_count(answer.nonce_count) && !answer.client_nonce.empty()
                                             : answer.qop.empty() && options_.allow_no_qop;
  // What was signed must be what was asked for, or a right for one address would open another.
  if (!qop_fits || answer.uri != request.target || header_of(*fields, "realm") != options_.realm)
    return {Outcome::malformed, user};
  const NonceState nonce = check_nonce(answer.nonce);
  if (nonce == NonceState::forged) return {Outcome::stale, user};  // also a nonce of before the restart

  const std::optional<DigestUser> known = find(user);
  const std::string unknown_ha1 = hashed(answer.algorithm, key_ + user);
  const std::string* ha1 = known ? (sha256 ? &known->ha1_sha256 : &known->ha1_md5) : &unknown_ha1;
  answer.ha1 = ha1->empty() ? unknown_ha1 : *ha1;
  const bool right =
      bytes::equal_in_constant_time(digest_response(answer), text::lower(header_of(*fields, "response")));
  if (!right || !known || ha1->empty()) return {Outcome::refused, user};
  return {nonce == NonceState::good ? Outcome::accepted : Outcome::stale, user};
}

}  // namespace lintel::http
