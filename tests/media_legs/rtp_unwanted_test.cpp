// What comes to an RTP leg and is not wanted ends no call.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <random>
#include <span>
#include <vector>

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
    std::array<std::uint8_t, 160> tone{};
    for (std::size_t index = 0; index < tone.size(); ++index)
      tone[index] = index % 8 < 4 ? 0x2A : 0xAA;  // a loud one, of A-law
    send(answer_text, kind, {false, static_cast<std::uint8_t>(payload_type), sequence++, timestamp += 160, source},
         tone);
  }
  void send(const std::string& answer_text, const char* kind, const RtpHeader& header,
            std::span<const std::uint8_t> payload) {
    const std::size_t at = answer_text.find(std::string("m=") + kind + " ");
    ASSERT_NE(at, std::string::npos) << answer_text;
    const auto to = *endpoint_of("127.0.0.1", static_cast<std::uint16_t>(std::stoi(answer_text.substr(at + 8))));
    sockaddr_storage address{};
    const socklen_t size = to_system(to, address);
    std::vector<std::uint8_t> packet(rtp_header_size + payload.size());
    std::copy(payload.begin(), payload.end(), packet.begin() + rtp_header_size);
    write_rtp(packet.data(), header);
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
  session->start(CallStage::answered);
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

// What a peer calls a picture may be anything: the sound beside it goes on, and so does the next good picture.
TEST_F(Unwanted, garbageForAPictureEndsNoSound) {
  AudioOptions devices;
  devices.microphone = "silence";
  devices.speaker = "test";
  AudioEngine audio(loop, devices);
  Legs hearing(loop, &audio, nullptr, {});
  LegOptions options;
  options.video = Direction::receive_only;
  const auto session = std::make_shared<RtpSession>(*hearing.inner(), LegKind::plain_rtp, options);
  std::atomic<int> pictures = 0;
  session->tell({[] {}, [this](const std::string&) { failed = true; }, [](char) {},
                 [&pictures](const ReceivedVideo& video) { pictures += video.key ? 1 : 0; }});
  const std::string text =
      answer(*session, "m=audio " + std::to_string(peer.port) + " RTP/AVP 8\r\nm=video " + std::to_string(peer.port) +
                           " RTP/AVP 102\r\n" + "a=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=1\r\n");
  session->start(CallStage::answered);
  std::minstd_rand random(7);
  std::uint16_t number = 1;
  std::uint32_t time = 1;
  const auto picture = [&](const std::vector<std::uint8_t>& unit, bool last) {
    send(text, "video", {last, 102, number++, time, 9}, unit);
    if (last) time += 3000;
  };
  constexpr std::array<std::uint8_t, 8> types{7, 8, 5, 1, 24, 28, 6, 9};
  for (int count = 0; count < 600 && !failed; ++count) {
    std::vector<std::uint8_t> unit(1 + random() % 40);
    for (std::uint8_t& byte : unit) byte = static_cast<std::uint8_t>(random());
    unit[0] = static_cast<std::uint8_t>(0x60U | types[static_cast<std::size_t>(count) % types.size()]);
    picture(unit, random() % 2 == 0);
    send(text, "audio", 8, 7);
    fails_within(std::chrono::milliseconds(5));
  }
  // A grey picture of 16 by 16, as x264 writes it.
  const auto good = [&] {
    picture({0x67, 0x42, 0xC0, 0x0A, 0xD9, 0x1E, 0xC0, 0x44, 0x00, 0x00, 0x03,
             0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xC8, 0x3C, 0x48, 0x99, 0x20},
            false);
    picture({0x68, 0xCB, 0x83, 0xCB, 0x20}, false);
    picture({0x65, 0x88, 0x84, 0x0A, 0xF2, 0x62, 0x80, 0x01, 0x7C}, true);
  };
  const int garbled = pictures;
  bool heard = false;
  for (int count = 0; count < 150 && !failed && !(heard && pictures > garbled); ++count) {
    good();
    send(text, "audio", 8, 7);
    fails_within(std::chrono::milliseconds(20));
    const std::vector<std::int16_t> recorded = audio.recorded();
    heard = std::count_if(recorded.end() - std::min<long>(audio_rate / 2, std::ssize(recorded)), recorded.end(),
                          [](std::int16_t one) { return std::abs(one) > 500; }) > audio_rate / 8;
  }
  EXPECT_FALSE(failed);
  EXPECT_TRUE(heard);
  EXPECT_GT(pictures, garbled);
  session->stop();
}

TEST_F(Unwanted, garbageForSoundEndsNoCall) {
  for (const auto& [type, name] :
       {std::pair(96, "opus/48000/2"), std::pair(9, "G722/8000"), std::pair(8, "PCMA/8000")}) {
    const auto session = make({});
    const std::string text =
        answer(*session, "m=audio " + std::to_string(peer.port) + " RTP/AVP " + std::to_string(type) +
                             "\r\na=rtpmap:" + std::to_string(type) + " " + name + "\r\n");
    std::minstd_rand random(7);
    for (int count = 0; count < 100 && !failed; ++count) {
      std::vector<std::uint8_t> payload(random() % 200);
      for (std::uint8_t& byte : payload) byte = static_cast<std::uint8_t>(random());
      send(text, "audio", {false, static_cast<std::uint8_t>(type), sequence++, timestamp += 960, 7}, payload);
      fails_within(std::chrono::milliseconds(5));
    }
    EXPECT_FALSE(failed) << name;
    session->stop();
  }
}

}  // namespace
}  // namespace lintel::media
