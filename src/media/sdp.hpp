// Session descriptions (RFC 8866) and the offer/answer model (RFC 3264) of plain RTP, SDES-SRTP and WebRTC legs
// (RFC 8829, RFC 8839, RFC 8843). Everything read here is hostile until shown otherwise: sizes and counts are
// bounded, numbers are checked, and what is not understood is refused by a port of zero. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lintel::media {

// What a leg speaks (RFC 3550 plain; RFC 4568 keys in SDP; RFC 8829 WebRTC).
enum class LegKind { plain_rtp, sdes_srtp, webrtc };
// As seen by the side that says it (RFC 8866 §6.7).
enum class Direction { inactive, send_only, receive_only, send_receive };

[[nodiscard]] bool sends(Direction direction);
[[nodiscard]] bool receives(Direction direction);
// What to answer to a peer's `offered` when we would like `wanted` (RFC 3264 §6.1).
[[nodiscard]] Direction answer_to(Direction offered, Direction wanted);

enum class AudioCodec { opus, g722, pcma, pcmu };

namespace sdp {

inline constexpr std::size_t size_limit = 32 * 1024;
inline constexpr std::size_t media_limit = 8;    // m= lines kept; further ones make the description invalid
inline constexpr std::size_t format_limit = 64;  // formats of one m= line
inline constexpr std::size_t crypto_limit = 8;
inline constexpr std::size_t candidate_limit = 16;  // of one m= line

struct Format {
  int payload_type = 0;
  std::string encoding;  // upper case: OPUS, G722, PCMA, PCMU, TELEPHONE-EVENT, H264, VP8
  int clock_rate = 0;    // Hz, as the rtpmap says: G.722 has 8000 (RFC 3551 §4.5.2)
  int channels = 1;
  std::string parameters;  // of a=fmtp, bounded
};

struct Crypto {  // RFC 4568 §9.1
  int tag = 1;
  std::string suite;         // AES_CM_128_HMAC_SHA1_80 or _32
  std::string key_and_salt;  // 30 bytes, decoded. A secret.
};

struct Candidate {  // RFC 8839 §5.1: of UDP, component 1, with a numeric address
  std::string address;
  int port = 0;
};

struct Media {
  std::string kind;      // audio, video, or what else was offered
  std::string protocol;  // RTP/AVP, RTP/AVPF, RTP/SAVP, RTP/SAVPF, UDP/TLS/RTP/SAVPF
  int port = 0;          // zero: refused
  int rtcp_port = 0;     // RFC 3605, or port + 1
  std::string address;   // of c= at this level or the session's; empty: none given
  Direction direction = Direction::send_receive;
  std::vector<Format> formats;  // of ours to speak, in the peer's order; static types without rtpmap are filled in
  std::vector<Crypto> cryptos;  // suites of ours to speak
  bool has_crypto = false;      // a=crypto was there, of whatever suite
  std::vector<std::string> raw_formats;  // as on the m= line, for the refusal
  int packet_milliseconds = 20;
  bool rtcp_mux = false;
  bool has_fingerprint = false;
  bool has_ice = false;
  // As given for WebRTC, at this level or the session's; bounded.
  std::string mid, ice_user, ice_password, fingerprint, setup;
  // Names (mDNS) are left out: they would have to be looked up, and the peer's own checks make it known anyway
  // (RFC 8445 §7.3.1.3).
  std::vector<Candidate> candidates;
};

struct Description {
  std::string session_id;
  std::uint64_t version = 0;
  std::vector<Media> media;
  std::vector<std::string> bundle;  // the mids of a=group:BUNDLE
  bool ice_lite = false;            // the peer never checks paths by itself
};

// Reads any offer or answer. The error's message says what is wrong, for the 488 and the log.
[[nodiscard]] Result<Description> parse(std::string_view text);
// What kind of leg may answer this: WebRTC when a media line has DTLS fingerprint and ICE, SDES when it has RTP/SAVP(F)
// with a usable key, else plain. Error when it is none of these, or unreadable.
[[nodiscard]] Result<LegKind> kind_of(std::string_view offer);
// Bounds and structure of a WebRTC description, before anything is done by it.
[[nodiscard]] Result<void> check_webrtc(std::string_view text);

// One media line as we say it.
struct LocalMedia {
  std::string kind;
  std::string protocol = "RTP/AVP";
  int port = 0;
  Direction direction = Direction::send_receive;
  std::vector<Format> formats;
  std::vector<Crypto> cryptos;
  std::vector<std::string> raw_formats;  // used when port is zero
  bool feedback = false;                 // a=rtcp-fb for PLI and FIR (RFC 4585, RFC 5104)
};
struct LocalDescription {
  std::string session_id;  // digits
  std::uint64_t version = 1;
  std::string address;  // IPv4 or IPv6, of c= and o=
  std::vector<LocalMedia> media;
};
[[nodiscard]] std::string write(const LocalDescription& description);

// The same of WebRTC: one transport for all lines (BUNDLE, rtcp-mux), ICE lite.
struct LocalWebrtcMedia {
  std::string kind;
  std::string mid;
  bool refused = false;
  Direction direction = Direction::send_receive;
  std::vector<Format> formats;
  std::vector<std::string> raw_formats;  // used when refused
  std::uint32_t source = 0;              // SSRC of what is sent; zero: nothing is
};
struct LocalWebrtc {
  std::string session_id;  // digits
  std::uint64_t version = 1;
  std::string ice_user, ice_password, fingerprint, setup;
  std::string name;  // RTCP's CNAME, and the stream that sound and picture belong to
  std::vector<Candidate> candidates;
  std::vector<LocalWebrtcMedia> media;
};
[[nodiscard]] std::string write_webrtc(const LocalWebrtc& description);

[[nodiscard]] const char* name_of(Direction direction);                 // "sendrecv", …
[[nodiscard]] std::string spelling_of(const std::string& encoding);     // as rtpmaps have it: "opus"
[[nodiscard]] std::optional<Format> standard_format(AudioCodec codec);  // with our payload type
[[nodiscard]] Format standard_h264();                                   // constrained baseline, packetization-mode 1
[[nodiscard]] Format standard_vp8();
[[nodiscard]] bool is_usable_h264(const Format& format);  // any baseline-decodable offer we can send to
[[nodiscard]] std::optional<std::string> parameter(const Format& format, std::string_view name);  // of fmtp

}  // namespace sdp
}  // namespace lintel::media
