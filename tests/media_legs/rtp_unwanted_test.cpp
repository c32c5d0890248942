// What comes to an RTP leg and is not wanted ends no call.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>

#include "base/big_endian.hpp"
#include "media/endpoint.hpp"
#include "media/leg_session.hpp"
#include "media/rtp_packet.hpp"
#include "media/rtp_session.hpp"
#include "scene.hpp"

namespace lintel::media {
namespace {

class Unwanted : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init().ok()); }
  std::shared_ptr<RtpSession> make(LegOptions options) {
    auto session = std::make_shared<RtpSession>(*legs.inner(), LegKind::plain_rtp, options);
    session->tell({[] {}, [this](const std::string&) { failed = true; }, [](char) {}, {}});
    return session;
  }
  static std::string answer(RtpSession& session, const std::string& lines) {
    std::string text;
    session.answer("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + lines,
                   [&](Result<std::string> made) { text = made ? *made : made.error().message; });
    return text;
  }
  void send(const std::string& answer_text, const char* kind, int payload_type, std::uint32_t source) {
    const std::size_t at = answer_text.find(std::string("m=") + kind + " ");
    ASSERT_NE(at, std::string::npos) << answer_text;
    const auto to = *endpoint_of("127.0.0.1", static_cast<std::uint16_t>(std::stoi(answer_text.substr(at + 8))));
    sockaddr_storage address{};
    const socklen_t size = to_system(to, address);
    std::array<std::uint8_t, rtp_header_size + 160> packet{};
    for (std::size_t index = 0; index < packet.size(); ++index)
      packet[index] = index % 8 < 4 ? 0x2A : 0xAA;  // a loud tone of A-law
    write_rtp(packet.data(), {false, static_cast<std::uint8_t>(payload_type), sequence++, timestamp += 160, source});
    ASSERT_GT(
        sendto(peer.rtp.descriptor(), packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&address), size), 0);
  }
  bool fails_within(Duration limit) {
    return turn_until(
        loop, [&] { return failed.load(); }, limit);
  }
  Loop loop;
  Legs legs{loop, nullptr, nullptr, {}};
  PortPair peer = PortRange(0, 0).bind("127.0.0.1").value();
  std::uint16_t sequence = 1;
  std::uint32_t timestamp = 1;
  std::atomic<bool> failed = false;
};

TEST_F(Unwanted, aPictureThatNobodyTakesEndsNoCall) {
  LegOptions options;
  options.video = Direction::receive_only;
  const auto session = make(options);
  const std::string text = answer(*session, std::string("m=audio 40000 RTP/AVP 8\r\nm=video 40002 RTP/AVP 102\r\n") +
                                                "a=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=1\r\n");
  for (int count = 0; count < 50 && !failed; ++count) {
    send(text, "video", 102, 7);
    fails_within(std::chrono::milliseconds(20));
  }
  EXPECT_FALSE(failed);
  EXPECT_GT(session->figures().video_packets_received, 40U);
  session->stop();
}

TEST_F(Unwanted, oneSourceTooManyEndsNoCall) {
  const auto session = make({});
  const std::string text = answer(*session, "m=audio 40000 RTP/AVP 8\r\n");
  for (std::uint32_t source = 1; source < 12 && !failed; ++source) {
    for (int count = 0; count < 27 && !failed; ++count) {
      send(text, "audio", 8, source);
      fails_within(std::chrono::milliseconds(20));
    }
  }
  EXPECT_FALSE(failed);
  session->stop();
}

// A phone that is held, muted or transferred often comes as one source after the other.
TEST_F(Unwanted, sourcesThatLeftMakeRoomForOthers) {
  AudioOptions devices;
  devices.microphone = "silence";
  devices.speaker = "test";
  AudioEngine audio(loop, devices);
  Legs hearing(loop, &audio, nullptr, {});
  const auto session = std::make_shared<RtpSession>(*hearing.inner(), LegKind::plain_rtp, LegOptions{});
  session->tell({[] {}, [this](const std::string&) { failed = true; }, [](char) {}, {}});
  const std::string text = answer(*session, "m=audio " + std::to_string(peer.port) + " RTP/AVP 8\r\n");
  session->start();
  const auto heard = [&] {
    const std::vector<std::int16_t> recorded = audio.recorded();
    return std::count_if(recorded.end() - std::min<long>(audio_rate / 2, std::ssize(recorded)), recorded.end(),
                         [](std::int16_t one) { return std::abs(one) > 500; }) > audio_rate / 8;
  };
  const auto speak = [&](std::uint32_t source) {  // then it says goodbye
    bool any = false;
    for (int count = 0; count < 60; ++count) {
      send(text, "audio", 8, source);
      fails_within(std::chrono::milliseconds(20));
      any = any || (count > 30 && heard());
    }
    const auto to =
        *endpoint_of("127.0.0.1", static_cast<std::uint16_t>(std::stoi(text.substr(text.find("m=audio ") + 8)) + 1));
    sockaddr_storage address{};
    const socklen_t size = to_system(to, address);
    std::array<std::uint8_t, 16> goodbye{0x80, 201, 0, 1, 0, 0, 0, 0, 0x81, 203, 0, 1, 0, 0, 0, 0};
    big_endian::write32(&goodbye[4], source);
    big_endian::write32(&goodbye[12], source);
    sendto(peer.rtcp.descriptor(), goodbye.data(), goodbye.size(), 0, reinterpret_cast<sockaddr*>(&address), size);
    return any;
  };
  for (std::uint32_t source = 1; source <= 8; ++source) EXPECT_TRUE(speak(source)) << source;
  bool ninth = false;  // how soon the first of them is forgotten is RTCP's matter
  for (std::uint32_t source = 9; source < 24 && !ninth; ++source) {
    fails_within(std::chrono::milliseconds(700));
    ninth = speak(source);
  }
  EXPECT_TRUE(ninth);
  EXPECT_FALSE(failed);
  session->stop();
}

}  // namespace
}  // namespace lintel::media
