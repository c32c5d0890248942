// What a WebRTC description must be before anything is done by it, and how ours is written.
#include <fmt/format.h>
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

void write_format(const LocalWebrtcMedia& media, const Format& format, std::string& text) {
  const int type = format.payload_type;
  text += fmt::format("a=rtpmap:{} {}/{}{}\r\n", type, spelling_of(format.encoding), format.clock_rate,
                      format.channels == 2 ? "/2" : "");
  if (!format.parameters.empty()) text += fmt::format("a=fmtp:{} {}\r\n", type, format.parameters);
  if (media.kind != "video") return;
  for (const char* feedback : {"nack", "nack pli", "ccm fir"})
    text += fmt::format("a=rtcp-fb:{} {}\r\n", type, feedback);
}

void write_line(const LocalWebrtc& local, const LocalWebrtcMedia& media, std::string& text) {
  std::string formats;
  if (media.refused) {
    for (const std::string& format : media.raw_formats) formats += " " + format;
    if (formats.empty()) formats = " 0";
  } else {
    for (const Format& format : media.formats) formats += fmt::format(" {}", format.payload_type);
  }
  const char* protocol = media.kind == "application" ? "UDP/DTLS/SCTP" : "UDP/TLS/RTP/SAVPF";
  text += fmt::format("m={} {} {}{}\r\nc=IN IP4 0.0.0.0\r\n", media.kind, media.refused ? 0 : 9, protocol, formats);
  if (!media.mid.empty()) text += fmt::format("a=mid:{}\r\n", media.mid);
  if (media.refused) return;
  text += fmt::format("a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:{}\r\na=setup:{}\r\na={}\r\na=rtcp-mux\r\n",
                      local.ice_user, local.ice_password, local.fingerprint, local.setup, name_of(media.direction));
  if (media.kind == "audio") text += "a=ptime:20\r\n";
  for (const Format& format : media.formats) write_format(media, format, text);
  if (media.source != 0) {
    text += fmt::format("a=msid:{0} {0}-{1}\r\na=ssrc:{2} cname:{0}\r\n", local.name, media.kind, media.source);
  }
  // The first is the most liked; each is of another address (RFC 8445 §5.1.2.1).
  unsigned preference = 65535;
  unsigned foundation = 1;
  for (const Candidate& candidate : local.candidates) {
    constexpr unsigned host_preference = 126;
    text += fmt::format("a=candidate:{} 1 udp {} {} {} typ host\r\n", foundation++,
                        (host_preference << 24) + (preference-- << 8) + 255, candidate.address, candidate.port);
  }
  text += "a=end-of-candidates\r\n";
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

std::string write_webrtc(const LocalWebrtc& local) {
  std::string text =
      fmt::format("v=0\r\no=lintel {} {} IN IP4 127.0.0.1\r\ns=Lintel\r\nt=0 0\r\n", local.session_id, local.version);
  std::string bundle;
  for (const LocalWebrtcMedia& media : local.media) {
    if (!media.refused) bundle += " " + media.mid;
  }
  text += fmt::format("a=group:BUNDLE{}\r\na=ice-lite\r\na=msid-semantic: WMS {}\r\n", bundle, local.name);
  for (const LocalWebrtcMedia& media : local.media) write_line(local, media, text);
  return text;
}

}  // namespace lintel::media::sdp
