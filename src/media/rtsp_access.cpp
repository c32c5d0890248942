#include "media/rtsp_access.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::media {
namespace {

// What was signed must be what was asked for. Clients sign the address of the stream for its tracks too, or spell it in
// another way; as one right is for both streams, any address of a stream will do for another.
bool same_target(std::string_view signed_uri, std::string_view asked) {
  if (signed_uri == asked) return true;
  const auto left = split_rtsp_uri(signed_uri), right = split_rtsp_uri(asked);
  return left && right && parse_rtsp_path(left->path, left->query) && parse_rtsp_path(right->path, right->query);
}

}  // namespace

void RtspAccess::set_accounts(std::vector<RtspAccount> accounts) {
  ha1_by_user_.clear();
  for (RtspAccount& account : accounts)
    if (!account.user.empty() && !account.ha1.empty()) ha1_by_user_[account.user] = std::move(account.ha1);
}

std::string RtspAccess::ha1_of(const std::string& user) const {
  const auto found = ha1_by_user_.find(user);
  return found == ha1_by_user_.end() ? std::string() : found->second;
}

bool RtspAccess::knows(const std::string& user, const std::string& ha1) const {
  return !ha1.empty() && ha1_of(user) == ha1;
}

RtspAccess::Verdict RtspAccess::check(const RtspRequest& request, std::string_view host, std::string_view kept_nonce,
                                      Monotonic now) const {
  const auto parameters = digest::parse_authorization(request.header("Authorization"));
  if (!parameters) return {};
  const auto get = [&](std::string_view name) { return digest::parameter(*parameters, name); };
  digest::Answer answer{.ha1 = {},
                        .method = request.method,
                        .uri = get("uri"),
                        .nonce = get("nonce"),
                        .nonce_count = get("nc"),
                        .client_nonce = get("cnonce"),
                        .qop = get("qop")};
  Verdict verdict{Proof::absent, std::string(get("username")), std::string(answer.nonce)};
  const std::string_view algorithm = get("algorithm");
  const bool qop_fits =
      answer.qop.empty() || (answer.qop == "auth" && answer.nonce_count.size() == 8 && !answer.client_nonce.empty());
  if (verdict.user.empty() || (!algorithm.empty() && !text::equals_ignoring_case(algorithm, "MD5")) || !qop_fits ||
      get("realm") != realm_ || !same_target(answer.uri, request.uri))
    return verdict;
  using State = digest::Nonces::State;
  const State nonce = nonces_.check(answer.nonce, now, nonce_lifetime, host);
  if (nonce == State::forged || (nonce == State::stale && answer.nonce != kept_nonce)) {
    verdict.proof = Proof::stale;
    return verdict;
  }
  const std::string ha1 = ha1_of(verdict.user);
  const std::string decoy = nonces_.decoy_ha1(digest::Algorithm::md5, verdict.user);
  answer.ha1 = ha1.empty() ? decoy : ha1;
  const bool right = bytes::equal_in_constant_time(digest::response(answer), text::lower(get("response")));
  verdict.proof = right && !ha1.empty() ? Proof::right : Proof::wrong;
  return verdict;
}

std::string RtspAccess::challenge(std::string_view host, bool stale, Monotonic now) const {
  return fmt::format("WWW-Authenticate: Digest realm=\"{}\", nonce=\"{}\", algorithm=MD5{}\r\n", realm_,
                     nonces_.make(now, host), stale ? ", stale=true" : "");
}

}  // namespace lintel::media
