// The points of RFC 4475 §3 that a server decides, as messages of our own.
#include <gmock/gmock.h>

#include "server_fixture.hpp"

namespace lintel::sip {
namespace {

using test::ServerTest;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class TortureOfTheServer : public ServerTest {};

TEST_F(TortureOfTheServer, zerosInTheUserOfAContact) {  // 3.1.1.4: neither ends the text, and the two are not the same
  const auto answer =
      register_as("101#0", phone, {}, "Contact: <sip:%00@192.0.2.10>\nContact: <sip:%00%00@192.0.2.10>\n");
  EXPECT_THAT(answer, HasSubstr("200 OK"));
  EXPECT_THAT(answer, HasSubstr("<sip:%00@192.0.2.10>"));
  EXPECT_THAT(answer, HasSubstr("<sip:%00%00@192.0.2.10>"));
}

TEST_F(TortureOfTheServer, timesThatOverflow) {  // 3.1.2.4
  const std::string digits(100, '9');
  EXPECT_THAT(register_as("101#0", phone, {}, "Contact: <sip:x@192.0.2.10>\nExpires: " + digits + "\n"),
              HasSubstr("400 Bad Expires"));
  EXPECT_THAT(
      register_as("101#0", phone, {}, "Contact: <sip:x@192.0.2.10>;expires=280297596632815\n"),
      HasSubstr(
          "<sip:x@192.0.2.10>;expires=" +
          std::to_string(std::chrono::duration_cast<std::chrono::seconds>(ServerSettings{}.maximum_expiry).count())));
}

TEST_F(TortureOfTheServer, aContactWithHeadersOutsideOfBrackets) {  // 3.1.2.13
  EXPECT_THAT(register_as("101#0", phone, {}, "Contact: sip:x@192.0.2.10?Route=%3Csip:sip.example.com%3E\n"),
              HasSubstr("400 Bad Contact"));
}

TEST_F(TortureOfTheServer, aContactThatIsNoSip) {
  EXPECT_THAT(register_as("101#0", phone, {}, "Contact: <tel:+19725552222>\n"), HasSubstr("400 Contact Is Not SIP"));
}

TEST_F(TortureOfTheServer, schemesNobodyKnowsInToAndFrom) {  // 3.3.4
  std::string bytes = registration("101#0");
  const auto to = bytes.find("To: <"), end = bytes.find('>', to);
  bytes.replace(to, end + 1 - to, "To: <isbn:2983792873>");
  EXPECT_THAT(authenticated(bytes, "101#0", phone), HasSubstr("400 Not A SIP Address"));
}

TEST_F(TortureOfTheServer, parametersOfAContactAndOfItsUri) {  // 3.3.12, 3.3.13
  EXPECT_THAT(register_as("101#0", phone, {}, "Contact: sip:+19725552222@192.0.2.10;unknownparam\n"),
              HasSubstr("<sip:+19725552222@192.0.2.10>;"));
  EXPECT_THAT(register_as("101#0", phone, {}, "Contact: <sip:+19725552223@192.0.2.10;unknownparam>\n"),
              HasSubstr("<sip:+19725552223@192.0.2.10;unknownparam>;"));
}

TEST_F(TortureOfTheServer, extensionsNobodyKnows) {  // 3.3.5: Proxy-Require counts here, Require is for the callee
  register_as("101#0", phone);
  transport.take();
  send(request("INVITE", "101", "8001", "Require: nothingSupportsThis\nProxy-Require: norDoAnyProxiesSupportThis\n"),
       caller);
  const auto refused = transport.take();
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(refused[0].first_line(), "SIP/2.0 420 Bad Extension");
  EXPECT_EQ(test::header(refused[0].bytes, "Unsupported"), "norDoAnyProxiesSupportThis");
  EXPECT_THAT(authenticated(request("INVITE", "101", "8001", "Require: nothingSupportsThis\n"), "8001", caller),
              HasSubstr("100 Trying"));
  EXPECT_THAT(transport.take().at(0).bytes, HasSubstr("Require: nothingSupportsThis"));
}

TEST_F(TortureOfTheServer, anAuthorizationSchemeNobodyKnows) {  // 3.3.7: challenged as if there were none
  std::string bytes = registration("101#0");
  Message asked;
  ASSERT_FALSE(asked.parse(bytes));
  bytes.insert(asked.first_line_end(), "Authorization: NoOneKnowsThisScheme opaque-data=here\r\n");
  send(bytes, phone);
  EXPECT_THAT(transport.take_first_lines(), testing::ElementsAre("SIP/2.0 401 Unauthorized"));
  EXPECT_THAT(failed, IsEmpty());
}

TEST_F(TortureOfTheServer, aResponseThatWouldGoToEverybody) {  // 3.3.10
  send(
      "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\n"
      "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\r\nCall-ID: bcast.0384840201234ksdfak3j2erwedfsASdf\r\n"
      "CSeq: 35 INVITE\r\nFrom: <sip:caller@example.com>;tag=11141343\r\nTo: <sip:user@example.edu>;tag=2229\r\n"
      "Contact: <sip:user@host28.example.com>\r\nContent-Length: 0\r\n\r\n",
      stranger);
  EXPECT_THAT(transport.take(), IsEmpty());
  EXPECT_EQ(core.size(), 0U);
}

TEST_F(TortureOfTheServer, noMoreHops) {  // 3.3.11
  std::string last = request("OPTIONS", "101", "8001");
  last.replace(last.find("Max-Forwards: 70"), 16, "Max-Forwards: 0");
  send(last, stranger);
  EXPECT_THAT(transport.take_first_lines(), testing::ElementsAre("SIP/2.0 483 Too Many Hops"));
}

// 3.3.14: headers inside a contact's URI are no part of a request to it (RFC 3261 §19.1.1), least of all a Route.
TEST_F(TortureOfTheServer, aRouteHiddenInAContact) {
  const std::string contact = "sip:x@192.0.2.10:5060?Route=%3Csip:evil.example%3E";
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: <" + contact + ">\n"), HasSubstr("200 OK"));
  EXPECT_THAT(call("101", "8001"), HasSubstr("100 Trying"));
  const auto sent = transport.take();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].first_line(), "INVITE sip:x@192.0.2.10:5060 SIP/2.0");
  EXPECT_THAT(sent[0].bytes, Not(HasSubstr("evil")));
  EXPECT_EQ(sent[0].to.address.text(), "192.0.2.10:5060");
}

}  // namespace
}  // namespace lintel::sip
