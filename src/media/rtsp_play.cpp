// What viewers are sent: descriptions, frames, sound and reports; and how sessions end.
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "media/rtsp_engine.hpp"

namespace lintel::media {
namespace {

constexpr Duration report_period = std::chrono::seconds(5);
constexpr std::uint32_t video_rate = 90'000, audio_rate_hertz = 8'000;

// The three bytes behind the SPS's type (RFC 6184 §8.1).
std::string profile_level(const std::string& sequence) {
  return sequence.size() < 4
             ? "42C01F"
             : fmt::format("{:02X}{:02X}{:02X}", static_cast<unsigned char>(sequence[1]),
                           static_cast<unsigned char>(sequence[2]), static_cast<unsigned char>(sequence[3]));
}

}  // namespace

std::string RtspEngine::description(const RtspClient& client) {
  const ParameterSets& sets = *stream(client.profile).parameters();
  const bool v6 = client.connection.host().find(':') != std::string::npos;
  std::string text = fmt::format(
      "v=0\r\no=- {} 1 IN {} {}\r\ns={}\r\nc=IN {} {}\r\nt=0 0\r\na=control:*\r\na=range:npt=now-\r\n"
      "m=video 0 RTP/AVP {}\r\n",
      stream(client.profile).ssrc(), v6 ? "IP6" : "IP4", v6 ? "::" : "0.0.0.0", options_.realm, v6 ? "IP6" : "IP4",
      v6 ? "::" : "0.0.0.0", rtp_video_type);
  text += fmt::format(
      "a=rtpmap:{0} H264/90000\r\n"
      "a=fmtp:{0} packetization-mode=1;profile-level-id={1};sprop-parameter-sets={2},{3}\r\n"
      "a=sendonly\r\na=control:stream=0\r\n",
      rtp_video_type, profile_level(sets.sequence), bytes::to_base64(sets.sequence), bytes::to_base64(sets.picture));
  if (sound_.available())
    text += fmt::format(
        "m=audio 0 RTP/AVP {0}\r\na=rtpmap:{0} PCMA/8000\r\na=ptime:{1}\r\na=sendonly\r\na=control:stream=1\r\n",
        rtp_audio_type, SoundPayloader::packet_milliseconds);
  return text;
}

std::string RtspEngine::play_information(const RtspSession& session, const std::string& uri, const Bundle& from) {
  if (from == nullptr) return {};
  std::string base = uri;
  while (base.ends_with('/')) base.pop_back();
  std::string text =
      fmt::format("RTP-Info: url={}/stream=0;seq={};rtptime={}", base, from->first_sequence, from->rtp_time);
  if (const Bundle& sound = sound_.newest(); session.tracks[RtspSession::audio].set_up && sound != nullptr)
    text += fmt::format(",url={}/stream=1;seq={}", base, static_cast<std::uint16_t>(sound->first_sequence + 1));
  return text + "\r\n";
}

void RtspEngine::start(RtspSession& session, const Bundle& from) {
  RtspClient& client = *session.client;
  client.waits = RtspClient::Waits::no;
  reply(client, 200,
        fmt::format("Session: {}\r\nRange: npt=now-\r\n{}", session.id, play_information(session, client.uri, from)));
  session.state = RtspSession::State::playing;
  session.needs_key = true;
  for (RtspTrack& track : session.tracks)
    track.report_due = now_;  // the first one tells how sound and picture go together
  if (session.tracks[RtspSession::audio].set_up) {
    listeners_.push_back(&session);
    sound_.set_wanted(true);
  }
  if (from == nullptr || !session.tracks[RtspSession::video].set_up) return;
  for (const Bundle& bundle : stream(session.profile).fresh()) {
    session.needs_key = session.needs_key && !bundle->key;
    if (!send(session, RtspSession::video, bundle)) break;
  }
  report(session);
}

bool RtspEngine::send(RtspSession& session, std::size_t index, const Bundle& bundle) {
  RtspTrack& track = session.tracks[index];
  bool sent = true;
  if (track.udp != nullptr) {
    sent = udp_->send(bundle, {track.udp}).empty();
  } else {
    RtspConnection& connection = session.client->connection;
    const auto taken = connection.send(bundle, track.rtp_channel);
    if (taken != RtspConnection::Taken::all) unsettled_.push_back(connection.id());
    sent = taken != RtspConnection::Taken::dropped;
  }
  if (sent) {
    track.packets += static_cast<std::uint32_t>(bundle->packets.size());
    track.octets += static_cast<std::uint32_t>(bundle->octets);
  } else {
    ++figures_->dropped;
    // A viewer that cannot follow is not helped by more keys, and the others pay for them: the next regular one will
    // do.
    session.needs_key = true;
  }
  return sent;
}

void RtspEngine::arrived(RtspStream& stream, const Bundle& bundle) {
  if (stream.parameters())
    for (const auto& [id, client] : clients_)
      if (client->waits == RtspClient::Waits::description && client->profile == stream.profile()) {
        describe_now(*client);
        unsettled_.push_back(id);
      }
  destinations_.clear();
  destined_.clear();
  for (RtspSession* session : stream.viewers) {
    if (session->state == RtspSession::State::starting) {
      if (!bundle->key) continue;
      start(*session, bundle);  // sends what is fresh: this very key
      unsettled_.push_back(session->client->connection.id());
      continue;
    }
    if (session->needs_key) {
      if (!bundle->key) {
        ++figures_->dropped;
        continue;
      }
      session->needs_key = false;
    }
    if (session->over_udp) {
      destinations_.push_back(session->tracks[RtspSession::video].udp);
      destined_.push_back(session);
    } else {
      send(*session, RtspSession::video, bundle);
    }
  }
  if (destinations_.empty()) return;
  const auto missed = udp_->send(bundle, destinations_);
  for (RtspSession* session : destined_) {
    RtspTrack& track = session->tracks[RtspSession::video];
    if (std::find(missed.begin(), missed.end(), track.udp) != missed.end()) {
      ++figures_->dropped;
      session->needs_key = true;
      continue;
    }
    track.packets += static_cast<std::uint32_t>(bundle->packets.size());
    track.octets += static_cast<std::uint32_t>(bundle->octets);
  }
}

void RtspEngine::arrived(const Bundle& sound) {
  for (RtspSession* session : listeners_) {
    const bool waited = session->needs_key;
    send(*session, RtspSession::audio, sound);
    if (session->over_udp) session->needs_key = waited;  // a lost piece of sound does not break the picture
  }
}

void RtspEngine::stop_playing(RtspSession& session) {
  std::erase(stream(session.profile).viewers, &session);
  std::erase(listeners_, &session);
  if (listeners_.empty()) sound_.set_wanted(false);
  if (session.client != nullptr && session.client->waits == RtspClient::Waits::key &&
      session.client->session == session.id) {
    session.client->waits = RtspClient::Waits::no;  // another connection ended or paused it
    reply(*session.client, 455);
    unsettled_.push_back(session.client->connection.id());
  }
}

void RtspEngine::end(RtspSession& session) {
  stop_playing(session);
  sessions_.erase(std::string(session.id));
  figures_->sessions = static_cast<int>(sessions_.size());
}

// A port is one viewer's: who asks for it now is there in place of the one that had it, be its connection still open,
// as after a power cut. Kept, that session would live by the reports of the new one, and each packet would come twice.
void RtspEngine::end_others_at(const sockaddr_storage& rtp, std::string_view user, std::string_view own) {
  std::vector<RtspSession*> replaced;
  for (const auto& [id, session] : sessions_)
    if (id != own && session->user == user && std::ranges::any_of(session->tracks, [&](const RtspTrack& track) {
          return track.udp != nullptr && same_endpoint(track.udp->rtp, rtp);
        }))
      replaced.push_back(session.get());
  for (RtspSession* session : replaced) end(*session);
}

void RtspEngine::report(RtspSession& session) {
  const WallTime wall = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  for (const std::size_t index : {RtspSession::video, RtspSession::audio}) {
    RtspTrack& track = session.tracks[index];
    const Bundle& newest = index == RtspSession::video ? stream(session.profile).newest() : sound_.newest();
    if (!track.set_up || newest == nullptr || now_ < track.report_due) continue;
    track.report_due = now_ + report_period;
    std::string packet = sender_report(index == RtspSession::video ? stream(session.profile).ssrc() : sound_.ssrc(),
                                       *newest, index == RtspSession::video ? video_rate : audio_rate_hertz, track,
                                       options_.realm, running_time(), wall);
    if (track.udp != nullptr) {
      udp_->report(packet, *track.udp);
      continue;
    }
    std::string framed{'$', static_cast<char>(track.rtcp_channel), static_cast<char>(packet.size() >> 8),
                       static_cast<char>(packet.size())};
    session.client->connection.send(framed.append(packet));
    unsettled_.push_back(session.client->connection.id());
  }
}

void RtspEngine::tick_sessions() {
  std::vector<RtspSession*> ended;
  for (const auto& [id, session] : sessions_) {
    const bool playing = session->state == RtspSession::State::playing;
    // Inside a connection, the connection is the sign of life: not all recorders send another.
    if ((session->over_udp || !playing) && now_ - session->heard > options_.session_timeout)
      ended.push_back(session.get());
    else if (playing)
      report(*session);
  }
  for (RtspSession* session : ended) end(*session);
}

void RtspEngine::look_after_streams() {
  for (const Profile profile : {Profile::main, Profile::sub}) {
    RtspStream& held = stream(profile);
    const std::size_t index = profile == Profile::main ? 0 : 1;
    const bool wanted = std::any_of(sessions_.begin(), sessions_.end(),
                                    [&](const auto& entry) { return entry.second->profile == profile; }) ||
                        std::any_of(clients_.begin(), clients_.end(),
                                    [&](const auto& entry) { return entry.second->interested[index] > now_; });
    if (!wanted) held.leave();
  }
}

}  // namespace lintel::media
