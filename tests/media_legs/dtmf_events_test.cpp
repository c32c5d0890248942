// Telephone events (RFC 4733) as they come and go, packet by packet.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/rtp_dtmf.hpp"

namespace lintel::media {
namespace {

using Payload = std::array<std::uint8_t, 4>;

Payload event(int number, unsigned duration, bool end = false) {
  return {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(end ? 0x8A : 0x0A),
          static_cast<std::uint8_t>(duration >> 8), static_cast<std::uint8_t>(duration)};
}

struct Heard {
  DtmfReceiver receiver;
  std::string digits;
  void packet(std::uint32_t timestamp, const Payload& payload) {
    if (const auto digit = receiver.packet(timestamp, payload)) digits += *digit;
  }
};

TEST(DtmfReceiverTest, oneKeyThatIsHeldLongerThanADurationCanSayIsOneDigit) {  // §2.5.1.3: in segments, 1.4 s at 48 kHz
  Heard heard;
  const std::uint32_t began = 0xFFFF0000;  // the timestamp wraps meanwhile
  for (unsigned duration = 960; duration < 0xFFFF; duration += 960) heard.packet(began, event(5, duration));
  heard.packet(began, event(5, 0xFFFF));
  for (unsigned duration = 960; duration < 20'000; duration += 960) heard.packet(began + 0xFFFF, event(5, duration));
  heard.packet(began + 0xFFFF, event(5, 20'160, true));
  EXPECT_EQ(heard.digits, "5");
  heard.packet(began + 0xFFFF + 24'000, event(5, 960));
  EXPECT_EQ(heard.digits, "55") << "the same key again";
}

TEST(DtmfReceiverTest, theSameKeyAgainIsAnotherDigitThoughTheEndOfTheFirstWasLost) {
  Heard heard;
  heard.packet(1000, event(5, 960));
  heard.packet(1000, event(5, 7680));
  heard.packet(1000 + 14'400, event(5, 960));
  EXPECT_EQ(heard.digits, "55");
}

TEST(DtmfReceiverTest, aLateEndOfAnEarlierDigitIsNoDigit) {
  Heard heard;
  heard.packet(1000, event(1, 960));
  heard.packet(1000, event(1, 7680, true));
  heard.packet(20'000, event(2, 960));
  heard.packet(1000, event(1, 7680, true));  // overtaken on the way
  heard.packet(20'000, event(2, 1920));
  EXPECT_EQ(heard.digits, "12");
}

TEST(DtmfSenderTest, aPeerThatTakesNoEventsAnyMoreIsSentNone) {
  DtmfSender sender;
  sender.configure(101, 8000, 8000);
  for (const char digit : {'1', '2'}) sender.press(digit, 160);
  ASSERT_TRUE(sender.next(0));
  sender.configure(-1, 8000, 8000);  // a new offer without them
  for (std::uint32_t at = 160; at < 6400; at += 160) ASSERT_FALSE(sender.next(at));
}

TEST(DtmfSenderTest, aDigitLastsAsLongAsItWasPressedThoughItsClockIsNotThatOfTheSound) {
  DtmfSender sender;
  sender.configure(101, 8000, 48'000);  // Opus, and a phone that takes telephone-event/8000 alone
  sender.press('1', 160);
  std::vector<unsigned> durations;
  for (std::uint32_t at = 0; at < 20 * 960; at += 960) {
    const auto packet = sender.next(0xFFFFF000U + at);  // the timestamp wraps meanwhile
    if (packet) durations.push_back(256U * packet->payload[2] + packet->payload[3]);
  }
  EXPECT_EQ(durations, (std::vector<unsigned>{160, 320, 480, 640, 800, 960, 1120, 1280, 1280, 1280}));
}

}  // namespace
}  // namespace lintel::media
