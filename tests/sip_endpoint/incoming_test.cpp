// The called side, and who may call at all.
#include <arpa/inet.h>
#include <netinet/in.h>

#include "sip_endpoint/bench.hpp"

namespace lintel::sip::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Incomingly = Bench;

TEST_F(Incomingly, ringsIsAcceptedAndEndedByTheCaller) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "their offer", "Alert-Info: <urn:x>\r\nX-Door: 2\r\n"), peer);
  take("100");
  ASSERT_EQ(house.calls.size(), 1U);
  const auto& about = house.calls.front();
  EXPECT_EQ(about.trust, Trust::direct);
  EXPECT_EQ(about.user, "visitor");
  EXPECT_EQ(about.display, "Visitor");
  EXPECT_EQ(about.address, "192.0.2.9");
  EXPECT_EQ(about.caller_host, "192.0.2.9");
  EXPECT_EQ(about.called_user, "door");
  EXPECT_EQ(about.offer.bytes, "their offer");
  EXPECT_EQ(about.headers.size(), 2U);
  EXPECT_TRUE(house.held.progress().ok());
  const auto ringing = take("180");
  const std::string tag(ringing->message->to_tag());
  EXPECT_FALSE(tag.empty());
  EXPECT_TRUE(house.held.progress(183, sdp("early")).ok());
  EXPECT_EQ(take("183")->body(), "early");
  EXPECT_TRUE(house.held.accept(sdp("our answer")).ok());
  const auto ok = take("200");
  EXPECT_EQ(ok->body(), "our answer");
  EXPECT_EQ(ok->message->to_tag(), tag);
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, tag, 1, "z9hG4bKack"), peer);
  pass(40s);
  wire.arrive(request("BYE", "sip:door@192.0.2.10", {}, {}, tag, 2, "z9hG4bKbye"), peer);
  take("200");
  EXPECT_THAT(house.ear.log, ElementsAre("answered ", "ended peer"));
  EXPECT_EQ(endpoint->size(), 0U);
}

TEST_F(Incomingly, repeatsTheAnswerUntilTheAckAndThenGivesUp) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "their offer"), peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  take("200");
  clock.advance(500ms);
  take("200");
  clock.advance(1s);
  take("200");
  nothing_sent();
  clock.advance(31s);
  EXPECT_EQ(wire.out.back()->method(), "BYE");
  EXPECT_THAT(house.ear.log, ElementsAre("ended lost"));
}

TEST_F(Incomingly, waitsForTheAckBeforeTheBye) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "their offer"), peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  const auto ok = take("200");
  house.held.hang_up();
  nothing_sent();
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, std::string(ok->message->to_tag()), 1, "z9hG4bKa"), peer);
  take("BYE");
  EXPECT_THAT(house.ear.log, IsEmpty());
}

TEST_F(Incomingly, byeOvertakingTheAckEndsTheCall) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "their offer"), peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  const auto ok = take("200");
  const std::string tag(ok->message->to_tag());
  wire.arrive(request("BYE", "sip:door@192.0.2.10", {}, {}, tag, 2, "z9hG4bKbye"), peer);
  take("200");
  EXPECT_THAT(house.ear.log, ElementsAre("ended peer"));
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, tag, 1, "z9hG4bKa"), peer);
  clock.advance(5s);
  nothing_sent();
}

TEST_F(Incomingly, isCancelledWithTheReasonRead) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "their offer"), peer);
  take("100");
  (void)house.held.progress();
  take("180");
  std::string cancel =
      request("CANCEL", "sip:door@192.0.2.10", {}, "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n");
  wire.arrive(cancel, peer);
  EXPECT_EQ(take("200")->value("CSeq"), "1 CANCEL");
  take("487");
  EXPECT_THAT(house.ear.log, ElementsAre("ended peer"));
  EXPECT_TRUE(house.ear.last.completed_elsewhere());
  EXPECT_EQ(endpoint->size(), 0U);
}

TEST_F(Incomingly, cancelAfterTheAnswerChangesNothing) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "their offer"), peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  const auto ok = take("200");
  wire.arrive(request("CANCEL", "sip:door@192.0.2.10"), peer);
  wire.out.clear();
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, std::string(ok->message->to_tag()), 1, "z9hG4bKa"), peer);
  EXPECT_THAT(house.ear.log, ElementsAre("answered "));
}

TEST_F(Incomingly, answersOnTheLinkThatACallCameOver) {
  auto settings = direct_settings();
  settings.direct_addresses = {"fe80::9"};
  endpoint->set_settings(settings);
  sockaddr_in6 link_local{};
  link_local.sin6_family = AF_INET6;
  inet_pton(AF_INET6, "fe80::9", &link_local.sin6_addr);
  link_local.sin6_port = htons(5060);
  link_local.sin6_scope_id = 3;
  peer.address = SocketAddress::from(reinterpret_cast<const sockaddr*>(&link_local));
  auto invite = request("INVITE", "sip:door@192.0.2.10", "their offer");
  invite.replace(invite.find("visitor@192.0.2.9:5060"), 22, "visitor@[fe80::9]:5070");
  wire.arrive(invite, peer);
  take("100");
  EXPECT_TRUE(house.held.accept(sdp("our answer")).ok());
  const std::string tag(take("200")->message->to_tag());
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, tag, 1, "z9hG4bKack"), peer);
  house.held.hang_up();
  auto listening = peer.address;
  listening.set_port(5070);
  EXPECT_EQ(take("BYE")->to.address, listening);
}

TEST_F(Incomingly, refusesByCodeAndByLettingGo) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "their offer"), peer);
  take("100");
  house.held.refuse(486);
  take("486");
  EXPECT_EQ(endpoint->size(), 0U);
  house.keep = false;
  auto second = request("INVITE", "sip:door@192.0.2.10", "their offer", {}, {}, 1, "z9hG4bKtwo");
  second.replace(second.find("call-of-theirs"), 14, "second-of-them");
  wire.arrive(second, peer);
  pass(0s);
  EXPECT_EQ(endpoint->size(), 0U);
}

TEST_F(Incomingly, offersByItselfWhenTheInviteHasNoBody) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10"), peer);
  take("100");
  EXPECT_TRUE(house.calls.front().offer.empty());
  (void)house.held.accept(sdp("our offer"));
  const auto ok = take("200");
  wire.arrive(
      request("ACK", "sip:door@192.0.2.10", "their answer", {}, std::string(ok->message->to_tag()), 1, "z9hG4bKa"),
      peer);
  EXPECT_THAT(house.ear.log, ElementsAre("answered their answer"));
}

TEST_F(Incomingly, endsACallWhoseOfferIsNotAnswered) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10"), peer);
  take("100");
  (void)house.held.accept(sdp("our offer"));
  const auto ok = take("200");
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, std::string(ok->message->to_tag()), 1, "z9hG4bKa"), peer);
  take("BYE");
  EXPECT_THAT(house.ear.log, ElementsAre("ended protocol"));
}

// security.md 9
TEST_F(Incomingly, neverRingsForAnUnlistedAddress) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "their offer"), udp("192.0.2.66"));
  EXPECT_THAT(house.calls, IsEmpty());
  ASSERT_FALSE(wire.out.empty());
  EXPECT_GE(wire.out.front()->status(), 400);  // nobody took it: no server runs here
}

TEST_F(Incomingly, neverRingsDirectlyWhenDirectCallsAreOff) {
  auto settings = direct_settings();
  settings.direct_calls = false;
  endpoint->set_settings(settings);
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "their offer"), peer);
  EXPECT_THAT(house.calls, IsEmpty());
}

TEST_F(Incomingly, leavesOtherUsersAndDomainsToTheServer) {
  wire.arrive(request("INVITE", "sip:101@192.0.2.10", "x"), peer);
  wire.arrive(request("INVITE", "sip:door@VDP", "x", {}, {}, 1, "z9hG4bKb"), peer);
  EXPECT_THAT(house.calls, IsEmpty());
}

TEST_F(Incomingly, refusesWhatItDoesNotSpeak) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Require: 100rel, foo\r\n"), peer);
  const auto bad = take("420");
  EXPECT_EQ(bad->value("Unsupported"), "100rel, foo");
  wire.arrive(request("NOTIFY", "sip:door@192.0.2.10", {}, "Event: x\r\n", {}, 1, "z9hG4bKb"), peer);
  EXPECT_THAT(take("405")->value("Allow"), HasSubstr("INVITE"));
  wire.arrive(request("OPTIONS", "sip:door@192.0.2.10", {}, {}, {}, 1, "z9hG4bKc"), peer);
  EXPECT_THAT(take("200")->value("Accept"), HasSubstr("application/sdp"));
  wire.arrive(request("BYE", "sip:door@192.0.2.10", {}, {}, {}, 1, "z9hG4bKd"), peer);
  take("481");
  wire.arrive(request("BYE", "sip:door@192.0.2.10", {}, {}, "unknown", 1, "z9hG4bKe"), peer);
  take("481");
  EXPECT_THAT(house.calls, IsEmpty());
}

TEST_F(Incomingly, refusesAnOfferItCannotReadAndACallerWhoCannotReadItsAnswer) {  // RFC 4475 §3.3.6, §3.3.15
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "<x/>", "Content-Type: application/unknownformat\r\n"), peer);
  EXPECT_EQ(take("415")->value("Accept"), "application/sdp");
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Content-Encoding: gzip\r\n", {}, 1, "z9hG4bKb"), peer);
  take("415");
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Accept: text/nobodyKnowsThis\r\n", {}, 1, "z9hG4bKc"),
              peer);
  take("406");
  EXPECT_THAT(house.calls, IsEmpty());
  wire.arrive(
      request("INVITE", "sip:door@192.0.2.10", "x", "Accept: text/plain, application/SDP;q=0.5\r\n", {}, 1, "z9hG4bKd"),
      peer);
  take("100");
  EXPECT_EQ(house.calls.size(), 1U);
}

TEST_F(Incomingly, answersASecondWayOfTheSameCallWith482) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x"), peer);
  take("100");
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", {}, {}, 1, "z9hG4bKfork"), peer);
  take("482");
  EXPECT_EQ(house.calls.size(), 1U);
}

TEST_F(Incomingly, isBusyWhenTooManyCallsRun) {
  auto settings = direct_settings();
  settings.most_calls = 0;
  endpoint->set_settings(settings);
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x"), peer);
  take("486");
  EXPECT_EQ(house.refused.size(), 1U);
}

// C24
TEST_F(Incomingly, hearsKeysByInfoOnceEach) {
  const auto tag = talk_in();
  const std::string relay = "Content-Type: application/dtmf-relay\r\n";
  const auto info = request("INFO", "sip:door@192.0.2.10", "Signal=5\r\nDuration=160", relay, tag, 2, "z9hG4bKi");
  wire.arrive(info, peer);
  take("200");
  wire.arrive(info, peer);  // a repetition
  take("200");
  wire.arrive(request("INFO", "sip:door@192.0.2.10", "#", "Content-Type: application/dtmf\r\n", tag, 3, "z9hG4bKj"),
              peer);
  take("200");
  wire.arrive(request("INFO", "sip:door@192.0.2.10", "<x/>", "Content-Type: application/media_control+xml\r\n", tag, 4,
                      "z9hG4bKk"),
              peer);
  take("415");
  wire.arrive(request("INFO", "sip:door@192.0.2.10", "Signal=77\r\n", relay, tag, 5, "z9hG4bKl"), peer);
  take("400");
  EXPECT_THAT(house.ear.log, ElementsAre("dtmf 5 160", "dtmf # 250"));
  ASSERT_TRUE(house.held.send_dtmf('#').ok());
  const auto ours = take("INFO");
  EXPECT_EQ(ours->body(), "Signal=#\r\nDuration=250\r\n");
  EXPECT_FALSE(house.held.send_dtmf('x').ok());
}

// security.md 9: whoever reads the tags off plain UDP neither opens a door nor ends the call.
TEST_F(Incomingly, takesNothingInTheCallFromAnotherHost) {
  const auto tag = talk_in();
  const Hop neighbour = udp("192.0.2.66");
  const std::string dtmf = "Content-Type: application/dtmf\r\n";
  wire.arrive(request("INFO", "sip:door@192.0.2.10", "#", dtmf, tag, 2, "z9hG4bKi"), neighbour);
  take("403");
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "offer", {}, tag, 3, "z9hG4bKv"), neighbour);
  take("403");
  wire.arrive(request("BYE", "sip:door@192.0.2.10", {}, {}, tag, 4, "z9hG4bKb"), neighbour);
  take("403");
  EXPECT_TRUE(house.held.answered());
  EXPECT_THAT(house.ear.log, IsEmpty());
  // The peer itself is heard, also after it had to take another port; the forger's numbers did not count.
  wire.arrive(request("INFO", "sip:door@192.0.2.10", "#", dtmf, tag, 2, "z9hG4bKj"), udp("192.0.2.9", 40'000));
  take("200");
  EXPECT_THAT(house.ear.log, ElementsAre("dtmf # 250"));
}

TEST_F(Incomingly, isNotCancelledFromAnotherHost) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x"), peer);
  take("100");
  wire.arrive(request("CANCEL", "sip:door@192.0.2.10"), udp("192.0.2.66"));
  take("481");
  EXPECT_THAT(house.ear.log, IsEmpty());
}

TEST_F(Incomingly, refusesAnOldRequestAndAStrangersTag) {
  const auto tag = talk_in();
  wire.arrive(request("OPTIONS", "sip:door@192.0.2.10", {}, {}, tag, 1, "z9hG4bKo"), peer);
  take("500");
  auto stranger = request("BYE", "sip:door@192.0.2.10", {}, {}, tag, 9, "z9hG4bKs");
  stranger.replace(stranger.find("tag=theirs"), 10, "tag=strang");
  wire.arrive(stranger, peer);
  take("481");
  EXPECT_TRUE(house.held.answered());
}

TEST_F(Incomingly, takesNothingOfAHandleThatIsGone) {
  (void)talk_in();
  Call empty;
  EXPECT_FALSE(empty.accept(sdp("x")).ok());
  EXPECT_FALSE(house.held.accept(sdp("x")).ok());
  EXPECT_FALSE(house.held.progress().ok());
  house.held.hang_up();
  take("BYE");
  EXPECT_FALSE(house.held);
}

}  // namespace
}  // namespace lintel::sip::bench
