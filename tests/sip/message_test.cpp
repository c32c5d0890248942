#include "sip/message.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "sip/builder.hpp"
#include "support.hpp"

namespace lintel::sip {
namespace {

using test::crlf;

const std::string invite = crlf(
    "INVITE sip:101%231@VDP;transport=ws SIP/2.0\n"
    "v: SIP/2.0/UDP 192.0.2.4:5070;branch=z9hG4bK1;rport, SIP/2.0/TCP [2001:db8::9]:5060;branch=z9hG4bK0\n"
    "Max-Forwards: 70\n"
    "f: \"A, \\\"B\\\" <x>\" <sip:door@VDP>;tag=abc\n"
    "t: <sip:101%231@VDP>\n"
    "i: call-1@host\n"
    "CSeq: 7 INVITE\n"
    "m: <sip:door@192.0.2.4:5070;lr>, <sip:other@host>\n"
    "Subject: one\n"
    "  two\n"
    "c: text/plain\n"
    "l: 4\n"
    "\n"
    "body and what follows it");

TEST(Message, readsCompactFormsFoldsAndLists) {
  Message message;
  ASSERT_FALSE(message.parse(invite));
  EXPECT_FALSE(message.check()) << message.check().reason;
  EXPECT_EQ(message.method(), Method::invite);
  EXPECT_EQ(message.request_uri(), "sip:101%231@VDP;transport=ws");
  EXPECT_EQ(message.top_via()->host, "192.0.2.4");
  EXPECT_EQ(message.top_via()->port, 5070);
  EXPECT_EQ(message.top_via()->branch, "z9hG4bK1");
  EXPECT_EQ(message.list(Field::via).size(), 2U);
  EXPECT_EQ(Via::parse(message.list(Field::via)[1])->host, "[2001:db8::9]");
  EXPECT_EQ(message.from_tag(), "abc");
  EXPECT_EQ(message.to_tag(), "");
  EXPECT_EQ(message.from()->uri.user, "door");
  EXPECT_EQ(message.call_id(), "call-1@host");
  EXPECT_EQ(message.cseq()->number, 7U);
  EXPECT_EQ(message.list(Field::contact).size(), 2U);
  EXPECT_EQ(message.value("subject"), "one\r\n  two");
  EXPECT_EQ(message.body(), "body");
}

// Somebody behind us would take it for the end of a line.
TEST(Message, isUnreadableWithALoneLineBreakInAHeader) {
  const std::string begin = "INVITE sip:x@y SIP/2.0\r\n";
  const std::string header = "Subject: one two three, four five \r\n";
  const std::string end = "Call-ID: 1\r\n\r\n";
  for (std::size_t at = 0; at + 2 < header.size(); ++at)
    for (const char c : {'\r', '\n', '\t'}) {
      std::string bytes = header;
      bytes.insert(at, 1, c);
      bytes = begin + bytes + end;
      Message message;
      const bool readable = c == '\t' && at >= 7;  // before that it would be in the name
      EXPECT_EQ(!message.parse(bytes), readable) << at << " " << int{c};
    }
}

TEST(Message, keptCopyOutlivesItsBytes) {
  KeptMessage kept;
  {
    std::string bytes = invite;
    Message message;
    ASSERT_FALSE(message.parse(bytes));
    kept = message.keep();
    bytes.assign(bytes.size(), 'x');
  }
  EXPECT_EQ(kept->from_tag(), "abc");
  EXPECT_EQ(kept->body(), "body");
}

TEST(Message, refusesWhatIsAboveItsLimits) {
  Message message;
  EXPECT_TRUE(message.parse(std::string(70'000, 'a')));
  std::string many = "OPTIONS sip:a@b SIP/2.0\r\n";
  for (int i = 0; i < 200; ++i) many += "X: y\r\n";
  EXPECT_TRUE(message.parse(many + "\r\n"));
  std::string vias = invite;
  std::string list;
  for (int i = 0; i < 100; ++i) list += "<sip:a@b>,";
  vias.insert(vias.find("Subject"), "Route: " + list + "<sip:c@d>\r\n");
  ASSERT_FALSE(message.parse(vias));
  EXPECT_EQ(message.check().code, 400);
}

TEST(Message, refusesLoneCarriageReturnsAndLineFeeds) {
  Message message;
  EXPECT_TRUE(message.parse("OPTIONS sip:a@b SIP/2.0\r\nX: a\nY: b\r\n\r\n"));
  EXPECT_TRUE(message.parse("OPTIONS sip:a@b SIP/2.0\r\nX: a\rY: b\r\n\r\n"));
  EXPECT_TRUE(message.parse("OPTIONS sip:a@b SIP/2.0\r\nno colon\r\n\r\n"));
  EXPECT_TRUE(message.parse("OPTIONS sip:a@b SIP/2.0\r\nX: a\r\n"));
  EXPECT_TRUE(message.parse("\r\n\r\n"));
  EXPECT_TRUE(message.parse(""));
}

TEST(Uri, readsItsParts) {
  const auto uri = Uri::parse("sips:a%20b;x=1?y:pw@[2001:db8::1]:5061;transport=tls;lr?subject=hi");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->scheme, Uri::Scheme::sips);
  EXPECT_EQ(uri->user, "a%20b;x=1?y");
  EXPECT_EQ(uri->password, "pw");
  EXPECT_EQ(uri->host, "[2001:db8::1]");
  EXPECT_EQ(uri->port, 5061);
  EXPECT_EQ(uri->parameter("Transport"), "tls");
  EXPECT_TRUE(uri->has("lr"));
  EXPECT_EQ(uri->headers, "subject=hi");
  EXPECT_EQ(uri->unescaped_user(), "a b;x=1?y");
  EXPECT_EQ(Uri::parse("tel:+49301234;phone-context=x")->user, "+49301234");
}

TEST(Uri, refusesWhatIsNotWellFormed) {
  for (const std::string_view bad :
       {"", "sip:", "sip:@host", "sip:a@", "sip:a@b:0", "sip:a@b:70000", "sip:a@b:x", "sip:a%2@b", "sip:a%zz@b",
        "sip:a b@c", "<sip:a@b>", "sip:a@[::1", "sip:a@b;x=\"y\"", "noscheme", ":x", "sip:a\r\nb@c", "sip:a@b@c"})
    EXPECT_FALSE(Uri::parse(bad)) << bad;
  EXPECT_EQ(Uri::parse("http://x")->scheme, Uri::Scheme::other);
}

TEST(Uri, usersCompareUnescaped) {  // H04
  EXPECT_TRUE(same_user("101%232", "101#2"));
  EXPECT_TRUE(same_user("%31%30%31", "101"));
  EXPECT_FALSE(same_user("101%23", "101"));
  EXPECT_FALSE(same_user("Door", "door"));
  EXPECT_EQ(escape_user("101#2"), "101%232");
}

TEST(Uri, comparesAsRfc3261Section19Says) {
  const auto same = [](std::string_view a, std::string_view b) { return equivalent(*Uri::parse(a), *Uri::parse(b)); };
  EXPECT_TRUE(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
  EXPECT_TRUE(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
  EXPECT_TRUE(same("sip:b@h?Subject=a&Priority=u", "sip:b@h?priority=U&subject=A"));
  EXPECT_FALSE(same("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
  EXPECT_FALSE(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
  EXPECT_FALSE(same("sip:a@b", "sips:a@b"));
}

TEST(Address, readsNamesAndParameters) {
  const auto quoted = Address::parse("\"Bell, \\\"Tower\\\" >\" <sip:a@b;lr>;tag=x ; q = 0.5");
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->uri.user, "a");
  EXPECT_EQ(quoted->tag, "x");
  EXPECT_EQ(quoted->parameter("q"), "0.5");
  const auto bare = Address::parse("sip:a@b;tag=y");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->tag, "y");
  EXPECT_TRUE(bare->uri.parameters.empty());
  EXPECT_EQ(Address::parse("<sip:x@y.invalid;transport=ws>;+sip.ice;reg-id=1;+sip.instance=\"<urn:uuid:1>\"")
                ->parameter("+sip.instance"),
            "<urn:uuid:1>");
  for (const std::string_view bad : {"", "<sip:a@b", "\"open <sip:a@b>", "< sip:a@b >", "Bell, Alexander <sip:a@b>",
                                     "sip:a@b?x=y", "<sip:a@b> junk"})
    EXPECT_FALSE(Address::parse(bad)) << bad;
}

TEST(Builder, answersWithTheSourceInTheTopVia) {
  Message message;
  ASSERT_FALSE(message.parse(invite));
  auto builder = Builder::response(message, test::udp("198.51.100.7", 1234), 486, {}, "t1");
  const std::string bytes = builder.add("X", "y").body("text/plain", "hello").finish();
  Message answer;
  ASSERT_FALSE(answer.parse(bytes));
  EXPECT_FALSE(answer.check());
  EXPECT_EQ(answer.status(), 486);
  EXPECT_EQ(answer.reason(), "Busy Here");
  EXPECT_EQ(answer.list(Field::via).size(), 2U);
  EXPECT_EQ(parameter(answer.top_via()->parameters, "received"), "198.51.100.7");
  EXPECT_EQ(parameter(answer.top_via()->parameters, "rport"), "1234");
  EXPECT_EQ(answer.to_tag(), "t1");
  EXPECT_EQ(answer.body(), "hello");
}

TEST(Builder, takesNothingOutOfAQuoteInTheTopVia) {
  const std::string bytes = crlf(
      "OPTIONS sip:101@VDP SIP/2.0\n"
      "Via: SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK1;rport;text=\"a\\\";rport;received=x;b\\\\\";received=192.0.2.99\n"
      "From: <sip:a@VDP>;tag=f\nTo: <sip:101@VDP>\nCall-ID: c\nCSeq: 1 OPTIONS\n\n");
  Message message;
  ASSERT_FALSE(message.parse(bytes));
  const std::string answer = Builder::response(message, test::udp("198.51.100.7", 1234), 486, {}, "t1").finish();
  EXPECT_NE(answer.find("z9hG4bK1;text=\"a\\\";rport;received=x;b\\\\\";received=198.51.100.7;rport=1234\r\n"),
            std::string::npos)
      << answer;
}

TEST(Parameter, isFoundBesideQuotesAndEmptyOnes) {
  const std::string_view all = ";; a=1 ;flag;B = \"x;y=\\\"z\" ; c=d=e;;last";
  EXPECT_EQ(parameter(all, "A"), "1");
  EXPECT_EQ(parameter(all, "flag"), "");
  EXPECT_EQ(parameter(all, "b"), "x;y=\\\"z");
  EXPECT_EQ(parameter(all, "c"), "d=e");
  EXPECT_EQ(parameter(all, "last"), "");
  EXPECT_FALSE(parameter(all, "y"));
  EXPECT_FALSE(parameter(" ;", "y"));
}

TEST(Builder, leavesRoomForTheVia) {
  auto builder = Builder::request("INVITE", "sip:x@y");
  const std::string bytes = builder.body("text/plain", std::string(1000, 'x')).finish();
  EXPECT_GE(bytes.capacity(), bytes.size() + room_for_via);
}

TEST(Field, isKnownInAnyCaseAndByNoOtherByte) {
  EXPECT_EQ(field_of("CALL-id"), Field::call_id);
  EXPECT_EQ(field_of("www-AUTHENTICATE"), Field::www_authenticate);
  EXPECT_EQ(field_of("cSeQ"), Field::cseq);
  EXPECT_EQ(field_of("V"), Field::via);
  for (const std::string known : {"Via", "CSeq", "Call-ID", "Contact", "Content-Length", "P-Asserted-Identity"})
    for (std::size_t at = 0; at < known.size(); ++at)
      for (int byte = 0; byte < 256; ++byte) {
        std::string other = known;
        other[at] = static_cast<char>(byte);
        const bool same = text::equals_ignoring_case(other, known);
        EXPECT_EQ(field_of(other) == field_of(known), same) << other;
      }
}

}  // namespace
}  // namespace lintel::sip
