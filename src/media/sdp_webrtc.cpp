// What a WebRTC description must be before webrtcbin, which trusts a good deal, may see it.
#include <glib.h>

#include <algorithm>

#include "base/text.hpp"
#include "media/sdp.hpp"

namespace lintel::media::sdp {

namespace {

Error invalid(std::string why) {
  return {ErrorCode::invalid, "The session description " + std::move(why), "sdp", {}, {}};
}

// "sha-256 AA:BB:…": what DTLS compares, so nothing else may stand there.
bool is_fingerprint(std::string_view value) {
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos || !text::equals_ignoring_case(value.substr(0, space), "sha-256")) return false;
  const std::string_view digest = value.substr(space + 1);
  if (digest.size() != 95) return false;
  for (std::size_t index = 0; index < digest.size(); ++index) {
    const char letter = digest[index];
    if (index % 3 == 2 ? letter != ':' : g_ascii_isxdigit(letter) == FALSE) return false;
  }
  return true;
}

// RFC 8839 §5.4: letters, digits, + and /; libwebrtc says no more than that either, webrtcbin's are the same.
bool is_ice_text(std::string_view value, std::size_t minimum) {
  return value.size() >= minimum && value.size() <= 256 && std::ranges::all_of(value, [](char letter) {
           return g_ascii_isalnum(letter) || letter == '+' || letter == '/';
         });
}

bool is_port(std::string_view text) {
  const std::optional<std::uint64_t> port = text::to_unsigned(text);
  return port && *port > 0 && *port <= 65535;
}

}  // namespace

Result<void> check_webrtc(std::string_view text) {
  LINTEL_TRY(const Description description, parse(text));
  bool usable = false;
  std::vector<std::string> mids;
  for (const Media& media : description.media) {
    if (media.kind != "audio" && media.kind != "video" && media.kind != "application") {
      return invalid("has a media line of an unknown kind.");
    }
    if (!media.mid.empty()) {
      if (std::ranges::find(mids, media.mid) != mids.end()) return invalid("names two media lines alike.");
      mids.push_back(media.mid);
    }
    if (media.kind == "application" || media.port == 0) continue;
    if (media.protocol.find("SAVPF") == std::string::npos) return invalid("is not for WebRTC (RTP/SAVPF).");
    if (media.mid.empty()) return invalid("has a media line without a=mid.");
    if (!is_fingerprint(media.fingerprint)) return invalid("has no DTLS fingerprint by SHA-256.");
    if (!is_ice_text(media.ice_user, 4) || !is_ice_text(media.ice_password, 22))
      return invalid("has no ICE credentials.");
    if (media.setup != "actpass" && media.setup != "active" && media.setup != "passive") {
      return invalid("does not say who begins DTLS (a=setup).");
    }
    usable = true;
  }
  if (!usable) return invalid("has no audio or video.");
  for (const std::string& mid : description.bundle) {
    if (std::ranges::find(mids, mid) == mids.end()) return invalid("bundles a media line that is not there.");
  }
  return {};
}

std::string keep_usable_candidates(std::string_view text) {
  constexpr std::size_t candidate_limit = 32;
  std::string kept;
  kept.reserve(text.size());
  std::size_t candidates = 0;
  for (const std::string_view line : text::split(text, '\n')) {
    if (line.substr(0, 12) == "a=candidate:") {
      // foundation component transport priority address port typ …
      const auto parts = text::split(text::trim(line), ' ');
      if (parts.size() < 8 || !text::equals_ignoring_case(parts[2], "udp") || ++candidates > candidate_limit) continue;
      const std::string_view address = parts[4];
      const bool numeric =
          address.size() <= 45 && address.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
      if (!numeric || !is_port(parts[5])) continue;
    }
    if (line.empty()) continue;
    kept.append(line).push_back('\n');
  }
  return kept;
}

}  // namespace lintel::media::sdp
