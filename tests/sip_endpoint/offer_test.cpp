// Offers in a running call, glare, session timers.
#include "sip_endpoint/bench.hpp"

namespace lintel::sip::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Offers = Bench;

TEST_F(Offers, reinviteOfThePeerIsAnsweredByTheHouse) {
  const auto invite = talk();
  wire.arrive(in_dialog("INVITE", *invite, 10, "new offer"), peer);
  take("100");
  EXPECT_THAT(ear.log, ElementsAre("offer new offer"));
  EXPECT_FALSE(call.offer(sdp("mine")).ok());
  ASSERT_TRUE(call.answer_offer(sdp("new answer")).ok());
  EXPECT_EQ(take("200")->body(), "new answer");
  clock.advance(500ms);
  take("200");
  wire.arrive(in_dialog("ACK", *invite, 10), peer);
  clock.advance(10s);
  nothing_sent();
  EXPECT_FALSE(call.answer_offer(sdp("again")).ok());
}

TEST_F(Offers, reinviteWithoutBodyAsksUsToOffer) {
  const auto invite = talk();
  wire.arrive(in_dialog("INVITE", *invite, 10), peer);
  take("100");
  EXPECT_THAT(ear.log, ElementsAre("offer "));
  ASSERT_TRUE(call.answer_offer(sdp("our offer")).ok());
  EXPECT_EQ(take("200")->body(), "our offer");
  wire.arrive(in_dialog("ACK", *invite, 10, "their answer"), peer);
  EXPECT_THAT(ear.log, ElementsAre("offer ", "offer answered their answer"));
  EXPECT_TRUE(call.offer(sdp("mine")).ok());
}

TEST_F(Offers, anOfferNobodyAnswersIsRefusedAndTheCallGoesOn) {
  const auto invite = talk();
  wire.arrive(in_dialog("INVITE", *invite, 10, "new offer"), peer);
  take("100");
  clock.advance(11s);
  EXPECT_EQ(take("488")->value("CSeq"), "10 INVITE");
  wire.arrive(in_dialog("ACK", *invite, 10), peer);
  EXPECT_TRUE(call.answered());
  wire.out.clear();
  EXPECT_TRUE(call.offer(sdp("mine")).ok());
}

TEST_F(Offers, aReinviteTakenBackLeavesTheCallAsItWas) {
  const auto invite = talk();
  wire.arrive(in_dialog("INVITE", *invite, 10, "new offer"), peer);
  take("100");
  auto cancel = in_dialog("CANCEL", *invite, 10);
  cancel.replace(cancel.find("z9hG4bKd10CANCEL"), 16, "z9hG4bKd10INVITE");
  wire.arrive(cancel, peer);
  take("200");
  take("487");
  EXPECT_TRUE(call.answered());
  EXPECT_FALSE(call.answer_offer(sdp("late")).ok());
}

TEST_F(Offers, updateOfThePeerIsAnsweredByTheHouse) {
  const auto invite = talk();
  wire.arrive(in_dialog("UPDATE", *invite, 10, "new offer"), peer);
  EXPECT_THAT(ear.log, ElementsAre("offer new offer"));
  nothing_sent();
  wire.arrive(in_dialog("UPDATE", *invite, 11, "impatient"), peer);
  EXPECT_NE(take("500")->value("Retry-After"), "");
  ASSERT_TRUE(call.answer_offer(sdp("new answer")).ok());
  const auto ok = take("200");
  EXPECT_EQ(ok->body(), "new answer");
  EXPECT_EQ(ok->value("CSeq"), "10 UPDATE");
}

TEST_F(Offers, updateBeforeTheAnswerMeetsOurOpenOffer) {
  const auto invite = dial();
  answer(*invite, 180);
  wire.arrive(in_dialog("UPDATE", *invite, 10, "early offer"), peer);
  take("491");
}

// RFC 3311 §5.1: one without an offer may come in the early dialog; a 481 would end the call (RFC 3261 §12.2.1.2).
TEST_F(Offers, updateWithoutAnOfferBeforeTheAnswerLeavesTheCallRinging) {
  const auto invite = dial();
  answer(*invite, 180);
  wire.arrive(in_dialog("UPDATE", *invite, 1), peer);
  EXPECT_NE(take("200")->value("Contact"), "");
  answer(*invite, 200, "answer");
  EXPECT_THAT(ear.log, ElementsAre("ringing", "answered answer"));
}

// RFC 3261 §8.2.2.3
TEST_F(Offers, whatARequestInTheCallRequiresIsKnownOrRefused) {
  const auto invite = talk();
  wire.arrive(in_dialog("UPDATE", *invite, 10, "new offer", "Require: 100rel, x\r\n"), peer);
  EXPECT_EQ(take("420")->value("Unsupported"), "100rel, x");
  wire.arrive(in_dialog("INFO", *invite, 11, "5", "Require: x\r\nContent-Type: application/dtmf\r\n"), peer);
  EXPECT_EQ(take("420")->value("Unsupported"), "x");
  EXPECT_THAT(ear.log, IsEmpty());
  wire.arrive(in_dialog("BYE", *invite, 12, {}, "Require: x\r\n"), peer);
  take("200");  // whoever wants to end the call ends it
}

TEST_F(Offers, oursIsAnsweredRefusedAndKeepsTheCall) {
  const auto invite = talk();
  ASSERT_TRUE(call.offer(sdp("new")).ok());
  EXPECT_FALSE(call.offer(sdp("another")).ok());
  const auto first = take("INVITE");
  EXPECT_EQ(first->value("CSeq"), "2 INVITE");
  EXPECT_FALSE(first->message->to_tag().empty());
  answer(*first, 200, "new answer");
  EXPECT_EQ(take("ACK")->value("CSeq"), "2 ACK");
  EXPECT_THAT(ear.log, ElementsAre("offer answered new answer"));
  answer(*first, 200, "new answer");
  EXPECT_EQ(take("ACK")->value("CSeq"), "2 ACK");
  ASSERT_TRUE(call.offer(sdp("worse")).ok());
  const auto second = take("INVITE");
  answer(*second, 488);
  take("ACK");
  EXPECT_THAT(ear.log, ElementsAre("offer answered new answer", "offer answered denied"));
  EXPECT_TRUE(call.answered());
}

TEST_F(Offers, glareIsTriedAgainAfterAWhile) {
  const auto invite = talk();
  ASSERT_TRUE(call.offer(sdp("new")).ok());
  const auto first = take("INVITE");
  wire.arrive(in_dialog("INVITE", *invite, 10, "theirs"), peer);
  take("491");
  answer(*first, 491);
  take("ACK");
  clock.advance(2s);
  wire.out.clear();
  clock.advance(2100ms);  // we called: 2.1 to 4 s
  std::unique_ptr<Sent> again;
  for (; !wire.out.empty() && again == nullptr;)
    if (auto sent = take(); sent->message->is_request()) again = std::move(sent);  // and not the 491 once more
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->method(), "INVITE");
  EXPECT_EQ(again->body(), "new");
  answer(*again, 200, "ok");
  EXPECT_THAT(ear.log, ElementsAre("offer answered ok"));
}

TEST_F(Offers, aRefusalOfTheirsThatWasLostIsSaidAgain) {
  const auto invite = talk();
  ASSERT_TRUE(call.offer(sdp("new")).ok());
  take("INVITE");
  const auto theirs = in_dialog("INVITE", *invite, 10, "theirs");
  wire.arrive(theirs, peer);
  take("491");
  wire.arrive(theirs, peer);
  take("491");
}

TEST_F(Offers, anotherOfferWhileOneIsOpenIsRefusedWith500) {
  const auto invite = talk();
  wire.arrive(in_dialog("INVITE", *invite, 10, "theirs"), peer);
  take("100");
  wire.arrive(in_dialog("INVITE", *invite, 11, "more"), peer);
  EXPECT_NE(take("500")->value("Retry-After"), "");
}

TEST_F(Offers, aDialogThePeerDoesNotKnowAnyMoreIsLost) {
  (void)talk();
  ASSERT_TRUE(call.offer(sdp("new")).ok());
  answer(*take("INVITE"), 481);
  take("ACK");
  take("BYE");
  EXPECT_THAT(ear.log, ElementsAre("ended lost"));
}

TEST_F(Offers, hangingUpWhileOursIsOpenEndsBoth) {
  (void)talk();
  ASSERT_TRUE(call.offer(sdp("new")).ok());
  const auto reinvite = take("INVITE");
  call.hang_up();
  const auto bye = take("BYE");
  answer(*reinvite, 200, "late");
  take("ACK");
  answer(*bye, 200);
  EXPECT_EQ(endpoint->size(), 0U);
}

TEST_F(Offers, aByeWhileTheirsIsOpenAnswersIt) {
  const auto invite = talk();
  wire.arrive(in_dialog("INVITE", *invite, 10, "theirs"), peer);
  take("100");
  wire.arrive(in_dialog("BYE", *invite, 11), peer);
  EXPECT_EQ(take("200")->value("CSeq"), "11 BYE");
  EXPECT_EQ(take("487")->value("CSeq"), "10 INVITE");
  EXPECT_EQ(endpoint->size(), 0U);
}

// The peer's connection goes while its offer is being thought about: it comes again over another one.
TEST_F(Offers, anOfferWhoseConnectionIsGoneIsOverWithIt) {
  Hop connected = peer;
  connected.kind = TransportKind::tcp;
  for (const std::string method : {"INVITE", "UPDATE"}) {
    const auto invite = talk();
    connected.flow += 60;
    wire.arrive(in_dialog(method, *invite, 10, "theirs"), connected);
    core.on_flow_closed(connected.flow);
    clock.advance(11s);
    wire.out.clear();
    ++connected.flow;
    wire.arrive(in_dialog(method, *invite, 11, "theirs again"), connected);
    EXPECT_THAT(ear.log, ElementsAre("offer theirs", "offer theirs again")) << method;
    ASSERT_TRUE(call.answer_offer(sdp("ours")).ok()) << method;
    ear.log.clear();
    call = {};
    wire.out.clear();
  }
}

// RFC 3261 §14.1: no INVITE of ours while one of the peer is under way.
TEST_F(Offers, ourOfferIsNotTriedAgainWhileThePeerWaitsForOne) {
  const auto invite = talk();
  ASSERT_TRUE(call.offer(sdp("new")).ok());
  answer(*take("INVITE"), 491);
  take("ACK");
  clock.advance(1s);
  wire.arrive(in_dialog("INVITE", *invite, 10), peer);  // asks us to offer
  take("100");
  clock.advance(5s);
  nothing_sent();
  ASSERT_TRUE(call.answer_offer(sdp("ours")).ok());
  EXPECT_EQ(take("200")->body(), "ours");
}

// ---- RFC 4028 -------------------------------------------------------------------------------------------------------

EndpointSettings timed() {
  auto settings = direct_settings();
  settings.session_timer.on = true;
  return settings;
}

class Timed : public Bench {
 protected:
  Timed() : Bench(timed()) {}
};

TEST_F(Offers, sessionTimersAreOffUnlessAsked) {
  const auto invite = dial();
  EXPECT_EQ(invite->value("Session-Expires"), "");
  EXPECT_EQ(invite->value("Supported"), "");
}

TEST_F(Timed, weRefreshByUpdateAtHalfTime) {
  auto invite = dial();
  EXPECT_EQ(invite->value("Session-Expires"), "1800;refresher=uac");
  EXPECT_EQ(invite->value("Min-SE"), "90");
  answer(*invite, 200, "answer", "Allow: INVITE, UPDATE\r\nSession-Expires: 600;refresher=uac\r\nRequire: timer\r\n");
  take("ACK");
  clock.advance(299s);
  nothing_sent();
  clock.advance(2s);
  const auto update = take("UPDATE");
  EXPECT_EQ(update->value("Session-Expires"), "600;refresher=uac");
  EXPECT_EQ(update->body(), "");
  answer(*update, 200, {}, "Session-Expires: 600;refresher=uac\r\n");
  clock.advance(301s);
  take("UPDATE");
}

TEST_F(Timed, weRefreshByReinviteWhenThePeerKnowsNoUpdate) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Session-Expires: 600;refresher=uac\r\n");
  take("ACK");
  clock.advance(300s);
  const auto again = take("INVITE");
  EXPECT_EQ(again->body(), "offer");
  answer(*again, 200, "answer", "Session-Expires: 600;refresher=uac\r\n");
  take("ACK");
  EXPECT_THAT(ear.log, ElementsAre("answered answer"));
}

// RFC 4028 §10: the peer ends the call a third of the time, at most 32 s, before the end.
TEST_F(Timed, aRefreshThatIsRefusedIsTriedAgainInTime) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Allow: INVITE, UPDATE\r\nSession-Expires: 600;refresher=uac\r\n");
  take("ACK");
  clock.advance(300s);
  answer(*take("UPDATE"), 500);
  clock.advance(134s);
  answer(*take("UPDATE"), 503);
  clock.advance(67s);
  answer(*take("UPDATE"), 200, {}, "Session-Expires: 600;refresher=uac\r\n");
  clock.advance(299s);
  nothing_sent();
  clock.advance(1s);
  // One that says no each time and does not mind is asked seldom, and the call goes on.
  int asked = 0;
  for (int second = 0; second < 600; ++second, clock.advance(1s))
    for (; !wire.out.empty(); ++asked) answer(*take("UPDATE"), 500);
  EXPECT_LE(asked, 8);
  EXPECT_TRUE(call.answered());
}

TEST_F(Timed, aRefreshByReinviteThatIsRefusedIsTriedAgainInTime) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Session-Expires: 600;refresher=uac\r\n");
  take("ACK");
  clock.advance(300s);
  answer(*take("INVITE"), 500);
  take("ACK");
  clock.advance(134s);
  take("INVITE");
}

// RFC 3311 §5.2
TEST_F(Timed, anAnswerToARefreshMovesTheTarget) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Allow: INVITE, UPDATE\r\nSession-Expires: 600;refresher=uac\r\n");
  take("ACK");
  clock.advance(300s);
  const auto update = take("UPDATE");
  target = "sip:peer@192.0.2.9:5090";
  answer(*update, 200, {}, "Session-Expires: 600;refresher=uac\r\n");
  call.hang_up();
  const auto bye = take("BYE");
  EXPECT_EQ(bye->message->request_uri(), target);
  EXPECT_EQ(bye->to.address.port(), 5090);
}

TEST_F(Timed, aPeerThatDoesNotRefreshIsLost) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Session-Expires: 600;refresher=uas\r\n");
  take("ACK");
  clock.advance(567s);
  nothing_sent();
  clock.advance(2s);
  take("BYE");
  EXPECT_THAT(ear.log, ElementsAre("answered answer", "ended lost"));
}

TEST_F(Timed, asksAgainWithALongerTime) {
  auto invite = dial();
  answer(*invite, 422, {}, "Min-SE: 3600\r\n");
  take("ACK");
  const auto again = take("INVITE");
  EXPECT_EQ(again->value("Session-Expires"), "3600;refresher=uac");
  EXPECT_EQ(again->value("Min-SE"), "3600");
  answer(*again, 200, "answer");
  clock.advance(2h);
  EXPECT_TRUE(call.answered());  // the answer had no Session-Expires: no timer
}

TEST_F(Timed, refusesATimeThatIsTooShort) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Supported: timer\r\nSession-Expires: 30\r\n"), peer);
  EXPECT_EQ(take("422")->value("Min-SE"), "90");
}

TEST_F(Timed, obeysTheCallersRefresherAndItsRefresh) {
  wire.arrive(
      request("INVITE", "sip:door@192.0.2.10", "x", "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n"),
      peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  const auto ok = take("200");
  EXPECT_EQ(ok->value("Session-Expires"), "300;refresher=uac");
  EXPECT_EQ(ok->value("Require"), "timer");
  const std::string tag(ok->message->to_tag());
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, tag, 1, "z9hG4bKa"), peer);
  clock.advance(200s);
  wire.arrive(request("UPDATE", "sip:door@192.0.2.10", {}, "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n",
                      tag, 2, "z9hG4bKu"),
              peer);
  EXPECT_EQ(take("200")->value("Session-Expires"), "300;refresher=uac");
  clock.advance(200s);
  EXPECT_TRUE(house.held.answered());
  clock.advance(100s);
  take("BYE");
  EXPECT_EQ(house.ear.log.back(), "ended lost");
}

// RFC 4028 §9: every answer to an UPDATE says anew how long the session lasts; one that says nothing ends the timer of
// the peer, who would then never refresh.
TEST_F(Timed, anUpdateWithoutATimeKeepsTheTimer) {
  wire.arrive(
      request("INVITE", "sip:door@192.0.2.10", "x", "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n"),
      peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  const std::string tag(take("200")->message->to_tag());
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, tag, 1, "z9hG4bKa"), peer);
  wire.arrive(request("UPDATE", "sip:door@192.0.2.10", {}, "Supported: timer\r\n", tag, 2, "z9hG4bKu"), peer);
  EXPECT_EQ(take("200")->value("Session-Expires"), "1800;refresher=uac");
  clock.advance(1700s);
  EXPECT_TRUE(house.held.answered());
  wire.arrive(request("UPDATE", "sip:door@192.0.2.10", "offer", "Supported: timer\r\n", tag, 3, "z9hG4bKv"), peer);
  (void)house.held.answer_offer(sdp("again"));
  EXPECT_EQ(take("200")->value("Session-Expires"), "1800;refresher=uac");
}

// C19: whom the setting names refreshes, where the peer leaves the choice to us.
TEST_F(Timed, theCalledSideRefreshesWhereThatIsSet) {
  auto settings = timed();
  settings.session_timer.caller_refreshes = false;
  settings.session_timer.period = 600s;
  endpoint->set_settings(settings);
  EXPECT_EQ(dial()->value("Session-Expires"), "600;refresher=uas");
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Allow: UPDATE\r\nSupported: timer\r\n"), peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  EXPECT_EQ(take("200")->value("Session-Expires"), "600;refresher=uas");
}

TEST_F(Timed, theCallerRefreshesWhereThatIsSet) {  // C19
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Allow: UPDATE\r\nSupported: timer\r\n"), peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  EXPECT_EQ(take("200")->value("Session-Expires"), "1800;refresher=uac");
}

TEST_F(Timed, aNewSettingIsForTheNextCall) {  // C19 C20
  auto invite = dial();
  EXPECT_EQ(invite->value("User-Agent"), "Lintel");
  answer(*invite, 200, "answer", "Allow: INVITE, UPDATE\r\nSession-Expires: 600;refresher=uac\r\n");
  take("ACK");
  auto settings = timed();
  settings.session_timer.on = false;
  settings.user_agent = "Door 7";
  endpoint->set_settings(settings);
  clock.advance(300s);
  const auto refresh = take("UPDATE");
  EXPECT_EQ(refresh->value("User-Agent"), "Lintel");
  Call next = endpoint->call({"sip:peer@192.0.2.9", "", ""}, sdp("offer"), {}, &ear);
  invite = take("INVITE");
  EXPECT_EQ(invite->value("User-Agent"), "Door 7");
  EXPECT_EQ(invite->value("Session-Expires"), "");
}

TEST_F(Timed, refreshesForACallerThatKnowsNoTimers) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Allow: INVITE, UPDATE\r\n"), peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  const auto ok = take("200");
  EXPECT_EQ(ok->value("Session-Expires"), "1800;refresher=uas");
  EXPECT_EQ(ok->value("Require"), "");
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, std::string(ok->message->to_tag()), 1, "z9hG4bKa"), peer);
  clock.advance(901s);
  take("UPDATE");
}

}  // namespace
}  // namespace lintel::sip::bench
