// Registering on a server: periods, challenges, the backup, the way there. Calls through it: account_calls_test.cpp.
#include "sip_endpoint/registered.hpp"

namespace lintel::sip::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(Registering, answersTheChallengeAndRefreshesInTime) {
  registered(account());
  clock.advance(79s);
  nothing_sent();
  clock.advance(1s);
  const auto refresh = take("REGISTER");
  EXPECT_THAT(refresh->value("Authorization"), HasSubstr("nc=00000002"));
  EXPECT_EQ(refresh->value("CSeq"), "3 REGISTER");
  EXPECT_THAT(refresh->value("Contact"), HasSubstr("<sip:" + user + "@192.0.2.10:5060>;+sip.instance"));
  answer(*refresh, 200, {}, "Expires: 100\r\n");
  EXPECT_EQ(states(), "looking_up registering registered ");
}

TEST_F(Registering, knowsUnderWhatAddressTheServerReachesUs) {
  EXPECT_EQ(endpoint->own_host(account().id), "");
  EXPECT_EQ(endpoint->server_host(account().id), "");
  registered(account());
  EXPECT_EQ(endpoint->own_host(account().id), "192.0.2.10");
  EXPECT_EQ(endpoint->own_host("another"), "");
  EXPECT_EQ(endpoint->server_host(account().id), "192.0.2.5");
}

TEST_F(Registering, takesThePeriodOfItsOwnContact) {
  endpoint->set_account(account());
  const auto first = take("REGISTER");
  user = contact_user_of("8001", "VDP", "secret");
  answer(*first, 200, {}, "Contact: <sip:" + user + "@192.0.2.10:5060>;expires=50\r\nExpires: 3600\r\n");
  clock.advance(41s);
  take("REGISTER");
}

// One of before, at another address, is listed with what is left of its time.
TEST_F(Registering, takesThePeriodOfTheContactOfNowAmongSeveral) {
  endpoint->set_account(account());
  const auto first = take("REGISTER");
  user = contact_user_of("8001", "VDP", "secret");
  answer(*first, 200, {},
         "Contact: <sip:" + user + "@192.0.2.10:5060>;expires=100, <sip:" + user +
             "@192.0.2.99:5060>;expires=3000, <sip:other@192.0.2.10:5060>;expires=2000\r\n");
  clock.advance(79s);
  nothing_sent();
  clock.advance(1s);
  take("REGISTER");
}

// A server that grants no time has not registered us, and is not asked each second for that.
TEST_F(Registering, isNotRegisteredWhereNoTimeIsGranted) {
  endpoint->set_account(account());
  answer(*take("REGISTER"), 200, {}, "Expires: 0\r\n");
  EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::failed);
  clock.advance(47s);
  nothing_sent();
  clock.advance(26s);
  take("REGISTER");
}

// RFC 3261 §20.33
TEST_F(Registering, comesAgainWhenTheServerSays) {
  endpoint->set_account(account());
  answer(*take("REGISTER"), 503, {}, "Retry-After: 120 (restarting);duration=3600\r\n");
  clock.advance(119s);
  nothing_sent();
  clock.advance(1s);
  answer(*take("REGISTER"), 486, {}, "Retry-After: 300\r\n");
  clock.advance(299s);
  nothing_sent();
  clock.advance(1s);
  answer(*take("REGISTER"), 500, {}, "Retry-After: 999999\r\n");
  clock.advance(3600s);
  answer(*take("REGISTER"), 500);  // in its own time again
  clock.advance(20s);
  take("REGISTER");
}

TEST_F(Registering, saysThatThePasswordIsWrongAndAsksSeldom) {
  endpoint->set_account(account());
  answer(*take("REGISTER"), 401, {}, challenge);
  answer(*take("REGISTER"), 401, {}, challenge);
  nothing_sent();
  EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::failed);
  EXPECT_EQ(endpoint->accounts().front().code, 401);
  clock.advance(47s);
  nothing_sent();
  clock.advance(26s);
  ASSERT_FALSE(wire.out.empty());
}

TEST_F(Registering, givesUpOnAServerThatFindsEachNonceOld) {
  endpoint->set_account(account());
  std::size_t asked = 0;
  for (; !wire.out.empty() && asked < 50; ++asked)
    answer(*take("REGISTER"), 401, {},
           "WWW-Authenticate: Digest realm=\"VDP\", nonce=\"n" + std::to_string(asked) + "\", stale=true\r\n");
  EXPECT_EQ(asked, 1 + digest::most_answers);
  EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::failed);
}

TEST_F(Registering, triesASilentServerForEverWithLongerPauses) {
  endpoint->set_account(account());
  std::vector<std::chrono::seconds> at;
  std::string last;
  for (int second = 0; second < 1200; ++second) {
    while (!wire.out.empty()) {
      const auto sent = take();
      if (sent->value("CSeq") != last) at.emplace_back(second);
      last = sent->value("CSeq");
    }
    clock.advance(1s);
  }
  EXPECT_GE(at.size(), 7U);
  EXPECT_LE(at.size(), 12U);
  EXPECT_LE(at[1] - at[0], 8s);
  EXPECT_GE(at.back() - at[at.size() - 2], 120s);
  // The pauses are random: an attempt may be under way just now, and has no outcome yet.
  for (int second = 0; second < 40 && endpoint->accounts().front().code == 0; ++second) clock.advance(1s);
  EXPECT_EQ(endpoint->accounts().front().code, 408);
}

TEST_F(Registering, goesToTheBackupAndComesBack) {
  auto settings = account();
  settings.backup = {"192.0.2.6", 5070, {}};
  endpoint->set_account(settings);
  EXPECT_EQ(take("REGISTER")->to.address.text(), "192.0.2.5:5060");
  wire.out.clear();
  clock.advance(4100ms);
  auto backup = std::move(wire.out.back());
  EXPECT_EQ(backup->to.address.text(), "192.0.2.6:5070");
  answer(*backup, 200, {}, "Expires: 3600\r\n");
  EXPECT_TRUE(endpoint->accounts().front().on_backup);
  EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::registered);
  wire.out.clear();
  clock.advance(60s);
  const auto primary = take("REGISTER");
  EXPECT_EQ(primary->to.address.text(), "192.0.2.5:5060");
  answer(*primary, 200, {}, "Expires: 3600\r\n");
  EXPECT_FALSE(endpoint->accounts().front().on_backup);
  EXPECT_EQ(states(), "looking_up registering looking_up registering(backup) registered(backup) registered ");
}

TEST_F(Registering, staysOnTheBackupWhileTheFirstIsAway) {  // C11
  onBackup();
  clock.advance(60s);
  EXPECT_EQ(take_last()->to.address.text(), "192.0.2.5:5060") << "the first is asked";
  // In the middle of that, calls go by the backup.
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  const auto invite = take("INVITE");
  EXPECT_EQ(invite->to.address.text(), "192.0.2.6:5070");
  answer(*invite, 200, "answer");
  EXPECT_TRUE(endpoint->accounts().front().on_backup);
  EXPECT_EQ(endpoint->accounts().front().server, "192.0.2.6:5070 udp");
  clock.advance(5s);  // nobody there: the registration at the backup holds, and is not made anew
  for (const auto& sent : wire.out) EXPECT_NE(sent->to.address.text(), "192.0.2.6:5070") << sent->bytes;
  wire.out.clear();
  clock.advance(60s);
  const auto again = take_last();
  EXPECT_EQ(again->to.address.text(), "192.0.2.5:5060");
  answer(*again, 403);  // there, and not willing: as good as away
  EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::registered);
  EXPECT_TRUE(endpoint->accounts().front().on_backup);
}

TEST_F(Registering, refreshesAtTheBackupInTime) {  // C10 C11
  onBackup("Expires: 100\r\n");                    // 80 s
  clock.advance(60s);
  EXPECT_EQ(take("REGISTER")->to.address.text(), "192.0.2.5:5060");
  pass(19s);
  clock.advance(6s);  // the first again, in vain
  const auto refresh = take_last();
  EXPECT_EQ(refresh->to.address.text(), "192.0.2.6:5070");
  EXPECT_EQ(refresh->value("Expires"), "3600");
}

// The backup's challenge is its own, however often the first has asked before it refused.
TEST_F(Registering, refreshesAtABackupThatAsksWhoItIs) {  // C11
  onBackup("Expires: 100\r\n");
  for (const int second : {60, 20}) {
    clock.advance(std::chrono::seconds(second));
    answer(*take("REGISTER"), 401, {}, challenge);
    const auto first = take("REGISTER");
    EXPECT_EQ(first->to.address.text(), "192.0.2.5:5060");
    answer(*first, 403);
  }
  const auto refresh = take("REGISTER");
  EXPECT_EQ(refresh->to.address.text(), "192.0.2.6:5070");
  answer(*refresh, 401, {}, "WWW-Authenticate: Digest realm=\"VDP\", nonce=\"b1\", qop=\"auth\"\r\n");
  const auto again = take("REGISTER");
  EXPECT_EQ(again->to.address.text(), "192.0.2.6:5070");
  EXPECT_THAT(again->value("Authorization"), HasSubstr("nonce=\"b1\""));
  answer(*again, 200, {}, "Expires: 100\r\n");
  EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::registered);
}

// The second address is asked because a call found the first silent, just before a refresh was due.
TEST_F(Registering, asksOneServerAtATime) {
  dns::Records addresses;
  addresses.addresses = {"192.0.2.5", "192.0.2.8"};
  addresses.time_to_live = 3600s;
  names.known[{"sip.example", dns::Kind::address}] = addresses;
  auto settings = account();
  settings.server = {"sip.example", 5060, dns::Transport::udp};
  registered(settings);
  pass(75s);
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  pass(3900ms);
  clock.advance(2s);  // silence at 79 s, the refresh at 80 s
  std::set<std::string> asked;
  for (const auto& sent : wire.out)
    if (sent->method() == "REGISTER") asked.insert(sent->value("CSeq"));
  EXPECT_THAT(asked, testing::SizeIs(1));
}

TEST_F(Registering, aCallThatFindsTheFirstSilentGoesByTheBackup) {  // C11
  auto settings = account();
  settings.backup = {"192.0.2.6", 5070, {}};
  registered(settings);
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  EXPECT_EQ(take("INVITE")->to.address.text(), "192.0.2.5:5060");
  pass(3900ms);
  clock.advance(200ms);
  const auto backup = take("REGISTER");
  EXPECT_EQ(backup->to.address.text(), "192.0.2.6:5070");
  EXPECT_THAT(ear.log, IsEmpty());
  answer(*backup, 200, {}, "Expires: 3600\r\n");
  clock.advance(1ms);
  const auto invite = take("INVITE");
  EXPECT_EQ(invite->to.address.text(), "192.0.2.6:5070");
  answer(*invite, 200, "answer");
  EXPECT_THAT(ear.log, ElementsAre("answered answer"));
}

TEST_F(Registering, aCallThatFindsBothSilentIsRefusedOnce) {  // C11
  auto settings = account();
  settings.backup = {"192.0.2.6", 5070, {}};
  registered(settings);
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  clock.advance(9s);
  EXPECT_THAT(ear.log, ElementsAre("refused 408"));
  EXPECT_EQ(endpoint->size(), 0U);
  EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::failed);
}

TEST_F(Registering, aCallGivenUpWhileTheBackupIsAskedEnds) {  // C11
  auto settings = account();
  settings.backup = {"192.0.2.6", 5070, {}};
  registered(settings);
  for (const bool changed : {false, true}) {
    call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
    pass(4100ms);
    settings.period += 1s;
    changed ? endpoint->set_account(settings) : call.hang_up();
    pass(9s);
    EXPECT_EQ(endpoint->size(), 0U);
    settings.period += 1s;
    endpoint->set_account(settings);
    wire.out.clear();
    clock.advance(1ms);
    endpoint->set_account(settings);
  }
}

TEST_F(Registering, asksLongerAfter423) {
  auto settings = account();
  settings.period = 60s;
  endpoint->set_account(settings);
  const auto first = take("REGISTER");
  EXPECT_EQ(first->value("Expires"), "60");
  answer(*first, 423, {}, "Min-Expires: 600\r\n");
  EXPECT_EQ(take("REGISTER")->value("Expires"), "600");
}

TEST_F(Registering, findsTheServerByName) {
  dns::Records srv;
  srv.srv = {{1, 1, 5066, "a.example"}};
  names.known[{"_sip._udp.sip.example", dns::Kind::srv}] = srv;
  dns::Records address;
  address.addresses = {"192.0.2.77"};
  names.known[{"a.example", dns::Kind::address}] = address;
  auto settings = account();
  settings.server = {"sip.example", {}, dns::Transport::udp};
  endpoint->set_account(settings);
  EXPECT_EQ(take("REGISTER")->to.address.text(), "192.0.2.77:5066");
}

TEST_F(Registering, connectsAgainWhenItsConnectionCloses) {
  auto settings = account();
  settings.server.transport = dns::Transport::tcp;
  endpoint->set_account(settings);
  answer(*take("REGISTER"), 200, {}, "Expires: 3600\r\n");
  core.on_flow_closed(77);
  clock.advance(3s);
  take("REGISTER");
}

TEST_F(Registering, saysThatTheCertificateOfTheServerIsNotTrusted) {
  auto settings = account();
  settings.server.transport = dns::Transport::tls;
  endpoint->set_account(settings);
  take("REGISTER");
  core.on_flow_untrusted(77);
  core.on_flow_closed(77);
  clock.advance(1ms);
  EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::failed);
  EXPECT_EQ(endpoint->accounts().front().message, "The certificate of the SIP server is not trusted.");
  // What closes later closes for another reason.
  clock.advance(3s);
  take("REGISTER");
  core.on_flow_closed(77);
  clock.advance(1ms);
  EXPECT_EQ(endpoint->accounts().front().message, "The SIP server cannot be reached.");
}

TEST_F(Registering, aRefusalThatClosesTheConnectionIsNotAskedAgainSooner) {
  auto settings = account();
  settings.server.transport = dns::Transport::tcp;
  endpoint->set_account(settings);
  answer(*take("REGISTER"), 403);
  core.on_flow_closed(77);
  clock.advance(47s);
  nothing_sent();
  clock.advance(26s);
  take("REGISTER");
}

TEST_F(Registering, aCallOfAnAccountThatIsGoneRegistersNowhere) {
  auto settings = account();
  settings.backup = {"192.0.2.6", 5070, {}};
  registered(settings);
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  endpoint->remove_account("1", Endpoint::Running::go_on);
  wire.out.clear();
  for (int second = 0; second < 20; ++second) {
    clock.advance(1s);
    for (; !wire.out.empty(); wire.out.pop_front()) {
      if (wire.out.front()->method() == "REGISTER") {
        EXPECT_EQ(wire.out.front()->value("Expires"), "0");
      }
    }
  }
  EXPECT_THAT(ear.log, ElementsAre("refused 408"));
}

TEST_F(Registering, answersTheProxyAndThenTheRegistrarBehindIt) {  // RFC 3261 §22.3
  endpoint->set_account(account());
  answer(*take("REGISTER"), 407, {}, proxy_challenge);
  answer(*take("REGISTER"), 401, {}, challenge);
  const auto both = take("REGISTER");
  EXPECT_NE(both->value("Proxy-Authorization"), "");
  EXPECT_NE(both->value("Authorization"), "");
  answer(*both, 401, {}, challenge);  // the password is wrong
  nothing_sent();
  EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::failed);
}

TEST_F(Registering, usesTheOutboundProxy) {
  auto settings = account();
  settings.outbound_proxy = {"192.0.2.44", 5080, {}};
  endpoint->set_account(settings);
  const auto sent = take("REGISTER");
  EXPECT_EQ(sent->to.address.text(), "192.0.2.44:5080");
  EXPECT_EQ(sent->value("Route"), "<sip:192.0.2.44:5080;lr>");
}

TEST_F(Registering, saysWhoItIs) {  // C20
  auto settings = account();
  settings.user_agent = "Door 7";
  endpoint->set_account(settings);
  EXPECT_EQ(take("REGISTER")->value("User-Agent"), "Door 7");
}

TEST_F(Registering, takesItsBindingAwayWhenTheAccountGoes) {
  registered(account());
  endpoint->set_account(account());  // unchanged
  nothing_sent();
  endpoint->remove_account("1");
  EXPECT_EQ(take("REGISTER")->value("Expires"), "0");
  EXPECT_THAT(endpoint->accounts(), IsEmpty());
}

}  // namespace
}  // namespace lintel::sip::bench
