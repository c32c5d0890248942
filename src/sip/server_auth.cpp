// Who is asking: digest (RFC 3261 §22, RFC 8760) before anything else.
#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "base/text.hpp"
#include "sip/server_inner.hpp"

namespace lintel::sip {
namespace {

// The credentials for our realm among those given. A client that registers here and calls through us has two answers
// for one realm, and may send both: the one to the challenge that we give to this method counts first (RFC 3261 §22.3),
// for the other may be to a nonce that is old by now.
bool find_credentials(const Message& message, std::string_view realm, digest::Credentials& out) {
  const bool registering = message.method() == Method::registration;
  const Field own = registering ? Field::authorization : Field::proxy_authorization;
  const Field other = registering ? Field::proxy_authorization : Field::authorization;
  for (const Field field : {own, other}) {
    if (!message.has(field)) continue;
    for (const auto& line : message.lines())
      if (line.field == field && digest::read_credentials(message.value(line), out) && out.realm == realm) return true;
  }
  return false;
}

std::string source_text(const Hop& hop) {
  return hop.kind == TransportKind::local ? "local" : hop.address.host();
}

}  // namespace

bool Server::Inner::same_account(const Account& account, std::string_view escaped_user) const {
  if (escaped_user.find('%') == std::string_view::npos) return account.is_called(escaped_user);  // nearly all
  return same_user(escaped_user, account.name) ||
         (account.alias_length != 0 && same_user(escaped_user, account.alias()));
}

const Account* Server::Inner::registered_endpoint(const Message& request) {
  const auto& from = request.from();
  const Account* const account = from ? accounts.find(from->uri.unescaped_user()) : nullptr;
  bool registered = false;
  if (account != nullptr)
    registrar.for_each(account->name, [&registered](const Binding& binding) {
      registered = registered || binding.kind == TransportKind::local;
    });
  return registered ? account : nullptr;
}

const Account* Server::Inner::authenticate(const Incoming& request) {
  const Message& message = request.message;
  const bool registering = message.method() == Method::registration;
  // Nobody but this process reaches the local wire: once its endpoint has registered by its password, a digest of each
  // call would only prove to the station that it is itself.
  if (!registering && request.from == Hop::local_endpoint())
    if (const Account* const own = registered_endpoint(message)) return own;
  if (!find_credentials(message, settings.domain, credentials)) {
    challenge(request, false);
    return nullptr;
  }
  // Some phones take the name for the digest as it stands in their URI: 101%231.
  const bool escaped = credentials.user.find('%') != std::string::npos;
  const auto plain = escaped ? text::percent_decode(credentials.user) : std::nullopt;
  const Account* const account = accounts.find(plain ? *plain : credentials.user);
  const std::string_view name = account == nullptr ? std::string_view{} : account->name;
  if (events.may_authenticate && !events.may_authenticate(name, request.from)) {
    core.reply(request, 403);
    return nullptr;
  }
  // A user that is not known is measured against a secret that nobody has, so that the answer takes as long.
  std::optional<Accounts::Ha1> secret;
  if (account != nullptr && same_account(*account, credentials.user))
    secret = accounts.ha1(*account, credentials.user, credentials.algorithm);
  else
    secret.emplace(digest::decoy_secrets().of(credentials.algorithm), Accounts::Ha1::as_digits);
  // A nonce is good from the host it was given to.
  auto verdict = digest::verify(credentials, secret ? secret->view() : std::string_view{}, message.method_name(),
                                settings.domain, registering ? register_nonces : nonces, core.clock().monotonic(),
                                request.from.address.host_bytes());
  // What is stale stays that, whoever it claims to be from: its sender may be forged, and must not be blamed.
  if (account == nullptr && verdict == digest::Verdict::accepted) verdict = digest::Verdict::refused;
  if (verdict == digest::Verdict::accepted && !registering) {
    // Credentials are for one target; the spelling of its host may differ, and some clients name only the server.
    const auto& target = message.uri();
    if (credentials.uri != message.request_uri()) {
      const auto asked = Uri::parse(credentials.uri);
      if (!asked || !target || (!asked->user.empty() && !same_user(asked->user, target->user)))
        verdict = digest::Verdict::refused;
    }
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
      if (events.authentication_failed) events.authentication_failed(credentials.user, request.from);
      challenge(request, false);
      return nullptr;
  }
  return nullptr;
}

namespace {

// Devices that give up on a challenge they do not know, even beside one they do. Naming only MD5 to them weakens nobody
// else.
bool knows_only_md5(std::string_view user_agent) {
  // libre before 3.12, pjproject before 2.11 and what is built on it, Asterisk before 16.19 and 18.5, eXosip 4.
  constexpr std::array agents = {"baresip v0.", "baresip v1.",  "baresip v2.", "baresip v3.", "PJSUA v", "MicroSIP",
                                 "CSipSimple",  "Asterisk PBX", "FPBX-",       "eXosip",      "Twinkle"};
  return std::any_of(agents.begin(), agents.end(),
                     [&](std::string_view agent) { return user_agent.starts_with(agent); });
}

}  // namespace

void Server::Inner::challenge(const Incoming& request, bool stale) {
  const Message& message = request.message;
  const bool registering = message.method() == Method::registration;
  const auto tag = core.reply_tag(request);
  auto response = Builder::response(message, request.from, registering ? 401 : 407, {}, tag.view());
  const digest::Nonce nonce = nonces.make(core.clock().monotonic(), request.from.address.host_bytes());
  for (const auto algorithm : {digest::Algorithm::md5, digest::Algorithm::sha256}) {
    if (algorithm == digest::Algorithm::sha256 &&
        (!settings.offer_sha256 || knows_only_md5(message.value(Field::user_agent))))
      break;
    response.open(registering ? "WWW-Authenticate" : "Proxy-Authenticate");
    challenges.append(response.out(), algorithm, nonce, stale);
    response.close();
  }
  core.reply(request, response);
}

}  // namespace lintel::sip
