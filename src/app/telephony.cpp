#include "app/telephony.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>

#include "base/handle.hpp"
#include "base/log.hpp"
#include "system/certificates.hpp"

namespace lintel::app {
namespace {

constexpr std::size_t told_limit = 256;                       // users whose failures are remembered for the journal
constexpr Duration told_again = std::chrono::minutes(1);      // one entry a user and minute: a flood must not fill the journal
const std::string own_account = "1";

using Context = Handle<SSL_CTX, SSL_CTX_free>;

Result<Context> accepting_context(const std::string& chain, const std::string& key) {
  Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  const Handle<BIO, BIO_free> chain_bytes(BIO_new_mem_buf(chain.data(), static_cast<int>(chain.size())));
  const Handle<BIO, BIO_free> key_bytes(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  const Handle<X509, X509_free> own(PEM_read_bio_X509(chain_bytes.get(), nullptr, nullptr, nullptr));
  const Handle<EVP_PKEY, EVP_PKEY_free> secret(PEM_read_bio_PrivateKey(key_bytes.get(), nullptr, nullptr, nullptr));
  if (own == nullptr || secret == nullptr || SSL_CTX_use_certificate(context.get(), own.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), secret.get()) != 1)
    return Error{ErrorCode::invalid, "The certificate for SIP over TLS cannot be read."};
  while (X509* next = PEM_read_bio_X509(chain_bytes.get(), nullptr, nullptr, nullptr))
    SSL_CTX_add0_chain_cert(context.get(), next);
  return context;
}

sip::ServerSettings server_settings(const settings::Settings& settings, const std::string& domain) {
  namespace keys = settings::sip_server;
  sip::ServerSettings out;
  out.domain = domain;
  out.minimum_expiry = settings.get(keys::shortest_registration);
  out.default_expiry = settings.get(keys::registration);
  out.maximum_expiry = settings.get(keys::longest_registration);
  out.branch_timeout = settings.get(keys::silent_after);
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
                 return limits;
               }()),
      core_(needs.loop.clock(), network_),
      accounts_(needs.loop, needs.household, [&settings = needs.settings] { return settings.get(settings::call::group); }),
      bindings_(needs.database) {
  network_.set_sink(&core_);
}

Telephony::~Telephony() = default;

Result<void> Telephony::start(const Options& options, const std::string& chain, const std::string& key) {
  namespace keys = settings::sip_server;
  const settings::Settings& settings = needs_.settings;
  LINTEL_TRY(names_, sip::dns::CaresSource::create(needs_.loop));
  resolver_ = std::make_unique<sip::dns::Resolver>(needs_.loop.clock(), *names_);

  const auto port = options.sip_port.value_or(static_cast<std::uint16_t>(settings.get(keys::port)));
  reach_.domain = domain_;
  reach_.udp_port = reach_.tcp_port = 0;
  if (settings.get(keys::udp)) {
    LINTEL_TRY(reach_.udp_port, network_.listen({sip::TransportKind::udp, options.bind, port, "--sip-port"}));
  }
  if (settings.get(keys::tcp)) {
    // A free port was asked for: TCP takes the number that UDP got, as phones expect one number for both.
    const auto tcp_port = port == 0 ? reach_.udp_port : port;
    LINTEL_TRY(reach_.tcp_port, network_.listen({sip::TransportKind::tcp, options.bind, tcp_port, "--sip-port"}));
  }
  if (settings.get(keys::tls)) {
    LINTEL_TRY(auto accepting, accepting_context(chain, key));
    const Context connecting(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_default_verify_paths(connecting.get());
    SSL_CTX_set_verify(connecting.get(), SSL_VERIFY_PEER, nullptr);
    network_.set_tls(accepting.get(), connecting.get());
    const auto tls_port = options.sips_port.value_or(static_cast<std::uint16_t>(settings.get(keys::tls_port)));
    LINTEL_TRY(reach_.tls_port, network_.listen({sip::TransportKind::tls, options.bind, tls_port, "--sips-port"}));
  }
  const auto addresses = system::own_addresses();
  reach_.server = addresses.empty() || options.bind == "127.0.0.1" ? "127.0.0.1" : addresses.front();

  if (!settings.get(keys::on)) return {};
  sip::ServerEvents events;
  events.presence = [this](const std::string& account, bool online) { presence_changed(account, online); };
  events.authentication_failed = [this](const std::string& user, const std::string& source) {
    authentication_failed(user, source);
  };
  events.authenticated = [this](const sip::Hop& source) { network_.trust(source); };
  server_ = std::make_unique<sip::Server>(core_, accounts_, &bindings_, needs_.vault.derive("sip server"),
                                          server_settings(settings, domain_), std::move(events));
  server_view_ = server_.get();
  return {};
}

sip::Endpoint& Telephony::start_endpoint(sip::EndpointListener& listener) {
  const settings::Settings& settings = needs_.settings;
  sip::EndpointSettings behaviour;
  behaviour.user_agent = "Lintel";
  behaviour.silence = settings.get(settings::sip_server::silent_after);
  behaviour.ringing = settings.get(settings::call::longest_ring) + std::chrono::seconds(10);  // calls ends it first
  endpoint_ = std::make_unique<sip::Endpoint>(core_, *resolver_, behaviour, listener);

  give_own_account();
  // Set-up and the console change number and name while the station runs.
  identity_changes_ = needs_.household.on_change([this](const household::Change& change) {
    if (change.collection == household::Collection::stations) give_own_account();
  });
  return *endpoint_;
}

void Telephony::give_own_account() {
  const settings::Settings& settings = needs_.settings;
  sip::AccountSettings account;
  account.id = own_account;
  account.user = needs_.household.identity().station_number;
  account.domain = domain_;
  account.display_name = needs_.household.identity().station_name;
  if (server_ != nullptr) {
    account.built_in = true;
    account.password = needs_.household.own_sip_password();
  } else {
    account.server.host = settings.get(settings::account::server);
    account.server.port = static_cast<std::uint16_t>(settings.get(settings::account::port));
    const std::string transport = settings.get(settings::account::transport);
    account.server.transport = transport == "tls"   ? sip::dns::Transport::tls
                               : transport == "tcp" ? sip::dns::Transport::tcp
                                                    : sip::dns::Transport::udp;
    account.password = settings.get(settings::account::password);
  }
  if (account.built_in || !account.server.empty()) endpoint_->set_account(account);
}

void Telephony::stop() {
  identity_changes_ = {};
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
  if (id == 0) return socket->close(1013, "too many connections");
  socket->on_message([this, id](std::string message) { network_.received(id, message); });
  socket->on_closed([this, id] { network_.closed(id); });
}

void Telephony::presence_changed(const std::string& account, bool online) {
  if (account == needs_.household.identity().station_number) return;
  if (online) needs_.household.seen(account);
  const household::Monitor* monitor = needs_.household.monitor(account);
  const auto& event = online ? journal::events::monitor_registered : journal::events::monitor_unregistered;
  std::string address;
  if (server_ != nullptr)
    for (const auto& contact : server_->contacts(account))
      if (contact.account == account) address = contact.address;
  needs_.journal.record(event, {.room = monitor != nullptr ? monitor->room : "", .subject = account, .fields = {{"address", address}}});
  if (on_presence) on_presence(account, online);
}

void Telephony::authentication_failed(const std::string& user, const std::string& source) {
  log::info("sip", "Authentication failed from {}", source);
  const Monotonic now = needs_.loop.clock().monotonic();
  if (failures_told_.size() >= told_limit) failures_told_.clear();
  auto& told = failures_told_[user + " " + source];
  if (told != Monotonic{} && now - told < told_again) return;
  told = now;
  needs_.journal.record(journal::events::sip_registration_refused, {.subject = user, .fields = {{"address", source}}});
}

web::Presence Telephony::presence(std::string_view account) const {
  web::Presence out;
  if (server_ == nullptr) return out;
  for (const auto& contact : server_->contacts(account)) {
    if (contact.account != account) continue;
    out.online = true;
    out.address = contact.address;
  }
  if (const auto* monitor = needs_.household.monitor(account)) out.last_seen = monitor->last_seen;
  return out;
}

void Telephony::revoked(std::string_view account) {
  if (server_ != nullptr) server_->remove_account(account);
}

web::SipReach Telephony::reach() const { return reach_; }

}  // namespace lintel::app
