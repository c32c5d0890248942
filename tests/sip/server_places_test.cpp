// Security 16: nobody takes every place of the built-in server, and nobody takes the station's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"
#include "sip/server.hpp"

namespace lintel::sip {
namespace {

using test::crlf;
using test::ServerTest;
using testing::HasSubstr;
using testing::SizeIs;

class Places : public ServerTest {
 protected:
  Places() { register_as("101#1", phone); }

  void allow(std::size_t all, std::size_t of_an_account, std::size_t in_dialogs_of_a_host = 100) {
    ServerSettings few;
    few.calls = all;
    few.calls_of_an_account = of_an_account;
    few.in_dialogs_of_a_host = in_dialogs_of_a_host;
    server.set_settings(few);
  }
  // A call to the second device that nobody answers.
  std::string ring(const std::string& account) {
    std::string invite = request("INVITE", "101%231", account);
    invite.replace(invite.find("call-1"), 6, "call-" + std::to_string(++calls));
    return authenticated(invite, account, caller);
  }
  std::string message_of(std::size_t bytes) {
    std::string message = request("MESSAGE", "101%231", "102#0");
    const std::string empty = "Content-Length: 0\r\n\r\n";
    message.erase(message.size() - empty.size());
    return message + "Content-Type: text/plain\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
           std::string(bytes, 'b');
  }
  int calls = 1;
};

TEST_F(Places, anAccountTakesItsShareAndLeavesTheOthersTheirs) {
  allow(10, 2);
  EXPECT_THAT(ring("102#0"), HasSubstr("100 Trying"));
  const auto first = transport.take();
  EXPECT_THAT(ring("102#0"), HasSubstr("100 Trying"));
  EXPECT_THAT(ring("102#0"), HasSubstr("503"));
  EXPECT_THAT(ring("8002"), HasSubstr("100 Trying")) << "from the same host";
  answer(first.at(0), 486);
  EXPECT_THAT(ring("102#0"), HasSubstr("100 Trying")) << "once one of its calls is over";
}

TEST_F(Places, theStationRingsWhoeverHoldsAllOfThem) {
  register_as("8001", Hop::local_endpoint(), "8001", "Contact: <sip:station@station.invalid>\n");
  allow(1, 1);
  EXPECT_THAT(ring("102#0"), HasSubstr("100 Trying"));
  EXPECT_THAT(ring("8002"), HasSubstr("503"));
  transport.take();
  const std::string heard = call_locally("101%231", "8001", [this] {
    const auto invite = transport.take();
    ASSERT_THAT(invite, SizeIs(1));
    answer(invite[0], 200);
  });
  EXPECT_THAT(heard, HasSubstr("200 OK"));
}

TEST_F(Places, aCallThatRunsIsEndedWhateverElseItsAccountHolds) {
  EXPECT_THAT(ring("102#0"), HasSubstr("100 Trying"));
  answer(transport.take().at(0), 200);
  const std::string ok = transport.take().at(0).bytes;
  Message message;
  ASSERT_FALSE(message.parse(ok));
  std::string routes;
  for (const auto route : message.list(Field::record_route)) routes.insert(0, "Route: " + std::string(route) + "\n");
  const auto say = [&](const std::string& method) {
    send(crlf(method + " sip:x@192.0.2.10:5060 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.20;branch=" + new_branch() +
              ";rport\nMax-Forwards: 70\nFrom: <sip:102%230@VDP>;tag=caller\nTo: "
              "<sip:101%231@VDP>;tag=callee\nCall-ID: " +
              test::header(ok, "Call-ID") + "\nCSeq: 2 " + method + "\n" + routes + "Content-Length: 0\n"),
         caller);
    return transport.take().at(0).first_line();
  };
  allow(1, 1, 2);
  EXPECT_THAT(ring("102#0"), HasSubstr("100 Trying"));
  transport.take();
  EXPECT_EQ(say("INFO"), "INFO sip:x@192.0.2.10:5060 SIP/2.0");
  EXPECT_EQ(say("BYE"), "BYE sip:x@192.0.2.10:5060 SIP/2.0");
  EXPECT_THAT(say("INFO"), HasSubstr("503")) << "a host has many more than it needs, and no more";
}

TEST_F(Places, aLongMessageIsNotKept) {
  EXPECT_THAT(authenticated(message_of(10'000), "102#0", caller), HasSubstr("MESSAGE sip:x@192.0.2.10:5060"));
  EXPECT_THAT(authenticated(message_of(20'000), "102#0", caller), HasSubstr("513 Message Too Large"));
}

}  // namespace
}  // namespace lintel::sip
