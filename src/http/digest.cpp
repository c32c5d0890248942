#include "http/digest.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::http {
namespace {

bool is_nonce_count(std::string_view text) {
  return text.size() == 8 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

DigestAuthority::DigestAuthority(const Clock& clock, Options options) : clock_(clock), options_(std::move(options)) {}

std::vector<std::string> DigestAuthority::challenges(bool stale) const {
  const std::string rest = "Digest realm=\"" + options_.realm + "\", qop=\"auth\", nonce=\"" +
                           nonces_.make(clock_.monotonic(), options_.realm) + "\"" + (stale ? ", stale=true" : "");
  std::vector<std::string> values;
  if (options_.offer_sha256) values.push_back(rest + ", algorithm=SHA-256");
  values.push_back(rest + ", algorithm=MD5");
  return values;
}

DigestAuthority::Verdict DigestAuthority::verify(const Request& request, const Find& find) const {
  const std::string_view header = request.header("Authorization");
  if (!digest::is_digest(header)) return {};
  const std::optional<digest::Parameters> fields = digest::parse_authorization(header);
  if (!fields) return {Outcome::malformed, {}};

  const std::string user(digest::parameter(*fields, "username"));
  const std::string_view algorithm = digest::parameter(*fields, "algorithm");
  const bool sha256 = text::equals_ignoring_case(algorithm, "SHA-256");
  if (user.empty() || (!sha256 && !algorithm.empty() && !text::equals_ignoring_case(algorithm, "MD5")))
    return {Outcome::malformed, user};
  digest::Answer answer{.algorithm = sha256 ? digest::Algorithm::sha256 : digest::Algorithm::md5,
                        .ha1 = {},
                        .method = name_of(request.method),
                        .uri = digest::parameter(*fields, "uri"),
                        .nonce = digest::parameter(*fields, "nonce"),
                        .nonce_count = digest::parameter(*fields, "nc"),
                        .client_nonce = digest::parameter(*fields, "cnonce"),
                        .qop = digest::parameter(*fields, "qop")};
  const bool qop_fits = answer.qop == "auth" ? is_nonce_count(answer.nonce_count) && !answer.client_nonce.empty()
                                             : answer.qop.empty() && options_.allow_no_qop;
  // What was signed must be what was asked for, or a right for one address would open another.
  if (!qop_fits || answer.uri != request.target || digest::parameter(*fields, "realm") != options_.realm)
    return {Outcome::malformed, user};
  const digest::Nonces::State nonce =
      nonces_.check(answer.nonce, clock_.monotonic(), options_.nonce_lifetime, options_.realm);
  if (nonce == digest::Nonces::State::forged) return {Outcome::stale, user};  // also a nonce of before the restart

  const std::optional<DigestUser> known = find(user);
  const std::string unknown_ha1 = nonces_.decoy_ha1(answer.algorithm, user);
  const std::string* ha1 = known ? (sha256 ? &known->ha1_sha256 : &known->ha1_md5) : &unknown_ha1;
  answer.ha1 = ha1->empty() ? unknown_ha1 : *ha1;
  const bool right =
      bytes::equal_in_constant_time(digest::response(answer), text::lower(digest::parameter(*fields, "response")));
  if (!right || !known || ha1->empty()) return {Outcome::refused, user};
  return {nonce == digest::Nonces::State::good ? Outcome::accepted : Outcome::stale, user};
}

}  // namespace lintel::http
