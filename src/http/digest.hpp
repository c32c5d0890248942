// HTTP digest authentication, the server's side (RFC 7616, and RFC 2069/2617 clients without qop). Nonces hold their
// own time and proof (base/digest.hpp). What changes something counts once: who reads along cannot have it done again.
// Loop only.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "http/message.hpp"

namespace lintel::http {

struct DigestUser {
  std::string name = {};
  std::string ha1_md5 = {}, ha1_sha256 = {};  // empty: this algorithm is not offered to this user
};

class DigestAuthority {
 public:
  struct Options {
    std::string realm;
    bool offer_sha256 = true;  // false: exactly one MD5 challenge, for compatible clients (compat.md §1)
    bool allow_no_qop = false;
    Duration nonce_lifetime = std::chrono::minutes(5);
  };
  enum class Outcome { absent, malformed, stale, refused, accepted };
  struct Verdict {
    Outcome outcome = Outcome::absent;
    std::string user;  // as claimed: proven only when accepted
  };
  using Find = std::function<std::optional<DigestUser>(std::string_view user)>;
  // Changes that are remembered; with more, nonces older than the forgotten are stale.
  static constexpr std::size_t most_remembered = 4'096;

  DigestAuthority(const Clock& clock, Options options);

  // Checks the request's Authorization header against its own method and target. Takes as long for an unknown user as
  // for a known one. A change (anything but GET and HEAD) that was accepted before is `stale`: sign it anew.
  [[nodiscard]] Verdict verify(const Request& request, const Find& find);
  [[nodiscard]] std::vector<std::string> challenges(bool stale) const;  // values for WWW-Authenticate, strongest first
  [[nodiscard]] const std::string& realm() const { return options_.realm; }
  [[nodiscard]] std::size_t remembered() const { return answers_.size(); }

 private:
  [[nodiscard]] bool is_first(const std::string& answer);  // and remembers it

  const Clock& clock_;
  Options options_;
  digest::Nonces nonces_;
  std::deque<std::pair<Monotonic, std::string>> changes_;  // the answers of accepted changes, oldest first
  std::unordered_set<std::string> answers_;                // the same
  Monotonic forgotten_ = Monotonic::min();                 // an answer of then is not remembered any more
};

}  // namespace lintel::http
