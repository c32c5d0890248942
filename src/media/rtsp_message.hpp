// What comes in on an RTSP connection (RFC 2326): requests and interleaved packets, read in place from the received
// bytes, and how answers are written. Everything read here is a stranger's: sizes and counts are bounded. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lintel::media {

inline constexpr std::size_t rtsp_head_limit = 8 * 1024;  // request line and headers
inline constexpr std::size_t rtsp_header_limit = 48;      // header lines
inline constexpr std::size_t rtsp_body_limit = 16 * 1024;
inline constexpr std::size_t rtsp_packet_limit = 2 * 1024;  // interleaved, from a viewer: RTCP
// More than this is never needed to see the next one whole: empty lines, as many as a head may have bytes, come before.
inline constexpr std::size_t rtsp_input_limit = 2 * rtsp_head_limit + rtsp_body_limit;

// Views into the bytes that were read.
struct RtspRequest {
  std::string_view method, uri;
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
  std::uint32_t sequence = 0;  // CSeq

  [[nodiscard]] std::string_view header(std::string_view name) const;  // the first of that name, trimmed, or empty
};

struct RtspInput {
  enum class Kind {
    partial,  // more bytes are needed
    request,
    packet,  // an interleaved packet (§10.12)
    broken,  // close after answering `status` (0: without an answer)
  };
  Kind kind = Kind::partial;
  std::size_t size = 0;  // bytes of it, to be taken from the front
  RtspRequest request;
  std::uint8_t channel = 0;
  std::string_view packet;
  int status = 0;
};
// The first input in `bytes`.
[[nodiscard]] RtspInput read_rtsp(std::string_view bytes);

// Path and query of a request's address: rtsp://host/path?query, rtsps://…, or a bare /path?query. Nothing for "*" and
// for what is no address of these.
struct RtspAddress {
  std::string_view path, query;
};
[[nodiscard]] std::optional<RtspAddress> split_rtsp_uri(std::string_view uri);

using RtspChannels = std::pair<std::uint8_t, std::uint8_t>;  // for RTP and RTCP

// One way to send that the viewer offers and we know (§12.39).
struct RtspTransport {
  bool tcp = false;
  std::optional<RtspChannels> channels;                           // tcp: when the viewer chose
  std::uint16_t rtp_port = 0, rtcp_port = 0;                      // udp: the viewer's
};
// The first of the offered ones that can be served: unicast, to play; with `encrypted` only inside the connection. A
// destination named by the viewer is not looked at: packets go where the connection comes from.
[[nodiscard]] std::optional<RtspTransport> choose_rtsp_transport(std::string_view header, bool encrypted);

// The id of a Session header, without its parameters.
[[nodiscard]] std::string_view rtsp_session_id(std::string_view header);

// An answer. `headers` are whole lines, each with its CR LF.
[[nodiscard]] std::string rtsp_answer(int status, std::uint32_t sequence, std::string_view headers = {},
                                      std::string_view body = {});

}  // namespace lintel::media
