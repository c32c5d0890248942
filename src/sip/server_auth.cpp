// Who is asking: digest (RFC 3261 §22, RFC 8760) before anything else.
#include "base/log.hpp"
#include "base/text.hpp"
#include "sip/server_inner.hpp"

namespace lintel::sip {
namespace {

// The credentials for our realm among those given. A client that registers here and calls through us has two answers
// for one realm, and may send both: the one to the challenge that we give to this method counts first (RFC 3261 §22.3),
// for the other may be to a nonce that is old by now.
std::optional<digest::Credentials> credentials_of(const Message& message, std::string_view realm) {
  const bool registering = message.method() == Method::registration;
  const Field own = registering ? Field::authorization : Field::proxy_authorization;
  const Field other = registering ? Field::proxy_authorization : Field::authorization;
  for (const Field field : {own, other}) {
    for (const auto& line : message.lines()) {
      if (line.field != field) continue;
      auto parsed = digest::parse_credentials(message.value(line));
      if (parsed && parsed->realm == realm) return std::move(parsed).value();
    }
  }
  return std::nullopt;
}

digest::Secrets secrets_of(const Account* account, std::string_view user) {
  if (account == nullptr) return digest::decoy_secrets();
  for (const auto& alias : account->aliases)
    if (alias.name == user) return {alias.ha1_md5, alias.ha1_sha256};
  if (account->name == user) return {account->ha1_md5, account->ha1_sha256};
  return digest::decoy_secrets();
}

}  // namespace

bool Server::Inner::same_account(const Account& account, std::string_view escaped_user) const {
  if (same_user(escaped_user, account.name)) return true;
  for (const auto& alias : account.aliases)
    if (same_user(escaped_user, alias.name)) return true;
  return false;
}

const Account* Server::Inner::authenticate(const Incoming& request) {
  const Message& message = request.message;
  const bool registering = message.method() == Method::registration;
  const auto credentials = credentials_of(message, settings.domain);
  if (!credentials) {
    challenge(request, false);
    return nullptr;
  }
  const Account* account = accounts.find(credentials->user);
  const std::string name = account == nullptr ? std::string() : account->name;
  if (events.may_authenticate && !events.may_authenticate(name, source_text(request.from))) {
    core.reply(request, 403);
    return nullptr;
  }
  // A nonce is good from the host it was given to.
  const std::string context = request.from.address.host();
  auto verdict =
      digest::verify(*credentials, secrets_of(account, credentials->user), message.method_name(), settings.domain,
                     registering ? register_nonces : nonces, core.clock().monotonic(), context);
  if (account == nullptr) verdict = digest::Verdict::refused;
  if (verdict != digest::Verdict::refused && !registering) {
    // Credentials are for one target; the spelling of its host may differ, and some clients name only the server.
    const auto asked = Uri::parse(credentials->uri);
    const auto target = message.uri();
    if (!asked || !target || (!asked->user.empty() && !same_user(asked->user, target->user)))
      verdict = digest::Verdict::refused;
  }
  switch (verdict) {
    case digest::Verdict::accepted:
      if (events.authenticated) events.authenticated(name, request.from);
      return account;
    case digest::Verdict::stale:
      challenge(request, true);
      return nullptr;
    case digest::Verdict::refused:
      log::debug("sip", "Wrong credentials from {}", source_text(request.from));
      if (events.authentication_failed) events.authentication_failed(credentials->user, source_text(request.from));
      challenge(request, false);
      return nullptr;
  }
  return nullptr;
}

namespace {

// Devices that give up on a challenge they do not know, even beside one they do. Naming only MD5 to them weakens nobody
// else.
bool knows_only_md5(std::string_view user_agent) {
  return user_agent.starts_with("baresip v1.");
}

}  // namespace

void Server::Inner::challenge(const Incoming& request, bool stale) {
  const bool registering = request.message.method() == Method::registration;
  auto response =
      Builder::response(request.message, request.from, registering ? 401 : 407, {}, core.reply_tag(request));
  const std::string context = request.from.address.host();
  const auto values = digest::make_challenges(settings.domain, nonces.make(core.clock().monotonic(), context), stale);
  for (const auto& value : values) {
    response.add(registering ? "WWW-Authenticate" : "Proxy-Authenticate", value);
    if (!settings.offer_sha256 || knows_only_md5(request.message.value(Field::user_agent))) break;
  }
  core.reply(request, response.finish());
}

}  // namespace lintel::sip
