#include "media/rtcp.hpp"

#include <gtest/gtest.h>

namespace lintel::media::rtcp {
namespace {

TEST(Rtcp, readsWhatItWrites) {
  Bytes out;
  const ReceptionReport received{5, 12, 300, 70'000, 9, 1, 2};
  append_sender_report(out, {7, 0x1122334455667788, 9000, 10, 1000}, std::span(&received, 1));
  append_name(out, 7, "name");
  append_key_request(out, 7, 42);
  const std::vector<std::uint16_t> lost{65534, 65535, 0, 14, 100};
  append_lost(out, 7, 43, lost);
  EXPECT_EQ(out.size() % 4, 0U);
  Heard heard;
  ASSERT_TRUE(parse(out, heard));
  EXPECT_EQ(heard.sender, 7U);
  EXPECT_EQ(heard.sender_time, 0x33445566U);
  EXPECT_EQ(heard.key_requests, (std::vector<std::uint32_t>{42}));
  std::vector<std::uint16_t> asked;
  for (const Lost& one : heard.lost) {
    EXPECT_EQ(one.source, 43U);
    asked.push_back(one.sequence);
  }
  EXPECT_EQ(asked, lost);
}

TEST(Rtcp, namesOfAnyLengthKeepThePacketWhole) {
  for (std::size_t size = 0; size < 12; ++size) {
    Bytes out;
    append_receiver_report(out, 1, {});
    append_name(out, 1, std::string(size, 'n'));
    Heard heard;
    EXPECT_TRUE(parse(out, heard)) << size;
  }
}

TEST(Rtcp, hearsFullIntraRequests) {  // RFC 5104 §4.3.1
  const Bytes fir{0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 42, 1, 0, 0, 0};
  Heard heard;
  EXPECT_TRUE(parse(fir, heard));
  EXPECT_EQ(heard.key_requests, (std::vector<std::uint32_t>{42}));
}

TEST(Rtcp, boundsWhatOneCompoundCanAsk) {
  Bytes out;
  std::vector<std::uint16_t> lost(1000);
  for (std::size_t index = 0; index < lost.size(); ++index) lost[index] = static_cast<std::uint16_t>(index);
  append_lost(out, 1, 2, lost);
  for (int index = 0; index < 50; ++index) append_key_request(out, 1, 2);
  Heard heard;
  EXPECT_TRUE(parse(out, heard));
  EXPECT_EQ(heard.lost.size(), lost_limit);
  EXPECT_EQ(heard.key_requests.size(), key_request_limit);
}

TEST(Rtcp, hearsWhatReceiversLost) {  // RFC 3550 §6.4
  const std::vector<ReceptionReport> blocks{{.source = 7, .fraction_lost = 64}, {.source = 9, .fraction_lost = 3}};
  Bytes compound;
  append_receiver_report(compound, 1, blocks);
  append_sender_report(compound, {.source = 2}, std::span(blocks).first(1));
  Heard heard;
  ASSERT_TRUE(parse(compound, heard));
  ASSERT_EQ(heard.receptions.size(), 3U);
  EXPECT_EQ(heard.receptions[0].source, 7U);
  EXPECT_EQ(heard.receptions[0].fraction_lost, 64);
  EXPECT_EQ(heard.receptions[1].source, 9U);
  EXPECT_EQ(heard.receptions[2].fraction_lost, 64);

  // As many as are said to be there, as are there, and no more than the bound.
  Bytes lying(compound.begin(), compound.begin() + 32);
  lying[0] = 0x9F;
  lying[3] = 7;
  Heard little;
  EXPECT_TRUE(parse(lying, little));
  EXPECT_EQ(little.receptions.size(), 1U);
  const std::vector<ReceptionReport> crowd(31, {.source = 1, .fraction_lost = 1});
  Bytes many;
  append_receiver_report(many, 1, crowd);
  Heard bounded;
  EXPECT_TRUE(parse(many, bounded));
  EXPECT_EQ(bounded.receptions.size(), reception_limit);
}

TEST(Rtcp, refusesWhatIsCut) {
  Bytes out;
  append_sender_report(out, {7, 1, 2, 3, 4}, {});
  for (std::size_t size = 1; size < out.size(); ++size) {
    Heard heard;
    EXPECT_FALSE(parse(std::span(out).first(size), heard)) << size;
  }
}

}  // namespace
}  // namespace lintel::media::rtcp
