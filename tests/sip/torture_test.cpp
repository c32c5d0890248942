// The points of RFC 4475 §3, as messages of our own, each with the outcome the RFC asks, on the wire. What the server
// decides is in torture_server_test.cpp, what the endpoint decides in sip_endpoint/incoming_test.cpp (3.3.6, 3.3.15),
// RFC 5118 in torture_ipv6_test.cpp.
#include "torture.hpp"

#include <gtest/gtest.h>

#include "sip/message.hpp"
#include "support.hpp"

namespace lintel::sip {
namespace {

using test::crlf;
using test::dropped;
using test::outcome;
using test::Parts;
using test::taken;

// A response has no answer: it is read or not.
bool readable(const std::string& bytes) {
  Message message;
  return !message.parse(bytes) && !message.check();
}

TEST(Torture, shortTortuousInvite) {  // 3.1.1.1
  const std::string bytes = crlf(
      "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\n"
      "TO :\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\n"
      "from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\n  ;\n  tag = 98asjd8\n"
      "MaX-fOrWaRdS: 0068\n"
      "Call-ID: odd.0ha0isndaksdj@192.0.2.1\n"
      "Content-Length   : 5\n"
      "cseq: 0009\n  INVITE\n"
      "Via  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390skdjuw\n"
      "s :\n"
      "NewFangledHeader:   newfangled value\n continued newfangled value\n"
      "UnknownHeaderWithUnusualValue: ;;,,;;,;\n"
      "Content-Type: application/sdp\n"
      "Route:\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\n"
      "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\n  branch  =   z9hG4bK9ikj8  ,\n SIP  /    2.0   / UDP  "
      "192.168.255.111   ; branch=\n z9hG4bK30239\n"
      "m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\n      newvalue ;\n  secondparam ; q = "
      "0.33\n"
      "\nv=0\r\n");
  Message message;
  ASSERT_FALSE(message.parse(bytes));
  EXPECT_FALSE(message.check()) << message.check().reason;
  EXPECT_EQ(message.to_tag(), "1918181833n");
  EXPECT_EQ(message.from_tag(), "98asjd8");
  EXPECT_EQ(message.number(Field::max_forwards), 68U);
  EXPECT_EQ(message.cseq()->number, 9U);
  EXPECT_EQ(message.cseq()->method, "INVITE");
  const auto vias = message.list(Field::via);
  ASSERT_EQ(vias.size(), 3U);
  EXPECT_EQ(Via::parse(vias[0])->branch, "390skdjuw");
  EXPECT_EQ(Via::parse(vias[1])->branch, "z9hG4bK9ikj8");
  EXPECT_EQ(Via::parse(vias[2])->host, "192.168.255.111");
  EXPECT_EQ(message.contact()->parameter("q"), "0.33");
  EXPECT_EQ(message.contact()->parameter("newparam"), "newvalue");
}

TEST(Torture, wideRangeOfMethodAndCharacters) {  // 3.1.1.2
  Parts parts;
  parts.line =
      "!interesting-Method0123456789_*+`.%indeed'~ "
      "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com "
      "SIP/2.0";
  parts.cseq = "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~";
  parts.from = "From: \"bell:\\\x07 null:\\" + std::string(1, '\0') +
               " del:\\\x7f\" <sip:x%E2%98%83@example.com>;tag=_token~1'+`*%!-.";
  EXPECT_EQ(outcome(parts.bytes()), taken);
  Message message;
  const std::string bytes = parts.bytes();
  ASSERT_FALSE(message.parse(bytes));
  EXPECT_EQ(message.method(), Method::other);
  EXPECT_EQ(message.from_tag(), "_token~1'+`*%!-.");
}

TEST(Torture, escapes) {  // 3.1.1.3 to 3.1.1.5
  Parts parts;
  parts.line = "OPTIONS sip:sips%3Auser%40example.com@example.net SIP/2.0";
  EXPECT_EQ(outcome(parts.bytes()), taken);
  EXPECT_EQ(Uri::parse("sip:sips%3Auser%40example.com@example.net")->unescaped_user(), "sips:user@example.com");
  EXPECT_EQ(Uri::parse("sip:null-%00-null@example.com")->unescaped_user(), std::string("null-\0-null", 11));
  EXPECT_FALSE(same_user("null-%00-null", "null-"));
  parts.line = "RE%47IST%45R sip:registrar.example.com SIP/2.0";  // % does not escape here
  parts.cseq = "CSeq: 29344 RE%47IST%45R";
  Message message;
  const std::string bytes = parts.bytes();
  ASSERT_FALSE(message.parse(bytes));
  EXPECT_FALSE(message.check());
  EXPECT_EQ(message.method(), Method::other);
}

TEST(Torture, noSpaceBeforeTheBracket) {  // 3.1.1.6
  Parts parts;
  parts.from = "From: caller<sip:caller@example.com>;tag=323";
  EXPECT_EQ(outcome(parts.bytes()), taken);
}

TEST(Torture, longValues) {  // 3.1.1.7
  Parts parts;
  const std::string many(300, 'l');
  parts.line = "OPTIONS sip:" + many + "@" + std::string(100, 'h') + ".example.com SIP/2.0";
  parts.more = "Unknown-" + std::string(200, 'x') + ": " + many + "\r\nMax-Forwards: 70";
  parts.from = "From: \"I have a user name of " + many + "\" <sip:" + many + "@example.com>;tag=" + many;
  EXPECT_EQ(outcome(parts.bytes()), taken);
}

TEST(Torture, twoRequestsInOneDatagram) {  // 3.1.1.8: what follows the first is ignored
  Parts parts;
  const std::string bytes = parts.bytes() + "INVITE sip:joe@example.com SIP/2.0\r\n";
  Message message;
  ASSERT_FALSE(message.parse(bytes));
  EXPECT_FALSE(message.check());
  EXPECT_TRUE(message.body().empty());
}

TEST(Torture, semicolonsInTheUser) {  // 3.1.1.9
  const auto uri = Uri::parse("sip:user;par=u%40example.net@example.com");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->unescaped_user(), "user;par=u@example.net");
  EXPECT_TRUE(uri->parameters.empty());
}

TEST(Torture, unknownTransportsInVia) {  // 3.1.1.10
  Parts parts;
  parts.via += "\r\nVia: SIP/2.0/SCTP 192.0.2.1;branch=z9hG4bK1\r\nVia: SIP/2.0/UNKNOWN 192.0.2.2;branch=z9hG4bK2";
  EXPECT_EQ(outcome(parts.bytes()), taken);
}

TEST(Torture, bodiesOfManyParts) {  // 3.1.1.11
  Parts parts;
  parts.line = "MESSAGE sip:kumiko@example.org SIP/2.0";
  parts.cseq = "CSeq: 127 MESSAGE";
  const std::string body = "--one\r\nContent-Type: text/plain\r\n\r\nhello\r\n--one\r\n\r\n" +
                           std::string("\0\r\n\r\n\xff", 6) + "\r\n--one--";
  parts.end = "Content-Type: multipart/mixed;boundary=one\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body;
  Message message;
  const std::string bytes = parts.bytes();
  ASSERT_FALSE(message.parse(bytes));
  EXPECT_FALSE(message.check());
  EXPECT_EQ(message.body(), body);
}

TEST(Torture, datesOfOtherZones) {  // 3.1.2.12: nothing here reads a Date
  Parts parts;
  parts.more += "\r\nDate: Fri, 01 Jan 2010 16:00:00 EST";
  EXPECT_EQ(outcome(parts.bytes()), taken);
}

TEST(Torture, unusualReasonPhrases) {  // 3.1.1.12, 3.1.1.13
  Parts parts;
  parts.line = "SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe";
  EXPECT_TRUE(readable(parts.bytes()));
  parts.line = "SIP/2.0 100 ";
  EXPECT_TRUE(readable(parts.bytes()));
}

TEST(Torture, extraSeparatorsAndBrokenHeaders) {  // 3.1.2.1
  Parts parts;
  parts.via = "Via: SIP/2.0/UDP 192.0.2.15;;,;,,";
  EXPECT_EQ(outcome(parts.bytes()), 400);
  parts.via = "Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bK1;";  // one empty parameter is common and harmless
  EXPECT_EQ(outcome(parts.bytes()), taken);
  parts.from = "From: \"Joe\" <sip:joe@example.org>;;;;=x";
  EXPECT_EQ(outcome(parts.bytes()), 400);
}

TEST(Torture, contentLengths) {  // 3.1.2.2, 3.1.2.3, 3.3.9
  Parts parts;
  parts.end = "Content-Length: 9999\r\nContent-Type: text/plain\r\n\r\nshort";
  EXPECT_EQ(outcome(parts.bytes()), 400);
  parts.end = "Content-Length: -999\r\n\r\n";
  EXPECT_EQ(outcome(parts.bytes()), 400);
  parts.end = "Content-Length: 0\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello";
  EXPECT_EQ(outcome(parts.bytes()), 400);
}

TEST(Torture, numbersThatOverflow) {  // 3.1.2.4; the times of a registration in torture_server_test.cpp
  Parts parts;
  parts.cseq = "CSeq: 36893488147419103232 OPTIONS";
  EXPECT_EQ(outcome(parts.bytes()), 400);
  parts.cseq = "CSeq: 2147483648 OPTIONS";
  EXPECT_EQ(outcome(parts.bytes()), 400);
  parts.cseq = "CSeq: 2147483647 OPTIONS";
  EXPECT_EQ(outcome(parts.bytes()), taken);
  parts.more = "Max-Forwards: 300";
  EXPECT_EQ(outcome(parts.bytes()), 400);
}

TEST(Torture, responsesThatOverflow) {  // 3.1.2.5, 3.1.2.19: as if they had never come (transaction_test.cpp)
  Parts parts;
  parts.line = "SIP/2.0 503 Service Unavailable";
  parts.more = "Retry-After: 949302838503028349304023988\r\nWarning: 1812 overture \"In Progress\"";
  EXPECT_TRUE(readable(parts.bytes()));
  parts.cseq = "CSeq: 9292394834772304023312 OPTIONS";
  EXPECT_FALSE(readable(parts.bytes()));
  parts.line = "SIP/2.0 4294967301 better not break the receiver";
  parts.cseq = "CSeq: 60 OPTIONS";
  EXPECT_FALSE(readable(parts.bytes()));
}

TEST(Torture, unterminatedQuotes) {  // 3.1.2.6
  Parts parts;
  parts.to = "To: \"Mr. J. User <sip:j.user@example.com>";
  EXPECT_EQ(outcome(parts.bytes()), 400);
}

TEST(Torture, badRequestLines) {  // 3.1.2.7 to 3.1.2.11
  Parts parts;
  for (const std::string line :
       {"OPTIONS <sip:user@example.com> SIP/2.0", "OPTIONS sip:user@example.com; lr SIP/2.0",
        "OPTIONS  sip:user@example.com  SIP/2.0", "OPTIONS sip:user@example.com SIP/2.0  ",
        "OPTIONS sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0", "OPTIONS sip:user@ SIP/2.0"}) {
    parts.line = line;
    EXPECT_EQ(outcome(parts.bytes()), 400) << line;
  }
}

TEST(Torture, unknownVersion) {  // 3.1.2.16
  Parts parts;
  parts.line = "OPTIONS sip:t.watson@example.org SIP/7.0";
  EXPECT_EQ(outcome(parts.bytes()), 505);
  parts.via = "Via: SIP/7.0/UDP host.example.com;branch=z9hG4bKkdjuw";  // as who speaks it would write there too
  EXPECT_EQ(outcome(parts.bytes()), 505);
}

TEST(Torture, badAddresses) {  // 3.1.2.13 to 3.1.2.15
  EXPECT_FALSE(Address::parse("sip:user@example.com?Route=%3Csip:sip.example.com%3E"));
  EXPECT_TRUE(Address::parse("<sip:user@example.com?Route=%3Csip:sip.example.com%3E>"));
  Parts parts;
  parts.to = "To: \"Watson, Thomas\" < sip:t.watson@example.org >";
  EXPECT_EQ(outcome(parts.bytes()), 400);
  parts.to = "To: Watson, Thomas <sip:t.watson@example.org>";
  EXPECT_EQ(outcome(parts.bytes()), 400);
}

TEST(Torture, methodsThatDoNotMatch) {  // 3.1.2.17, 3.1.2.18
  Parts parts;
  parts.cseq = "CSeq: 8 INVITE";
  EXPECT_EQ(outcome(parts.bytes()), 400);
  parts.line = "NEWMETHOD sip:user@example.com SIP/2.0";
  EXPECT_EQ(outcome(parts.bytes()), 400);
}

TEST(Torture, branchWithoutAnythingAfterTheCookie) {  // 3.2.1
  Parts parts;
  parts.via = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK";
  EXPECT_EQ(outcome(parts.bytes()), taken);  // what comes again is known by RFC 2543's rule (transaction_test.cpp)
}

TEST(Torture, missingHeaders) {  // 3.3.1
  for (int which = 0; which < 4; ++which) {
    Parts parts;
    std::string* const fields[] = {&parts.from, &parts.to, &parts.call_id, &parts.cseq};
    fields[which]->clear();
    EXPECT_EQ(outcome(parts.bytes()), 400) << which;
  }
  Parts several;
  several.from.clear();
  several.to.clear();
  several.call_id.clear();
  EXPECT_EQ(outcome(several.bytes()), 400);
  Parts way_back;
  way_back.via.clear();
  EXPECT_EQ(outcome(way_back.bytes()), dropped);  // nobody could tell to what it is the answer
}

TEST(Torture, unknownSchemes) {  // 3.3.2 to 3.3.4
  Parts parts;
  parts.line = "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0";
  EXPECT_EQ(outcome(parts.bytes()), 416);
  parts.line = "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0";
  EXPECT_EQ(outcome(parts.bytes()), 416);
  Parts fields;
  fields.to = "To: <isbn:2983792873>";
  fields.from = "From: <http://www.example.com>;tag=3234233";
  EXPECT_EQ(outcome(fields.bytes()), taken);  // who needs a SIP address there refuses it (torture_server_test.cpp)
}

TEST(Torture, headersThatMayStandOnce) {  // 3.3.8
  for (const std::string line : {"From: <sip:b@example.org>;tag=1", "To: <sip:b@example.org>", "Call-ID: two",
                                 "CSeq: 61 OPTIONS", "Max-Forwards: 5"}) {
    Parts parts;
    parts.more += "\r\n" + line;
    EXPECT_EQ(outcome(parts.bytes()), 400) << line;
  }
}

TEST(Torture, contactParameters) {  // 3.3.12, 3.3.13
  const auto outside = Address::parse("sip:user@example.com;unknownparam");
  EXPECT_TRUE(outside->parameter("unknownparam"));
  EXPECT_FALSE(outside->uri.has("unknownparam"));
  const auto inside = Address::parse("<sip:user@example.com;unknownparam>");
  EXPECT_TRUE(inside->uri.has("unknownparam"));
}

TEST(Torture, messagesOfRfc2543) {  // 3.4.1
  Parts parts;
  parts.line = "INVITE sip:UserB@example.com SIP/2.0";
  parts.via = "Via: SIP/2.0/UDP iftgw.example.com";
  parts.from = "From: <sip:+13035551111@ift.client.example.net;user=phone>";
  parts.cseq = "CSeq: 56 INVITE";
  parts.more = "Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>";
  EXPECT_EQ(outcome(parts.bytes()), taken);
}

}  // namespace
}  // namespace lintel::sip
