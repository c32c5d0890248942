// The server's API and the chain of steps a request goes through.
#include "sip/server.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "sip/server_inner.hpp"

namespace lintel::sip {
namespace {

constexpr std::string_view allowed =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, UPDATE, MESSAGE, NOTIFY, SUBSCRIBE, PRACK, REFER";

ContactInfo info_of(std::string_view account, const Binding& binding, const Registrar& registrar) {
  ContactInfo info;
  info.account = account;
  info.id = id_text(binding.id);
  info.uri = binding.contact();
  info.kind = binding.kind;
  info.local = binding.kind == TransportKind::local;
  info.user_agent = binding.user_agent();
  if (!binding.source.empty()) info.address = binding.source.text();
  info.expires = registrar.wall_of(binding.expires);
  return info;
}

}  // namespace

Server::Inner::Inner(Core& the_core, Accounts& the_accounts, BindingStore* store, std::string key,
                     ServerSettings the_settings, ServerEvents the_events)
    : core(the_core),
      accounts(the_accounts),
      settings(std::move(the_settings)),
      events(std::move(the_events)),
      registrar(core, store, key, settings, events),
      tokens(key),
      nonces(bytes::hmac_sha256(key, "nonce"), settings.nonce_life),
      register_nonces(bytes::hmac_sha256(key, "nonce"), settings.register_nonce_life),
      challenges(settings.domain),
      wheel(core.clock(), [this](TransactionId id, std::uint8_t) { timer_c(id); }) {}

Server::Server(Core& core, Accounts& accounts, BindingStore* store, std::string key, ServerSettings settings,
               ServerEvents events)
    : inner_(std::make_unique<Inner>(core, accounts, store, std::move(key), std::move(settings), std::move(events))) {
  core.add_handler(*this);
  inner_->registrar.load();
}

Server::~Server() {
  inner_->core.remove_handler(*this);
  for (const auto& [id, call] : inner_->calls) {
    inner_->core.forget(id);
    for (const auto& branch : call.branches) inner_->core.forget(branch.client);
  }
  inner_->registrar.flush();
}

std::vector<ContactInfo> Server::contacts(std::string_view user) const {
  std::vector<ContactInfo> result;
  for (const Account* account : inner_->accounts.expand(user))
    for (const Binding* binding : inner_->registrar.of(account->name))
      if (Hop hop; inner_->registrar.reach(*binding, hop))
        result.push_back(info_of(account->name, *binding, inner_->registrar));
  return result;
}

void Server::for_each_reachable(std::string_view user, const std::function<void(const Reachable&)>& visit) const {
  const Monotonic now = inner_->core.clock().monotonic();
  std::string own_text;  // of the contact before: nearly always the same
  std::string own_host;
  for (const Account* account : inner_->accounts.expand(user))
    inner_->registrar.for_each(account->name, now, [&](const Binding& binding) {
      Hop hop;
      if (!inner_->registrar.reach(binding, hop)) return;
      const auto sent_by = inner_->core.sent_by(hop);
      if (sent_by != own_text) {
        own_text = sent_by;
        own_host = numeric_host_of(sent_by);
      }
      visit({account->name, id_text(binding.id), binding.kind, own_host, hop.address.host()});
    });
}

std::vector<ContactInfo> Server::all_contacts() const {
  std::vector<ContactInfo> result;
  for (const auto& account : inner_->registrar.accounts())
    for (const Binding* binding : inner_->registrar.of(account))
      result.push_back(info_of(account, *binding, inner_->registrar));
  return result;
}

std::optional<std::string> Server::reached_at(std::string_view account) const {
  const Binding* reached = nullptr;
  inner_->registrar.for_each(account, [&](const Binding& binding) {
    if (Hop hop; inner_->registrar.reach(binding, hop)) reached = &binding;
  });
  if (reached == nullptr) return std::nullopt;
  return reached->source.empty() ? std::string() : reached->source.text();
}

bool Server::online(std::string_view account) const {
  return !inner_->registrar.of(account).empty();
}
void Server::remove_account(std::string_view account) {
  inner_->registrar.remove_all(account);
}

void Server::set_settings(ServerSettings settings) {
  inner_->challenges = digest::Challenges(settings.domain);
  inner_->settings = std::move(settings);
}

void Server::flush() {
  inner_->registrar.flush();
}
bool Server::on_request(const Incoming& request) {
  return inner_->on_request(request);
}
void Server::on_flow_closed(FlowId flow) {
  inner_->registrar.flow_closed(flow);
}

bool Server::Inner::on_request(const Incoming& request) {
  if (request.from == Hop::local_server()) return false;  // from ourselves, for the endpoint
  const Method method = request.message.method();
  if (method == Method::cancel) return false;  // matches nothing: 481
  if (refuse_early(request)) return true;
  if (method == Method::registration) {
    register_(request);
    return true;
  }
  if (in_dialog(request)) return true;
  if (method == Method::ack) return true;  // no dialog of ours: dropped
  initial(request);
  return true;
}

bool Server::Inner::refuse_early(const Incoming& request) {
  const Message& message = request.message;
  const bool ack = message.method() == Method::ack;
  if (message.number(Field::max_forwards) == 0U && message.method() != Method::registration) {
    if (!ack) core.reply(request, 483);
    return true;
  }
  // A request that went through us twice is going round (RFC 3261 §16.3): our branches cannot be made by others.
  // Its two lines may have been joined by a comma on the way.
  const auto& top = message.top_via();
  const auto top_end = top ? static_cast<std::size_t>(top->text.end() - message.bytes().begin()) : 0;
  const bool joined = top && top_end < message.bytes().size() && message.bytes()[top_end] != '\r';
  if (joined || message.count(Field::via) > 1) {
    std::size_t own = 0;
    for (const auto value : message.list(Field::via))
      if (const auto via = Via::parse(value);
          via && via->branch.starts_with("z9hG4bK-") && via->host != "station.invalid")
        if (const auto sent_by = std::string(via->host) + ":" + std::to_string(via->port);
            sent_by == core.sent_by(request.from))
          ++own;
    if (own > 1) {
      if (!ack) core.reply(request, 482);
      return true;
    }
  }
  if (message.has(Field::proxy_require) && !ack) {
    auto response = Builder::response(message, request.from, 420, {}, core.reply_tag(request).view());
    std::string unsupported;
    for (const auto token : message.list(Field::proxy_require))
      unsupported.append(unsupported.empty() ? "" : ", ").append(token);
    response.add("Unsupported", unsupported);
    core.reply(request, response);
    return true;
  }
  return false;
}

// RFC 3261 §16.12: what comes back over our Record-Route belongs to a dialog that was let through.
bool Server::Inner::in_dialog(const Incoming& request) {
  const Message& message = request.message;
  const auto top = Address::parse(message.first_of_list(Field::route));
  if (!top) return false;
  const auto found = tokens.read(top->uri.user, message.call_id(), message.from_tag(), message.to_tag());
  if (found.state == FlowTokens::State::foreign) return false;
  const bool ack = message.method() == Method::ack;
  if (found.state == FlowTokens::State::of_another_dialog || message.to_tag().empty() ||
      !is_same_neighbour(found.from, request.from)) {
    if (!ack) core.reply(request, 403);
    return true;
  }
  NextHop target;
  target.hop = found.to;
  follow_registration(message, target.hop);
  const auto& uri = message.uri();
  const std::uint16_t usual_port = target.hop.kind == TransportKind::tls ? 5061 : 5060;
  const std::uint16_t port = uri && uri->port != 0 ? uri->port : usual_port;
  const auto address = uri ? SocketAddress::parse(uri->host, port) : std::nullopt;
  const bool direct = address && address->same_host(target.hop.address);
  // The target may have moved to another port; never to another host, nor to another link of ours.
  if (target.hop.kind == TransportKind::udp) {
    if (direct) target.hop.address.set_port(port);
  } else if (target.hop.kind != TransportKind::local && !core.is_open(target.hop)) {
    if (!direct || is_websocket(target.hop.kind)) {
      if (!ack) core.reply(request, 430);
      return true;
    }
    target.hop.flow = 0;
    target.hop.address.set_port(port);
  }
  forward(request, {&target, 1}, nullptr, false, top->uri.user);
  return true;
}

// A phone that lost its connection in the middle of a call makes a new one and registers by it the contact that the
// dialog knows: what is sent to it goes that way, also while nobody has noticed yet that the old one is dead. Never to
// another host than the one that the dialog was begun with (security.md 9).
void Server::Inner::follow_registration(const Message& message, Hop& hop) const {
  const auto& uri = message.uri();
  const auto to = message.to();
  if (!is_reliable(hop.kind) || hop.kind == TransportKind::local || !uri || !to) return;
  const Hop begun = hop;
  const Monotonic now = core.clock().monotonic();
  for (const Account* account : accounts.expand(to->uri.unescaped_user()))
    registrar.for_each(account->name, now, [&](const Binding& binding) {
      if (binding.flow == begun.flow || binding.kind != begun.kind || !binding.source.same_host(begun.address)) return;
      const auto contact = Uri::parse(binding.contact());
      if (contact && contact->user == uri->user && text::equals_ignoring_case(contact->host, uri->host) &&
          contact->port == uri->port && binding.flow != 0 && core.is_open(binding.hop()))
        hop = binding.hop();
    });
}

bool Server::Inner::is_ours(const Uri& uri, const Hop& from) {
  if (!uri.is_sip()) return false;
  // An IPv6 address has many spellings.
  const auto asked = uri.host.starts_with('[') ? SocketAddress::parse(uri.host, 0) : std::nullopt;
  const auto is_it = [&](std::string_view own) {
    if (text::equals_ignoring_case(uri.host, own)) return true;
    const auto address = asked ? SocketAddress::parse(own, 0) : std::nullopt;
    return address && address->same_host(*asked);
  };
  if (is_it(settings.domain) || std::any_of(settings.other_hosts.begin(), settings.other_hosts.end(), is_it))
    return true;
  if (from.kind == TransportKind::local) return false;
  const auto own = core.sent_by(from);
  return is_it(own.substr(0, own.rfind(':')));
}

void Server::Inner::initial(const Incoming& request) {
  const Message& message = request.message;
  const auto& uri = message.uri();
  if (!uri || !uri->is_sip()) return core.reply(request, 416);
  if (message.method() == Method::other) return core.reply(request, 501);
  if (!message.to_tag().empty()) return core.reply(request, 481);  // of a dialog that did not come through us
  switch (message.method()) {
    case Method::options:
      if (uri->user.empty() && is_ours(*uri, request.from)) return options(request);
      break;
    case Method::bye:
    case Method::prack:
    case Method::update:
      return core.reply(request, 481);
    default:
      break;
  }
  const Account* caller = authenticate(request);
  if (caller == nullptr) return;
  const auto& from = message.from();
  if (!from || !from->uri.is_sip() || !same_account(*caller, from->uri.user))
    return core.reply(request, 403, "From Is Not You");
  if (!is_ours(*uri, request.from)) return core.reply(request, 403, "No Relaying");
  // A Route set that leads elsewhere than here is not ours to follow.
  for (const auto value : message.list(Field::route))
    if (const auto route_to = Address::parse(value); !route_to || !is_ours(route_to->uri, request.from))
      return core.reply(request, 403, "No Relaying");
  if (message.method() == Method::publish) {
    auto response = Builder::response(message, request.from, 405, {}, core.reply_tag(request).view());
    response.add("Allow", allowed);
    return core.reply(request, response);
  }
  if (uri->user.empty()) return core.reply(request, 404);
  route(request, *caller);
}

void Server::Inner::options(const Incoming& request) {
  auto response = Builder::response(request.message, request.from, 200, {}, core.reply_tag(request).view());
  response.add("Allow", allowed).add("Supported", "path, outbound").add("Accept", "application/sdp");
  core.reply(request, response);
}

}  // namespace lintel::sip
