// The calling side: every order of answer, hang-up and silence.
#include "sip_endpoint/bench.hpp"

namespace lintel::sip::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outgoing = Bench;

TEST_F(Outgoing, ringsShowsEarlyMediaIsAnsweredAndHangsUp) {
  auto invite = dial();
  EXPECT_EQ(invite->body(), "offer");
  EXPECT_EQ(invite->value("Content-Type"), "application/sdp");
  EXPECT_THAT(invite->value("Contact"), HasSubstr("192.0.2.10:5060"));
  EXPECT_EQ(invite->value("Require"), "");
  EXPECT_EQ(invite->value("Expires"), "180");
  answer(*invite, 100);
  answer(*invite, 180);
  answer(*invite, 183, "early");
  answer(*invite, 183, "early");
  answer(*invite, 200, "answer");
  EXPECT_THAT(ear.log, ElementsAre("ringing", "progress early", "answered answer"));
  EXPECT_TRUE(call.answered());
  const auto ack = take("ACK");
  EXPECT_EQ(ack->value("CSeq"), "1 ACK");
  EXPECT_THAT(ack->bytes, HasSubstr("ACK sip:peer@192.0.2.9:5060 SIP/2.0"));
  call.hang_up();
  const auto bye = take("BYE");
  EXPECT_EQ(bye->value("CSeq"), "2 BYE");
  EXPECT_EQ(bye->value("Reason"), "");
  answer(*bye, 200);
  EXPECT_EQ(endpoint->size(), 0U);
  nothing_sent();
}

TEST_F(Outgoing, takesTheEarlyBodyWhenTheAnswerHasNone) {
  auto invite = dial();
  answer(*invite, 183, "early");
  answer(*invite, 200);
  EXPECT_THAT(ear.log, ElementsAre("progress early", "answered early"));
}

TEST_F(Outgoing, endsACallThatIsAnsweredWithoutABody) {
  auto invite = dial();
  answer(*invite, 200);
  take("ACK");
  take("BYE");
  EXPECT_THAT(ear.log, ElementsAre("ended protocol"));
}

// What it repeats of ours is wrong; the call is known by ours, and is not kept for ever.
TEST_F(Outgoing, keepsItsOwnTagAndCallIdWhateverTheAnswerSays) {
  for (const std::string tag : {";tag=another", ""}) {
    ear.log.clear();
    auto invite = dial();
    const std::string from = invite->value("From");
    std::string ok = "SIP/2.0 200 OK\r\nVia: " + invite->value("Via") +
                     "\r\nFrom: " + from.substr(0, from.find(";tag=")) + tag + "\r\nTo: " + invite->value("To") +
                     ";tag=peer\r\nCall-ID: another\r\nCSeq: " + invite->value("CSeq") + "\r\nContact: <" + target +
                     ">\r\nContent-Type: application/sdp\r\nContent-Length: 6\r\n\r\nanswer";
    wire.arrive(ok, invite->to);
    const auto ack = take("ACK");
    EXPECT_EQ(ack->value("From"), from);
    EXPECT_EQ(ack->value("Call-ID"), invite->value("Call-ID"));
    wire.arrive(in_dialog("BYE", *invite, tag.empty() ? 7 : 8), peer);
    take("200");
    EXPECT_THAT(ear.log, ElementsAre("answered answer", "ended peer"));
    EXPECT_EQ(endpoint->size(), 0U);
  }
}

TEST_F(Outgoing, acknowledgesEveryRepetitionOfTheAnswer) {
  auto invite = dial();
  answer(*invite, 200, "answer");
  const auto first = take("ACK");
  answer(*invite, 200, "answer");
  const auto second = take("ACK");
  EXPECT_EQ(first->value("CSeq"), second->value("CSeq"));
  pass(40s);
  answer(*invite, 200, "answer");  // the transaction is gone by now
  take("ACK");
  EXPECT_THAT(ear.log, ElementsAre("answered answer"));
}

// security.md 9: an answer counts from where it was asked only.
TEST_F(Outgoing, isNotAnsweredByAnotherHost) {
  const auto invite = dial();
  const Sent elsewhere(udp("192.0.2.66"), invite->bytes);
  answer(elsewhere, 200, "forged");
  answer(elsewhere, 486);
  nothing_sent();
  EXPECT_THAT(ear.log, IsEmpty());
  answer(*invite, 200, "answer");
  take("ACK");
  EXPECT_THAT(ear.log, ElementsAre("answered answer"));
  wire.arrive(in_dialog("INFO", *invite, 1, "#", "Content-Type: application/dtmf\r\n"), udp("192.0.2.66"));
  take("403");
  EXPECT_THAT(ear.log, ElementsAre("answered answer"));
}

TEST_F(Outgoing, reportsBusyAndRefusal) {
  auto invite = dial();
  answer(*invite, 486);
  take("ACK");
  EXPECT_THAT(ear.log, ElementsAre("refused 486"));
  EXPECT_EQ(endpoint->size(), 0U);
  auto second = dial();
  answer(*second, 180);
  answer(*second, 603);
  EXPECT_THAT(ear.log, ElementsAre("refused 486", "ringing", "refused 603"));
}

TEST_F(Outgoing, cancelsAfterAProvisionalWithTheReason) {
  auto invite = dial();
  answer(*invite, 180);
  call.hang_up(HangUp::completed_elsewhere());
  const auto cancel = take("CANCEL");
  EXPECT_EQ(cancel->value("Reason"), "SIP;cause=200;text=\"Call completed elsewhere\"");
  EXPECT_EQ(cancel->value("CSeq"), "1 CANCEL");
  EXPECT_EQ(cancel->value("Via"), invite->value("Via"));
  answer(*cancel, 200);
  answer(*invite, 487);
  take("ACK");
  EXPECT_THAT(ear.log, ElementsAre("ringing"));
  EXPECT_EQ(endpoint->size(), 0U);
}

TEST_F(Outgoing, holdsTheCancelBackUntilTheFirstProvisional) {
  auto invite = dial();
  call.hang_up();
  nothing_sent();
  answer(*invite, 100);
  take("CANCEL");
  answer(*invite, 487);
  EXPECT_EQ(endpoint->size(), 0U);
}

TEST_F(Outgoing, acknowledgesAndEndsAnAnswerThatCrossesTheCancel) {
  auto invite = dial();
  answer(*invite, 180);
  call.hang_up(HangUp::completed_elsewhere());
  take("CANCEL");
  answer(*invite, 200, "answer");
  take("ACK");
  const auto bye = take("BYE");
  EXPECT_THAT(bye->value("Reason"), HasSubstr("cause=200"));
  answer(*bye, 200);
  EXPECT_EQ(endpoint->size(), 0U);
}

TEST_F(Outgoing, acknowledgesAndEndsAnAnswerThatComesBeforeAnyProvisional) {
  auto invite = dial();
  call = {};
  answer(*invite, 200, "answer");
  take("ACK");
  take("BYE");
  EXPECT_THAT(ear.log, IsEmpty());
}

TEST_F(Outgoing, forgetsACancelledCallOfASilentPeer) {
  auto invite = dial();
  answer(*invite, 180);
  call = {};
  pass(70s);
  EXPECT_EQ(endpoint->size(), 0U);
  EXPECT_EQ(core.size(), 0U);
}

TEST_F(Outgoing, givesASilentPeerUpAfterTheSetting) {
  auto invite = dial();
  pass(3900ms);
  EXPECT_THAT(ear.log, IsEmpty());
  pass(200ms);
  EXPECT_THAT(ear.log, ElementsAre("refused 408"));
}

TEST_F(Outgoing, stopsRingingAfterTheLongestTime) {
  auto invite = dial();
  answer(*invite, 180);
  clock.advance(181s);
  EXPECT_THAT(ear.log, ElementsAre("ringing", "refused 408"));
  EXPECT_EQ(wire.out.front()->method(), "CANCEL");
}

TEST_F(Outgoing, reportsAWireThatTakesNothingOnALaterTurn) {
  wire.dead = true;
  call = endpoint->call({"sip:peer@192.0.2.9", "", ""}, sdp("offer"), {}, &ear);
  EXPECT_THAT(ear.log, IsEmpty());
  clock.advance(1ms);
  EXPECT_THAT(ear.log, ElementsAre("refused 503"));
}

TEST_F(Outgoing, refusesWhatIsNoAddress) {
  call = endpoint->call({"mailto:nobody", "", ""}, sdp("offer"), {}, &ear);
  clock.advance(1ms);
  EXPECT_THAT(ear.log, ElementsAre("refused 484"));
  nothing_sent();
}

TEST_F(Outgoing, triesTheNextAddressOfAName) {
  dns::Records addresses;
  addresses.addresses = {"192.0.2.21", "192.0.2.22"};
  names.known[{"phone.example", dns::Kind::address}] = addresses;
  call = endpoint->call({"sip:peer@phone.example", "", ""}, sdp("offer"), {}, &ear);
  EXPECT_EQ(take("INVITE")->to.address.host(), "192.0.2.21");
  clock.advance(4100ms);
  ASSERT_FALSE(wire.out.empty());
  const auto second = std::move(wire.out.back());
  EXPECT_EQ(second->to.address.host(), "192.0.2.22");
  answer(*second, 200, "answer");
  EXPECT_THAT(ear.log, ElementsAre("answered answer"));
}

TEST_F(Outgoing, triesTheNextAddressWhereTheFirstIsOutOfService) {  // RFC 3263 §4.3
  dns::Records addresses;
  addresses.addresses = {"192.0.2.21", "192.0.2.22"};
  names.known[{"phone.example", dns::Kind::address}] = addresses;
  call = endpoint->call({"sip:peer@phone.example", "", ""}, sdp("offer"), {}, &ear);
  const auto first = take("INVITE");
  answer(*first, 100);
  answer(*first, 503);
  take("ACK");
  const auto second = take("INVITE");
  EXPECT_EQ(second->to.address.host(), "192.0.2.22");
  answer(*second, 503);
  EXPECT_THAT(ear.log, ElementsAre("refused 503"));
}

TEST_F(Outgoing, stopsRingingAtTheNextAddressToo) {
  dns::Records addresses;
  addresses.addresses = {"192.0.2.21", "192.0.2.22"};
  names.known[{"phone.example", dns::Kind::address}] = addresses;
  wire.unreachable = {"192.0.2.21"};
  call = endpoint->call({"sip:peer@phone.example", "", ""}, sdp("offer"), {}, &ear);
  clock.advance(1ms);
  const auto invite = take("INVITE");
  EXPECT_EQ(invite->to.address.host(), "192.0.2.22");
  answer(*invite, 180);
  clock.advance(181s);
  EXPECT_THAT(ear.log, ElementsAre("ringing", "refused 408"));
}

// A direct call to `uri` that is answered with these headers: how its INVITE and its ACK were sent.
struct Ways {
  TransportKind invite, ack;
  std::uint16_t ack_port;
};
class OutgoingWays : public Outgoing {
 protected:
  Ways ways(const std::string& uri, const std::string& headers) {
    call = endpoint->call({uri, "", ""}, sdp("offer"), {}, &ear);
    const auto request = take("INVITE");
    std::string answer = "SIP/2.0 200 OK\r\n";
    for (const char* name : {"Via", "From", "Call-ID", "CSeq"}) answer += std::string(name) + ": " + request->value(name) + "\r\n";
    answer += "To: " + request->value("To") + ";tag=peer\r\n" + headers + "\r\n";
    wire.arrive(answer + "Content-Type: application/sdp\r\nContent-Length: 6\r\n\r\nanswer", request->to);
    const auto ack = take("ACK");
    return {request->to.kind, ack->to.kind, ack->to.address.port()};
  }
};

TEST_F(OutgoingWays, aCallThatBeganEncryptedStaysSo) {  // a target's own parameters, without a route
  const auto seen = ways("sip:peer@192.0.2.9;transport=tls", "Contact: <sip:peer@192.0.2.9;transport=tls>");
  EXPECT_EQ(seen.invite, TransportKind::tls);
  EXPECT_EQ(seen.ack, TransportKind::tls);
  EXPECT_EQ(seen.ack_port, 5061);
}

TEST_F(OutgoingWays, aCallOverTcpStaysOnIt) {
  const auto seen = ways("sip:peer@192.0.2.9:5070;transport=TCP", "Contact: <sip:peer@192.0.2.9:5070;transport=Tcp>");
  EXPECT_EQ(seen.invite, TransportKind::tcp);
  EXPECT_EQ(seen.ack, TransportKind::tcp);
  EXPECT_EQ(seen.ack_port, 5070);
}

TEST_F(OutgoingWays, aByeConnectsAgainWhereTheConnectionHasClosed) {  // as one does that is silent for long
  for (const std::string contact : {"peer@192.0.2.9", "peer@192.0.2.9:5062"}) {
    ways("sip:peer@192.0.2.9;transport=tcp", "Contact: <sip:" + contact + ";transport=tcp>");
    wire.closed = {77};
    core.on_flow_closed(77);
    clock.advance(1ms);
    call.hang_up();
    EXPECT_EQ(take("BYE")->to.flow, 0U) << contact;
    wire.closed.clear();
  }
}

TEST_F(OutgoingWays, sipsIsTlsWhateverTransportItNames) {  // RFC 3261 §26.2.2
  for (const std::string transport : {"", ";transport=tcp", ";transport=udp"}) {
    const auto seen = ways("sips:peer@192.0.2.9" + transport, "Record-Route: <sips:192.0.2.9;lr" + transport +
                                                                   ">\r\nContact: <sips:peer@192.0.2.9" + transport + ">");
    EXPECT_EQ(seen.invite, TransportKind::tls) << transport;
    EXPECT_EQ(seen.ack, TransportKind::tls) << transport;
    EXPECT_EQ(seen.ack_port, 5061) << transport;
    call = {};
    wire.out.clear();
  }
}

TEST_F(Outgoing, refusesATransportItDoesNotSpeak) {
  for (const char* const transport : {"ws", "wss", "sctp"}) {
    ear.log.clear();
    call = endpoint->call({std::string("sip:peer@192.0.2.9;transport=") + transport, "", ""}, sdp("offer"), {}, &ear);
    clock.advance(1ms);
    EXPECT_THAT(ear.log, ElementsAre("refused 484"));
    nothing_sent();
  }
}

// Such a Contact says nothing about where the peer listens: the way of the INVITE is taken, and not UDP.
TEST_F(Outgoing, aPeerOfAnUnknownTransportIsReachedWhereItWasCalled) {
  call = endpoint->call({"sip:peer@192.0.2.9;transport=tcp", "", ""}, sdp("offer"), {}, &ear);
  const auto invite = take("INVITE");
  target = "sip:peer@192.0.2.9;transport=ws";
  answer(*invite, 200, "answer");
  EXPECT_EQ(take("ACK")->to.kind, TransportKind::tcp);
}

TEST_F(Outgoing, reportsAnUnknownName) {
  call = endpoint->call({"sip:peer@nowhere.example", "", ""}, sdp("offer"), {}, &ear);
  clock.advance(1ms);
  EXPECT_THAT(ear.log, ElementsAre("refused 503"));
}

TEST_F(Outgoing, hangsUpWhileTheNameIsLookedUp) {
  names.silent = true;
  call = endpoint->call({"sip:peer@slow.example", "", ""}, sdp("offer"), {}, &ear);
  call = {};
  pass(1s);
  EXPECT_EQ(endpoint->size(), 0U);
}

TEST_F(Outgoing, isEndedByThePeerWithItsReason) {
  const auto invite = talk();
  wire.arrive(in_dialog("BYE", *invite, 10, {},
                        "Reason: Q.850;cause=16, SIP ;cause=200 ;text=\"Call completed elsewhere\"\r\n"),
              peer);
  take("200");
  EXPECT_THAT(ear.log, ElementsAre("ended peer"));
  EXPECT_TRUE(ear.last.completed_elsewhere());
  EXPECT_EQ(ear.last.reason_text, "Call completed elsewhere");
}

TEST_F(Outgoing, survivesByesThatCross) {
  const auto invite = talk();
  call.hang_up();
  const auto bye = take("BYE");
  wire.arrive(in_dialog("BYE", *invite, 10), peer);
  take("200");
  EXPECT_EQ(endpoint->size(), 0U);
  answer(*bye, 481);
}

TEST_F(Outgoing, forgetsAPeerThatDoesNotAnswerTheBye) {
  (void)talk();
  call.hang_up();
  take("BYE");
  pass(5s);
  EXPECT_EQ(endpoint->size(), 0U);
}

TEST_F(Outgoing, endsTheOtherBranchesOfAFork) {
  const auto invite = talk();
  answer(*invite, 200, "other answer", {}, "othertag");
  EXPECT_THAT(take("ACK")->value("To"), HasSubstr("tag=othertag"));
  EXPECT_THAT(take("BYE")->value("To"), HasSubstr("tag=othertag"));
  EXPECT_TRUE(call.answered());
  answer(*invite, 200, "other answer", {}, "othertag");  // its ACK was lost
  take("ACK");
  nothing_sent();
}

TEST_F(Outgoing, followsTheRecordRoute) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Record-Route: <sip:192.0.2.50;lr>, <sip:192.0.2.51;lr>\r\n");
  const auto ack = take("ACK");
  EXPECT_EQ(ack->to.address.host(), "192.0.2.51");
  ASSERT_EQ(ack->message->list(Field::route).size(), 2U);
  EXPECT_EQ(ack->message->list(Field::route)[0], "<sip:192.0.2.51;lr>");
  EXPECT_THAT(ack->bytes, HasSubstr("ACK sip:peer@192.0.2.9:5060 SIP/2.0"));
}

TEST_F(Outgoing, carriesExtraHeadersButNoInjectedOnes) {
  call = endpoint->call({"sip:peer@192.0.2.9", "", "Flat 101"}, sdp("offer"),
                        {{"Alert-Info", "<urn:door>"}, {"X-Bad", "a\r\nX-Evil: 1"}, {"X Bad", "b"}}, &ear);
  const auto invite = take("INVITE");
  EXPECT_EQ(invite->value("Alert-Info"), "<urn:door>");
  EXPECT_EQ(invite->value("X-Evil"), "");
  EXPECT_EQ(invite->value("X-Bad"), "");
  EXPECT_EQ(invite->value("To"), "\"Flat 101\" <sip:peer@192.0.2.9>");
}

TEST_F(Outgoing, answersNoChallengeOnADirectCall) {
  auto invite = dial();
  answer(*invite, 401, {}, "WWW-Authenticate: Digest realm=\"VDP\", nonce=\"n\"\r\n");
  take("ACK");
  nothing_sent();
  EXPECT_THAT(ear.log, ElementsAre("refused 401"));
}

TEST_F(Outgoing, aPeerThatIsSilentToARequestInTheCallIsLost) {
  (void)talk();
  ASSERT_TRUE(call.send_dtmf('1').ok());
  clock.advance(5s);
  EXPECT_THAT(ear.log, ElementsAre("ended lost"));
  EXPECT_EQ(wire.out.back()->method(), "BYE");
}

TEST_F(Outgoing, refusesToCallWhenTooManyCallsRun) {
  auto settings = direct_settings();
  settings.most_calls = 1;
  endpoint->set_settings(settings);
  (void)talk();
  Call second = endpoint->call({"sip:peer@192.0.2.9", "", ""}, sdp("offer"), {}, &ear);
  clock.advance(1ms);
  EXPECT_THAT(ear.log, ElementsAre("refused 503"));
  nothing_sent();
}

TEST_F(Outgoing, endsEverythingWhenTheEndpointGoes) {
  (void)talk();
  endpoint.reset();
  take("BYE");
  EXPECT_FALSE(call.offer(sdp("x")).ok());
  call = {};
}

TEST_F(Outgoing, letsTheListenerDestroyTheCallFromInside) {
  struct Dropper final : CallListener {
    void on_answered(const Content&) override { *held = {}; }
    Call* held = nullptr;
  } dropper;
  Call mine = endpoint->call({"sip:peer@192.0.2.9", "", ""}, sdp("offer"), {}, &dropper);
  dropper.held = &mine;
  auto invite = take("INVITE");
  answer(*invite, 200, "answer");
  take("ACK");
  take("BYE");
}

}  // namespace
}  // namespace lintel::sip::bench
