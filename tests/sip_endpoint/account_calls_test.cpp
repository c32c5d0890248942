// Calls through an account, and who is heard in them.
#include "sip_endpoint/registered.hpp"

namespace lintel::sip::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
                  request("INVITE", "sip:8001@station.invalid", "x",
                          "P-Asserted-Identity: <sip:101%231@VDP>\r\n"
                          "Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKc;received=203.0.113.4\r\n"));
  clock.advance(10ms);
  ASSERT_EQ(house.calls.size(), 1U);
  EXPECT_EQ(house.calls[0].trust, Trust::built_in_server);
  EXPECT_EQ(house.calls[0].user, "101#1");
  EXPECT_EQ(house.calls[0].address, "");
  EXPECT_EQ(house.calls[0].caller_host, "203.0.113.4") << "as the server saw it";

  // The same from the network is not for us.
  wire.arrive(request("INVITE", "sip:8001@station.invalid", "x", {}, {}, 1, "z9hG4bKnet"), peer);
  EXPECT_EQ(house.calls.size(), 1U);
}

}  // namespace
}  // namespace lintel::sip::bench
