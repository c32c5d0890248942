// What a WebRTC leg and its peer agree on: offers, answers, and where the peer is reached (RFC 8829). What then flows
// is webrtc_session.cpp's.
#include <algorithm>

#include "base/log.hpp"
#include "media/webrtc_choice.hpp"
#include "media/webrtc_session.hpp"

namespace lintel::media {
namespace {

constexpr int event_type = 110;  // of telephone events that we offer

Error invalid(std::string message) {
  return {ErrorCode::invalid, std::move(message), "sdp", {}, {}};
}

}  // namespace

Result<std::string> WebrtcSession::write(const char* setup) {
  if (!host_.identity()) return Error{ErrorCode::unavailable, "WebRTC is not there on this station.", {}, {}, {}};
  LINTEL_TRY(const std::vector<Endpoint> addresses, host_.datagrams().addresses());
  sdp::LocalWebrtc local;
  local.session_id = session_id_;
  local.version = ++version_;
  local.ice_user = transport_->user();
  local.ice_password = transport_->password();
  local.fingerprint = host_.identity()->fingerprint();
  local.setup = setup;
  local.name = name_;
  for (const Endpoint& address : addresses) local.candidates.push_back({address_text(address), address.port});
  local.media = lines_;
  return sdp::write_webrtc(local);
}

void WebrtcSession::place_offered(Track& track, const char* kind, std::vector<sdp::Format> formats) {
  if (track.wanted == Direction::inactive) return;
  sdp::LocalWebrtcMedia line;
  line.kind = kind;
  line.mid = std::to_string(lines_.size());
  line.direction = track.direction = track.wanted;
  line.formats = std::move(formats);
  if (sends(track.wanted)) line.source = (&track == &audio_ ? voice_->stream() : picture_->stream()).source();
  track.line = lines_.size();
  lines_.push_back(std::move(line));
}

void WebrtcSession::offer(Leg::SdpReady ready) {
  transport_->open();
  if (lines_.empty()) {
    place_offered(audio_, "audio",
                  {*sdp::standard_format(AudioCodec::opus), {event_type, "TELEPHONE-EVENT", 48'000, 1, "0-15"}});
    place_offered(video_, "video", {sdp::standard_h264(), sdp::standard_vp8()});
  } else {  // offered again: what we want now, of what was agreed
    for (const Track* track : {&audio_, &video_}) {
      if (track->line && !lines_[*track->line].refused) lines_[*track->line].direction = track->wanted;
    }
  }
  ready(write("actpass"));
}

void WebrtcSession::accept(const std::string& answer, Leg::Done done) {
  done(take_answer(answer));
}

Result<void> WebrtcSession::take_answer(const std::string& answer) {
  if (lines_.empty()) return Error{ErrorCode::conflict, "An answer came without an offer.", {}, {}, {}};
  LINTEL_CHECK(sdp::check_webrtc(answer));
  LINTEL_TRY(const sdp::Description description, sdp::parse(answer));
  const sdp::Media* first = nullptr;
  for (Track* track : {&audio_, &video_}) {
    if (!track->line) continue;
    const std::size_t at = *track->line;
    const sdp::Media* media = at < description.media.size() ? &description.media[at] : nullptr;
    const bool audio = track == &audio_;
    if (media != nullptr && (media->port == 0 || media->kind != lines_[at].kind || !media->rtcp_mux)) media = nullptr;
    if (media != nullptr) track->format = audio ? choose_opus(*media) : choose_picture(*media);
    if (media == nullptr || !track->format) {
      if (audio) return invalid("The peer refused the sound.");
      log::info("media", "A browser took neither H.264 nor VP8: its call has no picture.");
      track->direction = Direction::inactive;
      lines_[at].refused = true;
      continue;
    }
    track->events = audio ? choose_events(*media) : std::nullopt;
    track->direction = answer_to(media->direction, track->wanted);
    lines_[at].formats = {*track->format};
    if (track->events) lines_[at].formats.push_back(*track->events);
    if (first == nullptr) first = media;
  }
  if (first == nullptr) return invalid("The peer refused all sound and picture.");
  connect(description, *first);
  settle();
  return {};
}

void WebrtcSession::answer(const std::string& offer, Leg::SdpReady ready) {
  ready(make_answer(offer));
}

bool WebrtcSession::takes(Track& track, const sdp::Media& media) {
  const bool audio = &track == &audio_;
  sdp::Media offered = media;
  if (track.format) {  // the codec of a call stays, be it under another number
    std::erase_if(offered.formats, [&](const sdp::Format& one) { return one.encoding != track.format->encoding; });
  }
  const std::optional<sdp::Format> chosen = audio ? choose_opus(offered) : choose_picture(offered);
  if (!chosen) return false;
  const bool stays = track.format && std::ranges::any_of(offered.formats, [&](const sdp::Format& one) {
                       return one.payload_type == track.format->payload_type;
                     });
  if (!stays) track.format = chosen;
  track.events = audio ? choose_events(media) : std::nullopt;
  track.direction = answer_to(media.direction, track.wanted);
  return true;
}

Result<std::string> WebrtcSession::make_answer(const std::string& offer) {
  transport_->open();
  LINTEL_CHECK(sdp::check_webrtc(offer));
  LINTEL_TRY(const sdp::Description description, sdp::parse(offer));
  std::vector<sdp::LocalWebrtcMedia> lines;
  const sdp::Media* first = nullptr;
  bool any = false;
  bool again_audio = false;
  bool again_video = false;
  for (const sdp::Media& media : description.media) {
    sdp::LocalWebrtcMedia line;
    line.kind = media.kind;
    line.mid = media.mid;
    line.raw_formats = media.raw_formats;
    Track* track = media.kind == "audio" ? &audio_ : media.kind == "video" ? &video_ : nullptr;
    bool& taken = track == &audio_ ? again_audio : again_video;
    // One transport: whatever would need a second one is refused.
    const bool bundled =
        first == nullptr || std::ranges::find(description.bundle, media.mid) != description.bundle.end();
    line.refused = track == nullptr || taken || media.port == 0 || !media.rtcp_mux || !bundled ||
                   track->wanted == Direction::inactive || !takes(*track, media);
    if (!line.refused) {
      taken = true;
      track->line = lines.size();
      line.direction = track->direction;
      line.formats = {*track->format};
      if (track->events) line.formats.push_back(*track->events);
      if (sends(track->direction)) {
        line.source = (track == &audio_ ? voice_->stream() : picture_->stream()).source();
      }
      any = any || track->direction != Direction::inactive || version_ > 0;
      if (first == nullptr) first = &media;
    }
    lines.push_back(std::move(line));
  }
  if (!any) return invalid("The offer has no sound or picture that this station can give or take.");
  if (!again_audio) audio_.line.reset(), audio_.direction = Direction::inactive;
  if (!again_video) video_.line.reset(), video_.direction = Direction::inactive;
  lines_ = std::move(lines);
  connect(description, *first);
  Result<std::string> text = write(transport_->role() == DtlsRole::client ? "active" : "passive");
  if (text) settle();
  return text;
}

void WebrtcSession::connect(const sdp::Description& description, const sdp::Media& media) {
  WebrtcTransport::Remote remote{media.ice_user, media.ice_password, media.fingerprint, {}, description.ice_lite};
  for (const sdp::Candidate& candidate : media.candidates) {
    if (const auto endpoint = endpoint_of(candidate.address, static_cast<std::uint16_t>(candidate.port))) {
      remote.candidates.push_back(*endpoint);
    }
  }
  // RFC 8842 §5: a browser that leaves the choice begins by itself.
  transport_->connect(std::move(remote), media.setup == "passive" ? DtlsRole::client : DtlsRole::server);
}

}  // namespace lintel::media
