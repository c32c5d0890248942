// Calls coming in: who may, and what the house is told of them.
#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "sip/endpoint_contact.hpp"
#include "sip/endpoint_inner.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t longest_display = 64;
constexpr std::size_t longest_header = 512;
constexpr std::size_t most_headers = 16;

// The display name without its quotes: printable and bounded, or empty.
std::string plain_display(std::string_view display) {
  display = text::trim(display);
  if (display.size() >= 2 && display.front() == '"' && display.back() == '"') {
    display = display.substr(1, display.size() - 2);
  }
  std::string out;
  for (std::size_t at = 0; at < display.size() && at < longest_display * 4; ++at) {
    if (display[at] == '\\' && at + 1 < display.size()) ++at;
    out.push_back(display[at]);
  }
  if (!text::printable(out) || text::utf8_length(out) > longest_display) return {};
  return out;
}

bool is_for_the_house(const Message& message, const Message::Line& line) {
  const auto name = message.name(line);
  if (name.size() > 2 && (name.starts_with("X-") || name.starts_with("x-"))) return true;
  for (const char* one : {"Alert-Info", "Call-Info", "Subject", "User-Agent", "Answer-Mode", "Priority"}) {
    if (text::equals_ignoring_case(name, one)) return true;
  }
  return false;
}

// The built-in server sets its own Via before that of who asked it, and notes there where that came from
// (RFC 3261 §18.2.1).
std::string host_before_server(const Message& message) {
  const auto vias = message.list(Field::via);
  const auto via = vias.size() < 2 ? std::nullopt : Via::parse(vias[1]);
  if (!via) return {};
  const auto address = SocketAddress::parse(parameter(via->parameters, "received").value_or(via->host), 0);
  return address ? address->host() : std::string();
}

}  // namespace

bool Endpoint::Inner::is_direct_peer(const Incoming& request) const {
  if (!current.direct_calls || request.from.kind == TransportKind::local || is_websocket(request.from.kind))
    return false;
  return std::any_of(current.direct_addresses.begin(), current.direct_addresses.end(), [&](const std::string& listed) {
    const auto address = SocketAddress::parse(listed, 0);
    return address && address->same_host(request.from.address);
  });
}

// What is not for us is left to the next handler, which is the built-in server.
bool Endpoint::Inner::is_for_us(const Incoming& request) const {
  if (request.from == Hop::local_server()) return true;
  if (request.from.kind == TransportKind::local) return false;
  const auto& uri = request.message.uri();
  if (!uri || !uri->is_sip()) return false;
  if (!uri->user.empty() && account_called(uri->user)) return true;
  // A direct call names our address, and our number if anybody.
  return is_direct_peer(request) && SocketAddress::parse(uri->host, 0).has_value() &&
         (current.direct_user.empty() || uri->user.empty() || same_user(uri->user, current.direct_user));
}

Endpoint::Inner::Judgement Endpoint::Inner::judge(const Incoming& request) const {
  Judgement judgement;
  if (request.from == Hop::local_server()) {
    judgement.account = built_in_account();
    judgement.trusted = judgement.account != nullptr;
    judgement.trust = Trust::built_in_server;
    if (!judgement.trusted) judgement.why = "This station has no account on the built-in server.";
    return judgement;
  }
  const auto uri = request.message.uri();
  if (const auto account = uri ? account_called(uri->user) : nullptr) {
    judgement.account = account;
    judgement.trust = Trust::registration;
    judgement.trusted = !account->settings().built_in && account->is_server(request.from);
    if (!judgement.trusted) judgement.why = "It did not come from the server of the account.";
    return judgement;
  }
  judgement.trusted = is_direct_peer(request);
  if (!judgement.trusted) judgement.why = "Its address is not listed for direct calls.";
  return judgement;
}

void Endpoint::Inner::asked_for_options(const Incoming& request) {
  if (!judge(request).trusted) return the_core.reply(request, 403);
  auto response = Builder::response(request.message, request.from, 200, {}, new_tag());
  response.add("Allow", allowed_methods);
  response.add("Accept", "application/sdp, application/dtmf-relay, application/dtmf");
  if (current.session_timer.on) response.add("Supported", "timer");
  response.add("User-Agent", current.user_agent);
  the_core.reply(request, response);
}

void Endpoint::Inner::invited(const Incoming& request) {
  const Message& message = request.message;
  const auto judgement = judge(request);
  const auto from = message.from();
  const std::string address = request.from.address.empty() ? std::string() : request.from.address.host();
  const auto refuse = [&](int code, const std::string& why) {
    the_core.reply(request, code);
    log::debug("sip", "INVITE from {} refused with {}: {}", address, code, why);
    listener.on_refused_call(from ? std::string(from->uri.text) : std::string(), address, why);
  };
  if (!judgement.trusted) return refuse(403, judgement.why);
  if (!from) return the_core.reply(request, 400);
  for (const auto& [tag, session] : sessions) {
    if (session->is_merged(message)) return the_core.reply(request, 482);
  }
  if (sessions.size() >= current.most_calls) return refuse(486, "Too many calls are running.");

  IncomingCall about;
  about.trust = judgement.trust;
  if (judgement.account) about.account = judgement.account->settings().id;
  // RFC 3325: only a trusted server asserts.
  std::optional<Address> caller = from;
  if (judgement.trust != Trust::direct) {
    if (auto asserted = Address::parse(message.first_of_list(Field::p_asserted_identity))) caller = asserted;
  }
  about.user = caller->uri.unescaped_user();
  about.uri = caller->uri.text;
  about.display = plain_display(caller->display.empty() ? from->display : caller->display);
  about.address = address;
  about.caller_host = judgement.trust == Trust::built_in_server ? host_before_server(message) : address;
  if (const auto to = message.to()) about.called_user = to->uri.unescaped_user();
  about.offer = {std::string(message.value(Field::content_type)), std::string(message.body())};
  for (const auto& line : message.lines()) {
    if (about.headers.size() == most_headers) break;
    if (!is_for_the_house(message, line) || message.value(line).size() > longest_header) continue;
    about.headers.push_back({std::string(message.name(line)), std::string(message.value(line))});
  }

  auto session = std::make_shared<Session>(*this, judgement.account);
  if (!session->receive(request)) return;
  sessions.emplace(session->local_tag(), session);
  listener.on_call(Call(session), about);
}

}  // namespace lintel::sip
