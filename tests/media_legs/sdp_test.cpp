#include "media/sdp.hpp"

#include <gtest/gtest.h>

namespace lintel::media::sdp {
namespace {

constexpr const char* phone_offer =
    "v=0\r\no=- 1 7 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 96 9 8 0 101\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n"
    "m=video 4002 RTP/AVP 102\r\nc=IN IP4 192.0.2.10\r\na=rtpmap:102 H264/90000\r\n"
    "a=fmtp:102 profile-level-id=42e01f;packetization-mode=1\r\na=recvonly\r\n";

TEST(Sdp, readsFormatsWithAndWithoutRtpmap) {  // C25
  const Result<Description> read = parse(phone_offer);
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read.value().media.size(), 2U);
  const Media& audio = read.value().media[0];
  ASSERT_EQ(audio.formats.size(), 5U);
  EXPECT_EQ(audio.formats[0].encoding, "OPUS");
  EXPECT_EQ(audio.formats[1].encoding, "G722");
  EXPECT_EQ(audio.formats[2].encoding, "PCMA");
  EXPECT_EQ(audio.formats[3].encoding, "PCMU");
  EXPECT_EQ(audio.formats[4].encoding, "TELEPHONE-EVENT");
  EXPECT_EQ(audio.rtcp_port, 4001);
}

TEST(Sdp, readsTheAddressOfEachLevel) {
  const Description read = parse(phone_offer).value();
  EXPECT_EQ(read.media[0].address, "192.0.2.9");
  EXPECT_EQ(read.media[1].address, "192.0.2.10");
  EXPECT_EQ(read.media[1].direction, Direction::receive_only);
}

// RFC 5118 §4.6, §4.8 and §4.9.
TEST(Sdp, readsAddressesOfBothFamilies) {
  const auto addresses = [](const std::string& session, const std::string& sound, const std::string& picture) {
    const Description read = parse("v=0\r\no=assistant 971731711378798081 0 IN IP6 2001:db8::20\r\ns=-\r\n" + session +
                                   "t=3338481189 3370017201\r\nm=audio 6000 RTP/AVP 8\r\n" + sound +
                                   "m=video 6024 RTP/AVP 107\r\n" + picture + "a=rtpmap:107 H264/90000\r\n")
                                 .value();
    return std::pair(read.media[0].address, read.media[1].address);
  };
  using Both = std::pair<std::string, std::string>;
  EXPECT_EQ(addresses("c=IN IP6 2001:db8::20\r\n", {}, {}), Both("2001:db8::20", "2001:db8::20"));
  EXPECT_EQ(addresses({}, "c=IN IP6 2001:db8::1\r\n", "c=IN IP4 192.0.2.1\r\n"), Both("2001:db8::1", "192.0.2.1"));
  EXPECT_EQ(addresses("c=IN IP6 ::ffff:192.0.2.2\r\n", {}, {}), Both("::ffff:192.0.2.2", "::ffff:192.0.2.2"));
}

TEST(Sdp, knowsTheKindOfAnOffer) {
  EXPECT_EQ(kind_of(phone_offer).value(), LegKind::plain_rtp);
  const std::string key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  EXPECT_EQ(
      kind_of("v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" +
              key + "|2^31\r\n")
          .value(),
      LegKind::sdes_srtp);
  EXPECT_FALSE(kind_of("v=0\r\nm=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short\r\n").ok());
  EXPECT_EQ(kind_of("v=0\r\na=fingerprint:sha-256 AA\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:x\r\n").value(),
            LegKind::webrtc);
}

// RFC 4568 §6.1 and §6.3: what changes the packets and is not done here makes the line unusable.
TEST(Sdp, takesNoKeyWhoseParametersAreNotKept) {  // C21
  const auto usable = [](const std::string& behind_the_key) {
    const Description read = parse(
                                 "v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 4000 RTP/SAVP 0\r\n"
                                 "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" +
                                 std::string(40, 'A') + behind_the_key + "\r\n")
                                 .value();
    EXPECT_TRUE(read.media[0].has_crypto);
    return read.media[0].cryptos.size() == 1;
  };
  for (const char* good : {"", "|2^31", "|2^48", "|1", "|1048576", "|281474976710656", " WSH=64", " wsh=128",
                           " -X-VENDOR=1", " -X WSH=64", "|2^20  WSH=64 "})
    EXPECT_TRUE(usable(good)) << good;
  for (const char* bad : {"|2^49", "|0", "|01", "|281474976710657", "|99999999999999999999", "|2^", "|2^-1", "|",
                          "|soon", "|1:4", "|2^31|1:4", "|2^31|2^31", "||"})
    EXPECT_FALSE(usable(bad)) << bad;
  for (const char* bad :
       {" UNENCRYPTED_SRTP", " UNENCRYPTED_SRTCP", " UNAUTHENTICATED_SRTP", " KDR=0", " KDR=4", " FEC_ORDER=FEC_SRTP",
        " FEC_KEY=inline:AAAA", " X-VENDOR=1", " WSH", " WSH=64 KDR=1", " unencrypted_srtp"})
    EXPECT_FALSE(usable(bad)) << bad;
}

TEST(Sdp, refusesWhatIsNoneOrTooMuch) {
  EXPECT_FALSE(parse("").ok());
  EXPECT_FALSE(parse("hello").ok());
  EXPECT_FALSE(parse("v=0\r\ns=-\r\n").ok());
  EXPECT_FALSE(parse("v=0\r\nm=audio 70000 RTP/AVP 0\r\n").ok());
  EXPECT_FALSE(parse("v=0\r\nnot a line\r\nm=audio 4000 RTP/AVP 0\r\n").ok());
  EXPECT_FALSE(parse(std::string("v=0\r\ns=a\0b\r\nm=audio 4000 RTP/AVP 0\r\n", 36)).ok());
  std::string many = "v=0\r\n";
  for (std::size_t count = 0; count <= media_limit; ++count) many += "m=audio 4000 RTP/AVP 0\r\n";
  EXPECT_FALSE(parse(many).ok());
  EXPECT_FALSE(parse("v=0\r\n" + std::string(size_limit, 'a')).ok());
}

TEST(Sdp, keepsARefusedLineAsPortZero) {
  const Description read =
      parse("v=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 4000 RTP/AVP 0\r\nm=video 0 RTP/AVP 31\r\n").value();
  EXPECT_EQ(read.media[1].port, 0);
  EXPECT_EQ(read.media[1].raw_formats, std::vector<std::string>{"31"});
}

TEST(Sdp, understandsHoldByTheAddressOfNowhere) {
  const Description read = parse("v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 0\r\n").value();
  EXPECT_EQ(read.media[0].direction, Direction::send_only);
}

TEST(Sdp, answersDirectionsByTheModel) {
  EXPECT_EQ(answer_to(Direction::send_receive, Direction::send_only), Direction::send_only);
  EXPECT_EQ(answer_to(Direction::send_only, Direction::send_only), Direction::inactive);
  EXPECT_EQ(answer_to(Direction::receive_only, Direction::send_receive), Direction::send_only);
  EXPECT_EQ(answer_to(Direction::inactive, Direction::send_receive), Direction::inactive);
}

TEST(Sdp, letsOnlySoundWebrtcDescriptionsThrough) {
  std::string digest = "AB";
  for (int index = 1; index < 32; ++index) digest += ":AB";
  const std::string head = "v=0\r\na=group:BUNDLE 0\r\n";
  const std::string line =
      "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=setup:actpass\r\na=ice-ufrag:abcd\r\n"
      "a=ice-pwd:0123456789012345678901\r\na=rtpmap:111 opus/48000/2\r\n";
  const std::string fingerprint = "a=fingerprint:sha-256 " + digest + "\r\n";
  EXPECT_TRUE(check_webrtc(head + line + fingerprint).ok()) << check_webrtc(head + line + fingerprint).error().message;
  EXPECT_FALSE(check_webrtc(head + line).ok());
  EXPECT_FALSE(check_webrtc(head + line + "a=fingerprint:sha-256 AA\r\n").ok());
  EXPECT_FALSE(check_webrtc(head + line + fingerprint + line + fingerprint).ok());
  EXPECT_FALSE(check_webrtc("v=0\r\na=group:BUNDLE 0 1\r\n" + line + fingerprint).ok());
  EXPECT_FALSE(check_webrtc("v=0\r\nm=audio 9 RTP/AVP 0\r\n").ok());
}

TEST(Sdp, leavesOutCandidatesThatWouldBeLookedUp) {
  const Result<Description> read = parse(
      "v=0\r\na=ice-lite\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n"
      "a=candidate:2 1 udp 1 abc.local 5000 typ host\r\na=candidate:3 1 tcp 1 192.0.2.1 9 typ host tcptype active\r\n"
      "a=candidate:4 1 udp 1 192.0.2.1 0 typ host\r\na=candidate:5 2 udp 1 192.0.2.1 5001 typ host\r\n");
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->ice_lite);
  ASSERT_EQ(read->media.at(0).candidates.size(), 1U);
  EXPECT_EQ(read->media[0].candidates[0].address, "192.0.2.1");
  EXPECT_EQ(read->media[0].candidates[0].port, 5000);
}

// RFC 8843 §6: such a line is there only where lines are bundled, which plain RTP is not here.
TEST(Sdp, takesALineForABundleAloneForRefusedWhereNothingIsBundled) {
  const auto port = [](const std::string& protocol) {
    return parse("v=0\r\nm=video 0 " + protocol + " 102\r\na=bundle-only\r\n")->media.at(0).port;
  };
  EXPECT_EQ(port("RTP/AVP"), 0);
  EXPECT_EQ(port("RTP/SAVPF"), 0);
  EXPECT_NE(port("UDP/TLS/RTP/SAVPF"), 0);
}

// RFC 8122 §5: one certificate may be named by several hash functions, in any order.
TEST(Sdp, findsTheFingerprintThatItCanCompareAmongSeveral) {
  std::string digest = "AA";
  for (int index = 0; index < 31; ++index) digest += ":AA";
  const std::string line =
      "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\na=setup:actpass\r\n"
      "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n";
  const std::string ours = "a=fingerprint:SHA-256 " + digest + "\r\n", other = "a=fingerprint:sha-1 BB:BB\r\n";
  for (const std::string& both : {ours + other, other + ours})
    EXPECT_TRUE(check_webrtc("v=0\r\n" + line + both).ok()) << both;
  const Result<Description> read = parse("v=0\r\na=fingerprint:sha-256 CC\r\n" + line + ours);
  EXPECT_EQ(read->media.at(0).fingerprint, "SHA-256 " + digest) << "the line's own before the session's";
}

TEST(Sdp, writesWebrtcThatItAccepts) {
  std::string digest = "AA";
  for (int index = 0; index < 31; ++index) digest += ":AA";
  LocalWebrtc local;
  local.session_id = "1";
  local.ice_user = "abcd1234";
  local.ice_password = std::string(32, 'p');
  local.fingerprint = "sha-256 " + digest;
  local.setup = "passive";
  local.name = "name";
  local.candidates = {{"192.0.2.1", 5000}, {"2001:db8::1", 5002}};
  local.media = {{"audio", "a", false, Direction::send_receive, {*standard_format(AudioCodec::opus)}, {}, 7},
                 {"video", "v", false, Direction::send_only, {standard_h264()}, {}, 8},
                 {"application", "d", true, Direction::inactive, {}, {"webrtc-datachannel"}, 0}};
  const std::string text = write_webrtc(local);
  ASSERT_TRUE(check_webrtc(text).ok()) << check_webrtc(text).error().message << text;
  const Result<Description> read = parse(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->bundle, (std::vector<std::string>{"a", "v"}));
  EXPECT_TRUE(read->ice_lite);
  ASSERT_EQ(read->media.size(), 3U);
  EXPECT_EQ(read->media[0].candidates.size(), 2U);
  EXPECT_TRUE(read->media[1].rtcp_mux);
  EXPECT_EQ(read->media[1].direction, Direction::send_only);
  EXPECT_EQ(read->media[2].port, 0);
}

TEST(Sdp, writesWhatItReads) {
  LocalDescription local;
  local.session_id = "17";
  local.address = "192.0.2.1";
  LocalMedia audio;
  audio.kind = "audio";
  audio.protocol = "RTP/SAVP";
  audio.port = 5000;
  audio.formats = {*standard_format(AudioCodec::opus), *standard_format(AudioCodec::pcma)};
  audio.cryptos = {{1, "AES_CM_128_HMAC_SHA1_80", std::string(30, 'k')}};
  LocalMedia video;
  video.kind = "video";
  video.raw_formats = {"102"};
  local.media = {audio, video};
  const Result<Description> read = parse(write(local));
  ASSERT_TRUE(read.ok()) << read.error().message << write(local);
  EXPECT_EQ(read.value().media[0].formats.size(), 2U);
  EXPECT_EQ(read.value().media[0].cryptos.at(0).key_and_salt, std::string(30, 'k'));
  EXPECT_EQ(read.value().media[1].port, 0);
}

}  // namespace
}  // namespace lintel::media::sdp
