#include "sip/framing.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace lintel::sip {
namespace {

Frame frame(std::string_view bytes, const Limits& limits = {}) {
  std::size_t scanned = 0;
  return next_frame(bytes, limits, scanned);
}

TEST(Framing, cutsByContentLength) {
  const std::string one = test::crlf("MESSAGE sip:a@b SIP/2.0\nL : 5\nX: y\n\nhello");
  EXPECT_EQ(frame(one + "NEXT").kind, Frame::Kind::message);
  EXPECT_EQ(frame(one + "NEXT").length, one.size());
  EXPECT_EQ(frame(one.substr(0, one.size() - 1)).kind, Frame::Kind::incomplete);
  EXPECT_EQ(frame(test::crlf("MESSAGE sip:a@b SIP/2.0\nX: y\n\n")).kind, Frame::Kind::message);
}

TEST(Framing, everySplitGivesTheSameMessage) {
  const std::string bytes = test::crlf("MESSAGE sip:a@b SIP/2.0\nContent-Length:\n  5\n\nhello");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    std::size_t scanned = 0;
    EXPECT_EQ(next_frame(bytes.substr(0, cut), {}, scanned).kind, Frame::Kind::incomplete) << cut;
    EXPECT_EQ(next_frame(bytes, {}, scanned).length, bytes.size()) << cut;
  }
}

// What has a body says how much there must be: nobody need look at its headers again for each byte that drips in.
TEST(Framing, tellsHowMuchAnIncompleteMessageNeeds) {
  const std::string bytes = test::crlf("MESSAGE sip:a@b SIP/2.0\nContent-Length: 5\n\nhello");
  EXPECT_EQ(frame(bytes.substr(0, bytes.size() - 6)).length, 0U) << "not known yet";
  for (std::size_t missing = 5; missing > 0; --missing) {
    const Frame cut = frame(std::string_view(bytes).substr(0, bytes.size() - missing));
    EXPECT_EQ(cut.kind, Frame::Kind::incomplete);
    EXPECT_EQ(cut.length, bytes.size());
  }
}

TEST(Framing, knowsKeepAlives) {
  EXPECT_EQ(frame("\r\n\r\n").kind, Frame::Kind::ping);
  EXPECT_EQ(frame("\r\n").kind, Frame::Kind::pong);
  EXPECT_EQ(frame("\r\nOPTIONS").kind, Frame::Kind::pong);
  EXPECT_EQ(frame("\r").kind, Frame::Kind::incomplete);
  EXPECT_EQ(frame("\n").kind, Frame::Kind::broken);
}

TEST(Framing, refusesTheBoundlessAndTheBroken) {
  Limits limits;
  EXPECT_EQ(frame(std::string(limits.header_bytes + 1, 'a')).kind, Frame::Kind::broken);
  EXPECT_EQ(frame(test::crlf("A sip:b SIP/2.0\nContent-Length: 9999999\n\n")).kind, Frame::Kind::broken);
  EXPECT_EQ(frame(test::crlf("A sip:b SIP/2.0\nContent-Length: -999\n\n")).kind, Frame::Kind::last_message);
}

}  // namespace
}  // namespace lintel::sip
