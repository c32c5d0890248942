#include "app/telephony.hpp"

#include <algorithm>
#include <utility>

#include "base/addresses.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "http/rate_limit.hpp"
#include "system/certificates.hpp"

namespace lintel::app {
namespace {

// Under which names a phone may have been given this station, beside the domain: those that its certificate stands for.
std::vector<std::string> own_hosts() {
  const std::string name = system::own_host_name();
  std::vector<std::string> out{name, name + ".local", "localhost", "127.0.0.1", "[::1]"};
  for (const auto& address : addresses::own())
    if (const auto own = sip::SocketAddress::parse(address, 0)) out.push_back(own->uri_host());
  return out;
}

// Calls end what rings too long; the server's own limit is behind that.
Duration longest_ringing(const settings::Settings& settings) {
  namespace keys = settings::call;
  const auto set = std::max<Duration>(settings.get(keys::longest_ring), settings.get(keys::longest_incoming));
  return std::max<Duration>(sip::ServerSettings{}.timer_c, set + std::chrono::seconds(10));
}

sip::ServerSettings settings_of_server(const settings::Settings& settings, const std::string& domain) {
  namespace keys = settings::sip_server;
  sip::ServerSettings out;
  out.domain = domain;
  out.other_hosts = own_hosts();
  out.minimum_expiry = settings.get(keys::shortest_registration);
  out.default_expiry = settings.get(keys::registration);
  out.maximum_expiry = settings.get(keys::longest_registration);
  out.branch_timeout = settings.get(keys::silent_after);
  out.timer_c = longest_ringing(settings);
  out.bindings = household::max_rooms * (household::max_extensions + 1);
  return out;
}

// Of calls from now on.
sip::EndpointSettings endpoint_settings(const settings::Settings& settings) {
  namespace keys = settings::call;
  sip::EndpointSettings out;
  out.user_agent = settings.get(keys::user_agent);
  out.silence = settings.get(settings::sip_server::silent_after);
  out.ringing = settings.get(keys::longest_ring) + std::chrono::seconds(10);  // calls ends it first
  out.session_timer.on = settings.get(keys::session_timer);
  out.session_timer.period = settings.get(keys::session_timer_period);
  out.session_timer.caller_refreshes = settings.get(keys::session_timer_refresher) == "uac";
  return out;
}

}  // namespace

Telephony::Telephony(const Needs& needs)
    : needs_(needs),
      domain_(needs.settings.get(settings::sip_server::domain)),
      network_(needs.loop,
               [&] {
                 sip::NetworkSettings limits;
                 limits.per_second = static_cast<unsigned>(needs.settings.get(settings::sip_server::source_rate));
                 limits.burst = limits.per_second * 4;
                 limits.connections_per_source =
                     static_cast<std::size_t>(needs.settings.get(settings::security::connections));
                 return limits;
               }()),
      core_(needs.loop.clock(), network_),
      accounts_(needs.loop, needs.household, [&settings = needs.settings] { return settings.get(settings::call::group); }),
      bindings_(needs.database) {}

Telephony::~Telephony() = default;

Result<void> Telephony::start(const Options& options, const std::string& address, const std::string& chain, const std::string& key) {
  namespace keys = settings::sip_server;
  const settings::Settings& settings = needs_.settings;
  LINTEL_TRY(names_, sip::dns::CaresSource::create(needs_.loop));
  resolver_ = std::make_unique<sip::dns::Resolver>(needs_.loop.clock(), *names_);

  reach_.domain = domain_;
  reach_.udp_port = reach_.tcp_port = 0;
  const auto number = [&](const auto& setting) { return static_cast<std::uint16_t>(settings.get(setting)); };
  needs_.ports.open("sip", {"SIP", "--sip-port", "/settings/sip_server", options.sip_port, number(keys::port)},
                    [this, host = options.bind](std::uint16_t port) { return listen_plain(host, port); });
  LINTEL_CHECK(use_certificate(chain, key));
  if (settings.get(keys::tls)) {
    needs_.ports.open(
        "sips", {"SIPS", "--sips-port", "/settings/sip_server", options.sips_port, number(keys::tls_port)},
        [this, host = options.bind](std::uint16_t port) -> Result<std::uint16_t> {
          LINTEL_TRY(reach_.tls_port, network_.listen({sip::TransportKind::tls, host, port, "--sips-port"}));
          return reach_.tls_port;
        });
  }
  reach_.server = address;

  if (!settings.get(keys::on)) return {};
  sip::ServerEvents events;
  events.presence = [this](const std::string& account, bool online) { presence_changed(account, online); };
  events.reachable = [this](const std::string& contact) {
    if (on_reachable) on_reachable(contact);
  };
  events.authentication_failed = [this](const std::string& user, const sip::Hop& from) {
    authentication_failed(user, from);
  };
  events.full = [this](const std::string& account) {
    needs_.journal.record(journal::events::sip_registrations_full, {.subject = account});
  };
  // The station's own user agent is in this process, and is not limited.
  events.may_authenticate = [this](std::string_view user, const sip::Hop& from) {
    // Lock-outs only: these passwords are random, and slowing an account down would only keep its phone away.
    return from.kind == sip::TransportKind::local ||
           needs_.guesses.locked_for(
               user, {source_of(from.address), from.address.host_text().view(), access::Way::sip}) <= Duration::zero();
  };
  events.authenticated = [this](std::string_view user, const sip::Hop& source) {
    if (source.kind == sip::TransportKind::local) return;
    needs_.guesses.succeeded(user, {source_of(source.address), source.address.host_text().view(), access::Way::sip});
    network_.trust(source);
  };
  server_settings_ = settings_of_server(settings, domain_);
  server_ = std::make_unique<sip::Server>(core_, accounts_, &bindings_, needs_.vault.derive("sip server"), server_settings_,
                                          std::move(events));
  server_view_ = server_.get();
  household_changes_ = needs_.household.on_change([this](const household::Change& change) {
    using household::Done;
    if (!touches_accounts(change) || change.done == Done::added) return;
    if (change.done == Done::removed && !change.key.empty()) return server_->remove_account(change.key);
    if (change.done == Done::removed || change.collection != household::Collection::monitors) forget_removed_accounts();
  });
  // Removed just before a power cut, or while there was no server here.
  for (const auto& contact : server_->all_contacts())
    if (!contact.local && accounts_.find(contact.account) == nullptr) server_->remove_account(contact.account);
  // Who registered before this start was right from there: a stranger behind the same router does not lock it out.
  for (const auto& contact : server_->all_contacts()) {
    std::string host = contact.address.substr(0, contact.address.rfind(':'));
    std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
    needs_.guesses.succeeded(contact.account, {http::source_of(host), host, access::Way::sip});
  }
  return {};
}

Result<std::uint16_t> Telephony::listen_plain(const std::string& host, std::uint16_t port) {
  namespace keys = settings::sip_server;
  const bool udp = needs_.settings.get(keys::udp), tcp = needs_.settings.get(keys::tcp);
  std::optional<Error> missing;
  const auto listen = [&](sip::TransportKind kind, std::uint16_t& had, std::uint16_t number) {
    if (had != 0) return;
    const auto got = network_.listen({kind, host, number, "--sip-port"});
    if (got.ok())
      had = *got;
    else
      missing = got.error();
  };
  for (int tries = 1;; ++tries) {
    missing.reset();
    if (udp) listen(sip::TransportKind::udp, reach_.udp_port, port);
    // A free port was asked for: TCP takes the number that UDP got, as phones expect one number for both; where somebody has
    // that for TCP, another one is as good.
    if (tcp) listen(sip::TransportKind::tcp, reach_.tcp_port, port == 0 ? reach_.udp_port : port);
    if (!missing) break;
    if (port != 0 || !udp || tries == free_number_tries) return *missing;
    network_.stop_listening(std::exchange(reach_.udp_port, 0));
  }
  // A server elsewhere was tried in vain meanwhile.
  if (endpoint_ != nullptr) endpoint_->network_changed();
  return std::max(reach_.udp_port, reach_.tcp_port);
}

void Telephony::network_changed(const std::string& address) {
  reach_.server = address;
  network_.forget_hosts();
  server_settings_.other_hosts = own_hosts();
  if (server_ != nullptr) server_->set_settings(server_settings_);
  if (endpoint_ != nullptr) endpoint_->network_changed();
}

sip::Endpoint& Telephony::start_endpoint(sip::EndpointListener& listener) {
  endpoint_ = std::make_unique<sip::Endpoint>(core_, *resolver_, endpoint_settings(needs_.settings), listener);

  give_own_account();
  settings_changes_ = needs_.settings.on_change([this](const settings::Change& change) { settings_changed(change); });
  // Set-up and the console change number and name while the station runs.
  identity_changes_ = needs_.household.on_change([this](const household::Change& change) {
    if (change.collection == household::Collection::stations) give_own_account();
  });
  return *endpoint_;
}

// Calls that run keep the account and the behaviour they began with.
void Telephony::settings_changed(const settings::Change& change) {
  const auto page = change.entry.page;
  if (page == "call") {
    endpoint_->set_settings(endpoint_settings(needs_.settings));
    server_settings_.timer_c = longest_ringing(needs_.settings);
    if (server_ != nullptr) server_->set_settings(server_settings_);
  }
  if (page == "account" || change.is(settings::call::user_agent)) give_own_account();
}

void Telephony::stop() {
  household_changes_ = {};
  // Now, or they would be registered again after the next start.
  forget_next_ = {};
  for (const std::string& account : std::exchange(removed_, {})) server_->remove_account(account);
  identity_changes_ = {};
  settings_changes_ = {};
  endpoint_.reset();
  if (server_ != nullptr) server_->flush();
}

void Telephony::add_websocket(http::Router& router) {
  http::WebSocketRoute route;
  route.path = "/sip";
  route.subprotocol = "sip";
  // A page's own session goes with the upgrade; what is said inside is then challenged by digest as on any other flow.
  route.callers = http::admin | http::monitor | http::panel;
  route.opened = [this](std::shared_ptr<http::WebSocket> socket) { opened(std::move(socket)); };
  router.add(std::move(route));
}

void Telephony::opened(std::shared_ptr<http::WebSocket> socket) {
  sip::ExternalFlow flow;
  if (const auto remote = sip::SocketAddress::parse(socket->request().remote_address, socket->request().remote_port))
    flow.remote = *remote;
  flow.secure = socket->request().secure;
  flow.send = [socket](std::string message) { socket->send(std::move(message)); };
  flow.close = [socket] { socket->close(1001, "closed by the station"); };
  const sip::FlowId id = network_.opened(std::move(flow));
  socket->on_message([this, id](std::string message) { network_.received(id, message); });
  socket->on_closed([this, id] { network_.closed(id); });
}

// A room, monitor or station that is gone, or has another number, is not reached any more where it registered: the number may
// be given to somebody else the next minute.
void Telephony::forget_removed_accounts() {
  for (auto& contact : server_->all_contacts())
    if (!contact.local && accounts_.find(contact.account) == nullptr) removed_.push_back(std::move(contact.account));
  forget_some();
}

void Telephony::forget_some() {
  for (std::size_t left = forgotten_a_turn; left > 0 && !removed_.empty(); --left) {
    server_->remove_account(removed_.back());
    removed_.pop_back();
  }
  if (!removed_.empty()) forget_next_ = needs_.loop.clock().after(Duration::zero(), [this] { forget_some(); });
}

void Telephony::presence_changed(const std::string& account, bool online) {
  if (account == needs_.household.identity().station_number) return;
  // Whose account was removed is told as removed. Of a whole house that went at once each phone would be told too, and
  // the journal would lose who did it.
  if (!online && accounts_.find(account) == nullptr) return;
  if (online) needs_.household.seen(account);
  const household::Monitor* monitor = needs_.household.monitor(account);
  std::string address;
  if (server_ != nullptr) address = server_->reached_at(account).value_or("");
  needs_.chronicle.presence(account, monitor != nullptr ? monitor->room : "", address, online);
  if (on_presence) on_presence(account, online);
}

const std::string& Telephony::source_of(const sip::SocketAddress& address) {
  if (!address.same_host(last_address_) || last_source_.empty()) {
    last_source_ = http::source_of(address.host_text().view());
    last_address_ = address;
  }
  return last_source_;
}

// Empty for names that are no account's: those count for their source alone.
std::string Telephony::subject_of(const std::string& user) const {
  const sip::Account* account = accounts_.find(user);
  return account == nullptr ? std::string() : account->name;
}

// Each is journalled: the limit allows few, and a forged address never gets here.
void Telephony::authentication_failed(const std::string& user, const sip::Hop& from) {
  // The station itself, which takes its leave under the number that it had: nobody who guesses.
  if (from.kind == sip::TransportKind::local) return log::info("sip", "The station's own registration as {} was refused", user);
  const std::string source = from.address.host();
  log::info("sip", "Authentication failed from {}", source);
  const Duration locked = needs_.guesses.failed(subject_of(user), {http::source_of(source), source, access::Way::sip});
  const std::string subject = text::printable(user) ? user.substr(0, 64) : "?";
  needs_.journal.record(journal::events::sip_registration_refused, {.subject = subject, .fields = {{"address", source}}});
  if (locked <= Duration::zero()) return;
  needs_.journal.record(journal::events::operation_login_locked,
                        {.subject = subject, .fields = {{"address", source}, journal::minutes(locked)}});
}

web::Presence Telephony::presence(std::string_view account) const {
  web::Presence out;
  if (server_ == nullptr) return out;
  const auto at = server_->reached_at(account);
  out.online = at.has_value();
  out.address = at.value_or("");
  if (const auto* monitor = needs_.household.monitor(account)) out.last_seen = monitor->last_seen;
  return out;
}

void Telephony::revoked(std::string_view account) {
  if (server_ != nullptr) server_->remove_account(account);
}

web::SipReach Telephony::reach() const { return reach_; }

}  // namespace lintel::app
