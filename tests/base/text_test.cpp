#include "base/text.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace lintel {
namespace {

TEST(Text, decodesEscapesOnceAndRefusesBrokenOnes) {
  EXPECT_EQ(text::percent_decode("101%232"), "101#2");
  EXPECT_EQ(text::percent_decode("%2541"), "%41");
  EXPECT_FALSE(text::percent_decode("%4"));
  EXPECT_FALSE(text::percent_decode("%zz"));
}

TEST(Text, knowsWellFormedUtf8) {
  EXPECT_TRUE(text::valid_utf8("Zoë 日本"));
  EXPECT_FALSE(text::valid_utf8("\xC0\x80"));      // overlong NUL
  EXPECT_FALSE(text::valid_utf8("\xED\xA0\x80"));  // surrogate
  EXPECT_FALSE(text::printable(std::string_view("a\0b", 3)));
  EXPECT_EQ(text::utf8_length("Zoë"), 3U);
}

TEST(Text, numbersAreWholeOrNothing) {
  EXPECT_EQ(text::to_unsigned("5060"), 5060U);
  EXPECT_FALSE(text::to_unsigned("5060x"));
  EXPECT_FALSE(text::to_unsigned("-1"));
  EXPECT_FALSE(text::to_unsigned("99999999999999999999999"));
  EXPECT_FALSE(text::to_unsigned(""));
}

TEST(Bytes, base64GoesBothWays) {
  EXPECT_EQ(bytes::to_base64("hello"), "aGVsbG8=");
  EXPECT_EQ(bytes::from_base64("aGVsbG8="), "hello");
  EXPECT_EQ(bytes::from_base64("aGVsbG8"), "hello");
  EXPECT_FALSE(bytes::from_base64("a*"));
  const auto data = bytes::random(100);
  for (std::size_t size = 0; size <= data.size(); ++size) {
    const auto part = data.substr(0, size);
    EXPECT_EQ(bytes::from_base64(bytes::to_base64url(part)), part);
    EXPECT_EQ(bytes::from_base64(bytes::to_base64(part)), part);
  }
  for (const char* wrong : {"*GVs", "a*Vs", "aG*s", "aGV*", "aGVs*G8", "aGVsb*8", "aGVsbG*", "aGVsb"})
    EXPECT_FALSE(bytes::from_base64(wrong)) << wrong;
}

TEST(Bytes, hexGoesBothWays) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  EXPECT_EQ(bytes::from_hex(bytes::to_hex(all)), all);
  EXPECT_EQ(bytes::to_hex(all.substr(0x9e, 3)), "9e9fa0");
}

TEST(Bytes, hashesAsPublished) {
  EXPECT_EQ(bytes::to_hex(bytes::md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(bytes::to_hex(bytes::md5({})), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(bytes::to_hex(bytes::md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890")),
            "57edf4a22be3c955ac49da2e2107b67a");
  EXPECT_EQ(bytes::to_hex(bytes::sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, cases 2 and 6 (a key longer than a block).
  EXPECT_EQ(bytes::to_hex(bytes::hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(bytes::to_hex(bytes::hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Bytes, randomPasswordsDiffer) { EXPECT_NE(bytes::random_password(16), bytes::random_password(16)); }

}  // namespace
}  // namespace lintel
