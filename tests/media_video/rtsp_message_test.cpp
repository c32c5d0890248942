#include "media/rtsp_message.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace lintel::media {
namespace {

using Kind = RtspInput::Kind;

TEST(RtspMessage, readsOneRequestAfterTheOther) {
  const std::string bytes =
      "\r\nSETUP rtsp://door/main/stream=0 RTSP/1.0\r\nCSeq: 3\r\nTransport:  RTP/AVP ; unicast\r\n\r\n"
      "SET_PARAMETER * RTSP/1.0\nCSeq:4\ncontent-length: 5\n\nabcde$";
  const RtspInput first = read_rtsp(bytes);
  ASSERT_EQ(first.kind, Kind::request);
  EXPECT_EQ(first.request.method, "SETUP");
  EXPECT_EQ(first.request.uri, "rtsp://door/main/stream=0");
  EXPECT_EQ(first.request.sequence, 3U);
  EXPECT_EQ(first.request.header("transport"), "RTP/AVP ; unicast");
  const RtspInput second = read_rtsp(std::string_view(bytes).substr(first.size));
  ASSERT_EQ(second.kind, Kind::request);
  EXPECT_EQ(second.request.body, "abcde");
  EXPECT_EQ(first.size + second.size + 1, bytes.size());
}

TEST(RtspMessage, waitsForTheRestWhereverItIsCut) {
  const std::string bytes = "PLAY rtsp://door/main RTSP/1.0\r\nCSeq: 9\r\nContent-Length: 3\r\n\r\nxyz";
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(read_rtsp(std::string_view(bytes).substr(0, size)).kind, Kind::partial) << size;
  EXPECT_EQ(read_rtsp(bytes).kind, Kind::request);
}

// As much as may come before a request and the longest request: it must have room, or nothing is ever read again.
TEST(RtspMessage, leavesRoomForTheLongestRequestBehindEmptyLines) {
  const std::string longest =
      "SET_PARAMETER * RTSP/1.0\r\nCSeq: 4\r\nContent-Length: 16384\r\n\r\n" + std::string(16384, 'x');
  const std::string bytes = std::string(8192, '\n') + longest;
  std::string input;
  std::size_t given = 0;
  RtspInput read;
  while (read.kind == Kind::partial) {
    const std::size_t room = std::min(rtsp_input_limit - input.size(), bytes.size() - given);
    ASSERT_GT(room, 0U) << "full, and still partial";
    input += bytes.substr(given, room);
    given += room;
    read = read_rtsp(input);
  }
  EXPECT_EQ(read.kind, Kind::request);
  EXPECT_EQ(read.request.body.size(), 16384U);
}

TEST(RtspMessage, readsInterleavedPackets) {
  const std::string bytes(
      "$\x03\x00\x04"
      "abcdOPTIONS",
      15);
  const RtspInput packet = read_rtsp(bytes);
  ASSERT_EQ(packet.kind, Kind::packet);
  EXPECT_EQ(packet.channel, 3);
  EXPECT_EQ(packet.packet, "abcd");
  EXPECT_EQ(packet.size, 8U);
  EXPECT_EQ(read_rtsp(bytes.substr(0, 7)).kind, Kind::partial);
  EXPECT_EQ(read_rtsp(std::string("$\x03\xff\xff", 4)).kind, Kind::broken) << "longer than any report";
}

TEST(RtspMessage, refusesWhatIsBrokenOrTooLong) {
  const std::pair<std::string, int> cases[] = {
      {"OPTIONS RTSP/1.0\r\nCSeq: 1\r\n\r\n", 400},
      {"OPTIONS * RTSP/1.0\r\n\r\n", 400},
      {"OPTIONS * RTSP/1.0\r\nCSeq: -1\r\n\r\n", 400},
      {"OPTIONS * RTSP/1.0\r\nCSeq: 99999999999\r\n\r\n", 400},
      {"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nno colon\r\n\r\n", 400},
      {"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: a\x01\r\n\r\n", 400},
      {"OPT\"IONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", 400},
      {"OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n", 505},
      {"GET / HTTP/1.1\r\nHost: door\r\n\r\n", 400},
      {"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 16385\r\n\r\n", 413},
      {"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1x\r\n\r\n", 400},
      {std::string(rtsp_head_limit, 'A'), 413},
      {"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: " + std::string(rtsp_head_limit, 'A') + "\r\n\r\n", 413},
      {std::string(rtsp_head_limit + 1, '\n'), 0},
  };
  for (const auto& [bytes, status] : cases) {
    const RtspInput input = read_rtsp(bytes);
    EXPECT_EQ(input.kind, Kind::broken) << bytes.substr(0, 60);
    EXPECT_EQ(input.status, status) << bytes.substr(0, 60);
  }
  std::string many = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n";
  for (std::size_t i = 0; i < rtsp_header_limit; ++i) many += "X: y\r\n";
  EXPECT_EQ(read_rtsp(many + "\r\n").kind, Kind::broken);
}

TEST(RtspMessage, splitsAddresses) {
  const auto full = split_rtsp_uri("rtsp://user:word@[::1]:554/cam/realmonitor?channel=1&subtype=0");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->path, "/cam/realmonitor");
  EXPECT_EQ(full->query, "channel=1&subtype=0");
  EXPECT_EQ(split_rtsp_uri("RTSPS://door")->path, "/");
  EXPECT_EQ(split_rtsp_uri("/main")->path, "/main");
  EXPECT_FALSE(split_rtsp_uri("*"));
  EXPECT_FALSE(split_rtsp_uri("http://door/main"));
}

TEST(RtspTransport, takesTheFirstThatCanBeServed) {
  const auto udp = choose_rtsp_transport("RTP/AVP;unicast;client_port=5000-5001", false);
  ASSERT_TRUE(udp);
  EXPECT_FALSE(udp->tcp);
  EXPECT_EQ(udp->rtp_port, 5000);
  EXPECT_EQ(udp->rtcp_port, 5001);
  const auto tcp = choose_rtsp_transport("RTP/AVP/TCP;unicast;interleaved=4-5;mode=\"PLAY\"", false);
  ASSERT_TRUE(tcp && tcp->tcp && tcp->channels);
  EXPECT_EQ(*tcp->channels, std::pair(std::uint8_t{4}, std::uint8_t{5}));
  EXPECT_FALSE(choose_rtsp_transport("rtp/avp/tcp;unicast", false)->channels) << "ours to choose";
  const char* both = "RTP/AVP;multicast,RTP/AVP/UDP;unicast;client_port=5000-5001,RTP/AVP/TCP;interleaved=0-1";
  EXPECT_FALSE(choose_rtsp_transport(both, false)->tcp);
  EXPECT_TRUE(choose_rtsp_transport(both, true)->tcp) << "nothing leaves an encrypted connection";
}

TEST(RtspTransport, refusesEverythingElse) {
  for (const char* header : {"", ",", ";", "RTP/AVP", "RTP/AVP;unicast", "RTP/SAVP;unicast;client_port=5000-5001",
                             "RTP/AVP;multicast;client_port=5000-5001", "RTP/AVP;unicast;client_port=0-1",
                             "RTP/AVP;unicast;client_port=70000-70001", "RTP/AVP;unicast;client_port=5000-5000",
                             "RTP/AVP;unicast;client_port=a-b", "RTP/AVP/TCP;interleaved=256-257",
                             "RTP/AVP/TCP;interleaved=255", "RTP/AVP/TCP;mode=record"})
    EXPECT_FALSE(choose_rtsp_transport(header, false)) << header;
  std::string many;
  for (int i = 0; i < 8; ++i) many += "RTP/SAVP,";
  EXPECT_FALSE(choose_rtsp_transport(many + "RTP/AVP/TCP", false)) << "no more than eight are looked at";
  EXPECT_FALSE(choose_rtsp_transport("RTP/AVP/TCP;" + std::string(2000, 'x'), false));
}

TEST(RtspMessage, namesTheSessionWithoutItsParameters) {
  EXPECT_EQ(rtsp_session_id(" 12ab ;timeout=60"), "12ab");
  EXPECT_EQ(rtsp_session_id(""), "");
}

}  // namespace
}  // namespace lintel::media
