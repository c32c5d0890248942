// The endpoint as a client of the real server in its process, for hours: what grows old between them must not end the
// calls.
#include "sip_endpoint/bench.hpp"
#include "sip_endpoint/directory.hpp"

namespace lintel::sip::bench {
namespace {

class BuiltInServer : public Bench {
 protected:
  BuiltInServer() {
    AccountSettings account;
    account.id = "1";
    account.user = "8001";
    account.domain = "VDP";
    account.password = "secret";
    account.built_in = true;
    endpoint->set_account(account);
    settle();
  }
  void settle() {
    for (int turn = 0; turn < 40; ++turn) clock.advance(1ms);
  }

  Directory accounts;
  Server server{core, accounts, nullptr, std::string(32, 'k')};
};

// S15: the nonce of a registration is good for hours there, a call's for minutes; the station sends an answer to each.
TEST_F(BuiltInServer, callsWhenTheRegistrationIsOlderThanANonce) {
  ASSERT_EQ(endpoint->accounts().front().state, RegistrationState::registered);
  for (int call_number = 0; call_number < 30; ++call_number) {
    ear.log.clear();
    call = endpoint->call({"sip:101%230@VDP", "1", ""}, sdp("offer"), {}, &ear);
    settle();
    // Nobody is registered there; what counts is that the server took the caller for who it is.
    ASSERT_THAT(ear.log, ::testing::ElementsAre("refused 430")) << "call " << call_number;
    clock.advance(6min);
    settle();
  }
}

}  // namespace
}  // namespace lintel::sip::bench
