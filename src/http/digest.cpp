#include "http/digest.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::http {
namespace {

bool changes_something(Method method) {
  return method != Method::get && method != Method::head;
}

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

bool DigestAuthority::is_first(const std::string& answer) {
  const Monotonic now = clock_.monotonic();
  while (!changes_.empty() && now - changes_.front().first > options_.nonce_lifetime) {
    answers_.erase(changes_.front().second);
    changes_.pop_front();
  }
  if (!answers_.insert(answer).second) return false;
  changes_.emplace_back(now, answer);
  if (changes_.size() > most_remembered) {
    forgotten_ = changes_.front().first;
    answers_.erase(changes_.front().second);
    changes_.pop_front();
  }
  return true;
}

DigestAuthority::Verdict DigestAuthority::verify(const Request& request, const Find& find) {
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
  const bool change = changes_something(request.method);
  Duration lifetime = options_.nonce_lifetime;
  if (change && forgotten_ != Monotonic::min())
    lifetime = std::min<Duration>(lifetime, clock_.monotonic() - forgotten_ - Duration(1));
  const digest::Nonces::State nonce = nonces_.check(answer.nonce, clock_.monotonic(), lifetime, options_.realm);
  if (nonce == digest::Nonces::State::forged) return {Outcome::stale, user};  // also a nonce of before the restart

  const std::optional<DigestUser> known = find(user);
  const std::string unknown_ha1 = nonces_.decoy_ha1(answer.algorithm, user);
  const std::string* ha1 = known ? (sha256 ? &known->ha1_sha256 : &known->ha1_md5) : &unknown_ha1;
  answer.ha1 = ha1->empty() ? unknown_ha1 : *ha1;
  const std::string response = digest::response(answer);
  const bool right = bytes::equal_in_constant_time(response, text::lower(digest::parameter(*fields, "response")));
  if (!right || !known || ha1->empty()) return {Outcome::refused, user};
  if (nonce != digest::Nonces::State::good || (change && !is_first(response))) return {Outcome::stale, user};
  return {Outcome::accepted, user};
}

}  // namespace lintel::http
