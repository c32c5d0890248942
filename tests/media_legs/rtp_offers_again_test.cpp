// What a running RTP leg makes of a new offer: lines that go, come and change (RFC 3264 §8).
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

#include "media/leg_session.hpp"
#include "media/rtp_session.hpp"
#include "media/video.hpp"
#include "scene.hpp"

namespace lintel::media {
namespace {

constexpr const char* head = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";
constexpr const char* h264 = "a=rtpmap:102 H264/90000\r\na=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\n";

class OffersAgain : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init().ok()); }
  std::string answer(RtpSession& session, const std::string& lines) {
    std::string text;
    session.answer(head + lines, [&](Result<std::string> made) { text = made ? *made : made.error().message; });
    return text;
  }
  std::shared_ptr<RtpSession> make(LegOptions options) {
    auto session = std::make_shared<RtpSession>(*legs.inner(), LegKind::plain_rtp, options);
    SessionEvents events;
    events.connected = [] {};
    events.failed = [](const std::string&) {};
    events.dtmf = [](char) {};
    events.video = [](const ReceivedVideo&) {};
    session->tell(events);
    return session;
  }
  Loop loop;
  Legs legs{loop, nullptr, nullptr, {}};
};

TEST_F(OffersAgain, aLineThatThePeerTookBackIsOver) {
  LegOptions options;
  options.video = Direction::receive_only;
  const auto session = make(options);
  ASSERT_NE(answer(*session, std::string("m=audio 40000 RTP/AVP 8\r\nm=video 40002 RTP/AVP 102\r\n") + h264)
                .find("a=recvonly"),
            std::string::npos);
  EXPECT_FALSE(session->expects_packets()) << "nobody has answered yet";
  session->start(CallStage::answered);
  ASSERT_TRUE(session->expects_packets());
  const std::string without = "m=audio 40000 RTP/AVP 8\r\na=recvonly\r\nm=video 0 RTP/AVP 102\r\n";
  EXPECT_NE(answer(*session, without).find("m=video 0 "), std::string::npos);
  EXPECT_FALSE(session->expects_packets()) << "on hold, and nothing but sound is left: its silence is no fault";
}

// RFC 3264 §8.4, and as RFC 2543 knew it.
TEST_F(OffersAgain, aPeerThatHoldsTheCallMayBeSilentUntilItResumes) {
  const std::string line = "m=audio 40000 RTP/AVP 8\r\n";
  for (const char* hold : {"a=sendonly\r\n", "a=inactive\r\n", "c=IN IP4 0.0.0.0\r\n"}) {
    LegOptions options;
    options.video = Direction::inactive;
    const auto session = make(options);
    ASSERT_NE(answer(*session, line).find("a=sendrecv"), std::string::npos);
    session->start(CallStage::answered);
    EXPECT_TRUE(session->expects_packets());
    ASSERT_EQ(answer(*session, line + hold).find("a=sendrecv"), std::string::npos);
    EXPECT_FALSE(session->expects_packets()) << hold;
    ASSERT_NE(answer(*session, line).find("a=sendrecv"), std::string::npos);
    EXPECT_TRUE(session->expects_packets()) << "after " << hold;
  }
}

TEST_F(OffersAgain, theCodecOfTheCallStaysWhateverOrderItIsOfferedIn) {
  LegOptions options;
  options.video = Direction::inactive;
  const auto session = make(options);
  ASSERT_NE(answer(*session, "m=audio 40000 RTP/AVP 0 8\r\n").find(" RTP/AVP 0\r\n"), std::string::npos);
  const std::string again = answer(*session, "m=audio 40000 RTP/AVP 8 0\r\n");
  EXPECT_NE(again.find(" RTP/AVP 0\r\n"), std::string::npos) << again;
}

// What leaves the station, as the peer's own sockets hear it.
class Heard {
 public:
  Heard() : ports_(PortRange(0, 0).bind("127.0.0.1").value()) {}
  [[nodiscard]] int port() const { return ports_.port; }
  bool hears(Loop& loop, int payload_type) {
    for (std::array<std::uint8_t, 2048> buffer{}; recv(ports_.rtp.descriptor(), buffer.data(), buffer.size(), 0) > 0;) {
    }
    int heard = 0;
    return turn_until(loop, [&] {
      std::array<std::uint8_t, 2048> buffer{};
      const auto size = recv(ports_.rtp.descriptor(), buffer.data(), buffer.size(), 0);
      if (size > 12 && (buffer[1] & 0x7F) == payload_type) ++heard;
      return heard > 2;
    });
  }
  // The type of the first slice that comes from here on (RFC 6184 §5.4): whole, in pieces, or behind smaller units.
  int first_slice(Loop& loop) {
    int slice = -1;
    const auto look = [&slice](std::uint8_t header) {
      const int type = header & 0x1F;
      if (slice < 0 && (type == key_slice || type == other_slice)) slice = type;
    };
    turn_until(loop, [&] {
      std::array<std::uint8_t, 2048> packet{};
      const auto size = recv(ports_.rtp.descriptor(), packet.data(), packet.size(), 0);
      if (size < 15) return false;
      constexpr int several = 24, piece = 28;
      const int type = packet[12] & 0x1F;
      look(packet[type == piece ? 13 : 12]);
      for (std::size_t at = 13; type == several && at + 2 < static_cast<std::size_t>(size);) {
        look(packet[at + 2]);
        at += 2U + (packet[at] << 8U | packet[at + 1]);
      }
      return slice >= 0;
    });
    return slice;
  }
  bool falls_silent(Loop& loop) {
    return turn_until(loop, [&] {
      std::array<std::uint8_t, 2048> buffer{};
      const bool heard = recv(ports_.rtp.descriptor(), buffer.data(), buffer.size(), 0) > 0;
      silence_ = heard ? 0 : silence_ + 1;
      return silence_ > 30;  // each time about 10 ms
    });
  }
  static constexpr int other_slice = 1, key_slice = 5;

 private:
  PortPair ports_;
  int silence_ = 0;
};

class SendingAgain : public OffersAgain {
 protected:
  static AudioOptions test_audio() {
    AudioOptions options;
    options.microphone = options.speaker = "test";
    return options;
  }
  static std::string offer(RtpSession& session) {
    std::string text;
    session.offer([&](Result<std::string> made) { text = made ? *made : made.error().message; });
    return text;
  }
  // "" when it is taken.
  static std::string accept(RtpSession& session, const std::string& lines) {
    std::string why;
    session.accept(head + lines, [&](Result<void> done) { why = done ? "" : done.error().message; });
    return why;
  }
  static Video::Options test_video() {
    Video::Options options;
    options.camera.source = "test";
    options.main = {320, 240, 15, 256};
    options.sub = {160, 120, 15, 128};
    return options;
  }
  AudioEngine audio{loop, test_audio()};
  Video video{loop, test_video()};
  Legs station{loop, &audio, &video, {}};
  std::shared_ptr<RtpSession> sender(LegOptions options = {}) {
    auto session = std::make_shared<RtpSession>(*station.inner(), LegKind::plain_rtp, options);
    session->tell({[] {}, [](const std::string&) {}, [](char) {}, [](const ReceivedVideo&) {}});
    return session;
  }
};

TEST_F(SendingAgain, theSoundFollowsToAnotherNumberAndToAnotherCodec) {
  const auto session = sender();
  Heard peer;
  const std::string line = "m=audio " + std::to_string(peer.port()) + " RTP/AVP ";
  ASSERT_NE(answer(*session, line + "111\r\na=rtpmap:111 opus/48000/2\r\n").find(" 111\r\n"), std::string::npos);
  session->start(CallStage::answered);
  EXPECT_TRUE(peer.hears(loop, 111));
  ASSERT_NE(answer(*session, line + "112\r\na=rtpmap:112 opus/48000/2\r\n").find(" 112\r\n"), std::string::npos);
  EXPECT_TRUE(peer.hears(loop, 112));
  ASSERT_NE(answer(*session, line + "8\r\n").find(" 8\r\n"), std::string::npos);
  EXPECT_TRUE(peer.hears(loop, 8));
  session->stop();
}

TEST_F(SendingAgain, aPictureThatIsAskedForWithinTheCallComes) {
  const auto session = sender();
  Heard sound, picture;
  const std::string line = "m=audio " + std::to_string(sound.port()) + " RTP/AVP 8\r\n";
  ASSERT_NE(answer(*session, line).find("m=audio "), std::string::npos);
  session->start(CallStage::answered);
  EXPECT_TRUE(sound.hears(loop, 8));
  const std::string with = line + "m=video " + std::to_string(picture.port()) + " RTP/AVP 102\r\n" + h264;
  ASSERT_NE(answer(*session, with).find("a=sendonly"), std::string::npos);
  EXPECT_TRUE(picture.hears(loop, 102));
  session->stop();
}

// A forking proxy rings several phones by one offer, and each shows the picture, or not, before one of them answers.
TEST_F(SendingAgain, thePhoneThatAnswersHasThePictureThatAnotherRefusedBeforeIt) {
  const auto session = sender();
  Heard sound, picture;
  ASSERT_NE(offer(*session).find("m=video "), std::string::npos);
  const std::string line = "m=audio " + std::to_string(sound.port()) + " RTP/AVP 8\r\n";
  ASSERT_EQ(accept(*session, line + "m=video 0 RTP/AVP 102\r\n"), "");
  session->start(CallStage::early);
  EXPECT_TRUE(sound.hears(loop, 8));
  ASSERT_EQ(accept(*session, line + "m=video " + std::to_string(picture.port()) + " RTP/AVP 102\r\n" + h264), "");
  session->start(CallStage::answered);
  EXPECT_TRUE(picture.hears(loop, 102));
  // What is refused by the answer that counts is not offered again.
  ASSERT_EQ(accept(*session, line + "m=video 0 RTP/AVP 102\r\n"), "");
  EXPECT_NE(offer(*session).find("m=video 0 "), std::string::npos);
  session->stop();
}

TEST_F(SendingAgain, thePhoneThatAnswersEncryptsWhereAnotherBeforeItDidNot) {  // C21
  LegOptions options;
  options.encryption = Encryption::optional;
  options.video = Direction::inactive;
  const std::string key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(40, 'A') + "\r\n";
  for (const bool encrypts : {true, false}) {
    const auto session = sender(options);
    Heard first, second;
    ASSERT_NE(offer(*session).find("a=crypto:1 "), std::string::npos);
    const auto answer_of = [&](const Heard& phone, bool secure) {
      return "m=audio " + std::to_string(phone.port()) + " RTP/AVP 8\r\n" + (secure ? key : "");
    };
    ASSERT_EQ(accept(*session, answer_of(first, !encrypts)), "");
    session->start(CallStage::early);
    EXPECT_TRUE(first.hears(loop, 8));
    ASSERT_EQ(accept(*session, answer_of(second, encrypts)), "");
    session->start(CallStage::answered);
    EXPECT_TRUE(second.hears(loop, 8));
    EXPECT_EQ(session->figures().encrypted, encrypts);
    EXPECT_NE(accept(*session, answer_of(first, !encrypts)), "") << "a call that was answered stays as it is";
    EXPECT_EQ(session->figures().encrypted, encrypts);
    session->stop();
  }
}

TEST_F(SendingAgain, thePictureOfAResumedCallBeginsWithAKey) {
  const auto session = sender();
  Heard sound, picture;
  const std::string line = "m=audio " + std::to_string(sound.port()) + " RTP/AVP 8\r\n";
  const std::string seen = "m=video " + std::to_string(picture.port()) + " RTP/AVP 102\r\n" + h264;
  ASSERT_NE(answer(*session, line + seen).find("a=sendonly"), std::string::npos);
  session->start(CallStage::answered);
  EXPECT_TRUE(picture.hears(loop, 102));
  for (int times = 0; times < 2; ++times) {
    ASSERT_NE(answer(*session, line + "a=inactive\r\n" + seen + "a=inactive\r\n").find("a=inactive"),
              std::string::npos);
    ASSERT_TRUE(picture.falls_silent(loop));
    ASSERT_NE(answer(*session, line + seen).find("a=sendonly"), std::string::npos);
    EXPECT_EQ(picture.first_slice(loop), Heard::key_slice);
  }
  session->stop();
}

TEST_F(SendingAgain, aPictureThatIsAskedForWithinAnEncryptedCallComesEncrypted) {
  auto session = std::make_shared<RtpSession>(*station.inner(), LegKind::sdes_srtp, LegOptions{});
  session->tell(
      {[] {}, [](const std::string& why) { ADD_FAILURE() << why; }, [](char) {}, [](const ReceivedVideo&) {}});
  Heard sound, picture;
  const std::string key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + std::string(40, 'A') + "\r\n";
  const std::string line = "m=audio " + std::to_string(sound.port()) + " RTP/SAVP 8\r\n" + key;
  ASSERT_NE(answer(*session, line).find("m=audio "), std::string::npos);
  session->start(CallStage::answered);
  EXPECT_TRUE(sound.hears(loop, 8));
  const std::string with = line + "m=video " + std::to_string(picture.port()) + " RTP/SAVP 102\r\n" + h264 + key;
  const std::string text = answer(*session, with);
  ASSERT_NE(text.find("a=sendonly"), std::string::npos) << text;
  EXPECT_NE(text.find("a=crypto", text.find("m=video")), std::string::npos) << text;
  EXPECT_TRUE(picture.hears(loop, 102));
  EXPECT_TRUE(sound.hears(loop, 8));
  EXPECT_TRUE(session->figures().encrypted);
  session->stop();
}

}  // namespace
}  // namespace lintel::media
