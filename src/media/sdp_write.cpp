// The station's own descriptions as text.
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

}  // namespace lintel::media::sdp
