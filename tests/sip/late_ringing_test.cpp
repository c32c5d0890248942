// Who hears an INVITE when nobody waits for its answer any more: a Wi-Fi stalled, or a queue on the way held it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace lintel::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string cancel_of_monitor = "CANCEL sip:a@one.invalid;transport=ws SIP/2.0";
const std::string ack_of_monitor = "ACK sip:a@one.invalid;transport=ws SIP/2.0";

class LateRinging : public test::ServerTest {
 protected:
  struct Listener final : ClientListener {
    void on_response(TransactionId, const Message& response, const Hop&) override {
      statuses.push_back(response.status());
    }
    void on_failed(TransactionId, Failure failure) override { failures.push_back(failure); }
    std::vector<int> statuses;
    std::vector<Failure> failures;
  };

  static std::string outgoing() {
    return test::crlf(
        "INVITE sip:101@192.0.2.9 SIP/2.0\nFrom: <sip:a@VDP>;tag=f\nTo: <sip:101@VDP>\nCall-ID: c1\nCSeq: 5 "
        "INVITE\nMax-Forwards: 70\nRecord-Route: <sip:us;lr>\nContent-Length: 0\n");
  }
  // The monitor's INVITE, which waits in the kernel's queue.
  test::MemoryTransport::Sent unheard() {
    register_as("101#1", monitor, "101#1", "Contact: <sip:a@one.invalid;transport=ws>\n");
    call("101%231", "8001");
    auto sent = transport.take();
    EXPECT_THAT(sent, SizeIs(1));
    return sent.at(0);
  }
  void nothingIsLeft() {
    clock.advance(65s);
    EXPECT_EQ(core.size(), 0U);
  }

  Hop monitor = test::wss(60);
  Listener listener;
};

TEST_F(LateRinging, aMonitorThatRingsAfterItWasGivenUpIsCancelled) {
  const auto invite = unheard();
  clock.advance(7s);
  EXPECT_EQ(transport.take().back().first_line(), "SIP/2.0 408 Request Timeout");
  clock.advance(30s);
  transport.take();
  answer(invite, 100);
  const auto cancel = transport.take();
  ASSERT_THAT(cancel, SizeIs(1));
  EXPECT_EQ(cancel[0].first_line(), cancel_of_monitor);
  EXPECT_EQ(cancel[0].to.flow, 60U);
  answer(invite, 180);
  EXPECT_THAT(transport.take_first_lines(), IsEmpty()) << "nobody is told, and it is cancelled once";
  answer(cancel[0], 200);
  answer(invite, 487);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre(ack_of_monitor));
  nothingIsLeft();
}

TEST_F(LateRinging, aMonitorThatRingsAfterAnotherAnsweredIsCancelledWithTheReason) {
  register_as("101#0", phone);
  register_as("101#1", monitor, "101#1", "Contact: <sip:a@one.invalid;transport=ws>\n");
  call("101", "8001");
  auto sent = transport.take();
  ASSERT_THAT(sent, SizeIs(2));
  if (sent[0].to.kind != TransportKind::udp) std::swap(sent[0], sent[1]);
  clock.advance(1s);
  answer(sent[0], 200);
  clock.advance(20s);
  transport.take();
  answer(sent[1], 180);
  const auto cancel = transport.take();
  ASSERT_THAT(cancel, SizeIs(1));
  EXPECT_EQ(cancel[0].first_line(), cancel_of_monitor);
  EXPECT_THAT(test::header(cancel[0].bytes, "Reason"), HasSubstr("Call completed elsewhere"));
}

TEST_F(LateRinging, aMonitorThatRingsAfterTheCallerLeftIsCancelled) {
  const auto invite = unheard();
  const std::string branch = last_branch;
  send(with_branch(request("CANCEL", "101%231", "8001"), branch), caller);
  clock.advance(20s);
  EXPECT_EQ(transport.take().back().first_line(), "SIP/2.0 487 Request Terminated");
  answer(invite, 180);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre(cancel_of_monitor));
}

TEST_F(LateRinging, aMonitorThatAnswersAfterItWasGivenUpHearsThatTheCallIsOver) {
  const auto invite = unheard();
  clock.advance(7s);
  transport.take();
  answer(invite, 200);
  auto sent = transport.take();
  ASSERT_THAT(sent, SizeIs(2)) << "and the caller hears nothing";
  EXPECT_EQ(sent[0].first_line(), ack_of_monitor);
  EXPECT_EQ(test::header(sent[0].bytes, "To"), test::header(invite.bytes, "To") + ";tag=callee");
  EXPECT_EQ(test::header(sent[0].bytes, "CSeq"), "1 ACK");
  EXPECT_EQ(test::header(sent[0].bytes, "Route"), "") << "the way begins here";
  EXPECT_EQ(sent[1].first_line(), "BYE sip:a@one.invalid;transport=ws SIP/2.0");
  EXPECT_EQ(test::header(sent[1].bytes, "From"), test::header(invite.bytes, "From"));
  EXPECT_EQ(test::header(sent[1].bytes, "CSeq"), "2 BYE");
  EXPECT_EQ(sent[1].to.flow, 60U);
  answer(invite, 200);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre(ack_of_monitor)) << "the ACK was lost";
  nothingIsLeft();
}

TEST_F(LateRinging, anInviteThatWasCancelledUnheardIsCancelledAgainWhenItIsHeard) {
  const auto id = core.send(outgoing(), phone, &listener, {4s});
  const auto invite = transport.take().at(0);
  core.cancel(id);
  clock.advance(5s);
  EXPECT_THAT(listener.failures, ElementsAre(Failure::timeout));
  transport.take();
  clock.advance(20s);
  EXPECT_THAT(transport.take(), IsEmpty()) << "it is not sent again meanwhile";
  answer(invite, 180);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("CANCEL sip:101@192.0.2.9 SIP/2.0"));
  EXPECT_THAT(listener.statuses, IsEmpty());
}

TEST_F(LateRinging, aRefusalThatComesLateIsAcknowledged) {
  core.send(outgoing(), phone, &listener, {4s});
  const auto invite = transport.take().at(0);
  clock.advance(10s);
  transport.take();
  answer(invite, 486);
  EXPECT_THAT(transport.take_first_lines(), ElementsAre("ACK sip:101@192.0.2.9 SIP/2.0"));
  EXPECT_THAT(listener.statuses, IsEmpty());
  nothingIsLeft();
}

// In a dialog that stands it is no call that nobody wants.
TEST_F(LateRinging, aNewOfferThatIsAnsweredLateEndsNoCall) {
  auto again = outgoing();
  again.replace(again.find("To: <sip:101@VDP>"), 17, "To: <sip:101@VDP>;tag=callee");
  core.send(again, phone, &listener, {4s});
  const auto invite = transport.take().at(0);
  clock.advance(10s);
  transport.take();
  answer(invite, 200);
  EXPECT_THAT(transport.take_first_lines(), IsEmpty());
}

TEST_F(LateRinging, onlySoManyAreKeptForIt) {
  TransactionSettings settings;
  settings.given_up = 1;
  test::MemoryTransport wire;
  Core small(clock, wire, settings);
  for (int round = 0; round < 2; ++round) {
    small.send(outgoing(), monitor, &listener, {4s});
    small.send(outgoing(), monitor, &listener, {4s});
    clock.advance(5s);
    EXPECT_EQ(small.size(), 1U);
    clock.advance(65s);
    EXPECT_EQ(small.size(), 0U);
  }
  EXPECT_THAT(listener.failures, SizeIs(4));
}

TEST_F(LateRinging, aConnectionThatClosesBringsNothingLate) {
  core.send(outgoing(), monitor, &listener, {4s});
  clock.advance(5s);
  EXPECT_EQ(core.size(), 1U);
  transport.close_from_afar(60);
  clock.advance(1ms);
  EXPECT_EQ(core.size(), 0U);
  EXPECT_THAT(listener.failures, ElementsAre(Failure::timeout));
}

}  // namespace
}  // namespace lintel::sip
