// The station's own descriptions as text, and the formats that it offers.
#include <fmt/format.h>

#include <iterator>

#include "base/bytes.hpp"
#include "media/sdp.hpp"

namespace lintel::media::sdp {
namespace {

constexpr std::size_t usual_length = 768;  // of what write() gives

}  // namespace

const char* name_of(Direction direction) {
  switch (direction) {
    case Direction::send_receive:
      return "sendrecv";
    case Direction::send_only:
      return "sendonly";
    case Direction::receive_only:
      return "recvonly";
    case Direction::inactive:
      break;
  }
  return "inactive";
}

std::string spelling_of(const std::string& encoding) {
  return encoding == "OPUS" ? "opus" : encoding == "TELEPHONE-EVENT" ? "telephone-event" : encoding;
}

std::string write(const LocalDescription& local) {
  const char* family = local.address.find(':') != std::string::npos ? "IP6" : "IP4";
  std::string text;
  text.reserve(usual_length);
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "v=0\r\no=lintel {} {} IN {} {}\r\ns=Lintel\r\nc=IN {} {}\r\nt=0 0\r\n", local.session_id,
                 local.version, family, local.address, family, local.address);
  for (const LocalMedia& media : local.media) {
    fmt::format_to(out, "m={} {} {}", media.kind, media.port, media.protocol);
    if (media.port == 0) {
      for (const std::string& format : media.raw_formats) fmt::format_to(out, " {}", format);
      text += media.raw_formats.empty() ? " 0\r\n" : "\r\n";
      continue;
    }
    for (const Format& format : media.formats) fmt::format_to(out, " {}", format.payload_type);
    text += "\r\n";
    for (const Format& format : media.formats) {
      // Opus is always said to have two channels (RFC 7587 §7), the others have one.
      fmt::format_to(out, "a=rtpmap:{} {}/{}{}\r\n", format.payload_type, spelling_of(format.encoding),
                     format.clock_rate, format.channels == 2 ? "/2" : "");
      if (!format.parameters.empty()) fmt::format_to(out, "a=fmtp:{} {}\r\n", format.payload_type, format.parameters);
    }
    for (const Crypto& crypto : media.cryptos)
      fmt::format_to(out, "a=crypto:{} {} inline:{}\r\n", crypto.tag, crypto.suite,
                     bytes::to_base64(crypto.key_and_salt));
    if (media.kind == "audio") text += "a=ptime:20\r\n";
    if (media.feedback) text += "a=rtcp-fb:* nack pli\r\na=rtcp-fb:* ccm fir\r\n";
    fmt::format_to(out, "a={}\r\n", name_of(media.direction));
  }
  return text;
}

std::optional<Format> standard_format(AudioCodec codec) {
  switch (codec) {
    case AudioCodec::opus:
      return Format{96, "OPUS", 48000, 2, "useinbandfec=1;stereo=0;sprop-stereo=0"};
    case AudioCodec::g722:
      return Format{9, "G722", 8000, 1, {}};
    case AudioCodec::pcma:
      return Format{8, "PCMA", 8000, 1, {}};
    case AudioCodec::pcmu:
      return Format{0, "PCMU", 8000, 1, {}};
  }
  return std::nullopt;
}

Format standard_h264() {
  return {102, "H264", 90000, 1, "profile-level-id=42e01f;packetization-mode=1"};
}

Format standard_vp8() {
  return {104, "VP8", 90000, 1, {}};
}

}  // namespace lintel::media::sdp
