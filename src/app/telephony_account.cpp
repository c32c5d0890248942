// Who the station is among the others: its account at the built-in server or at one elsewhere, and how that stands.
#include <fmt/format.h>

#include "app/telephony.hpp"

namespace lintel::app {
namespace {

const std::string own_account = "1";

// C10 to C12: the account's way to a server elsewhere.
void to_server_elsewhere(const settings::Settings& settings, sip::AccountSettings& account) {
  namespace keys = settings::account;
  const std::string word = settings.get(keys::transport);
  const auto transport = word == "tls"   ? sip::dns::Transport::tls
                         : word == "tcp" ? sip::dns::Transport::tcp
                                         : sip::dns::Transport::udp;
  const auto address = [&](const auto& host, const auto& port) {
    sip::ServerAddress out;
    out.host = settings.get(host);
    if (!out.empty()) out = {out.host, static_cast<std::uint16_t>(settings.get(port)), transport};
    return out;
  };
  account.server = address(keys::server, keys::port);
  account.outbound_proxy = address(keys::proxy, keys::proxy_port);
  account.backup = address(keys::backup, keys::backup_port);
  account.password = settings.get(keys::password);
  account.period = settings.get(keys::period);
}

}  // namespace

void Telephony::give_own_account() {
  sip::AccountSettings account;
  account.id = own_account;
  account.user = needs_.household.identity().station_number;
  account.domain = domain_;
  account.display_name = needs_.household.identity().station_name;
  account.user_agent = needs_.settings.get(settings::call::user_agent);
  if (server_ != nullptr) {
    account.built_in = true;
    account.password = needs_.household.own_sip_password();
  } else {
    to_server_elsewhere(needs_.settings, account);
  }
  if (account.built_in || !account.server.empty()) return endpoint_->set_account(account);
  endpoint_->remove_account(own_account, sip::Endpoint::Running::go_on);
  account_ = {};
}

// The built-in server is part of the station: nobody needs to hear that it is there.
void Telephony::account_changed(const sip::RegistrationStatus& status) {
  using sip::RegistrationState;
  const bool final = status.state == RegistrationState::registered || status.state == RegistrationState::failed;
  if (server_ != nullptr || !final) return;
  const bool other = status.state != account_.state || status.on_backup != account_.on_backup;
  account_ = status;
  if (!other) return;
  if (status.state == RegistrationState::failed) {
    needs_.journal.record(journal::events::account_failed, {.fields = {{"reason", status.message}}});
  } else {
    const auto& event = status.on_backup ? journal::events::account_on_backup : journal::events::account_registered;
    needs_.journal.record(event, {.fields = {{"server", status.server}}});
  }
}

std::vector<web::Attention> Telephony::attention() const {
  if (account_.state == sip::RegistrationState::failed)
    return {{"account", "warning", fmt::format("The station is not registered: nobody can be called. {}", account_.message),
             "/settings/account"}};
  if (account_.on_backup)
    return {{"account", "notice", "The station is registered at the backup server: the first one does not answer.", "/settings/account"}};
  return {};
}

}  // namespace lintel::app
