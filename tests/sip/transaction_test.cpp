#include "sip/transaction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "support.hpp"

namespace lintel::sip {
namespace {

using namespace std::chrono_literals;
using test::crlf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Listener final : ClientListener, ServerListener {
  void on_response(TransactionId, const Message& response, const Hop&) override {
    statuses.push_back(response.status());
  }
  void on_failed(TransactionId, Failure failure) override { failures.push_back(failure); }
  void on_cancel(TransactionId id, const Message&) override { cancelled.push_back(id); }
  void on_terminated(TransactionId id, bool acknowledged) override { ended.emplace_back(id, acknowledged); }
  std::vector<int> statuses;
  std::vector<Failure> failures;
  std::vector<TransactionId> cancelled;
  std::vector<std::pair<TransactionId, bool>> ended;
};

struct Handler final : RequestHandler {
  bool on_request(const Incoming& request) override {
    seen.push_back(std::string(request.message.method_name()));
    return work ? work(request) : false;
  }
  std::vector<std::string> seen;
  std::function<bool(const Incoming&)> work;
};

class Transactions : public testing::Test {
 protected:
  Transactions() { core.add_handler(handler); }

  static std::string request(const std::string& method, const std::string& branch = "z9hG4bKone",
                             const std::string& extra = {}) {
    return crlf(method + " sip:101@VDP SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.9;branch=" + branch +
                ";rport\nFrom: <sip:a@VDP>;tag=f\n" + "To: <sip:101@VDP>" + (method == "ACK" ? ";tag=t" : "") +
                "\nCall-ID: c1\nCSeq: 1 " + method + "\nMax-Forwards: 70\n" + extra + "Content-Length: 0\n");
  }
  static std::string outgoing(const std::string& method) {
    return crlf(method +
                " sip:101@192.0.2.9 SIP/2.0\nFrom: <sip:a@VDP>;tag=f\nTo: <sip:101@VDP>\nCall-ID: c1\nCSeq: 5 " +
                method + "\nMax-Forwards: 70\nRoute: <sip:p;lr>\nSubject: long\nContent-Length: 0\n");
  }
  // A response to what was sent, as a peer would make it.
  void answer(const std::string& sent, int status, const std::string& tag = "t") {
    Message message;
    ASSERT_FALSE(message.parse(sent));
    transport.deliver(Builder::response(message, {}, status, {}, tag).finish(), peer);
  }
  std::string responding(const Incoming& incoming, int status) {
    return Builder::response(incoming.message, incoming.from, status, {}, "mine").finish();
  }

  SimulatedClock clock;
  test::MemoryTransport transport;
  Core core{clock, transport, test::trying_at_once()};
  Handler handler;
  Listener listener;
  Hop peer = test::udp("192.0.2.9", 5070);
};

TEST_F(Transactions, inviteIsRetransmittedWithDoublingGapsUntilTimerB) {
  ASSERT_NE(core.send(outgoing("INVITE"), peer, &listener), 0U);
  EXPECT_THAT(transport.take(), SizeIs(1));
  clock.advance(480ms);
  EXPECT_THAT(transport.take(), IsEmpty());
  clock.advance(20ms);
  EXPECT_THAT(transport.take(), SizeIs(1));
  clock.advance(1020ms);
  EXPECT_THAT(transport.take(), SizeIs(1));
  clock.advance(40s);
  EXPECT_THAT(transport.take(), SizeIs(4));  // after 2, 4, 8 and 16 s more: seven in all
  EXPECT_THAT(listener.failures, ElementsAre(Failure::timeout));
  clock.advance(24s);  // late_ringing_test.cpp
  EXPECT_EQ(core.size(), 0U);
}

// What is answered soon needs no 100; what is not gets one before the caller would ask again.
TEST_F(Transactions, aHundredIsSentWhereNothingElseIsSaid) {
  test::MemoryTransport wire;
  Core patient(clock, wire);
  patient.add_handler(handler);
  std::vector<TransactionId> accepted;
  handler.work = [&](const Incoming& incoming) {
    return accepted.push_back(patient.accept(incoming, &listener)), true;
  };
  for (const char* branch : {"z9hG4bKquick", "z9hG4bKslow", "z9hG4bKlost"})
    wire.deliver(request("INVITE", branch), peer);
  Message asked;
  const std::string invite = request("INVITE", "z9hG4bKquick");
  ASSERT_FALSE(asked.parse(invite));
  patient.respond(accepted[0], Builder::response(asked, peer, 180, {}, "mine").finish());
  EXPECT_THAT(wire.take_first_lines(), ElementsAre("SIP/2.0 180 Ringing"));
  wire.deliver(request("INVITE", "z9hG4bKlost"), peer);  // who asks again has it at once
  EXPECT_THAT(wire.take_first_lines(), ElementsAre("SIP/2.0 100 Trying"));
  clock.advance(150ms);
  EXPECT_THAT(wire.take(), IsEmpty());
  clock.advance(80ms);
  const auto sent = wire.take();
  ASSERT_THAT(sent, SizeIs(2));
  for (const auto& one : sent) EXPECT_EQ(one.first_line(), "SIP/2.0 100 Trying");
  clock.advance(1min);
  EXPECT_THAT(wire.take(), IsEmpty()) << "once";
  patient.respond(accepted[1], Builder::response(asked, peer, 486, {}, "mine").finish());
  EXPECT_THAT(wire.take_first_lines(), ElementsAre("SIP/2.0 486 Busy Here"));
  clock.advance(600ms);
  EXPECT_THAT(wire.take(), SizeIs(1)) << "and then timer G";
}

TEST_F(Transactions, aProvisionalStopsInviteRetransmissions) {
  core.send(outgoing("INVITE"), peer, &listener);
  const auto sent = transport.take();
  answer(sent[0].bytes, 180);
  clock.advance(10min);
  EXPECT_THAT(transport.take(), IsEmpty());
  EXPECT_THAT(listener.statuses, ElementsAre(180));
  EXPECT_THAT(listener.failures, IsEmpty());
}

// The network is away for the very moment in which the visitor gives up, or hangs up.
TEST_F(Transactions, whatEndsACallIsSentOnceTheNetworkIsBack) {
  const auto invite = core.send(outgoing("INVITE"), peer, &listener);
  answer(transport.take().at(0).bytes, 180);
  transport.gone.insert(peer.flow);
  core.cancel(invite);
  EXPECT_NE(core.send(outgoing("BYE"), peer, &listener), 0U);
  EXPECT_EQ(core.send(outgoing("OPTIONS"), peer, &listener), 0U) << "of others it is better to know at once";
  EXPECT_THAT(transport.take(), IsEmpty());
  transport.gone.clear();
  clock.advance(600ms);
  const auto sent = transport.take_first_lines();
  EXPECT_THAT(sent, testing::UnorderedElementsAre(testing::StartsWith("CANCEL "), testing::StartsWith("BYE ")));
}

TEST_F(Transactions, nonInviteRetransmitsUpToT2AndStopsAfterTheFinal) {
  core.send(outgoing("OPTIONS"), peer, &listener);
  const auto sent = transport.take();
  clock.advance(8s);  // 0.5, 1.5, 3.5, 7.5
  EXPECT_THAT(transport.take(), SizeIs(4));
  answer(sent[0].bytes, 200);
  answer(sent[0].bytes, 200);
  EXPECT_THAT(listener.statuses, ElementsAre(200));
  clock.advance(1min);
  EXPECT_THAT(transport.take(), IsEmpty());
  EXPECT_EQ(core.size(), 0U);
}

TEST_F(Transactions, aRefusedInviteIsAcknowledgedEachTime) {
  core.send(outgoing("INVITE"), peer, &listener);
  const std::string sent = transport.take()[0].bytes;
  answer(sent, 180);  // the offer is dropped here; the ACK must still be right
  answer(sent, 486, "busy");
  answer(sent, 486, "busy");
  const auto acks = transport.take();
  ASSERT_THAT(acks, SizeIs(2));
  EXPECT_EQ(acks[0].first_line(), "ACK sip:101@192.0.2.9 SIP/2.0");
  EXPECT_EQ(test::header(acks[0].bytes, "Via"), test::header(sent, "Via"));
  EXPECT_EQ(test::header(acks[0].bytes, "To"), "<sip:101@VDP>;tag=busy");
  EXPECT_EQ(test::header(acks[0].bytes, "CSeq"), "5 ACK");
  EXPECT_EQ(test::header(acks[0].bytes, "Route"), "<sip:p;lr>");
  EXPECT_THAT(listener.statuses, ElementsAre(180, 486));
  clock.advance(33s);
  EXPECT_EQ(core.size(), 0U);
}

// Found by fuzzing: a re-INVITE that was only answered with 100 outlived its call for ever.
TEST_F(Transactions, anInviteThatRingsAndIsForgottenIsCancelledAndEnds) {
  const auto id = core.send(outgoing("INVITE"), peer, &listener);
  const std::string sent = transport.take()[0].bytes;
  answer(sent, 180);
  core.forget(id);
  const auto cancel = transport.take();
  ASSERT_THAT(cancel, SizeIs(1));
  EXPECT_EQ(cancel[0].first_line(), "CANCEL sip:101@192.0.2.9 SIP/2.0");
  clock.advance(1min);
  EXPECT_EQ(core.size(), 0U);
  EXPECT_THAT(listener.statuses, ElementsAre(180));
}

TEST_F(Transactions, everySecondAnswerOfAnInviteIsPassedOn) {  // RFC 6026
  core.send(outgoing("INVITE"), peer, &listener);
  const std::string sent = transport.take()[0].bytes;
  answer(sent, 200, "one");
  answer(sent, 200, "two");
  EXPECT_THAT(listener.statuses, ElementsAre(200, 200));
  EXPECT_THAT(transport.take(), IsEmpty());  // its ACK is the user agent's
  clock.advance(33s);
  EXPECT_EQ(core.size(), 0U);
}

TEST_F(Transactions, cancelWaitsForAProvisional) {
  const auto id = core.send(outgoing("INVITE"), peer, &listener);
  const std::string sent = transport.take()[0].bytes;
  core.cancel(id, "Reason: SIP;cause=200\r\n");
  EXPECT_THAT(transport.take(), IsEmpty());
  answer(sent, 180);
  const auto cancel = transport.take();
  ASSERT_THAT(cancel, SizeIs(1));
  EXPECT_EQ(cancel[0].first_line(), "CANCEL sip:101@192.0.2.9 SIP/2.0");
  EXPECT_EQ(test::header(cancel[0].bytes, "Via"), test::header(sent, "Via"));
  EXPECT_EQ(test::header(cancel[0].bytes, "CSeq"), "5 CANCEL");
  EXPECT_EQ(test::header(cancel[0].bytes, "Reason"), "SIP;cause=200");
  answer(cancel[0].bytes, 200);
  clock.advance(2s);
  EXPECT_THAT(transport.take(), IsEmpty());
  answer(sent, 487);
  EXPECT_THAT(listener.statuses, ElementsAre(180, 487));
}

TEST_F(Transactions, aCancelledInviteThatNeverEndsIsGivenUp) {
  const auto id = core.send(outgoing("INVITE"), peer, &listener);
  answer(transport.take()[0].bytes, 180);
  core.cancel(id);
  clock.advance(33s);
  EXPECT_THAT(listener.failures, ElementsAre(Failure::timeout));
  EXPECT_EQ(core.size(), 0U);
}

TEST_F(Transactions, aForgedResponseMatchesNothing) {
  core.send(outgoing("OPTIONS"), peer, &listener);
  std::string sent = transport.take()[0].bytes;
  const auto branch = sent.find("branch=") + 7;
  sent[sent.find(';', branch) - 1] ^= 1;
  answer(sent, 200);
  EXPECT_THAT(listener.statuses, IsEmpty());
}

TEST_F(Transactions, aClosedFlowFailsWhatWaitsOnItAtOnce) {
  core.send(outgoing("INVITE"), test::wss(77), &listener);
  transport.close_from_afar(77);
  clock.advance(0ms);
  EXPECT_THAT(listener.failures, ElementsAre(Failure::transport));
  EXPECT_EQ(core.send(outgoing("INVITE"), test::wss(77), &listener), 0U);
}

TEST_F(Transactions, aReliableRequestIsSentOnce) {
  core.send(outgoing("INVITE"), test::tcp(50, "192.0.2.9", 5060), &listener);
  clock.advance(20s);
  EXPECT_THAT(transport.take(), SizeIs(1));
}

TEST_F(Transactions, serverInviteRepeatsItsRefusalUntilTheAck) {
  TransactionId id = 0;
  handler.work = [&](const Incoming& incoming) {
    id = core.accept(incoming, &listener);
    core.respond(id, responding(incoming, 486));
    return true;
  };
  transport.deliver(request("INVITE"), peer);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 100 Trying", "SIP/2.0 486 Busy Here"));
  transport.deliver(request("INVITE"), peer);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 486 Busy Here"));
  clock.advance(520ms);
  EXPECT_THAT(transport.take(), SizeIs(1));
  clock.advance(1020ms);
  EXPECT_THAT(transport.take(), SizeIs(1));
  transport.deliver(request("ACK"), peer);
  clock.advance(6s);
  EXPECT_THAT(transport.take(), IsEmpty());
  EXPECT_THAT(listener.ended, ElementsAre(std::pair(id, true)));
  EXPECT_THAT(handler.seen, ElementsAre("INVITE"));
}

TEST_F(Transactions, serverInviteWithoutAckEndsUnacknowledged) {
  handler.work = [&](const Incoming& incoming) {
    return core.respond(core.accept(incoming, &listener), responding(incoming, 486));
  };
  transport.deliver(request("INVITE"), peer);
  clock.advance(33s);
  ASSERT_THAT(listener.ended, SizeIs(1));
  EXPECT_FALSE(listener.ended[0].second);
}

TEST_F(Transactions, anAcceptedInviteAbsorbsItsRetransmissions) {  // RFC 6026
  TransactionId id = 0;
  handler.work = [&](const Incoming& incoming) {
    if (incoming.message.method() == Method::invite)
      core.respond(id = core.accept(incoming, &listener), responding(incoming, 200));
    return true;
  };
  transport.deliver(request("INVITE"), peer);
  const auto first = transport.take();
  transport.deliver(request("INVITE"), peer);
  EXPECT_THAT(transport.take(), IsEmpty());
  EXPECT_TRUE(core.respond(id, first.back().bytes));  // the user agent retransmits
  EXPECT_FALSE(core.respond(id, crlf("SIP/2.0 486 Busy\nX: y\n")));
  transport.deliver(request("ACK", "z9hG4bKother"), peer);
  EXPECT_THAT(handler.seen, ElementsAre("INVITE", "ACK"));
  clock.advance(33s);
  EXPECT_THAT(listener.ended, SizeIs(1));
}

TEST_F(Transactions, cancelReachesItsInvite) {
  TransactionId id = 0;
  handler.work = [&](const Incoming& incoming) { return (id = core.accept(incoming, &listener)) != 0; };
  transport.deliver(request("INVITE"), peer);
  transport.take();
  transport.deliver(request("CANCEL"), peer);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 200 OK"));
  EXPECT_THAT(listener.cancelled, ElementsAre(id));
  transport.deliver(request("CANCEL", "z9hG4bKunknown"), peer);
  handler.work = nullptr;
  transport.take();
  transport.deliver(request("CANCEL", "z9hG4bKunknown2"), peer);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 481 Call/Transaction Does Not Exist"));
}

TEST_F(Transactions, statelessAnswersLeaveNothingBehind) {
  handler.work = [&](const Incoming& incoming) {
    if (incoming.message.method() != Method::ack) core.reply(incoming, 407);
    return true;
  };
  transport.deliver(request("INVITE"), peer);
  const auto refused = transport.take();
  EXPECT_EQ(core.size(), 0U);
  // The ACK of a stateless refusal is known by our tag and goes no further.
  const std::string to = test::header(refused[0].bytes, "To");
  std::string ack = request("ACK");
  ack.replace(ack.find("tag=t"), 5, "tag=" + std::string(Address::parse(to)->tag));
  transport.deliver(ack, peer);
  EXPECT_THAT(handler.seen, ElementsAre("INVITE"));
}

TEST_F(Transactions, answersGoWhereRfc3581Says) {
  handler.work = [&](const Incoming& incoming) { return core.reply(incoming, 200), true; };
  transport.deliver(request("OPTIONS"), peer);
  EXPECT_EQ(transport.take()[0].to.address.port(), 5070);
  std::string plain = request("OPTIONS");
  plain.erase(plain.find(";rport"), 6);
  transport.deliver(plain, peer);
  EXPECT_EQ(transport.take()[0].to.address.port(), 5060);  // the port of sent-by
}

TEST_F(Transactions, malformedRequestsAreAnsweredAndUnknownOnesRefused) {
  std::string bad = request("OPTIONS");
  bad.replace(bad.find("CSeq: 1"), 7, "CSeq: 9999999999");
  transport.deliver(bad, peer);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 400 Bad CSeq"));
  bad.replace(bad.find("OPTIONS"), 7, "ACK");
  transport.deliver(bad, peer);
  EXPECT_THAT(transport.take(), IsEmpty());
  std::string doubled = request("OPTIONS", "z9hG4bKx", "From: <sip:b@VDP>;tag=g\n");
  transport.deliver(doubled, peer);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 400 More Than One From"));
  transport.deliver(request("OPTIONS"), peer);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 404 Not Found"));
  transport.deliver(request("ACK"), peer);
  EXPECT_THAT(transport.take(), IsEmpty());
}

// RFC 4475 §3.2.1 and §3.4.1: nothing behind the cookie, or no branch at all. RFC 3261 §17.2.3 tells such by the rest.
TEST_F(Transactions, whatComesAgainWithoutAUsableBranchIsKnown) {
  handler.work = [&](const Incoming& incoming) { return core.accept(incoming, &listener), true; };
  for (const std::string branch : {"branch=z9hG4bK;", ""}) {
    handler.seen.clear();
    std::string invite = request("INVITE");
    invite.replace(invite.find("branch=z9hG4bKone;"), 18, branch);
    if (branch.empty()) invite.replace(invite.find(";rport"), 6, "");
    invite.replace(invite.find("Call-ID: c1"), 11, "Call-ID: of" + std::to_string(branch.size()));
    transport.deliver(invite, peer);
    transport.deliver(invite, peer);
    EXPECT_THAT(handler.seen, ElementsAre("INVITE"));
    EXPECT_THAT(transport.take_first_lines(), ElementsAre("SIP/2.0 100 Trying", "SIP/2.0 100 Trying"));
    std::string other = invite;  // another call of the same caller
    other.replace(other.find("Call-ID: of"), 11, "Call-ID: no");
    transport.deliver(other, peer);
    EXPECT_THAT(handler.seen, ElementsAre("INVITE", "INVITE"));
    transport.take();
  }
}

TEST_F(Transactions, aResponseWhoseNumbersOverflowIsNone) {  // RFC 4475 §3.1.2.5, §3.1.2.19
  core.send(outgoing("OPTIONS"), peer, &listener);
  Message sent;
  const std::string bytes = transport.take().at(0).bytes;
  ASSERT_FALSE(sent.parse(bytes));
  std::string answer = Builder::response(sent, {}, 503, {}, "t").finish();
  answer.replace(answer.find("CSeq: 5"), 7, "CSeq: 9292394834772304023312");
  transport.deliver(answer, peer);
  answer = Builder::response(sent, {}, 503, {}, "t").finish();
  answer.replace(answer.find("503"), 3, "4294967301");
  transport.deliver(answer, peer);
  EXPECT_THAT(listener.statuses, IsEmpty());
  EXPECT_EQ(core.size(), 1U);
}

// Of few places, with all that comes accepted.
class FewTransactions : public Transactions {
 protected:
  void allow(std::size_t maximum, std::size_t reserved) {
    TransactionSettings settings;
    settings.maximum = maximum;
    settings.reserved = reserved;
    small = std::make_unique<Core>(clock, wire, settings);
    small->add_handler(handler);
    handler.work = [&](const Incoming& incoming) { return small->accept(incoming, nullptr), true; };
    wire.deliver(request("INVITE", "z9hG4bKa"), peer);
    wire.take();
  }
  test::MemoryTransport wire;
  std::unique_ptr<Core> small;
};

TEST_F(FewTransactions, beyondTheCapAreAnswered503) {
  allow(1, 0);
  wire.deliver(request("INVITE", "z9hG4bKb"), peer);
  EXPECT_THAT(wire.take_first_lines(), ElementsAre("SIP/2.0 503 Service Unavailable"));
}

// Security 16: one phone of the house, with a call that nobody can take each millisecond, would otherwise have the lot.
TEST_F(FewTransactions, leaveTheReserveToThisProcess) {
  allow(3, 2);
  wire.deliver(request("INVITE", "z9hG4bKb"), peer);
  EXPECT_THAT(wire.take_first_lines(), ElementsAre("SIP/2.0 503 Service Unavailable"));
  ClientOptions relayed;
  relayed.relayed = true;
  EXPECT_EQ(small->send(outgoing("OPTIONS"), peer, &listener, relayed), 0U);

  EXPECT_NE(small->send(outgoing("INVITE"), Hop::local_server(), &listener), 0U) << "the station calls";
  clock.advance(1ms);
  EXPECT_EQ(small->size(), 3U) << "and its server takes that";
  EXPECT_EQ(small->send(outgoing("OPTIONS"), peer, &listener), 0U);
}

TEST_F(Transactions, theLocalWireCarriesBothWays) {
  handler.work = [&](const Incoming& incoming) {
    EXPECT_EQ(incoming.from, Hop::local_endpoint());
    core.reply(incoming, 200);
    return true;
  };
  core.send(outgoing("OPTIONS"), Hop::local_server(), &listener);
  EXPECT_THAT(listener.statuses, IsEmpty());
  clock.advance(1ms);
  clock.advance(1ms);
  EXPECT_THAT(listener.statuses, ElementsAre(200));
  EXPECT_THAT(transport.take(), IsEmpty());
}

TEST_F(Transactions, whatWaitsForTheServerCanBeHurried) {
  std::vector<std::string> heard;
  handler.work = [&](const Incoming& incoming) {
    heard.emplace_back(incoming.message.method_name());
    core.reply(incoming, 200);
    core.hurry_to_server();  // from inside: nothing
    return true;
  };
  core.send(outgoing("OPTIONS"), Hop::local_server(), &listener);
  core.send(outgoing("INFO"), Hop::local_server(), &listener);
  core.hurry_to_server();
  EXPECT_THAT(heard, ElementsAre("OPTIONS", "INFO"));
  EXPECT_THAT(listener.statuses, IsEmpty()) << "answers come on the next turn, as ever";
  clock.advance(1ms);
  EXPECT_THAT(listener.statuses, ElementsAre(200, 200));
  EXPECT_THAT(heard, ElementsAre("OPTIONS", "INFO"));
}

TEST_F(Transactions, aCancelOverTheLocalWireNeedsNoProvisionalBefore) {
  std::vector<std::string> heard;
  TransactionId accepted = 0;
  struct Cancelled final : ServerListener {
    void on_cancel(TransactionId, const Message&) override { ++count; }
    int count = 0;
  } cancelled;
  handler.work = [&](const Incoming& incoming) {
    accepted = core.accept(incoming, &cancelled);
    return true;
  };
  const auto invite = core.send(outgoing("INVITE"), Hop::local_server(), &listener);
  core.hurry_to_server();
  EXPECT_NE(accepted, 0U);
  clock.advance(1ms);
  EXPECT_THAT(listener.statuses, IsEmpty()) << "no 100: nothing gets lost on that wire";
  core.cancel(invite);
  clock.advance(1ms);
  EXPECT_EQ(cancelled.count, 1);
}

}  // namespace
}  // namespace lintel::sip
