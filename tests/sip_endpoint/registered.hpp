// An endpoint with an account on a server that the test plays.
#pragma once

#include "sip/endpoint_contact.hpp"
#include "sip_endpoint/bench.hpp"

namespace lintel::sip::bench {

class Registering : public Bench {
 protected:
  AccountSettings account() {
    AccountSettings out;
    out.id = "1";
    out.user = "8001";
    out.domain = "VDP";
    out.password = "secret";
    out.display_name = "Front door";
    out.server = {"192.0.2.5", {}, {}};
    return out;
  }
  // Registers with one challenge, as every server does it.
  void registered(const AccountSettings& settings) {
    endpoint->set_account(settings);
    auto first = take("REGISTER");
    EXPECT_EQ(first->value("Authorization"), "");
    answer(*first, 401, {}, challenge);
    auto second = take("REGISTER");
    EXPECT_THAT(second->value("Authorization"), ::testing::HasSubstr("username=\"8001\", realm=\"VDP\""));
    answer(*second, 200, {}, "Expires: 100\r\n");
    EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::registered);
    user = contact_user_of(settings.user, settings.domain, settings.password);
  }
  // Registered at the backup, because the first is silent.
  void onBackup(const std::string& granted = "Expires: 3600\r\n") {
    auto settings = account();
    settings.backup = {"192.0.2.6", 5070, {}};
    endpoint->set_account(settings);
    clock.advance(4100ms);
    const auto backup = take_last();
    EXPECT_EQ(backup->to.address.text(), "192.0.2.6:5070");
    answer(*backup, 200, {}, granted);
    EXPECT_TRUE(endpoint->accounts().front().on_backup);
  }
  std::unique_ptr<Sent> take_last() {
    EXPECT_FALSE(wire.out.empty());
    auto last = std::move(wire.out.back());
    wire.out.clear();
    return last;
  }
  std::string states() const {
    std::string out;
    for (const auto& one : house.registrations)
      out += std::string(name_of(one.state)) + (one.on_backup ? "(backup) " : " ");
    return out;
  }
  const std::string challenge = "WWW-Authenticate: Digest realm=\"VDP\", nonce=\"n1\", qop=\"auth\"\r\n";
  const std::string proxy_challenge = "Proxy-Authenticate: Digest realm=\"VDP\", nonce=\"n2\", qop=\"auth\"\r\n";
  std::string user;
};

}  // namespace lintel::sip::bench
