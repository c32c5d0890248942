// Offers that are ready before anybody is called, and the leg that comes of one of them.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <set>

#include "media/leg_session.hpp"
#include "media/rtp_session.hpp"
#include "scene.hpp"

namespace lintel::media {
namespace {

LegOptions of_sound(Encryption encryption = Encryption::off) {
  LegOptions options;
  options.video = Direction::receive_only;
  options.encryption = encryption;
  return options;
}

class ReadyOffersTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init().ok()); }

  static int port_of(const std::string& text) { return std::stoi(text.substr(text.find("m=audio ") + 8)); }
  static std::string key_of(const std::string& text) { return text.substr(text.find("inline:"), 47); }

  AudioOptions sound() {
    AudioOptions options;
    options.microphone = "test";
    options.speaker = "test";
    return options;
  }

  Loop loop;
  AudioEngine audio{loop, sound()};
  AudioEngine other_audio{loop, sound()};
  Legs legs{loop, &audio, nullptr, {}};
  Legs other_legs{loop, &other_audio, nullptr, {}};
};

TEST_F(ReadyOffersTest, eachPhoneHasPortsOfItsOwn) {
  std::vector<Offered> offers;
  std::set<int> ports;
  for (int i = 0; i < 16; ++i) offers.push_back(std::move(legs.offer(LegKind::plain_rtp, of_sound()).value()));
  for (auto& offer : offers) ports.insert(port_of(offer.text()));
  EXPECT_EQ(ports.size(), 16U);
  EXPECT_EQ(legs.living(), 16U);
  offers.clear();
  EXPECT_EQ(legs.living(), 0U);
}

TEST_F(ReadyOffersTest, eachPhoneHasKeysOfItsOwn) {  // C21
  legs.expect(LegKind::sdes_srtp, of_sound(Encryption::compulsory));
  std::set<std::string> keys;
  for (int i = 0; i < 8; ++i) {
    auto offer = legs.offer(LegKind::sdes_srtp, of_sound(Encryption::compulsory));
    ASSERT_TRUE(offer.ok());
    keys.insert(key_of(offer->text()));
  }
  EXPECT_EQ(keys.size(), 8U);
}

// A station in two networks: what was made ready for the one serves a phone of the other, who is told another address.
TEST_F(ReadyOffersTest, aPhoneElsewhereIsToldTheAddressThatItReaches) {
  LegOptions here = of_sound();
  here.address = "192.0.2.1";
  LegOptions elsewhere = of_sound();
  elsewhere.address = "198.51.100.1";
  LegOptions six = of_sound();
  six.address = "::1";
  legs.expect(LegKind::plain_rtp, here);
  const auto connection = [](Result<Offered> offer) {
    if (!offer.ok()) return offer.error().message;
    const std::string text = offer->text();
    const auto at = text.find("c=IN ");
    return text.substr(at, text.find_first_of("\r\n", at) - at);
  };
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(connection(legs.offer(LegKind::plain_rtp, elsewhere)), "c=IN IP4 198.51.100.1");
    EXPECT_EQ(connection(legs.offer(LegKind::plain_rtp, here)), "c=IN IP4 192.0.2.1");
    EXPECT_EQ(connection(legs.offer(LegKind::plain_rtp, six)), "c=IN IP6 ::1");
  }
}

// Who calls the station is answered from the network that leads there, whatever address is told to others.
TEST_F(ReadyOffersTest, aCallerIsToldTheAddressThatItReaches) {
  LegOptions outside = of_sound();
  outside.address = "192.0.2.1";
  const auto caller = std::move(other_legs.create(LegKind::plain_rtp, of_sound(), {}).value());
  const auto station = std::move(legs.create(LegKind::plain_rtp, outside, {}).value());
  std::string answer;
  caller->create_offer([&](Result<std::string> offer) {
    ASSERT_TRUE(offer.ok());
    station->create_answer(*offer, [&](Result<std::string> made) { answer = made.ok() ? *made : made.error().message; });
  });
  EXPECT_TRUE(turn_until(loop, [&] { return !answer.empty(); }));
  EXPECT_NE(answer.find("c=IN IP4 127.0.0.1"), std::string::npos) << answer;
}

TEST_F(ReadyOffersTest, offersCountAsLegs) {
  LegsOptions few;
  few.leg_limit = 1;
  Legs small(loop, &audio, nullptr, few);
  auto first = small.offer(LegKind::plain_rtp, of_sound());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(small.offer(LegKind::plain_rtp, of_sound()).error().code, ErrorCode::full);
  const auto leg = small.create(std::move(*first), {});
  EXPECT_EQ(small.living(), 1U);
  EXPECT_EQ(small.create(LegKind::plain_rtp, {}, {}).error().code, ErrorCode::full);
}

// The phones of a room: the one that answers talks, and what the others were offered is closed.
TEST_F(ReadyOffersTest, theOneThatAnswersTalks) {
  legs.expect(LegKind::plain_rtp, of_sound());
  auto answered = legs.offer(LegKind::plain_rtp, of_sound());
  auto silent = legs.offer(LegKind::plain_rtp, of_sound());
  ASSERT_TRUE(answered.ok() && silent.ok());
  const std::string text = answered->text();
  const int given_back = port_of(silent->text());

  bool connected = false;
  LegEvents events;
  events.connected = [&] { connected = true; };
  const auto leg = legs.create(std::move(*answered), std::move(events));
  const auto phone = std::move(other_legs.create(LegKind::plain_rtp, of_sound(), {}).value());
  std::string problem;
  phone->create_answer(text, [&](Result<std::string> answer) {
    if (!answer) return void(problem = answer.error().message);
    leg->accept_answer(*answer, [&](Result<void> done) {
      if (!done) return void(problem = done.error().message);
      leg->start();
      phone->start();
    });
  });
  EXPECT_TRUE(turn_until(loop, [&] { return connected || !problem.empty(); })) << "it hears the phone";
  EXPECT_EQ(problem, "");
  EXPECT_TRUE(turn_until(loop, [&] { return phone->figures().audio_packets_received > 5; }));
  EXPECT_EQ(leg->kind(), LegKind::plain_rtp);

  { const Offered gone = std::move(*silent); }
  EXPECT_TRUE(turn_until(loop, [&] {
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(given_back));
    const bool free = ::bind(socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    ::close(socket);
    return free;
  }));
}

// Whoever sprays the ports of a station that waits fills none of its sockets.
TEST_F(ReadyOffersTest, whatComesBeforeAnybodyAnswersIsNotKept) {
  PortRange range(0, 0);
  auto pair = range.bind("127.0.0.1", true);
  ASSERT_TRUE(pair.ok());
  const int sender = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(pair->port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto arrives = [&] {
    EXPECT_EQ(::sendto(sender, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to), 1);
    char byte = 0;
    return ::recv(pair->rtp.descriptor(), &byte, 1, MSG_DONTWAIT) == 1;
  };
  EXPECT_TRUE(arrives());
  pair->rtp.deafen();
  EXPECT_FALSE(arrives());
  EXPECT_NE(pair->rtp.view(), nullptr);
  EXPECT_TRUE(arrives());
  ::close(sender);
}

// Between its binding and its deafness a socket hears, and that waits in it until somebody answers.
TEST_F(ReadyOffersTest, whatCameBeforeASocketWasDeafIsThrownAway) {
  PortRange range(0, 0);
  auto pair = range.bind("127.0.0.1", true);
  ASSERT_TRUE(pair.ok());
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(pair->port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int times = 0; times < 3; ++times)
    ASSERT_EQ(::sendto(pair->rtcp.descriptor(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to), 1);
  pair->rtp.deafen();
  EXPECT_NE(pair->rtp.view(), nullptr);
  char byte = 0;
  EXPECT_EQ(::recv(pair->rtp.descriptor(), &byte, 1, MSG_DONTWAIT), -1);
}

// More phones than offers were ready for.
TEST_F(ReadyOffersTest, anOfferThatIsMadeWhenItIsAskedForKeepsNothingEither) {
  auto offer = legs.offer(LegKind::plain_rtp, of_sound());
  ASSERT_TRUE(offer.ok());
  auto phone = PortRange(0, 0).bind("127.0.0.1", true);
  ASSERT_TRUE(phone.ok());
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port_of(offer->text())));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  constexpr std::array<std::uint8_t, 16> packet{0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  const auto send = [&] {
    return ::sendto(phone->rtp.descriptor(), packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                    sizeof to);
  };
  ASSERT_GT(send(), 0);
  const auto leg = legs.create(std::move(*offer), {});
  bool taken = false;
  leg->accept_answer("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " +
                         std::to_string(phone->port) + " RTP/AVP 8\r\n",
                     [&](Result<void> done) { taken = done.ok(); });
  ASSERT_TRUE(turn_until(loop, [&] { return taken; }));
  ASSERT_GT(send(), 0);
  EXPECT_TRUE(turn_until(loop, [&] { return leg->figures().audio_packets_received > 0; }));
  EXPECT_EQ(leg->figures().audio_packets_received, 1U);
}

// A small range of ports is not used up by what waits.
TEST_F(ReadyOffersTest, atMostAQuarterOfTheRangeWaits) {
  LegsOptions narrow;
  narrow.first_port = 30100;  // below those that the kernel gives to whoever wants any
  narrow.last_port = 30131;   // 16 pairs: two offers of two lines wait
  Legs small(loop, &audio, nullptr, narrow);
  small.expect(LegKind::plain_rtp, of_sound());
  std::vector<Offered> offers;
  for (int i = 0; i < 8; ++i) {
    auto offer = small.offer(LegKind::plain_rtp, of_sound());
    ASSERT_TRUE(offer.ok()) << i << ": " << offer.error().message;
    offers.push_back(std::move(*offer));
  }
  EXPECT_EQ(small.offer(LegKind::plain_rtp, of_sound()).error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace lintel::media
