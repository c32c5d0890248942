#include "media/h264_payload.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace lintel::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes unit(std::uint8_t header, std::size_t size) {
  Bytes made(size, 0x55);
  made[0] = header;
  return made;
}

Bytes stream(const std::vector<Bytes>& units) {
  Bytes all;
  for (const Bytes& one : units) {
    if (all.empty()) all.push_back(0);  // the first start code is a long one
    all.insert(all.end(), {0, 0, 1});
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

TEST(H264Payload, sendsSmallUnitsAsTheyAreAndNoDelimiter) {
  const Bytes access_unit = stream({{0x09, 0xF0}, unit(0x67, 20), unit(0x68, 5), unit(0x65, 100)});
  std::vector<PayloadPiece> pieces;
  payload_h264(access_unit, 100, pieces);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].size(), 20U);
  EXPECT_EQ(pieces[1].body[0], 0x68);
  EXPECT_EQ(pieces[2].size(), 100U);
}

TEST(H264Payload, fragmentsLongUnitsInEqualPiecesThatMakeThemAgain) {
  Bytes picture(1000);
  std::iota(picture.begin(), picture.end(), std::uint8_t{1});
  for (std::uint8_t& byte : picture) byte |= 4;  // no start code by accident
  picture[0] = 0x65;
  const Bytes access_unit = stream({picture});
  std::vector<PayloadPiece> pieces;
  payload_h264(access_unit, 302, pieces);
  ASSERT_EQ(pieces.size(), 4U);
  Bytes again{static_cast<std::uint8_t>((pieces[0].header[0] & 0xE0) | (pieces[0].header[1] & 0x1F))};
  for (std::size_t index = 0; index < pieces.size(); ++index) {
    EXPECT_EQ(pieces[index].header[0], 0x7C);
    EXPECT_EQ((pieces[index].header[1] & 0x80) != 0, index == 0);
    EXPECT_EQ((pieces[index].header[1] & 0x40) != 0, index == 3);
    EXPECT_EQ(pieces[index].size(), index < 3 ? 302U : 2U + 999U - 3U * 300U);
    again.insert(again.end(), pieces[index].body.begin(), pieces[index].body.end());
  }
  EXPECT_EQ(again, picture);
}

TEST(H264Payload, takesAnyBytesWithoutAPicture) {
  for (const Bytes& odd : {Bytes{}, Bytes{0}, Bytes{0, 0, 1}, Bytes{0, 0, 1, 0, 0, 1}, Bytes{1, 1, 1}, Bytes(50, 0)}) {
    std::vector<PayloadPiece> pieces;
    payload_h264(odd, 100, pieces);
    EXPECT_TRUE(pieces.empty());
  }
}

}  // namespace
}  // namespace lintel::media
