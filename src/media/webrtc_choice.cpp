#include "media/webrtc_choice.hpp"

#include "base/text.hpp"

namespace lintel::media {

std::optional<sdp::Format> choose_opus(const sdp::Media& media) {
  for (const sdp::Format& format : media.formats) {
    if (format.encoding == "OPUS" && format.clock_rate == 48000) return format;
  }
  return std::nullopt;
}

std::optional<sdp::Format> choose_events(const sdp::Media& media) {
  for (const sdp::Format& format : media.formats) {
    if (format.encoding == "TELEPHONE-EVENT" && format.clock_rate == 48000) return format;
  }
  return std::nullopt;
}

std::optional<sdp::Format> choose_picture(const sdp::Media& media) {
  const sdp::Format* best = nullptr;
  int best_score = 0;
  for (const sdp::Format& format : media.formats) {
    int score = 0;
    if (format.encoding == "VP8" && format.clock_rate == 90000) score = 1;
    if (sdp::is_usable_h264(format) && sdp::parameter(format, "packetization-mode") == "1") {
      const std::string profile = text::lower(sdp::parameter(format, "profile-level-id").value_or("42e01f"));
      // Constrained baseline is what is sent; other profiles decode it too.
      score = profile.substr(0, 4) == "42e0" ? 5
              : profile.substr(0, 2) == "42" ? 4
              : profile.substr(0, 2) == "4d" ? 3
                                             : 2;
    }
    if (score > best_score) best_score = score, best = &format;
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

}  // namespace lintel::media
