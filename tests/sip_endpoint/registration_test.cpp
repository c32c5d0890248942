// Registering on a server, and calls through it.
#include "sip/endpoint_contact.hpp"
#include "sip_endpoint/bench.hpp"

namespace lintel::sip::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
    EXPECT_THAT(second->value("Authorization"), HasSubstr("username=\"8001\", realm=\"VDP\""));
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

TEST_F(Registering, takesThePeriodOfItsOwnContact) {
  endpoint->set_account(account());
  const auto first = take("REGISTER");
  user = contact_user_of("8001", "VDP", "secret");
  answer(*first, 200, {}, "Contact: <sip:" + user + "@192.0.2.10:5060>;expires=50\r\nExpires: 3600\r\n");
  clock.advance(41s);
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

// ---- calls through the account --------------------------------------------------------------------------------------

TEST_F(Registering, callsThroughTheServerWithCredentials) {
  registered(account());
  call = endpoint->call({"sip:101%231@VDP", "1", ""}, sdp("offer"), {}, &ear);
  const auto invite = take("INVITE");
  EXPECT_EQ(invite->to.address.host(), "192.0.2.5");
  EXPECT_THAT(invite->value("From"), HasSubstr("\"Front door\" <sip:8001@VDP>;tag="));
  EXPECT_EQ(invite->value("To"), "<sip:101%231@VDP>");
  EXPECT_THAT(invite->value("Authorization"), HasSubstr("uri=\"sip:101%231@VDP\""));
  answer(*invite, 407, {}, proxy_challenge);
  take("ACK");
  const auto again = take("INVITE");
  EXPECT_THAT(again->value("Proxy-Authorization"), HasSubstr("nonce=\"n2\""));
  EXPECT_EQ(again->value("CSeq"), "2 INVITE");
  answer(*again, 407, {}, proxy_challenge);
  take("ACK");
  EXPECT_THAT(ear.log, ElementsAre("refused 407"));
}

// security.md 9: a BYE challenged by a stranger leaks nothing.
TEST_F(Registering, answersNoChallengeOfAnotherRealmOrAddress) {
  registered(account());
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  auto invite = take("INVITE");
  answer(*invite, 200, "answer");  // Contact is the peer itself: the BYE goes there
  take("ACK");
  call.hang_up();
  const auto bye = take("BYE");
  EXPECT_EQ(bye->to.address.host(), "192.0.2.9");
  EXPECT_EQ(bye->value("Authorization"), "");
  answer(*bye, 401, {}, challenge);
  nothing_sent();

  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  invite = take("INVITE");
  answer(*invite, 401, {}, "WWW-Authenticate: Digest realm=\"Evil\", nonce=\"x\"\r\n");
  take("ACK");
  nothing_sent();
  EXPECT_EQ(ear.log.back(), "refused 401");
}

// security.md 9: within a call, the server of the registration is heard, and the peer where no proxy stays between.
TEST_F(Registering, hearsWithinACallItsServerAndThePeerAlone) {
  registered(account());
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  auto invite = take("INVITE");
  answer(*invite, 200, "answer", "Record-Route: <sip:192.0.2.5;lr>\r\n");
  take("ACK");
  const auto key = [&](const std::string& digit, unsigned cseq, const Hop& from) {
    wire.arrive(in_dialog("INFO", *invite, cseq, digit, "Content-Type: application/dtmf\r\n"), from);
  };
  key("1", 1, udp("192.0.2.66"));
  take("403");
  key("2", 2, udp("192.0.2.9"));  // the peer goes by the proxy, which recorded its route
  take("403");
  key("3", 3, udp("192.0.2.5"));
  take("200");
  EXPECT_THAT(ear.log, ElementsAre("answered answer", "dtmf 3 250"));
  call.hang_up();
  take("BYE");

  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  invite = take("INVITE");
  answer(*invite, 200, "answer");
  take("ACK");
  ear.log.clear();
  key("4", 1, udp("192.0.2.66"));
  take("403");
  key("5", 2, udp("192.0.2.9"));
  take("200");
  EXPECT_THAT(ear.log, ElementsAre("dtmf 5 250"));
}

TEST_F(Registering, answersAChallengedByeThroughTheServer) {
  registered(account());
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  auto invite = take("INVITE");
  answer(*invite, 200, "answer", "Record-Route: <sip:192.0.2.5;lr>\r\n");
  take("ACK");
  call.hang_up();
  const auto bye = take("BYE");
  answer(*bye, 407, {}, proxy_challenge);
  EXPECT_THAT(take("BYE")->value("Proxy-Authorization"), HasSubstr("username=\"8001\""));
}

TEST_F(Registering, aCallOnAnUnknownOrUnreachedAccountIsRefused) {
  call = endpoint->call({"sip:101@VDP", "9", ""}, sdp("offer"), {}, &ear);
  clock.advance(1ms);
  EXPECT_THAT(ear.log, ElementsAre("refused 503"));
  nothing_sent();
}

// Trust (2): through a registration, from that server's address, to our Contact.
TEST_F(Registering, takesCallsFromItsServerOnly) {
  registered(account());
  const std::string uri = "sip:" + user + "@192.0.2.10:5060";
  wire.arrive(request("INVITE", uri, "x", "P-Asserted-Identity: \"Flat\" <sip:101%231@VDP>\r\n"), udp("192.0.2.66"));
  take("403");
  EXPECT_THAT(house.calls, IsEmpty());
  ASSERT_EQ(house.refused.size(), 1U);
  wire.arrive(request("INVITE", uri, "x", "P-Asserted-Identity: \"Flat\" <sip:101%231@VDP>\r\n", {}, 1, "z9hG4bKb"),
              udp("192.0.2.5"));
  ASSERT_EQ(house.calls.size(), 1U);
  EXPECT_EQ(house.calls[0].trust, Trust::registration);
  EXPECT_EQ(house.calls[0].account, "1");
  EXPECT_EQ(house.calls[0].user, "101#1");
  EXPECT_EQ(house.calls[0].display, "Flat");
}

TEST_F(Registering, keepsTheWayOpen) {
  registered(account());
  clock.advance(76s);
  EXPECT_EQ(wire.keep_alives, 3);
}

TEST_F(Registering, keepsItsCallsWhenTheAccountChanges) {
  registered(account());
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  answer(*take("INVITE"), 200, "answer");
  take("ACK");
  auto changed = account();
  changed.period = 600s;
  endpoint->set_account(changed);
  EXPECT_EQ(take("REGISTER")->value("Expires"), "0");
  EXPECT_EQ(take("REGISTER")->value("Expires"), "600");
  clock.advance(1s);
  wire.out.clear();
  call.hang_up();
  take("BYE");
}

TEST_F(Registering, letsItsCallsGoOnWhenTheAccountGoesSo) {
  registered(account());
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  const auto invite = take("INVITE");
  answer(*invite, 200, "answer", "Record-Route: <sip:192.0.2.5;lr>\r\n");
  take("ACK");
  endpoint->remove_account("1", Endpoint::Running::go_on);
  EXPECT_EQ(take("REGISTER")->value("Expires"), "0");
  clock.advance(1s);
  wire.out.clear();
  wire.arrive(in_dialog("BYE", *invite, 1), udp("192.0.2.5"));
  EXPECT_THAT(ear.log, ElementsAre("answered answer", "ended peer"));
}

TEST_F(Registering, endsItsCallsWhenTheAccountGoes) {
  registered(account());
  call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
  answer(*take("INVITE"), 200, "answer");
  take("ACK");
  endpoint->remove_account("1");
  EXPECT_THAT(ear.log, ElementsAre("answered answer", "ended shutdown"));
  take("BYE");
}

// Trust (1): the built-in server over the inner wire.
struct InnerServer final : RequestHandler {
  explicit InnerServer(Core& of) : core(of) { core.add_handler(*this); }
  bool on_request(const Incoming& in) override {
    if (!(in.from == Hop::local_endpoint())) return false;
    seen.push_back(std::string(in.message.bytes()));
    if (in.message.method() == Method::registration) {
      core.reply(in, 200);
    } else if (in.message.method() == Method::invite) {
      const auto id = core.accept(in, nullptr);
      auto ok = Builder::response(in.message, in.from, 200, {}, "server");
      ok.add("Contact", "<sip:101@elsewhere.invalid>");
      ok.body("application/sdp", "inner answer");
      core.respond(id, ok.finish());
    } else if (in.message.method() != Method::ack) {
      core.reply(in, 200);
    }
    return true;
  }
  Core& core;
  std::vector<std::string> seen;
};

TEST_F(Registering, isAClientOfTheServerInTheSameProcess) {
  InnerServer server(core);
  auto settings = account();
  settings.built_in = true;
  settings.server = {};
  endpoint->set_account(settings);
  clock.advance(10ms);
  EXPECT_EQ(endpoint->accounts().front().state, RegistrationState::registered);
  call = endpoint->call({"sip:101%231@VDP;binding=7", "1", ""}, sdp("offer"), {}, &ear);
  clock.advance(10ms);
  EXPECT_THAT(ear.log, ElementsAre("answered inner answer"));
  // Nobody comes around the server with a forged request of such a call (security.md 9).
  Message inner;
  ASSERT_FALSE(inner.parse(server.seen[1]));
  wire.arrive("INFO sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKf\r\nMax-Forwards: 70\r\nFrom: " +
                  std::string(inner.value(Field::to)) + ";tag=server\r\nTo: " + std::string(inner.value(Field::from)) +
                  "\r\nCall-ID: " + std::string(inner.call_id()) +
                  "\r\nCSeq: 9 INFO\r\nContent-Type: application/dtmf\r\nContent-Length: 1\r\n\r\n#",
              peer);
  take("481");  // left to the server, and this one does not know it
  EXPECT_THAT(ear.log, ElementsAre("answered inner answer"));
  call.hang_up();
  clock.advance(10ms);
  ASSERT_EQ(server.seen.size(), 4U);
  EXPECT_THAT(server.seen[1], HasSubstr("INVITE sip:101%231@VDP;binding=7 SIP/2.0"));
  EXPECT_THAT(server.seen[2], HasSubstr("ACK sip:101@elsewhere.invalid SIP/2.0"));
  EXPECT_THAT(server.seen[3], HasSubstr("BYE sip:101@elsewhere.invalid SIP/2.0"));
  EXPECT_EQ(endpoint->size(), 0U);
  nothing_sent();  // nothing left the process

  // A call of the server to the station.
  core.send_bytes(Hop::local_endpoint(),
                  request("INVITE", "sip:8001@station.invalid", "x", "P-Asserted-Identity: <sip:101%231@VDP>\r\n"));
  clock.advance(10ms);
  ASSERT_EQ(house.calls.size(), 1U);
  EXPECT_EQ(house.calls[0].trust, Trust::built_in_server);
  EXPECT_EQ(house.calls[0].user, "101#1");
  EXPECT_EQ(house.calls[0].address, "");

  // The same from the network is not for us.
  wire.arrive(request("INVITE", "sip:8001@station.invalid", "x", {}, {}, 1, "z9hG4bKnet"), peer);
  EXPECT_EQ(house.calls.size(), 1U);
}

}  // namespace
}  // namespace lintel::sip::bench
