// A call whose connection was lost and came back: what goes to that side takes the new one (RFC 5626 §5.3).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace lintel::sip {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class Reconnected : public test::ServerTest {
 protected:
  // The caller talks with a monitor that registered by flow 60.
  void talk() {
    registerBy(60);
    call("101%231", "8001");
    answer(transport.take().at(0), 200, "callee");
    const std::string ok = transport.take().at(0).bytes;
    Message message;
    ASSERT_FALSE(message.parse(ok));
    const auto lines = message.list(Field::record_route);
    for (auto one = lines.rbegin(); one != lines.rend(); ++one) routes += "Route: " + std::string(*one) + "\n";
  }
  void registerBy(FlowId flow, const std::string& host = "192.0.2.77", const std::string& contact = "a@one.invalid") {
    register_as("101#1", test::wss(flow, host), "101#1", "Contact: <sip:" + contact + ";transport=ws>\n");
    transport.take();
  }
  std::vector<test::MemoryTransport::Sent> send_in_dialog(const std::string& method, const std::string& contact) {
    send(test::crlf(method + " sip:" + contact +
                    ";transport=ws;ob SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.20;branch=" + new_branch() +
                    ";rport\nMax-Forwards: 70\nFrom: <sip:8001@VDP>;tag=caller\nTo: <sip:101%231@VDP>;tag=callee\n"
                    "Call-ID: call-1\nCSeq: 2 " +
                    method + "\n" + routes + "Content-Length: 0\n"),
         caller);
    return transport.take();
  }
  std::string answer_to(const std::string& method) {
    const auto sent = send_in_dialog(method, "a@one.invalid");
    return sent.empty() ? std::string() : sent.at(0).first_line();
  }

  std::string routes;
};

TEST_F(Reconnected, aMonitorThatCameBackHearsTheRestOfItsCall) {
  talk();
  transport.close_from_afar(60);
  EXPECT_EQ(answer_to("INFO"), "SIP/2.0 430 Flow Failed");
  registerBy(61);
  for (const std::string method : {"INFO", "ACK", "UPDATE", "BYE"}) {
    const auto sent = send_in_dialog(method, "a@one.invalid");
    ASSERT_THAT(sent, SizeIs(1)) << method;
    EXPECT_EQ(sent[0].first_line(), method + " sip:a@one.invalid;transport=ws;ob SIP/2.0");
    EXPECT_EQ(sent[0].to.flow, 61U);
  }
}

// A Wi-Fi roams: the page has noticed, and here nobody has yet.
TEST_F(Reconnected, theNewConnectionCountsWhileTheOldOneSeemsOpen) {
  talk();
  registerBy(61);
  EXPECT_EQ(send_in_dialog("BYE", "a@one.invalid").at(0).to.flow, 61U);
}

TEST_F(Reconnected, itsOwnRequestsComeByTheNewConnection) {
  talk();
  transport.close_from_afar(60);
  registerBy(61);
  send(test::crlf("BYE sip:c@192.0.2.20:5060 SIP/2.0\nVia: SIP/2.0/WSS one.invalid;branch=" + new_branch() +
                  "\nMax-Forwards: 70\nFrom: <sip:101%231@VDP>;tag=callee\nTo: <sip:8001@VDP>;tag=caller\n"
                  "Call-ID: call-1\nCSeq: 1 BYE\n" +
                  routes + "Content-Length: 0\n"),
       test::wss(61));
  const auto sent = transport.take();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].to.address.text(), "192.0.2.20:5060");
}

// security.md 9
TEST_F(Reconnected, nobodyElseHearsIt) {
  talk();
  transport.close_from_afar(60);
  registerBy(61, "192.0.2.66");
  EXPECT_EQ(answer_to("BYE"), "SIP/2.0 430 Flow Failed") << "from another host";
  registerBy(62, "192.0.2.77", "b@two.invalid");
  EXPECT_EQ(answer_to("BYE"), "SIP/2.0 430 Flow Failed") << "another window at that monitor";
  registerBy(63);
  transport.gone.insert(63);
  EXPECT_EQ(answer_to("BYE"), "SIP/2.0 430 Flow Failed") << "it has closed again";
}

}  // namespace
}  // namespace lintel::sip
