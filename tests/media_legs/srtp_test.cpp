// What leaves for a WebRTC peer under AES-GCM is what libsrtp, at the other end, takes.
#include "media/srtp.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "media/rtp_packet.hpp"

namespace lintel::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Pair {
  Srtp near, far;
};

Pair pair(SrtpProfile profile) {
  const std::size_t size = profile == SrtpProfile::aead_aes_128_gcm ? 28 : 30;
  const std::string one = bytes::random(size), other = bytes::random(size);
  return {*Srtp::make({profile, one, other}), *Srtp::make({profile, other, one})};
}

Bytes packet(std::uint16_t sequence, std::uint32_t source = 7, std::size_t body = 300) {
  Bytes made(rtp_header_size + body, static_cast<std::uint8_t>(sequence));
  write_rtp(made.data(), {sequence % 2 == 0, 96, sequence, 90'000U + sequence, source});
  return made;
}

Bytes protect(Srtp& srtp, Bytes plain) {
  const std::size_t size = plain.size();
  plain.resize(size + srtp_growth);
  plain.resize(srtp.protect(plain.data(), size));
  return plain;
}

Bytes taken(Srtp& srtp, Bytes sealed) {
  const auto plain = srtp.unprotect(sealed);
  return {plain.begin(), plain.end()};
}

// security: media is encrypted whichever profile the peer agrees to
TEST(SrtpTest, theOtherEndReadsWhatWasSealedUnderEachProfile) {
  for (const SrtpProfile profile : {SrtpProfile::aes128_cm_sha1_80, SrtpProfile::aead_aes_128_gcm}) {
    auto [near, far] = pair(profile);
    for (const std::size_t size : {0U, 1U, 160U, 1160U}) {
      const Bytes plain = packet(static_cast<std::uint16_t>(100 + size), 7, size);
      const Bytes sealed = protect(near, plain);
      ASSERT_GT(sealed.size(), plain.size());
      const std::size_t seen = rtp_header_size + std::min<std::size_t>(size, 16);
      EXPECT_TRUE(size < 16 || !std::equal(plain.begin() + rtp_header_size, plain.begin() + static_cast<long>(seen),
                                           sealed.begin() + rtp_header_size));
      EXPECT_EQ(taken(far, sealed), plain);
      EXPECT_TRUE(taken(far, sealed).empty()) << "once";
    }
  }
}

TEST(SrtpTest, sequenceNumbersRollOverForEachSourceByItself) {
  auto [near, far] = pair(SrtpProfile::aead_aes_128_gcm);
  for (std::uint32_t number = 65'000; number < 65'000 + 3 * 65'536; number += 16) {
    for (const std::uint32_t source : {7U, 8U}) {
      const Bytes plain = packet(static_cast<std::uint16_t>(number + source), source, 20);
      ASSERT_EQ(taken(far, protect(near, plain)), plain) << number << " of " << source;
    }
  }
}

TEST(SrtpTest, aPacketThatIsSentAgainIsTheSameAlsoAcrossTheRollOver) {
  auto [near, far] = pair(SrtpProfile::aead_aes_128_gcm);
  const Bytes lost = protect(near, packet(65'530));
  for (int sequence = 65'531; sequence < 65'536 + 20; ++sequence)
    (void)taken(far, protect(near, packet(static_cast<std::uint16_t>(sequence))));
  const Bytes again = protect(near, packet(65'530));
  EXPECT_EQ(again, lost);
  EXPECT_EQ(taken(far, again), packet(65'530));
  EXPECT_EQ(taken(far, protect(near, packet(20))), packet(20)) << "and the newest stays the newest";
}

// RFC 7714 §10.1: two packets under one nonce tell what both say, and the key that proves them.
TEST(SrtpTest, noNonceIsUsedTwiceAfterAJumpOfTheNumbers) {
  auto [near, far] = pair(SrtpProfile::aead_aes_128_gcm);
  for (std::uint32_t number = 40'000; number <= 65'536 + 1'000; number += 8)
    ASSERT_FALSE(taken(far, protect(near, packet(static_cast<std::uint16_t>(number)))).empty());
  // Numbers that ran on for a while without being sent: more than half of their circle ahead is behind.
  Bytes other = packet(40'000);
  other.back() ^= 1;
  EXPECT_TRUE(protect(near, other).empty());
  EXPECT_TRUE(protect(near, packet(34'000)).empty());
  EXPECT_EQ(taken(far, protect(near, packet(1'001))), packet(1'001));
}

TEST(SrtpTest, theHeaderIsSeenByAllAndChangedByNobody) {
  auto [near, far] = pair(SrtpProfile::aead_aes_128_gcm);
  Bytes plain = packet(5);
  plain[0] = 0x91;  // one contributing source and an extension of one word
  plain[18] = 0;
  plain[19] = 1;
  Bytes sealed = protect(near, plain);
  EXPECT_TRUE(std::equal(plain.begin(), plain.begin() + 24, sealed.begin()));
  EXPECT_NE(sealed[24], plain[24]);
  Bytes forged = sealed;
  forged[1] ^= 0x80;
  EXPECT_TRUE(taken(far, forged).empty());
  EXPECT_EQ(taken(far, sealed), plain);
}

TEST(SrtpTest, whatIsNoRtpIsNotSealedAndSourcesAreBounded) {
  auto [near, far] = pair(SrtpProfile::aead_aes_128_gcm);
  EXPECT_TRUE(protect(near, Bytes(11, 0x80)).empty());
  EXPECT_TRUE(protect(near, Bytes(40, 0x00)).empty());
  Bytes long_extension = packet(1, 7, 20);
  long_extension[0] = 0x90;
  long_extension[14] = 0xFF;
  EXPECT_TRUE(protect(near, long_extension).empty());
  for (std::uint32_t source = 0; source < GcmSender::sources_limit; ++source)
    EXPECT_FALSE(protect(near, packet(1, source)).empty());
  EXPECT_TRUE(protect(near, packet(1, 1000)).empty());
  EXPECT_FALSE(GcmSender::make("too short").ok());
}

// Security 16: libsrtp looks through all sources of a peer for each packet, and the thread is that of all browsers.
TEST(SrtpTest, ofAPeersSourcesTheFirstAreHeardAndNoMore) {
  auto [near, far] = pair(SrtpProfile::aes128_cm_sha1_80);
  Bytes forged = packet(1, 999);
  forged.resize(forged.size() + 10);
  for (int time = 0; time < 100; ++time) EXPECT_TRUE(taken(far, forged).empty());  // these take no place
  std::size_t heard = 0;
  for (std::uint32_t source = 1; source <= 1'000; ++source)
    heard += taken(far, protect(near, packet(1, source))).empty() ? 0 : 1;
  EXPECT_EQ(heard, Srtp::most_sources);
  EXPECT_FALSE(taken(far, protect(near, packet(2, 1))).empty()) << "who was heard is heard on";

  Bytes report{0x80, 201, 0, 1, 0, 0, 9, 9};
  report.resize(report.size() + srtp_growth);
  report.resize(near.protect_control(report.data(), 8));
  EXPECT_TRUE(far.unprotect_control(report).empty());
}

}  // namespace
}  // namespace lintel::media
