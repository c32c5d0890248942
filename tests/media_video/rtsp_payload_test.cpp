#include "media/rtsp_payload.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace lintel::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes nal(std::uint8_t header, std::size_t size) {
  Bytes unit(size, 0x55);
  unit[0] = header;
  return unit;
}
Bytes stream_of(std::initializer_list<Bytes> units, bool long_codes = true) {
  Bytes stream;
  for (const Bytes& unit : units) {
    if (long_codes) stream.push_back(0);
    stream.insert(stream.end(), {0, 0, 1});
    stream.insert(stream.end(), unit.begin(), unit.end());
  }
  return stream;
}
std::span<const std::uint8_t> packet(const Bundle& bundle, std::size_t index) {
  return {static_cast<const std::uint8_t*>(bundle->packets[index].iov_base), bundle->packets[index].iov_len};
}
std::size_t number(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::size_t>(bytes[at] << 8 | bytes[at + 1]);
}

// Puts NAL units together again, as a receiver does (RFC 6184 §5.8).
std::vector<Bytes> receive(const Bundle& bundle) {
  std::vector<Bytes> units;
  for (std::size_t i = 0; i < bundle->packets.size(); ++i) {
    const auto payload = packet(bundle, i).subspan(12);
    if ((payload[0] & 0x1f) != 28) {
      units.emplace_back(payload.begin(), payload.end());
      continue;
    }
    if ((payload[1] & 0x80) != 0)
      units.push_back({static_cast<std::uint8_t>((payload[0] & 0xe0) | (payload[1] & 0x1f))});
    units.back().insert(units.back().end(), payload.begin() + 2, payload.end());
  }
  return units;
}

TEST(H264Payloader, sendsUnitsWholeOrInPieces) {
  H264Payloader payloader;
  const Bytes sps = nal(0x67, 20), pps = nal(0x68, 5), picture = nal(0x65, 5000);
  const Bundle bundle = payloader.take(stream_of({nal(0x09, 2), sps, pps, picture}), true, GST_SECOND);
  ASSERT_NE(bundle, nullptr);
  EXPECT_EQ(receive(bundle), (std::vector<Bytes>{sps, pps, picture})) << "the delimiter is left out";
  EXPECT_EQ(payloader.parameters().sequence, std::string(sps.begin(), sps.end()));
  EXPECT_EQ(payloader.parameters().picture, std::string(pps.begin(), pps.end()));
  for (std::size_t i = 0; i < bundle->packets.size(); ++i) {
    const auto one = packet(bundle, i);
    EXPECT_LE(one.size(), rtp_packet_size);
    EXPECT_EQ(one[0], 0x80);
    EXPECT_EQ(one[1], i + 1 == bundle->packets.size() ? 0x80 | 96 : 96) << "the marker ends the access unit";
    EXPECT_EQ(number(one, 2), static_cast<std::uint16_t>(bundle->first_sequence + i));
    const auto* framed = one.data() - 4;
    EXPECT_EQ(framed[0], '$');
    EXPECT_EQ(framed[1], rtp_video_channel);
    EXPECT_EQ(static_cast<std::size_t>(framed[2] << 8 | framed[3]), one.size());
  }
  const Bundle next = payloader.take(stream_of({nal(0x41, 100)}, false), false, 2 * GST_SECOND);
  EXPECT_EQ(next->first_sequence, static_cast<std::uint16_t>(bundle->first_sequence + bundle->packets.size()));
  EXPECT_EQ(next->rtp_time, bundle->rtp_time + 90'000);
  EXPECT_EQ(payloader.parameters().sequence.size(), sps.size()) << "as they were last";
}

TEST(H264Payloader, keepsBytesThatLookAlmostLikeStartCodes) {
  H264Payloader payloader;
  const Bytes picture{0x65, 0, 0, 3, 1, 0, 0, 2, 0, 1, 1, 0, 0x80};
  EXPECT_EQ(receive(payloader.take(stream_of({picture}), true, 0)), std::vector<Bytes>{picture});
  EXPECT_EQ(payloader.take(Bytes{}, false, 0), nullptr);
  EXPECT_EQ(payloader.take(Bytes{0, 0, 0, 1}, false, 0), nullptr);
  EXPECT_EQ(payloader.take(Bytes{1, 2, 3, 4, 5, 6}, false, 0), nullptr);
}

TEST(H264Payloader, makesRunsThatOneDatagramCallCanCut) {
  H264Payloader payloader;
  const Bundle bundle = payloader.take(
      stream_of({nal(0x67, 20), nal(0x68, 5), nal(0x65, 200'000), nal(0x65, 3000), nal(0x65, 3000)}), true, 0);
  std::uint32_t next = 0;
  for (const auto& run : bundle->runs) {
    EXPECT_EQ(run.first, next);
    std::size_t bytes = 0;
    for (std::uint32_t i = run.first; i < run.first + run.count; ++i) {
      const std::size_t size = bundle->packets[i].iov_len;
      bytes += size;
      EXPECT_TRUE(i + 1 == run.first + run.count ? size <= run.segment : size == run.segment);
    }
    EXPECT_LE(run.count, 64U);
    EXPECT_LT(bytes, 65'000U);
    next += run.count;
  }
  EXPECT_EQ(next, bundle->packets.size());
  EXPECT_LE(bundle->runs.size(), 8U);
}

TEST(SoundPayloader, givesTheToneAtHalfTheRate) {
  SoundPayloader payloader;
  Bytes sound;
  std::vector<Bundle> bundles;
  int at = 0;
  for (int frame = 0; frame < 10; ++frame) {
    AudioFrame near;
    for (auto& sample : near)
      sample = static_cast<std::int16_t>(8000 * std::sin(2 * std::numbers::pi * 1000 * at++ / audio_rate));
    if (auto bundle = payloader.take(near, static_cast<GstClockTime>(frame) * 20 * GST_MSECOND))
      bundles.push_back(bundle);
  }
  ASSERT_EQ(bundles.size(), 5U) << "40 ms a packet";
  for (std::size_t i = 0; i < bundles.size(); ++i) {
    const auto one = packet(bundles[i], 0);
    ASSERT_EQ(one.size(), 12U + 320);
    EXPECT_EQ(one[1], i == 0 ? 0x80 | 8 : 8) << "PCMA, and the marker where sound begins";
    EXPECT_EQ(bundles[i]->rtp_time, bundles[0]->rtp_time + 320 * i);
    sound.insert(sound.end(), one.begin() + 12, one.end());
  }
  // The same law the other way (ITU-T G.711).
  double all = 0, sine = 0, cosine = 0;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const int code = sound[i] ^ 0x55, exponent = code >> 4 & 7, mantissa = code & 15;
    const int magnitude = exponent == 0 ? mantissa * 16 + 8 : (mantissa * 16 + 264) << (exponent - 1);
    const double sample = (code & 0x80) != 0 ? magnitude : -magnitude;
    const double phase = 2 * std::numbers::pi * 1000 * static_cast<double>(i) / 8000;
    all += sample * sample;
    sine += sample * std::sin(phase);
    cosine += sample * std::cos(phase);
  }
  EXPECT_NEAR(std::sqrt(2 * all / static_cast<double>(sound.size())), 8000, 300) << "as loud as it was";
  EXPECT_GT(2 * (sine * sine + cosine * cosine) / static_cast<double>(sound.size()) / all, 0.98) << "and nothing else";
}

TEST(SoundPayloader, jumpsOverAGapAndCountsOnWhenItIsOnlyLate) {
  SoundPayloader payloader;
  const auto give = [&](GstClockTime time) {
    (void)payloader.take(AudioFrame{}, time);
    return payloader.take(AudioFrame{}, time + 20 * GST_MSECOND);
  };
  const std::uint32_t first = give(0)->rtp_time;
  EXPECT_EQ(give(130 * GST_MSECOND)->rtp_time, first + 320) << "late by 90 ms";
  EXPECT_EQ(give(2 * GST_SECOND)->rtp_time, first + 16'000);
  payloader.restart();
  EXPECT_EQ(give(3 * GST_SECOND)->rtp_time, first + 24'000);
}

TEST(Alaw, hasTheCodesOfG711) {
  EXPECT_EQ(to_alaw(0), 0xd5);
  EXPECT_EQ(to_alaw(-1), 0x55);
  EXPECT_EQ(to_alaw(32767), 0xaa);
  EXPECT_EQ(to_alaw(-32768), 0x2a);
  EXPECT_EQ(to_alaw(256), 0xc5);
  EXPECT_EQ(to_alaw(1000), 0xfa);
}

}  // namespace
}  // namespace lintel::media
