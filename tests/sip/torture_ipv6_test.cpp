// The points of RFC 5118 §4, as messages of our own, each with the outcome the RFC asks. Its SDP (4.6, 4.8, 4.9) is in
// media_legs/sdp_test.cpp.
#include <gtest/gtest.h>

#include "sip/dns.hpp"
#include "torture.hpp"

namespace lintel::sip {
namespace {

using test::outcome;
using test::Parts;
using test::taken;

TEST(TortureByIpv6, reference) {  // 4.1
  Parts parts;
  parts.line = "REGISTER sip:[2001:db8::10] SIP/2.0";
  parts.via = "Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111";
  parts.cseq = "CSeq: 98176 REGISTER";
  parts.more += "\r\nContact: \"Caller\" <sip:caller@[2001:db8::1]>";
  EXPECT_EQ(outcome(parts.bytes()), taken);
  EXPECT_EQ(SocketAddress::parse(Uri::parse("sip:[2001:db8::10]")->host, 5060)->text(), "[2001:db8::10]:5060");
}

TEST(TortureByIpv6, withoutBracketsItCannotBeRead) {  // 4.2
  Parts parts;
  parts.line = "REGISTER sip:2001:db8::10 SIP/2.0";
  parts.cseq = "CSeq: 98176 REGISTER";
  EXPECT_EQ(outcome(parts.bytes()), 400);
}

TEST(TortureByIpv6, whatStandsInsideIsNoPort) {  // 4.3, 4.4
  const auto inside = Uri::parse("sip:[2001:db8::10:5070]");
  ASSERT_TRUE(inside);
  EXPECT_EQ(inside->port, 0);
  EXPECT_EQ(SocketAddress::parse(inside->host, 5060)->host(), "2001:db8::10:5070");
  const auto outside = Uri::parse("sip:[2001:db8::10]:5070");
  ASSERT_TRUE(outside);
  EXPECT_EQ(outside->port, 5070);
  EXPECT_EQ(outside->host, "[2001:db8::10]");
}

TEST(TortureByIpv6, receivedWithAndWithoutBrackets) {  // 4.5
  Parts parts;
  for (const char* received : {"[2001:db8::9:255]", "2001:db8::9:255"}) {
    parts.via = std::string("Via: SIP/2.0/UDP [2001:db8::9:1];received=") + received + ";branch=z9hG4bKas3-111";
    EXPECT_EQ(outcome(parts.bytes()), taken) << received;
    Message message;
    const std::string bytes = parts.bytes();
    ASSERT_FALSE(message.parse(bytes));
    const auto said = parameter(message.top_via()->parameters, "received");
    ASSERT_TRUE(said);
    EXPECT_EQ(SocketAddress::parse(*said, 0)->host(), "2001:db8::9:255");
  }
}

TEST(TortureByIpv6, bothFamiliesInOneHeader) {  // 4.7
  Parts parts;
  parts.line = "BYE sip:user@host.example.net SIP/2.0";
  parts.cseq = "CSeq: 8912 BYE";
  parts.via =
      "Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111\r\n"
      "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144\r\n"
      "Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200";
  EXPECT_EQ(outcome(parts.bytes()), taken);
  Message message;
  const std::string bytes = parts.bytes();
  ASSERT_FALSE(message.parse(bytes));
  const auto vias = message.list(Field::via);
  ASSERT_EQ(vias.size(), 3U);
  EXPECT_EQ(Via::parse(vias[0])->host, "[2001:db8::9:1]");
  EXPECT_EQ(Via::parse(vias[0])->port, 6050);
  EXPECT_EQ(Via::parse(vias[1])->host, "192.0.2.1");
  EXPECT_EQ(Via::parse(vias[2])->host, "[2001:db8::9:255]");
}

TEST(TortureByIpv6, mappedAddressesAreThoseOfIpv4) {  // 4.9
  Parts parts;
  parts.via =
      "Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19\r\n"
      "Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111";
  parts.more += "\r\nContact: \"T. desk phone\" <sip:ted@[::ffff:192.0.2.2]>";
  EXPECT_EQ(outcome(parts.bytes()), taken);
  EXPECT_EQ(SocketAddress::parse("[::ffff:192.0.2.10]", 19823)->text(), "192.0.2.10:19823");
}

TEST(TortureByIpv6, aThirdColonBeforeAnEmbeddedAddress) {  // 4.10: RFC 3261's grammar lets it be written
  Parts parts;
  parts.line = "OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0";
  parts.to = "To: sip:user@[2001:db8:::192.0.2.1]";
  EXPECT_EQ(outcome(parts.bytes()), taken);
  for (const char* host : {"[2001:db8:::192.0.2.1]", "[2001:db8::192.0.2.1]"}) {
    const auto address = SocketAddress::parse(host, 0);
    ASSERT_TRUE(address) << host;
    EXPECT_EQ(address->host(), "2001:db8::c000:201");
    const auto hop = dns::numeric({host, {}, {}, false});
    ASSERT_TRUE(hop) << host;  // and is not looked up as if it were a name
    EXPECT_EQ(hop->address, "2001:db8::c000:201");
  }
  for (const char* host : {"[2001:db8:::10]", "[2001:db8::::192.0.2.1]", "[2001::db8:::192.0.2.1]"})
    EXPECT_FALSE(SocketAddress::parse(host, 0)) << host;
}

}  // namespace
}  // namespace lintel::sip
