// The RTSP server's rules, told by a viewer that says exactly what a test wants, and by frames made at will.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>

#include "base/few_descriptors.hpp"
#include "media/audio.hpp"
#include "media_video/rtsp_peer.hpp"

namespace lintel::media {
namespace {

TEST_F(RtspPeerTest, goesThroughTheStatesOfASession) {
  RtspPeer peer(server->port());
  EXPECT_EQ(ask(peer, "OPTIONS", "/main"), 200) << "without credentials";
  EXPECT_NE(RtspPeer::field(peer.answers.back(), "Public").find("SET_PARAMETER"), std::string::npos);
  const std::string session = watch(peer), header = "Session: " + session + "\r\n";
  ASSERT_EQ(peer.answers.size(), 5U);
  EXPECT_NE(peer.answers[2].find("a=control:stream=0"), std::string::npos);
  EXPECT_NE(peer.answers[2].find("sprop-parameter-sets=Z0LAHwE=,aM4B"), std::string::npos) << peer.answers[2];
  EXPECT_EQ(peer.answers[2].find("m=audio"), std::string::npos) << "there is no sound here";

  ASSERT_TRUE(until([&] { return peer.read(), !peer.packets.empty() && ends_unit(peer.packets.back().second); }));
  const std::string information = RtspPeer::field(peer.answers.back(), "RTP-Info");
  const auto first =
      std::find_if(peer.packets.begin(), peer.packets.end(), [](const auto& one) { return one.first == 0; });
  EXPECT_NE(information.find(fmt::format(";seq={};", sequence_of(first->second))), std::string::npos) << information;
  EXPECT_EQ(first->second[12] & 0x1f, 7) << "the parameter sets and the key come first";

  EXPECT_EQ(ask(peer, "GET_PARAMETER", "/main", header), 200);
  EXPECT_EQ(ask(peer, "SETUP", "/main/stream=0", header + "Transport: RTP/AVP/TCP\r\n"), 455) << "while it plays";
  EXPECT_EQ(ask(peer, "PLAY", "/main", header), 200) << "again is no harm";
  EXPECT_EQ(ask(peer, "PAUSE", "/main", header), 200);
  const std::size_t paused = peer.packets.size();
  frame(false);
  EXPECT_EQ(ask(peer, "OPTIONS", "/main", header), 200);
  EXPECT_EQ(peer.packets.size(), paused) << "nothing comes while it is paused";
  peer.request("PLAY", "/main", header);
  frame(true);
  EXPECT_EQ(status(peer), 200);
  ASSERT_TRUE(until([&] { return peer.read(), peer.packets.size() > paused; }));
  EXPECT_EQ(server->statistics().sessions, 1);
  EXPECT_EQ(ask(peer, "TEARDOWN", "/main", header), 200);
  EXPECT_EQ(ask(peer, "PLAY", "/main", header), 454);
  EXPECT_EQ(server->statistics().sessions, 0);
}

TEST_F(RtspPeerTest, refusesWhatCannotBe) {
  RtspPeer peer(server->port());
  (void)watch(peer);
  EXPECT_EQ(ask(peer, "DESCRIBE", "/other"), 404);
  EXPECT_EQ(ask(peer, "DESCRIBE", "/main/stream=0"), 404);
  EXPECT_EQ(ask(peer, "DESCRIBE", "/main", "Accept: text/plain\r\n"), 406);
  EXPECT_EQ(ask(peer, "DESCRIBE", "/main", "Require: www.onvif.org/ver20/backchannel\r\n"), 551);
  EXPECT_EQ(ask(peer, "SETUP", "/main/stream=1", "Transport: RTP/AVP/TCP\r\n"), 404) << "no sound";
  EXPECT_EQ(ask(peer, "SETUP", "/main/stream=0"), 461);
  EXPECT_EQ(ask(peer, "SETUP", "/main/stream=0", "Transport: RTP/AVP;multicast\r\n"), 461);
  EXPECT_EQ(ask(peer, "SETUP", "/main/stream=0", "Session: 0123\r\nTransport: RTP/AVP/TCP\r\n"), 454);
  EXPECT_EQ(ask(peer, "PLAY", "/main"), 454);
  EXPECT_EQ(ask(peer, "GET_PARAMETER", "/main", "Session: 0123\r\n"), 454);
  EXPECT_EQ(ask(peer, "RECORD", "/main"), 405);
  EXPECT_EQ(ask(peer, "FLY", "/main"), 501);
  *lost = true;
  EXPECT_EQ(ask(peer, "DESCRIBE", "/main"), 503) << "at once, while the camera is lost";
  peer.say("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(status(peer), 400);
  EXPECT_TRUE(until([&] { return peer.closed(); }));
}

TEST_F(RtspPeerTest, answersTheLongestRequestBehindEmptyLines) {
  RtspPeer peer(server->port());
  peer.say(std::string(8192, '\n') + "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 16384\r\n\r\n" +
           std::string(16384, 'x'));
  EXPECT_EQ(status(peer), 200);
}

// Security 8: guessing counts, and whoever is locked out hears the same for a right password.
TEST_F(RtspPeerTest, asksTheLoopAboutEveryAttempt) {
  RtspPeer guess(server->port());
  guess.password = "wrong";
  EXPECT_EQ(ask(guess, "DESCRIBE", "/main"), 401);
  EXPECT_TRUE(attempts.empty()) << "no credentials are no attempt";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(guess, "DESCRIBE", "/main"), 401);
  ASSERT_EQ(attempts.size(), 5U);
  EXPECT_EQ(attempts[0].user, "recorder");
  EXPECT_EQ(attempts[0].address, "127.0.0.1");
  EXPECT_FALSE(attempts[0].right);
  EXPECT_TRUE(until([&] { return guess.closed(); })) << "after five the connection ends";

  locked = true;
  RtspPeer owner(server->port());
  EXPECT_EQ(ask(owner, "DESCRIBE", "/main"), 401);
  EXPECT_EQ(ask(owner, "DESCRIBE", "/main"), 401) << "right, but locked out";
  ASSERT_EQ(attempts.size(), 6U);
  EXPECT_TRUE(attempts[5].right);
  locked = false;
  EXPECT_EQ(ask(owner, "GET_PARAMETER", "/main"), 200);
  EXPECT_EQ(ask(owner, "GET_PARAMETER", "/main"), 200);
  EXPECT_EQ(attempts.size(), 7U) << "once a connection";
  RtspPeer stranger(server->port());
  stranger.user = "nobody";
  EXPECT_EQ(ask(stranger, "GET_PARAMETER", "/main"), 401);
  EXPECT_EQ(ask(stranger, "GET_PARAMETER", "/main"), 401);
  EXPECT_EQ(hub->members(), 0U) << "no encoder for any of them";
}

TEST_F(RtspPeerTest, takesDigestWithQopAndKeepsANonceToItsAddressAndMethod) {
  RtspPeer peer(server->port());
  peer.with_qop = true;
  EXPECT_EQ(ask(peer, "GET_PARAMETER", "/main"), 401);
  EXPECT_EQ(ask(peer, "GET_PARAMETER", "/main"), 200);
  const std::string uri = fmt::format("rtsp://127.0.0.1:{}/main", server->port());
  peer.say("SET_PARAMETER " + uri + " RTSP/1.0\r\nCSeq: 90\r\n" + peer.credentials("GET_PARAMETER", uri) + "\r\n");
  EXPECT_EQ(status(peer), 401) << "signed for another method";
  const std::string good = peer.nonce;
  peer.nonce = "bm9uc2Vuc2U";
  peer.request("GET_PARAMETER", "/main");
  EXPECT_NE(answer(peer).find("stale=true"), std::string::npos) << "a nonce that is not ours";
  peer.nonce = good;
  peer.say("GET_PARAMETER " + uri +
           " RTSP/1.0\r\nCSeq: 91\r\nAuthorization: Digest username=\"x\", username=\"y\"\r\n\r\n");
  EXPECT_EQ(status(peer), 401);
  peer.say("GET_PARAMETER " + uri + " RTSP/1.0\r\nCSeq: 92\r\nAuthorization: Basic cmVjb3JkZXI6U2VjcmV0LTE3\r\n\r\n");
  EXPECT_EQ(status(peer), 401) << "never in the clear";
}

TEST_F(RtspPeerTest, beginsAtTheFreshKeyOrHasOneMade) {
  RtspPeer first(server->port());
  (void)watch(first);
  const auto keys = [&] { return hub->take_key_request(time); };
  time += GST_SECOND;
  (void)keys();
  frame(true);
  RtspPeer second(server->port());
  (void)watch(second);
  ASSERT_TRUE(until([&] { return second.read(), !second.packets.empty(); }));
  EXPECT_FALSE(keys()) << "the key of a moment ago served the second one";
  for (int i = 0; i < 8; ++i) frame(false);  // 320 ms: now that key is old
  RtspPeer third(server->port());
  EXPECT_EQ(ask(third, "DESCRIBE", "/main"), 401);
  EXPECT_EQ(ask(third, "DESCRIBE", "/main"), 200);
  EXPECT_EQ(ask(third, "SETUP", "/main/stream=0", "Transport: RTP/AVP/TCP;interleaved=7-9\r\n"), 200);
  EXPECT_TRUE(keys()) << "asked for already";
  const std::string session = RtspPeer::field(third.answers.back(), "Session").substr(0, 24);
  third.request("PLAY", "/main", "Session: " + session + "\r\n");
  frame(false);
  frame(true);
  EXPECT_EQ(status(third), 200);
  ASSERT_TRUE(until([&] { return third.read(), !third.packets.empty(); }));
  EXPECT_EQ(third.packets[0].first, 7) << "in the channel it wished for";
  EXPECT_EQ(third.packets[0].second[12] & 0x1f, 7) << "and nothing before the key";
}

TEST_F(RtspPeerTest, aViewerThatDoesNotReadLosesFramesAndNobodyElseDoes) {
  RtspPeer slow(server->port(), 4096), quick(server->port());
  (void)watch(slow);
  (void)watch(quick);
  ASSERT_TRUE(until([&] { return quick.read(), !quick.packets.empty(); }));
  std::size_t ended = 0;
  const auto count = [&] {
    quick.read();
    ended = static_cast<std::size_t>(std::count_if(quick.packets.begin(), quick.packets.end(), [](const auto& one) {
      return one.first == 0 && ends_unit(one.second);
    }));
    return ended;
  };
  const std::size_t before = count();
  for (std::size_t i = 1; i <= 150; ++i) {  // 9 MB in six seconds of the stream
    frame(false, 60'000);
    ASSERT_TRUE(until([&] { return count() >= before + i; })) << i;
  }
  EXPECT_GT(server->statistics().dropped_frames, 50U);
  EXPECT_EQ(server->statistics().sessions, 2) << "and it is not thrown out for that";
  // Once it reads again, it goes on with the next key.
  ASSERT_TRUE(until([&] {
    frame(true);
    slow.read();
    quick.read();
    return !slow.packets.empty() && slow.packets.back().second.substr(0, 4) == quick.packets.back().second.substr(0, 4);
  }));
  std::uint16_t gaps = 0;
  for (std::size_t i = 1; i < quick.packets.size(); ++i)
    if (quick.packets[i].first == 0 && quick.packets[i - 1].first == 0)
      gaps =
          static_cast<std::uint16_t>(gaps + (sequence_of(quick.packets[i].second) !=
                                             static_cast<std::uint16_t>(sequence_of(quick.packets[i - 1].second) + 1)));
  EXPECT_EQ(gaps, 0) << "the quick one missed nothing";
}

// Datagrams of one viewer.
class Port {
 public:
  Port() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    (void)::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    (void)getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    number = ntohs(address.sin_port);
  }
  ~Port() { ::close(socket_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  std::string take() const {
    std::array<char, 2048> buffer;
    const auto got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
  }
  void send(std::uint16_t to, std::string_view bytes) const {
    const sockaddr_in address = loopback(to);
    (void)::sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  std::uint16_t number = 0;

 private:
  int socket_;
};

TEST_F(RtspPeerTest, sendsDatagramsAndReportsAndIsKeptAliveByReports) {
  serve({.address = "127.0.0.1", .first_udp_port = 40000, .last_udp_port = 40999, .session_timeout = 1s});
  const Port rtp, rtcp;
  auto peer = std::make_unique<RtspPeer>(server->port());
  (void)watch(*peer, fmt::format("RTP/AVP;unicast;client_port={}-{}", rtp.number, rtcp.number));
  std::string transport;
  for (const auto& text : peer->answers)
    if (const auto named = RtspPeer::field(text, "Transport"); !named.empty()) transport = named;
  const auto at = transport.find("server_port=");
  ASSERT_NE(at, std::string::npos) << transport;
  const int port = std::atoi(transport.c_str() + at + 12);
  EXPECT_GE(port, 40000);
  EXPECT_LE(port, 40999);
  std::vector<std::string> packets;
  ASSERT_TRUE(until([&] {
    if (auto packet = rtp.take(); !packet.empty()) packets.push_back(std::move(packet));
    return !packets.empty() && ends_unit(packets.back());
  }));
  ASSERT_EQ(packets.size(), 5U) << "SPS, PPS and three pieces, cut as they should be";
  for (std::size_t i = 1; i < packets.size(); ++i)
    EXPECT_EQ(sequence_of(packets[i]), static_cast<std::uint16_t>(sequence_of(packets[0]) + i));
  std::string report;
  ASSERT_TRUE(until([&] { return !(report = rtcp.take()).empty(); }));
  EXPECT_EQ(static_cast<unsigned char>(report[1]), 200) << "a sender report";
  EXPECT_EQ(report.substr(4, 4), packets[0].substr(8, 4)) << "of that source";

  // The connection goes, the datagrams stay, as long as reports come.
  const std::string receiver(
      "\x81\xc9\0\x07"
      "abcd"
      "efgh",
      12);
  peer.reset();
  ASSERT_TRUE(until([&] { return server->statistics().connections == 0; }));
  const auto end = std::chrono::steady_clock::now() + 3s;
  ASSERT_TRUE(until([&] {
    rtcp.send(static_cast<std::uint16_t>(port + 1), receiver);
    return std::chrono::steady_clock::now() > end;
  }));
  EXPECT_EQ(server->statistics().sessions, 1);
  ASSERT_TRUE(until([&] { return server->statistics().sessions == 0; })) << "without reports it ends";
  ASSERT_TRUE(until([&] { return hub->members() == 0; }));
}

// A recorder that lost its power, or its network, and is back on the ports that it always takes.
TEST_F(RtspPeerTest, aViewerThatIsBackOnItsPortsTakesThePlaceOfWhoWasThere) {  // V03
  serve({.address = "127.0.0.1", .session_limit = 4});
  const Port rtp, rtcp;
  const std::string transport = fmt::format("RTP/AVP;unicast;client_port={}-{}", rtp.number, rtcp.number);
  auto gone = std::make_unique<RtspPeer>(server->port());
  (void)watch(*gone, transport);
  gone.reset();
  ASSERT_TRUE(until([&] { return server->statistics().connections == 0; }));
  EXPECT_EQ(server->statistics().sessions, 1) << "it may be there still";
  RtspPeer cut(server->port());  // nobody notices that this connection is dead
  const std::string old = watch(cut, transport);
  EXPECT_EQ(server->statistics().sessions, 1);
  RtspPeer back(server->port());
  const std::string session = watch(back, transport), header = "Session: " + session + "\r\n";
  EXPECT_EQ(server->statistics().sessions, 1);
  EXPECT_EQ(ask(cut, "GET_PARAMETER", "/main", "Session: " + old + "\r\n"), 454);
  while (!rtp.take().empty()) {
  }
  frame(true);
  frame(false);
  std::set<std::uint16_t> numbers;
  int units = 0;
  ASSERT_TRUE(until([&] {
    const std::string packet = rtp.take();
    if (packet.empty()) return false;
    EXPECT_TRUE(numbers.insert(sequence_of(packet)).second) << "each comes once";
    return ends_unit(packet) && ++units == 2;
  }));

  // Its own session it may set up anew; somebody else's stays.
  EXPECT_EQ(ask(back, "PAUSE", "/main", header), 200);
  EXPECT_EQ(ask(back, "SETUP", "/main/stream=0", header + "Transport: " + transport + "\r\n"), 200);
  EXPECT_EQ(ask(back, "PLAY", "/main", header), 200);
  RtspPeer player(server->port());
  player.user = "player";
  player.password = "Secret-18";
  (void)watch(player, transport);
  EXPECT_EQ(server->statistics().sessions, 2);
  EXPECT_EQ(ask(back, "GET_PARAMETER", "/main", header), 200);
}

TEST_F(RtspPeerTest, endsTheSessionsOfAnAccountThatIsGone) {
  RtspPeer recorder(server->port()), player(server->port());
  player.user = "player";
  player.password = "Secret-18";
  (void)watch(recorder);
  const std::string session = watch(player);
  RtspPeer thief(server->port());
  EXPECT_EQ(ask(thief, "PAUSE", "/main", "Session: " + session + "\r\n"), 401);
  EXPECT_EQ(ask(thief, "PAUSE", "/main", "Session: " + session + "\r\n"), 454) << "another's session";
  server->set_accounts({{"player", digest::ha1(digest::Algorithm::md5, "player", "Lintel", "Secret-18")}});
  EXPECT_TRUE(until([&] { return recorder.closed(); }));
  EXPECT_EQ(ask(player, "GET_PARAMETER", "/main", "Session: " + session + "\r\n"), 200);
  EXPECT_EQ(server->statistics().sessions, 1);
}

TEST_F(RtspPeerTest, oneAccountLeavesSessionsToTheOthers) {  // V03
  serve({.address = "127.0.0.1", .session_limit = 4});
  RtspPeer first(server->port()), second(server->port()), third(server->port()), player(server->port());
  const auto set_up = [&](RtspPeer& peer) {
    EXPECT_EQ(ask(peer, "OPTIONS", "/main"), 200);
    EXPECT_EQ(ask(peer, "SETUP", "/main", "Transport: RTP/AVP/TCP\r\n"), 401);
    return ask(peer, "SETUP", "/main", "Transport: RTP/AVP/TCP\r\n");
  };
  EXPECT_EQ(set_up(first), 200);
  EXPECT_EQ(set_up(second), 200);
  EXPECT_EQ(set_up(third), 503);
  player.user = "player";
  player.password = "Secret-18";
  EXPECT_EQ(set_up(player), 200);
}

// Security 16: a thousand at once, more than any limit, and a viewer that watches meanwhile.
TEST_F(RtspPeerTest, aFloodOfDescribesIsBoundedAndViewersAreServed) {
  serve({.address = "127.0.0.1", .connection_limit = 24, .source_limit = 16});
  RtspPeer viewer(server->port());
  (void)watch(viewer);
  std::vector<std::unique_ptr<RtspPeer>> flood;
  for (int i = 0; i < 40; ++i) flood.push_back(std::make_unique<RtspPeer>(server->port()));
  for (int i = 0; i < 1000; ++i) {
    auto& peer = *flood[static_cast<std::size_t>(i) % flood.size()];
    peer.nonce = i % 2 == 0 ? "" : "bm9uc2Vuc2U";
    peer.request("DESCRIBE", "/main");
  }
  const auto received = [&] {
    viewer.read();
    return std::count_if(viewer.packets.begin(), viewer.packets.end(),
                         [](const auto& one) { return one.first == 0 && ends_unit(one.second); });
  };
  for (int i = 0; i < 20; ++i) {
    const auto before = received();
    frame(false);
    ASSERT_TRUE(until([&] { return received() > before; }));
  }
  ASSERT_TRUE(until([&] { return server->statistics().refused_connections >= 24; }));
  EXPECT_LE(server->statistics().connections, 16);
  EXPECT_EQ(server->statistics().sessions, 1);
  EXPECT_TRUE(attempts.size() == 1) << "only the viewer's: a made-up nonce is no attempt";
}

TEST_F(RtspPeerTest, aSourceThatComesAndGoesAllTheTimeIsTurnedAway) {
  serve({.address = "127.0.0.1", .source_limit = 3});
  int refused = 0;
  for (int i = 0; i < 40 && refused == 0; ++i) {
    RtspPeer peer(server->port());
    peer.request("OPTIONS", "/main");
    EXPECT_TRUE(until([&] { return peer.closed() || !peer.answers.empty(); }));
    if (peer.answers.empty()) ++refused;
  }
  EXPECT_EQ(refused, 1) << "though never more than one was open";
}

// Security 16: a few addresses full of strangers, however much they say, keep no recorder out.
TEST_F(RtspPeerTest, whoDoesNotSayWhoHeIsMakesRoomForWhoComes) {
  serve({.address = "127.0.0.1", .connection_limit = 3, .source_limit = 200});
  RtspPeer viewer(server->port());
  (void)watch(viewer);
  RtspPeer first(server->port()), second(server->port());
  std::unique_ptr<RtspPeer> recorder;
  ASSERT_TRUE(until([&] {
    for (RtspPeer* peer : {&first, &second})
      if (peer->read(); static_cast<int>(peer->answers.size()) == peer->sequence) peer->request("OPTIONS", "/main");
    if (recorder == nullptr || recorder->closed()) {
      recorder = std::make_unique<RtspPeer>(server->port());
      recorder->request("OPTIONS", "/main");
    }
    return !recorder->answers.empty();
  }));
  EXPECT_TRUE(first.closed()) << "who came first";
  EXPECT_FALSE(second.closed());
  EXPECT_FALSE(viewer.closed());
}

TEST_F(RtspPeerTest, withoutDescriptorsAcceptingRestsAndComesBack) {
  std::optional<FewDescriptors> one(1);  // the viewer's
  RtspPeer peer(server->port());
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(until([&] { return server->statistics().not_accepted >= 4; }));
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(250)) << "not again and again at once";
  one.reset();
  EXPECT_EQ(ask(peer, "OPTIONS", "/main"), 200);
}

// RFC 2326 §10.12: a channel says which packets come in it. Two tracks in one would be one stream of both.
TEST_F(RtspPeerTest, noTwoTracksOfAConnectionShareAChannel) {
  AudioOptions devices;
  devices.microphone = "silence";
  devices.speaker = "none";
  AudioEngine audio(loop, devices);
  serve({.address = "127.0.0.1", .audio = &audio});
  RtspPeer peer(server->port());
  EXPECT_EQ(ask(peer, "SETUP", "/main/stream=0", "Transport: RTP/AVP/TCP\r\n"), 401);
  std::string session;
  const auto channels = [&](const std::string& path, const std::string& wished) {
    EXPECT_EQ(ask(peer, "SETUP", path, session + "Transport: RTP/AVP/TCP;unicast" + wished + "\r\n"), 200) << wished;
    const std::string id = RtspPeer::field(peer.answers.back(), "Session");
    session = "Session: " + id.substr(0, id.find(';')) + "\r\n";
    const std::string way = RtspPeer::field(peer.answers.back(), "Transport");
    const auto at = way.find("interleaved=") + 12;
    return way.substr(at, way.find(';', at) - at);
  };
  EXPECT_EQ(channels("/main/stream=0", ";interleaved=2-3"), "2-3");
  EXPECT_EQ(channels("/main/stream=1", ";interleaved=2-3"), "0-1") << "the same";
  EXPECT_EQ(channels("/main/stream=1", ";interleaved=3-4"), "0-1") << "one of them; its own before is free";
  EXPECT_EQ(channels("/main/stream=1", ""), "0-1") << "ours for sound is taken";
  EXPECT_EQ(channels("/main/stream=1", ";interleaved=9-8"), "9-8");
  EXPECT_EQ(channels("/main/stream=0", ";interleaved=2-3"), "2-3") << "again for the same track";
  session.clear();  // another one in the same connection
  EXPECT_EQ(channels("/sub/stream=0", ";interleaved=3-9"), "0-1");
  RtspPeer other(server->port());
  other.nonce = peer.nonce;
  EXPECT_EQ(ask(other, "SETUP", "/main/stream=0", "Transport: RTP/AVP/TCP;interleaved=2-3\r\n"), 200);
  EXPECT_NE(RtspPeer::field(other.answers.back(), "Transport").find("interleaved=2-3"), std::string::npos);
  server.reset();  // before the sound it uses
}

TEST_F(RtspPeerTest, endlessHeadersAndUnreadAnswersAreBounded) {
  RtspPeer endless(server->port());
  for (int i = 0; i < 200; ++i) endless.say("OPTIONS * RTSP/1.0 " + std::string(100, 'a'));
  EXPECT_EQ(status(endless), 413);
  EXPECT_TRUE(until([&] { return endless.closed(); }));
  RtspPeer body(server->port());
  body.say("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_EQ(status(body), 413);
  RtspPeer other(server->port());
  EXPECT_EQ(ask(other, "OPTIONS", "*"), 200);
}

}  // namespace
}  // namespace lintel::media
