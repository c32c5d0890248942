// The proxy: who may call whom, and what the branches of a call do.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "server_fixture.hpp"
#include "sip/server.hpp"

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

class Proxying : public ServerTest {};

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

// A client that is registered here may send its answer to the registrar, which is old by now, beside its answer to the
// proxy, and in front of it.
TEST_F(Proxying, judgesACallByItsAnswerToTheProxy) {
  send(registration("8001"), caller);
  const auto registrar = transport.take().at(0).bytes;
  clock.advance(std::chrono::minutes(6));
  send(request("INVITE", "101", "8001"), caller);
  const auto proxy = transport.take().at(0).bytes;
  for (const bool old_first : {true, false}) {
    std::string invite = with_branch(request("INVITE", "101", "8001"), new_branch());
    invite = with_credentials(invite, "8001", old_first ? proxy : registrar);
    invite = with_credentials(invite, "8001", old_first ? registrar : proxy);
    ASSERT_EQ(invite.find("\r\nAuthorization:") < invite.find("Proxy-Authorization:"), old_first);
    send(invite, caller);
    EXPECT_EQ(transport.take().at(0).first_line(), "SIP/2.0 480 Temporarily Unavailable");
  }
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

TEST_F(Proxying, knowsItsOwnAddressInEverySpelling) {
  register_as("101#0", phone);
  transport.own = "[fd00::a1]:5060";
  for (const std::string host : {"[fd00::a1]", "[FD00:0:0::A1]"}) {
    auto invite = request("INVITE", "101", "8001");
    invite.replace(invite.find("101@VDP"), 7, "101@" + host);
    EXPECT_THAT(authenticated(invite, "8001", caller), HasSubstr("100 Trying")) << host;
  }
  auto invite = request("INVITE", "101", "8001");
  invite.replace(invite.find("101@VDP"), 7, "101@[fd00::a2]");
  EXPECT_THAT(authenticated(invite, "8001", caller), HasSubstr("403 No Relaying"));
  transport.own = "Door.example:5060";
  invite = request("INVITE", "101", "8001");
  invite.replace(invite.find("101@VDP"), 7, "101@door.EXAMPLE");
  EXPECT_THAT(authenticated(invite, "8001", caller), HasSubstr("100 Trying"));
}

// A phone that has an outbound proxy by name sends that name in a Route (docs/resident.md).
TEST_F(Proxying, knowsItselfByItsOtherNames) {
  register_as("101#0", phone);
  ServerSettings settings;
  settings.other_hosts = {"door", "door.local", "[fd00::a1]"};
  server.set_settings(settings);
  for (const std::string host : {"Door", "door.LOCAL:5061", "[FD00:0::A1]"})
    EXPECT_THAT(
        authenticated(request("INVITE", "101", "8001", "Route: <sip:" + host + ";transport=tls;lr>\n"), "8001", caller),
        HasSubstr("100 Trying"))
        << host;
  for (const std::string host : {"door.example", "indoor", "[fd00::a2]"})
    EXPECT_THAT(authenticated(request("INVITE", "101", "8001", "Route: <sip:" + host + ";lr>\n"), "8001", caller),
                HasSubstr("403 No Relaying"))
        << host;
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

// A phone whose call is answered, and that then wants to hear a BYE at `contact`: where that is sent.
TEST_F(Proxying, aByeGoesWhereThePhoneListens) {
  const auto bye_to = [this](const std::string& account, const Hop& at, const std::string& contact) {
    register_as(account, at, account, "Contact: <" + contact + ">\n");
    auto invite = request("INVITE", escaped(account), "8001");
    invite.replace(invite.find("call-1"), 6, account.substr(4));
    authenticated(invite, "8001", caller);
    answer(transport.take()[0], 200, "callee");
    const std::string ok = transport.take()[0].bytes;
    Message message;
    EXPECT_FALSE(message.parse(ok));
    const auto routes = message.list(Field::record_route);
    std::string lines;
    for (auto one = routes.rbegin(); one != routes.rend(); ++one) lines += "Route: " + std::string(*one) + "\n";
    if (is_reliable(at.kind)) transport.close_from_afar(at.flow);
    send(crlf("BYE " + contact + " SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.20;branch=" + new_branch() +
              ";rport\nMax-Forwards: 70\nFrom: <sip:x@VDP>;tag=caller\nTo: <sip:y@VDP>;tag=callee\nCall-ID: " +
              account.substr(4) + "\nCSeq: 2 BYE\n" + lines + "Content-Length: 0\n"),
         caller);
    const auto sent = transport.take();
    EXPECT_EQ(sent.size(), 1U);
    return sent.empty() ? Hop{} : sent[0].to;
  };
  Hop encrypted = test::tcp(70, "192.0.2.30", 40'000);
  encrypted.kind = TransportKind::tls;
  EXPECT_EQ(bye_to("101#1", encrypted, "sip:x@192.0.2.30;transport=tls").address.text(), "192.0.2.30:5061");
  sockaddr_in6 link_local{};
  link_local.sin6_family = AF_INET6;
  inet_pton(AF_INET6, "fe80::30", &link_local.sin6_addr);
  link_local.sin6_port = htons(5070);
  link_local.sin6_scope_id = 3;
  Hop near = test::udp("192.0.2.31");
  near.address = SocketAddress::from(reinterpret_cast<const sockaddr*>(&link_local));
  EXPECT_EQ(bye_to("101#2", near, "sip:x@[fe80::30]:5070").address, near.address);
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

// RFC 3261 §16.8. Each 18x gives it time anew, but not for ever; the caller hears in any case how it ended.
TEST_F(Proxying, aPhoneThatRingsAgainAndAgainEndsWithAnAnswer) {
  register_as("101#0", phone);
  call("101", "8001");
  const auto sent = transport.take();
  std::vector<std::string> lines;
  for (int minute = 0; minute < 17; ++minute) {
    answer(sent.back(), 180);
    clock.advance(60s);
    for (const auto& line : transport.take_first_lines())
      if (line != "SIP/2.0 180 Ringing" && (lines.empty() || lines.back() != line)) lines.push_back(line);
  }
  EXPECT_THAT(lines, ElementsAre("CANCEL sip:x@192.0.2.10:5060 SIP/2.0", "SIP/2.0 408 Request Timeout"));
}

// RFC 3261 §16.3: whoever was on the way may have joined our two lines.
TEST_F(Proxying, aRequestThatGoesRoundIsSeenInOneLineToo) {
  const std::string two =
      "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1-2, SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-3-4";
  auto bytes = request("INVITE", "101", "8001");
  bytes.insert(bytes.find(";rport") + 6, ", " + two);
  send(bytes, caller);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 482 Loop Detected"));
}

// RFC 3261 §7.3.1: several values of one header may stand in one line, and in as many as there are.
TEST_F(Proxying, aResponseGoesBackWithoutOurViaHoweverItsLinesAreJoined) {
  register_as("101#0", phone);
  for (const std::string between : {"\r\nVia: ", ", ", ",", " ,\r\n\t"}) {
    transport.take();
    call("101", "8001");
    Message forwarded;
    const auto sent = transport.take().at(0);
    ASSERT_FALSE(forwarded.parse(sent.bytes));
    auto ringing = Builder::response(forwarded, {}, 180, {}, "callee").finish();
    const auto first = ringing.find("\r\nVia: ");
    const auto second = ringing.find("\r\nVia: ", first + 1);
    const std::string callers(ringing, second + 7, ringing.find("\r\n", second + 1) - second - 7);
    ringing.replace(second, 7, between);
    transport.deliver(ringing, sent.to);
    const auto back = transport.take().at(0).bytes;
    EXPECT_EQ(test::header(back, "Via"), callers);
    EXPECT_EQ(back.find("z9hG4bK-"), std::string::npos) << back;
    Message whole;
    EXPECT_FALSE(whole.parse(back));
    EXPECT_FALSE(whole.check());
  }
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

TEST_F(Proxying, theStationHearsThatAMonitorsFlowIsLost) {  // RFC 5626 §11.5
  register_as("8001", Hop::local_endpoint(), "8001", "Contact: <sip:station@station.invalid>\n");
  register_as("101#1", test::wss(60), "101#1", "Contact: <sip:a@one.invalid;transport=ws>\n");
  EXPECT_THAT(call_locally("101%231", "8001", [this] { transport.close_from_afar(60); }),
              HasSubstr("SIP/2.0 430 Flow Failed"));
}

// However it is found out: the station takes 480 for a person's wish.
TEST_F(Proxying, theStationHearsThatNothingCanBeSentToAMonitor) {
  register_as("8001", Hop::local_endpoint(), "8001", "Contact: <sip:station@station.invalid>\n");
  register_as("101#1", test::udp("192.0.2.11"), "101#1", "Contact: <sip:a@192.0.2.11>\n");
  register_as("101#2", test::wss(60), "101#2", "Contact: <sip:a@one.invalid;transport=ws>\n");
  transport.gone = {20, 60};
  EXPECT_THAT(call_locally("101%231", "8001", {}), HasSubstr("SIP/2.0 430 Flow Failed"));  // no route to it
  EXPECT_THAT(call_locally("101%232", "8001", {}), HasSubstr("SIP/2.0 430 Flow Failed"));  // it closes this moment
  const auto contacts = server.contacts("101#1");
  ASSERT_THAT(contacts, SizeIs(1));
  const auto picked = "101%231;binding=" + contacts[0].id;
  server.remove_account("101#1");
  EXPECT_THAT(call_locally(picked, "8001", {}), HasSubstr("SIP/2.0 430 Flow Failed"));  // it has gone this moment
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

// S15: a digest would only prove to the station that it is itself, sixteen times before sixteen phones ring.
TEST_F(Proxying, theStationsOwnEndpointIsKnownOnceItHasRegistered) {
  register_as("101#0", phone);
  const auto ask = [&] {
    auto bytes = request("INVITE", "101", "8001");
    const auto via = bytes.find("Via: ");
    bytes.erase(via, bytes.find("\r\n", via) + 2 - via);
    core.send(bytes, Hop::local_server(), nullptr);
    clock.advance(1ms);
    return transport.take();
  };
  EXPECT_THAT(ask(), IsEmpty()) << "challenged";
  register_as("8001", Hop::local_endpoint(), "8001", "Contact: <sip:station@station.invalid>\n");
  const auto sent = ask();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].first_line(), "INVITE sip:x@192.0.2.10:5060 SIP/2.0");
  // Nobody else is believed for the same words.
  EXPECT_THAT((send(request("INVITE", "101", "8001"), caller), transport.take().at(0).first_line()), HasSubstr("407"));
}

TEST_F(Proxying, theEndpointIsAnAccountLikeAnyOther) {
  register_as("8002", Hop::local_endpoint(), "8002", "Contact: <sip:station@station.invalid>\n");
  ASSERT_THAT(server.contacts("8002"), SizeIs(1));
  EXPECT_TRUE(server.contacts("8002")[0].local);
}

}  // namespace
}  // namespace lintel::sip
