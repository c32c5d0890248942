// Somebody on the network who neither reads along nor is called sends to the ports of a call: he presses no key, and
// nothing of the call goes to him.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <span>
#include <vector>

#include "media/endpoint.hpp"
#include "media/leg_session.hpp"
#include "media/rtp_packet.hpp"
#include "media/rtp_session.hpp"
#include "media/video.hpp"
#include "scene.hpp"

namespace lintel::media {
namespace {

constexpr int events_type = 101;
constexpr const char* events_line = "a=rtpmap:101 telephone-event/8000\r\n";

// One who sends RTP to a port of the station's, from an address of his own.
class Sender {
 public:
  Sender(const char* host, std::uint32_t source) : ports_(PortRange(0, 0).bind(host, true).value()), source_(source) {}
  [[nodiscard]] int port() const { return ports_.port; }
  void send(int port, int type, std::span<const std::uint8_t> payload) {
    std::vector<std::uint8_t> packet(rtp_header_size + payload.size());
    std::copy(payload.begin(), payload.end(), packet.begin() + rtp_header_size);
    write_rtp(packet.data(), {false, static_cast<std::uint8_t>(type), sequence_++, timestamp_, source_});
    send_bytes(port, packet);
  }
  void send_bytes(int port, std::span<const std::uint8_t> bytes) {
    sockaddr_storage address{};
    const socklen_t size = to_system(*endpoint_of("127.0.0.1", static_cast<std::uint16_t>(port)), address);
    ASSERT_GT(
        sendto(ports_.rtp.descriptor(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&address), size), 0);
  }
  void speak(int port) {
    timestamp_ += 160;
    send(port, 8, std::array<std::uint8_t, 160>{});
  }
  void press(int port) {  // "#", and it is let go
    timestamp_ += 160;
    for (int times = 0; times < 3; ++times) send(port, events_type, std::array<std::uint8_t, 4>{11, 0x8A, 0x03, 0x20});
  }
  [[nodiscard]] int received() {  // so far
    std::array<std::uint8_t, 2048> buffer{};
    while (recv(ports_.rtp.descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) ++received_;
    return received_;
  }

 private:
  PortPair ports_;
  std::uint32_t source_;
  std::uint16_t sequence_ = 1;
  std::uint32_t timestamp_ = 1;
  int received_ = 0;
};

class Strangers : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init().ok()); }
  // A call to a phone, whose description has these lines; `meanwhile` happens between the offer and its answer.
  void call(
      LegOptions options, const std::string& lines, const std::function<void()>& meanwhile = [] {}) {
    session = std::make_shared<RtpSession>(*legs.inner(), LegKind::plain_rtp, std::move(options));
    session->tell({[] {}, [](const std::string&) {}, [this](char) { ++keys; }, {}});
    std::string offer;
    session->offer([&](Result<std::string> made) { offer = made.value_or(""); });
    ASSERT_NE(offer.find("m=audio "), std::string::npos);
    port = std::stoi(offer.substr(offer.find("m=audio ") + 8));
    const auto picture = offer.find("m=video ");
    if (picture != std::string::npos) video_port = std::stoi(offer.substr(picture + 8));
    meanwhile();
    std::string why = "no answer";
    session->accept("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + lines,
                    [&](Result<void> done) { why = done ? "" : done.error().message; });
    ASSERT_EQ(why, "");
    session->start(CallStage::answered);
  }
  void TearDown() override {
    if (session != nullptr) session->stop();
  }
  static LegOptions of_sound() {
    LegOptions options;
    options.video = Direction::inactive;
    options.codecs = {AudioCodec::pcma};
    return options;
  }
  static std::string sound_of(const Sender& phone, const char* events = events_line) {
    return "m=audio " + std::to_string(phone.port()) + " RTP/AVP 8 101\r\n" + events;
  }
  // For as long as it takes a jitter buffer to hand on what it has, and longer.
  void go_on(const std::function<void()>& send) {
    int times = 0;
    turn_until(loop, [&] {
      send();
      return ++times == 40;
    });
  }
  bool is_pressed(const std::function<void()>& send) {
    return turn_until(loop, [&] {
      send();
      return keys > 0;
    });
  }
  static Video::Options test_video() {
    Video::Options options;
    options.camera.source = "test";
    options.main = {320, 240, 15, 256};
    options.sub = {160, 120, 15, 128};
    return options;
  }
  static AudioOptions test_audio() {
    AudioOptions options;
    options.microphone = options.speaker = "test";
    return options;
  }

  Loop loop;
  AudioEngine audio{loop, test_audio()};
  Video video{loop, test_video()};
  Legs legs{loop, &audio, &video, {}};
  std::shared_ptr<RtpSession> session;
  int port = 0;
  int video_port = 0;
  std::atomic<int> keys = 0;  // pressed at the door, as it takes them
  Sender phone{"127.0.0.1", 7};
  Sender stranger{"127.0.0.2", 9};
};

TEST_F(Strangers, whoSendsKeysAtTheMomentOfTheAnswerPressesNone) {
  LegOptions options = of_sound();
  options.peer_host = "127.0.0.1";
  call(options, sound_of(phone), [this] { stranger.press(port); });
  go_on([this] { stranger.press(port); });
  EXPECT_EQ(keys, 0);
  EXPECT_EQ(session->figures().audio_packets_received, 0U) << "nor does he speak";
  EXPECT_TRUE(is_pressed([this] {
    stranger.press(port);
    phone.press(port);
  }));
}

// Nobody knows there from where the sound of its phones comes, but their keys come from where they say.
TEST_F(Strangers, whoIsQuickerThanAPhoneOfAServerElsewherePressesNoKey) {
  LegOptions options = of_sound();
  options.peer_host = "127.0.0.3";
  options.peer_is_server = true;
  call(options, sound_of(phone), [this] { stranger.press(port); });
  go_on([this] {
    stranger.speak(port);
    stranger.press(port);
  });
  EXPECT_EQ(keys, 0);
  EXPECT_GT(session->figures().audio_packets_received, 0U) << "as of a phone behind NAT";
  EXPECT_TRUE(is_pressed([this] { phone.press(port); }));
}

TEST_F(Strangers, aPhoneThatSendsNoKeysInItsSoundPressesNone) {
  LegOptions options = of_sound();
  options.peer_host = "127.0.0.1";
  call(options, "m=audio " + std::to_string(phone.port()) + " RTP/AVP 8\r\n");
  go_on([this] {
    phone.speak(port);
    phone.press(port);
  });
  EXPECT_EQ(keys, 0);
  EXPECT_GT(session->figures().audio_packets_received, 0U);
}

// A picture is some hundred times what asks for it: he could have it sent to anybody.
TEST_F(Strangers, thePictureOfACallGoesNowhereElse) {
  LegOptions options;
  Sender screen{"127.0.0.1", 8};
  call(options, sound_of(phone) + "m=video " + std::to_string(screen.port()) +
                    " RTP/AVP 102\r\na=recvonly\r\na=rtpmap:102 H264/90000\r\n"
                    "a=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\n");
  ASSERT_GT(video_port, 0);
  ASSERT_TRUE(turn_until(loop, [&] { return screen.received() > 0; }));
  go_on([&] {
    stranger.send_bytes(video_port, std::array<std::uint8_t, 8>{0x80});
    stranger.send(video_port, 102, {});
  });
  EXPECT_EQ(stranger.received(), 0);
  const int before = screen.received();
  EXPECT_TRUE(turn_until(loop, [&] { return screen.received() > before; }));
}

TEST_F(Strangers, theEncryptedSoundOfACallGoesNowhereElse) {  // C21
  LegOptions options = of_sound();
  options.encryption = Encryption::optional;
  call(options,
       sound_of(phone) + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n");
  ASSERT_TRUE(session->figures().encrypted);
  ASSERT_TRUE(turn_until(loop, [&] { return phone.received() > 0; }));
  go_on([this] { stranger.speak(port); });
  EXPECT_EQ(stranger.received(), 0);
  EXPECT_EQ(session->figures().audio_packets_received, 0U);
  const int before = phone.received();
  EXPECT_TRUE(turn_until(loop, [&] { return phone.received() > before; }));
}

}  // namespace
}  // namespace lintel::media
