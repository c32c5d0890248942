// The formats of a media line: those that the station offers, and what a peer's says of itself (RFC 8866 §6.6, §6.15).
#include "base/text.hpp"
#include "media/sdp.hpp"

namespace lintel::media::sdp {

std::string spelling_of(const std::string& encoding) {
  return encoding == "OPUS" ? "opus" : encoding == "TELEPHONE-EVENT" ? "telephone-event" : encoding;
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

std::optional<std::string> parameter(const Format& format, std::string_view name) {
  for (std::string_view part : text::split(format.parameters, ';')) {
    part = text::trim(part);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || !text::equals_ignoring_case(text::trim(part.substr(0, equals)), name))
      continue;
    return std::string(text::trim(part.substr(equals + 1)));
  }
  return std::nullopt;
}

bool is_usable_h264(const Format& format) {
  if (format.encoding != "H264" || format.clock_rate != 90000) return false;
  // Ours is sent in mode 1, as pictures of this size need fragments. Phones that say nothing or mode 0 (RFC 6184: single
  // units only) decode them all the same, and would have no picture otherwise.
  const std::optional<std::string> mode = parameter(format, "packetization-mode");
  return !mode || *mode == "1" || *mode == "0";
}

}  // namespace lintel::media::sdp
