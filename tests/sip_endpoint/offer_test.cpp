// Offers in a running call, and glare.
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

}  // namespace
}  // namespace lintel::sip::bench
