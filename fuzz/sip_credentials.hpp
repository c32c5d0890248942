// How the plays answer a challenge: with the right password of whoever stands in From.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sip/address.hpp"
#include "support.hpp"

namespace lintel::play {

// The request `asked` once more, in another transaction and with credentials for `challenge`; nothing where one of them
// cannot be read or nobody has that account.
inline std::optional<std::string> with_credentials(std::string asked, const std::string& challenge,
                                                   const sip::test::MemoryAccounts& accounts) {
  sip::Message request, refusal;
  if (challenge.empty() || request.parse(asked) || refusal.parse(challenge)) return std::nullopt;
  const auto sender = sip::Address::parse(request.value("From"));
  if (!sender) return std::nullopt;
  const std::string user = sender->uri.unescaped_user();
  const sip::Account* account = accounts.find(user);
  const bool proxy = refusal.status() == 407;
  const auto parsed = sip::digest::parse_challenge(refusal.value(proxy ? "Proxy-Authenticate" : "WWW-Authenticate"));
  if (account == nullptr || !parsed) return std::nullopt;
  const std::string credentials = sip::digest::make_credentials(
      *parsed, user, "secret-" + account->name, request.method_name(), request.request_uri(), 1, "cnonce");
  asked.insert(request.first_line_end(), (proxy ? "Proxy-Authorization: " : "Authorization: ") + credentials + "\r\n");
  // Another transaction than the one that was challenged.
  if (const auto branch = asked.find("branch=z9hG4bK"); branch != std::string::npos) asked.insert(branch + 14, "-");
  return asked;
}

}  // namespace lintel::play
