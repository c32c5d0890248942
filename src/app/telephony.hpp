// The SIP side as this station composes it: sockets, the built-in server over the household, the station's own user agent,
// WebSockets handed over by the web server, and registrations that survive a restart. Loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/limiter.hpp"
#include "app/accounts.hpp"
#include "app/bindings.hpp"
#include "app/chronicle.hpp"
#include "app/listening_ports.hpp"
#include "app/options.hpp"
#include "http/router.hpp"
#include "http/websocket.hpp"
#include "journal/journal.hpp"
#include "settings/settings.hpp"
#include "sip/dns_cares.hpp"
#include "sip/endpoint.hpp"
#include "sip/sip.hpp"
#include "storage/vault.hpp"
#include "web/ports.hpp"

namespace lintel::app {

class Telephony final : public web::PresencePort, public web::SipPort {
 public:
  struct Needs {
    Loop& loop;
    storage::Database& database;
    const storage::Vault& vault;
    settings::Settings& settings;
    household::Household& household;
    journal::Journal& journal;
    Chronicle& chronicle;
    access::AttemptLimiter& guesses;
    ListeningPorts& ports;
  };
  explicit Telephony(const Needs& needs);
  ~Telephony() override;

  // Opens the sockets, those that cannot be had once they can, and starts the server. `address`: where phones reach the
  // station; `chain` and `key`: its certificate (SIP over TLS). Errors: it cannot be read; no names can be looked up.
  Result<void> start(const Options& options, const std::string& address, const std::string& chain, const std::string& key);
  // The station is reached at another address: it registers anew where it is registered, and knows itself by it.
  void network_changed(const std::string& address);
  Result<void> use_certificate(const std::string& chain, const std::string& key);  // for connections from now on
  // The station's own user agent; `listener` hears of calls to it and must outlive this.
  sip::Endpoint& start_endpoint(sip::EndpointListener& listener);
  void account_changed(const sip::RegistrationStatus& status);  // of the station's own account: for journal and console
  // That the station is not registered where it should be, or at the backup.
  [[nodiscard]] std::vector<web::Attention> attention() const;
  void stop();  // ends what runs and writes what waits

  // `/sip`: WebSockets become flows of the network (RFC 7118).
  void add_websocket(http::Router& router);
  [[nodiscard]] const sip::Server* const& server() const { return server_view_; }
  [[nodiscard]] const sip::ServerSettings& server_settings() const { return server_settings_; }
  [[nodiscard]] const std::string& domain() const { return domain_; }
  std::function<void(std::string_view account, bool online)> on_presence;
  std::function<void(std::string_view contact)> on_reachable;  // as sip::ServerEvents tells it

  // web::PresencePort
  [[nodiscard]] web::Presence presence(std::string_view account) const override;
  void revoked(std::string_view account) override;
  // web::SipPort
  [[nodiscard]] web::SipReach reach() const override;

 private:
  static constexpr int free_number_tries = 16;
  // UDP and TCP, as they are switched on; what is had already stays. Answers the port of both.
  Result<std::uint16_t> listen_plain(const std::string& host, std::uint16_t port);
  void opened(std::shared_ptr<http::WebSocket> socket);
  void give_own_account();  // who the station is among the others: number, name and password, and where it registers
  void settings_changed(const settings::Change& change);
  void presence_changed(const std::string& account, bool online);
  static constexpr std::size_t forgotten_a_turn = 200;
  void forget_removed_accounts();
  void forget_some();
  void authentication_failed(const std::string& user, const sip::Hop& from);
  const std::string& source_of(const sip::SocketAddress& address);  // as the limit on guessing calls it
  [[nodiscard]] std::string subject_of(const std::string& user) const;

  Needs needs_;
  std::string domain_;
  sip::Network network_;
  sip::Core core_;
  Accounts accounts_;
  Bindings bindings_;
  std::unique_ptr<sip::dns::CaresSource> names_;
  std::unique_ptr<sip::dns::Resolver> resolver_;
  sip::ServerSettings server_settings_;  // a restart changes it, but for names and the time to ring
  std::unique_ptr<sip::Server> server_;
  const sip::Server* server_view_ = nullptr;
  std::unique_ptr<sip::Endpoint> endpoint_;
  storage::Subscription identity_changes_;
  storage::Subscription settings_changes_;
  storage::Subscription household_changes_;
  web::SipReach reach_;
  sip::SocketAddress last_address_;  // asked for twice a request
  std::string last_source_;
  sip::RegistrationStatus account_;   // the last one that was journalled
  std::vector<std::string> removed_;  // accounts whose registrations are still to be forgotten
  Timer forget_next_;
};

}  // namespace lintel::app
