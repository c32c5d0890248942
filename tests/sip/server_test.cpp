#include "sip/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace lintel::sip {
namespace {

using namespace std::chrono_literals;
using test::crlf;
using test::ServerTest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Registering : public ServerTest {};
class Proxying : public ServerTest {};

TEST_F(Registering, challengesMd5FirstThenAcceptsAndAnswersWithTheContact) {  // S15
  send(registration("101#0"), phone);
  const auto challenge = transport.take();
  ASSERT_THAT(challenge, SizeIs(1));
  EXPECT_EQ(challenge[0].first_line(), "SIP/2.0 401 Unauthorized");
  EXPECT_LT(challenge[0].bytes.find("MD5"), challenge[0].bytes.find("SHA-256"));
  for (const auto algorithm : {digest::Algorithm::md5, digest::Algorithm::sha256}) {
    send(with_credentials(registration("101#0"), "101#0", challenge[0].bytes, algorithm), phone);
    const auto ok = transport.take();
    EXPECT_EQ(ok[0].first_line(), "SIP/2.0 200 OK");
    EXPECT_EQ(test::header(ok[0].bytes, "Contact"), "<sip:x@192.0.2.10:5060>;expires=3600");
  }
  EXPECT_EQ(core.size(), 0U);  // no transaction was kept
  EXPECT_THAT(server.contacts("101"), SizeIs(1));
}

TEST_F(Registering, toleratesTheSameNonceAndCountForHours) {
  send(registration("101#0"), phone);
  const std::string challenge = transport.take()[0].bytes;
  for (int hour = 0; hour < 5; ++hour) {
    send(with_credentials(registration("101#0"), "101#0", challenge), phone);
    EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 200 OK");
    clock.advance(1h);
  }
  clock.advance(24h);
  send(with_credentials(registration("101#0"), "101#0", challenge), phone);
  const auto again = transport.take();
  EXPECT_THAT(again[0].bytes, HasSubstr("stale=true"));
  send(with_credentials(registration("101#0"), "101#0", again[0].bytes), phone);
  EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 200 OK");
}

TEST_F(Registering, refusesWrongPasswordsUnknownUsersAndForeignNoncesAlike) {
  send(registration("101#0"), phone);
  const std::string challenge = transport.take()[0].bytes;
  send(with_credentials(registration("101#0"), "101#0", challenge, digest::Algorithm::md5, "wrong"), phone);
  EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 401 Unauthorized");
  send(with_credentials(registration("nobody"), "nobody", challenge), phone);
  EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 401 Unauthorized");
  send(with_credentials(registration("101#0"), "101#0", challenge), test::udp("192.0.2.66"));  // another host's nonce
  EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 401 Unauthorized");
  EXPECT_THAT(failed, ElementsAre("101#0", "nobody"));
  EXPECT_THAT(server.all_contacts(), IsEmpty());
}

TEST_F(Registering, refusesAnAddressOfAnotherUser) {
  send(registration("101#0"), phone);
  const std::string challenge = transport.take()[0].bytes;
  send(with_credentials(registration("8001"), "101#0", challenge), phone);
  EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 403 Not Your Address");
}

TEST_F(Registering, roomAloneMeansItsMainMonitorAndUsersCompareUnescaped) {  // H04
  register_as("101", phone, "101");
  EXPECT_TRUE(server.online("101#0"));
  register_as("101%231", test::udp("192.0.2.11"), "101#1");
  EXPECT_TRUE(server.online("101#1"));
}

TEST_F(Registering, tooShortAnExpiryIs423AndTooLongIsCut) {
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10>;expires=10\n"),
              HasSubstr("423 Interval Too Brief"));
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10>\nExpires: 999999\n"),
              HasSubstr("expires=7200"));
}

TEST_F(Registering, starRemovesAllOnlyWithExpiresZero) {
  register_as("101#0", phone);
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: *\n"), HasSubstr("400 "));
  EXPECT_TRUE(server.online("101#0"));
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: *\nExpires: 0\n"), HasSubstr("200 OK"));
  EXPECT_FALSE(server.online("101#0"));
  EXPECT_THAT(presence, ElementsAre(std::pair("101#0", true), std::pair("101#0", false)));
}

TEST_F(Registering, removesOneContactAndLetsOthersExpire) {
  register_as("101#0", phone);
  register_as("101#0", test::udp("192.0.2.11"), "101#0", "Contact: <sip:y@192.0.2.11>;expires=100\n");
  EXPECT_THAT(server.contacts("101#0"), SizeIs(2));
  register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10:5060>;expires=0\n");
  EXPECT_THAT(server.contacts("101#0"), SizeIs(1));
  clock.advance(101s);
  EXPECT_THAT(server.contacts("101#0"), IsEmpty());
  clock.advance(5s);
  EXPECT_FALSE(server.online("101#0"));
  EXPECT_EQ(presence.back(), std::pair(std::string("101#0"), false));
}

TEST_F(Registering, theNumberOfContactsIsBounded) {
  for (int i = 1; i <= 9; ++i) {
    const std::string host = "192.0.2." + std::to_string(100 + i);
    register_as("101#0", test::udp(host), "101#0", "Contact: <sip:x@" + host + ">\n");
    clock.advance(1s);
  }
  const auto contacts = server.contacts("101#0");
  EXPECT_THAT(contacts, SizeIs(5));
  for (const auto& contact : contacts) EXPECT_THAT(contact.uri, Not(HasSubstr("192.0.2.101")));  // the oldest went
}

TEST_F(Registering, theSameInstanceReplacesItsBinding) {  // RFC 5626
  const std::string instance = ";+sip.instance=\"<urn:uuid:1>\";reg-id=1\nSupported: outbound, path\n";
  register_as("101#1", test::wss(60), "101#1", "Contact: <sip:a@one.invalid;transport=ws>" + instance);
  const auto ok = register_as("101#1", test::wss(61), "101#1", "Contact: <sip:b@two.invalid;transport=ws>" + instance);
  EXPECT_THAT(ok, HasSubstr("Require: outbound"));
  EXPECT_THAT(ok, HasSubstr("+sip.instance=\"<urn:uuid:1>\""));
  ASSERT_THAT(server.contacts("101#1"), SizeIs(1));
  EXPECT_EQ(server.contacts("101#1")[0].uri, "sip:b@two.invalid;transport=ws");
  EXPECT_EQ(server.contacts("101#1")[0].kind, TransportKind::wss);
}

TEST_F(Registering, aClosedFlowTakesItsBindings) {
  register_as("101#1", test::wss(60), "101#1", "Contact: <sip:a@one.invalid;transport=ws>\n");
  transport.close_from_afar(60);
  EXPECT_FALSE(server.online("101#1"));
  // A phone that listens itself stays reachable when its connection closes.
  register_as("101#0", test::tcp(61, "192.0.2.10", 40'000), "101#0",
              "Contact: <sip:x@192.0.2.10:5060;transport=tcp>\n");
  transport.close_from_afar(61);
  EXPECT_TRUE(server.online("101#0"));
}

TEST_F(Registering, bindingsComeBackAfterARestartAndBrowsersByThemselves) {
  register_as("101#0", phone);
  register_as("101#1", test::wss(60), "101#1", "Contact: <sip:a@one.invalid;transport=ws>\n");
  server.flush();
  EXPECT_THAT(store.bindings, SizeIs(2));
  clock.advance(10min);
  test::MemoryTransport other_wire;
  Core other_core(clock, other_wire);
  Server restarted(other_core, accounts, &store, std::string(32, 'k'));
  ASSERT_THAT(restarted.contacts("101"), SizeIs(1));
  EXPECT_EQ(restarted.contacts("101")[0].address, "192.0.2.10:5060");
  EXPECT_THAT(store.bindings, SizeIs(1));
}

TEST_F(Registering, manyRegistrationsAreWrittenTogether) {
  for (int i = 0; i < 4; ++i) register_as("101#" + std::to_string(i), phone);
  EXPECT_EQ(store.writes, 0);
  clock.advance(200ms);
  EXPECT_EQ(store.writes, 1);
  EXPECT_THAT(store.bindings, SizeIs(4));
}

TEST_F(Registering, anOlderCSeqOfTheSameCallIsRefused) {
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10>\n", 9), HasSubstr("200 OK"));
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10>;expires=0\n", 8), HasSubstr("500 "));
  EXPECT_TRUE(server.online("101#0"));
}

TEST_F(Registering, aLockedOutSourceIsRefusedEvenWhenItIsRight) {
  locked = "101#0";
  EXPECT_THAT(register_as("101#0", phone), HasSubstr("403 Forbidden"));
  EXPECT_THAT(register_as("102#0", phone), HasSubstr("200 OK"));
  EXPECT_THAT(right, ElementsAre("102#0"));
}

TEST_F(Registering,
       nobodyIsBlamedForAnAnswerToAnothersNonce) {  // a forged sender's address must not lock its owner out
  send(registration("101#0"), phone);
  const std::string challenge = transport.take()[0].bytes;
  for (const char* password : {"wrong", ""}) {
    send(with_credentials(registration("101#0"), "101#0", challenge, digest::Algorithm::md5, password),
         test::udp("192.0.2.66"));
    const auto answer = transport.take()[0];
    EXPECT_EQ(answer.first_line(), "SIP/2.0 401 Unauthorized");
    EXPECT_THAT(answer.bytes, HasSubstr("stale=true"));
  }
  EXPECT_THAT(failed, IsEmpty());
  EXPECT_THAT(server.all_contacts(), IsEmpty());
}

TEST_F(Proxying, whatOnlyTheStationMaySayIsTakenFromOthers) {
  register_as("101#0", phone);
  const std::string said =
      "X-Lintel-Kind: emergency\nP-Asserted-Identity: <sip:8001@VDP>\nP-Preferred-Identity: <sip:8001@VDP>\n"
      "Remote-Party-ID: <sip:8001@VDP>;party=calling\nX-Other: kept\n";
  transport.take();
  EXPECT_THAT(authenticated(request("INVITE", "101", "102%230", said), "102#0", caller), HasSubstr("100 Trying"));
  const auto sent = transport.take();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_THAT(sent[0].bytes, Not(HasSubstr("8001")));
  EXPECT_THAT(sent[0].bytes, Not(HasSubstr("X-Lintel")));
  EXPECT_EQ(test::header(sent[0].bytes, "X-Other"), "kept");
  EXPECT_EQ(test::header(sent[0].bytes, "P-Asserted-Identity"), "<sip:102%230@VDP>");
}

TEST_F(Proxying, nothingIsToldToTheUnauthenticated) {
  for (const std::string method : {"INVITE", "MESSAGE", "NOTIFY", "SUBSCRIBE", "INFO", "OPTIONS", "REFER"})
    for (const std::string user : {"101", "nobody", "8001"}) {
      send(request(method, user, "8001"), stranger);
      const auto answers = transport.take();
      ASSERT_THAT(answers, SizeIs(1)) << method;
      EXPECT_EQ(answers[0].first_line(), "SIP/2.0 407 Proxy Authentication Required") << method << user;
    }
  EXPECT_EQ(core.size(), 0U);
}

TEST_F(Proxying, answersOptionsToItselfAndRefusesWhatItDoesNotServe) {
  std::string options = request("OPTIONS", "x", "8001");
  options.replace(options.find("sip:x@VDP"), 9, "sip:VDP");
  send(options, stranger);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 200 OK"));
  send(request("FOO", "101", "8001"), stranger);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 501 Not Implemented"));
  send(request("BYE", "101", "8001"), stranger);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 481 Call/Transaction Does Not Exist"));
  std::string last = request("OPTIONS", "101", "8001");
  last.replace(last.find("Max-Forwards: 70"), 16, "Max-Forwards: 0");
  send(last, stranger);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 483 Too Many Hops"));
  send(request("INVITE", "101", "8001", "Proxy-Require: x\n"), stranger);
  EXPECT_THAT(transport.take()[0].bytes, HasSubstr("Unsupported: x"));
}

TEST_F(Proxying, aCallerIsWhoItsCredentialsSay) {
  EXPECT_THAT(call("101", "8002", "8001"), HasSubstr("403 From Is Not You"));
  EXPECT_THAT(call("nobody", "8001"), HasSubstr("404 Not Found"));
  EXPECT_THAT(call("101", "8001"), HasSubstr("480 Temporarily Unavailable"));
  register_as("101#0", phone);
  accounts.forbidden.insert("101");
  EXPECT_THAT(call("101", "8001"), HasSubstr("403 Forbidden"));
}

TEST_F(Proxying, relaysToNobodyElse) {
  const auto relay = [&](const std::string& from, const std::string& to) {
    std::string invite = request("INVITE", "101", "8001");
    invite.replace(invite.find(from), from.size(), to);
    return invite;
  };
  std::string elsewhere = relay("sip:101@VDP", "sip:101@example.com");
  EXPECT_THAT(authenticated(elsewhere, "8001", caller), HasSubstr("403 No Relaying"));
  EXPECT_THAT(authenticated(request("INVITE", "101", "8001", "Route: <sip:evil.example;lr>\n"), "8001", caller),
              HasSubstr("403 No Relaying"));
}

TEST_F(Proxying, ringsEveryMonitorOfTheRoomAndTellsTheOthersWhoAnswered) {  // H04
  register_as("101#0", phone);
  register_as("101#1", test::wss(60), "101#1", "Contact: <sip:a@one.invalid;transport=ws>\n");
  register_as("102#0", test::udp("192.0.2.12"));
  EXPECT_THAT(call("101", "8001"), HasSubstr("100 Trying"));
  auto sent = transport.take();
  ASSERT_THAT(sent, SizeIs(2));
  const auto& first = sent[0].to.kind == TransportKind::udp ? sent[0] : sent[1];
  const auto& second = sent[0].to.kind == TransportKind::udp ? sent[1] : sent[0];
  EXPECT_EQ(first.first_line(), "INVITE sip:x@192.0.2.10:5060 SIP/2.0");
  EXPECT_EQ(second.first_line(), "INVITE sip:a@one.invalid;transport=ws SIP/2.0");
  EXPECT_EQ(second.to.flow, 60U);
  EXPECT_EQ(test::header(first.bytes, "Max-Forwards"), "69");
  EXPECT_EQ(test::header(first.bytes, "P-Asserted-Identity"), "<sip:8001@VDP>");
  EXPECT_EQ(test::header(first.bytes, "Proxy-Authorization"), "");
  EXPECT_THAT(first.bytes, HasSubstr("v=0"));
  answer(first, 180);
  answer(second, 180);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 180 Ringing", "SIP/2.0 180 Ringing"));
  answer(second, 200);
  const auto after = transport.take();
  ASSERT_THAT(after, SizeIs(2));
  EXPECT_EQ(after[0].first_line(), "SIP/2.0 200 OK");
  EXPECT_EQ(after[1].first_line(), "CANCEL sip:x@192.0.2.10:5060 SIP/2.0");
  EXPECT_EQ(test::header(after[1].bytes, "Reason"), "SIP;cause=200;text=\"Call completed elsewhere\"");
  answer(after[1], 200);
  answer(first, 487);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("ACK sip:x@192.0.2.10:5060 SIP/2.0"));
}

TEST_F(Proxying, onlyCallsThatWaitForAnAnswerCountAgainstTheCap) {
  ServerSettings few;
  few.calls = 1;
  server.set_settings(few);
  register_as("101#1", phone);
  const auto ring = [&](const std::string& call_id) {
    std::string invite = request("INVITE", "101%231", "8001");
    invite.replace(invite.find("call-1"), 6, call_id);
    return authenticated(invite, "8001", caller);
  };
  EXPECT_THAT(ring("first"), HasSubstr("100 Trying"));
  const auto first = transport.take();
  EXPECT_THAT(ring("second"), HasSubstr("503"));
  answer(first[0], 200);
  transport.take();
  EXPECT_THAT(ring("third"), HasSubstr("100 Trying"));  // the first lingers for its retransmissions
  const auto third = transport.take();
  answer(third[0], 486);
  transport.take();
  EXPECT_THAT(ring("fourth"), HasSubstr("100 Trying"));
}

TEST_F(Proxying, requestsInTheDialogFollowTheFlowToken) {
  register_as("101#1", test::wss(60), "101#1", "Contact: <sip:a@one.invalid;transport=ws>\n");
  call("101%231", "8001");
  const auto invite = transport.take();
  answer(invite[0], 200, "callee");
  const std::string ok = transport.take()[0].bytes;
  Message message;
  ASSERT_FALSE(message.parse(ok));
  auto routes = message.list(Field::record_route);
  ASSERT_THAT(routes, SizeIs(2));  // one address for each transport
  const auto in_dialog = [&](const std::string& method, bool from_caller, const std::string& route_lines,
                             const std::string& call_id = "call-1") {
    return crlf(method + (from_caller ? " sip:a@one.invalid;transport=ws" : " sip:c@192.0.2.20:5060") +
                " SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.20;branch=z9hG4bK" + std::to_string(++branches) +
                ";rport\nMax-Forwards: 70\nFrom: <sip:x@VDP>;tag=" + (from_caller ? "caller" : "callee") +
                "\nTo: <sip:y@VDP>;tag=" + (from_caller ? "callee" : "caller") + "\nCall-ID: " + call_id +
                "\nCSeq: 2 " + method + "\n" + route_lines + "Content-Length: 0\n");
  };
  // The caller's route set is the reverse of Record-Route, the callee's is as it is.
  const std::string callers = "Route: " + std::string(routes[1]) + ", " + std::string(routes[0]) + "\n";
  const std::string callees = "Route: " + std::string(routes[0]) + "\nRoute: " + std::string(routes[1]) + "\n";
  send(in_dialog("ACK", true, callers), caller);
  auto sent = transport.take();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].to.flow, 60U);
  EXPECT_EQ(test::header(sent[0].bytes, "Route"), "");
  send(in_dialog("BYE", false, callees), test::wss(60));
  sent = transport.take();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].to.address.text(), "192.0.2.20:5060");
  EXPECT_EQ(test::header(sent[0].bytes, "Route"), "");
  // A neighbour who read all of it off the wire is still not a side of the dialog (security.md 9).
  for (const std::string method : {"BYE", "INFO", "INVITE", "UPDATE"})
    for (const bool as_caller : {true, false}) {
      send(in_dialog(method, as_caller, as_caller ? callers : callees), test::udp("192.0.2.66"));
      EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 403 Forbidden")) << method << as_caller;
    }
  send(in_dialog("ACK", true, callers), test::udp("192.0.2.66"));
  EXPECT_THAT(transport.take(), IsEmpty());
  // The token is good for this dialog alone.
  send(in_dialog("BYE", true, callers, "call-2"), caller);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 403 Forbidden"));
  transport.close_from_afar(60);
  send(in_dialog("BYE", true, callers), caller);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 430 Flow Failed"));
}

TEST_F(Proxying, theBestRefusalGoesBack) {
  register_as("101#0", phone);
  register_as("101#1", test::udp("192.0.2.11"), "101#1", "Contact: <sip:y@192.0.2.11>\n");
  call("101", "8001");
  const auto sent = transport.take();
  answer(sent[0], 480);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre(HasSubstr("ACK")));
  answer(sent[1], 486);
  const auto after = transport.take_first_lines();
  ASSERT_THAT(after, SizeIs(2));
  EXPECT_EQ(after[1], "SIP/2.0 486 Busy Here");
}

TEST_F(Proxying, aGlobalRefusalEndsAllBranches) {
  register_as("101#0", phone);
  register_as("101#1", test::udp("192.0.2.11"), "101#1", "Contact: <sip:y@192.0.2.11>\n");
  call("101", "8001");
  const auto sent = transport.take();
  answer(sent[0], 180);
  answer(sent[1], 180);
  transport.take();
  answer(sent[0], 603);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre(HasSubstr("ACK"), HasSubstr("CANCEL")));
  answer(sent[1], 487);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre(HasSubstr("ACK"), "SIP/2.0 603 Decline"));
}

TEST_F(Proxying, theCallersCancelReachesEveryBranchWithItsReason) {
  register_as("101#0", phone);
  call("101", "8001");
  const auto sent = transport.take();
  answer(sent[0], 180);
  transport.take();
  const std::string branch = last_branch;
  const std::string cancel =
      with_branch(request("CANCEL", "101", "8001", "Reason: SIP;cause=487;text=\"gone\"\n"), branch);
  send(cancel, caller);
  const auto after = transport.take();
  ASSERT_THAT(after, SizeIs(2));
  EXPECT_EQ(after[0].first_line(), "SIP/2.0 200 OK");
  EXPECT_EQ(test::header(after[1].bytes, "Reason"), "SIP;cause=487;text=\"gone\"");
  answer(after[1], 200);
  answer(sent[0], 487);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre(HasSubstr("ACK"), "SIP/2.0 487 Request Terminated"));
}

TEST_F(Proxying, aSilentContactIsLeftAndALongRingEnds) {
  register_as("101#0", phone);
  call("101", "8001");
  const auto sent = transport.take();
  clock.advance(7s);
  EXPECT_EQ(transport.take().back().first_line(), "SIP/2.0 408 Request Timeout");
  clock.advance(40s);
  call("101", "8001");
  const auto again = transport.take();
  answer(again.back(), 180);
  transport.take();
  clock.advance(181s);
  const auto cancel = transport.take();
  EXPECT_EQ(cancel.at(0).first_line(), "CANCEL sip:x@192.0.2.10:5060 SIP/2.0");
  answer(again.back(), 487);
  EXPECT_EQ(transport.take().back().first_line(), "SIP/2.0 408 Request Timeout");
}

TEST_F(Proxying, aLostFlowFailsItsBranchAtOnce) {
  register_as("101#1", test::wss(60), "101#1", "Contact: <sip:a@one.invalid;transport=ws>\n");
  call("101%231", "8001");
  answer(transport.take()[0], 180);
  transport.take();
  transport.close_from_afar(60);
  clock.advance(1ms);
  EXPECT_EQ(transport.take().back().first_line(), "SIP/2.0 480 Temporarily Unavailable");
}

TEST_F(Proxying, aCallerWhoseConnectionClosesStopsTheRinging) {
  register_as("101#0", phone);
  authenticated(request("INVITE", "101", "8001"), "8001", test::wss(90));
  const auto sent = transport.take();
  answer(sent.back(), 180);
  transport.take();
  transport.close_from_afar(90);
  clock.advance(1ms);
  EXPECT_EQ(transport.take().at(0).first_line(), "CANCEL sip:x@192.0.2.10:5060 SIP/2.0");
}

TEST_F(Proxying, oneBindingCanBeRungAlone) {
  register_as("101#0", phone);
  register_as("101#0", test::wss(60), "101#0", "Contact: <sip:a@one.invalid;transport=ws>\n");
  for (const auto& contact : server.contacts("101")) {
    call("101;binding=" + contact.id, "8001");
    const auto sent = transport.take();
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(sent[0].first_line(), "INVITE " + contact.uri + " SIP/2.0");
    answer(sent[0], 486);
    transport.take();
  }
  EXPECT_THAT(call("101;binding=123", "8001"), HasSubstr("480"));
}

TEST_F(Proxying, phonesBehindNatAreReachedWhereTheyCameFrom) {
  register_as("101#0", test::udp("198.51.100.7", 33'333), "101#0", "Contact: <sip:x@10.0.0.5:5060>\n");
  call("101", "8001");
  EXPECT_EQ(transport.take()[0].to.address.text(), "198.51.100.7:33333");
}

TEST_F(Proxying, theEndpointIsAnAccountLikeAnyOther) {
  register_as("8002", Hop::local_endpoint(), "8002", "Contact: <sip:station@station.invalid>\n");
  ASSERT_THAT(server.contacts("8002"), SizeIs(1));
  EXPECT_TRUE(server.contacts("8002")[0].local);
}

}  // namespace
}  // namespace lintel::sip
