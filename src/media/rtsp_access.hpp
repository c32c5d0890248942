// Who may watch: the digest of a request against the accounts (RFC 2069, RFC 2617, RFC 7616; MD5, as recorders have it,
// with and without qop). The server's own thread only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.hpp"
#include "media/rtsp.hpp"
#include "media/rtsp_message.hpp"

namespace lintel::media {

class RtspAccess {
 public:
  static constexpr Duration nonce_lifetime = std::chrono::minutes(5);

  explicit RtspAccess(std::string realm) : realm_(std::move(realm)) {}
  void set_accounts(std::vector<RtspAccount> accounts);
  [[nodiscard]] bool knows(const std::string& user, const std::string& ha1) const;
  [[nodiscard]] std::string ha1_of(const std::string& user) const;  // or empty

  enum class Proof {
    absent,  // nothing that could be right or wrong: challenge
    stale,   // right or wrong for a nonce that is old or not ours: challenge with stale=true
    wrong,
    right,
  };
  struct Verdict {
    Proof proof = Proof::absent;
    std::string user;  // as claimed: proven only when right
    std::string nonce;
  };
  // `kept_nonce`: one that was used rightly on this connection, and so does not grow old: recorders keep their first
  // for as long as they watch.
  [[nodiscard]] Verdict check(const RtspRequest& request, std::string_view host, std::string_view kept_nonce,
                              Monotonic now) const;
  // The header line of a 401. No qop is named: old recorders would not know it, and who knows it may still use it.
  [[nodiscard]] std::string challenge(std::string_view host, bool stale, Monotonic now) const;

 private:
  std::string realm_;
  digest::Nonces nonces_;
  std::unordered_map<std::string, std::string> ha1_by_user_;
};

}  // namespace lintel::media
