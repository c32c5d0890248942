// What requests mean (RFC 2326 §10): who may ask, descriptions, sessions and their state.
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "media/rtsp_engine.hpp"

namespace lintel::media {
namespace {

constexpr const char* methods =
    "Public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER\r\n";
constexpr double request_burst = 100, requests_per_second = 50;  // of one connection; more wait
constexpr int wrong_limit = 5;                                   // proofs; then the connection ends
constexpr std::size_t sessions_per_client = 4;
constexpr Duration picture_limit = std::chrono::seconds(8);     // a DESCRIBE without a picture is refused after this
constexpr Duration key_limit = std::chrono::milliseconds(500);  // a PLAY is answered without its key after this
constexpr Duration interest_limit = std::chrono::seconds(10);   // from a DESCRIBE to its SETUP

enum class Method { options, describe, set_up, play, pause, teardown, parameters, known, unknown };
Method method_of(std::string_view name) {
  static constexpr std::pair<std::string_view, Method> all[] = {{"OPTIONS", Method::options},
                                                                {"DESCRIBE", Method::describe},
                                                                {"SETUP", Method::set_up},
                                                                {"PLAY", Method::play},
                                                                {"PAUSE", Method::pause},
                                                                {"TEARDOWN", Method::teardown},
                                                                {"GET_PARAMETER", Method::parameters},
                                                                {"SET_PARAMETER", Method::parameters},
                                                                {"ANNOUNCE", Method::known},
                                                                {"RECORD", Method::known},
                                                                {"REDIRECT", Method::known}};
  for (const auto& [known, method] : all)
    if (known == name) return method;
  return Method::unknown;
}

}  // namespace

void RtspEngine::reply(RtspClient& client, int status, std::string_view headers, std::string_view body) {
  client.connection.send(rtsp_answer(status, client.sequence, headers, body));
}

void RtspEngine::serve(RtspClient& client) {
  RtspConnection& connection = client.connection;
  std::size_t taken = 0;
  while (client.waits == RtspClient::Waits::no && connection.may_read() && !connection.over()) {
    const RtspInput input = read_rtsp(std::string_view(connection.input()).substr(taken));
    if (input.kind == RtspInput::Kind::partial) break;
    if (input.kind == RtspInput::Kind::broken) {
      client.sequence = 0;
      if (input.status != 0) reply(client, input.status);
      connection.finish();
      break;
    }
    if (input.kind == RtspInput::Kind::packet) {
      heard_packet(client, input.channel, input.packet);
      taken += input.size;
      continue;
    }
    if (!client.answer) {  // its allowance was taken when it was asked about
      const double passed = std::chrono::duration<double>(now_ - client.counted).count();
      client.requests = std::max(0.0, client.requests - passed * requests_per_second);
      client.counted = now_;
      if (client.requests > request_burst) {
        client.paused = true;
        break;
      }
      client.requests += 1;
    }
    client.sequence = input.request.sequence;
    if (!handle(client, input.request)) break;
    client.heard = now_;
    client.answer.reset();
    taken += input.size;
  }
  connection.input().erase(0, taken);
}

// Nothing: it was answered. Else whether it is done.
std::optional<bool> RtspEngine::authorise(RtspClient& client, const RtspRequest& request) {
  const std::string& host = client.connection.host();
  const auto verdict = access_.check(request, host, client.nonce, now_);
  using Proof = RtspAccess::Proof;
  if (verdict.proof == Proof::absent || verdict.proof == Proof::stale) {
    reply(client, 401, access_.challenge(host, verdict.proof == Proof::stale, now_));
    return true;
  }
  if (verdict.proof == Proof::right && verdict.user == client.user) return std::nullopt;
  if (client.answer) {
    if (verdict.proof == Proof::right && *client.answer) {
      client.user = verdict.user;
      client.nonce = verdict.nonce;
      return std::nullopt;
    }
    // Wrong, or locked out for wrong ones before: both hear the same.
    reply(client, 401, access_.challenge(host, false, now_));
    if (++client.wrong >= wrong_limit) client.connection.finish();
    return true;
  }
  client.waits = RtspClient::Waits::admission;
  post_([this, alive = std::weak_ptr(alive_), inbox = inbox_, admit = options_.admit, id = client.connection.id(),
         attempt = RtspAttempt{verdict.user, host, verdict.proof == Proof::right}] {
    if (alive.expired()) return;
    const bool may = admit ? admit(attempt) : attempt.right;
    inbox->post([this, id, may] { admitted(id, may); }, true);
  });
  return false;
}

void RtspEngine::admitted(std::uint64_t id, bool may) {
  const auto found = clients_.find(id);
  if (found == clients_.end() || found->second->waits != RtspClient::Waits::admission) return;
  found->second->waits = RtspClient::Waits::no;
  found->second->answer = may;
  settle(*found->second);  // reads the request again, which still stands there
}

bool RtspEngine::handle(RtspClient& client, const RtspRequest& request) {
  const Method method = method_of(request.method);
  if (method == Method::unknown) return reply(client, 501, methods), true;
  if (method == Method::known) return reply(client, 405, methods), true;
  if (method == Method::options) {
    (void)find_session(client, request);  // some keep their session alive in this way
    return reply(client, 200, methods), true;
  }
  if (const auto done = authorise(client, request)) return *done;
  for (const char* wish : {"Require", "Proxy-Require"})
    if (const std::string_view wanted = request.header(wish); !wanted.empty())
      return reply(client, 551, fmt::format("Unsupported: {}\r\n", wanted)), true;

  if (method == Method::describe || method == Method::set_up) {
    const auto address = split_rtsp_uri(request.uri);
    const auto path = address ? parse_rtsp_path(address->path, address->query) : std::nullopt;
    if (!path) return reply(client, 404), true;
    if (method == Method::describe)
      describe(client, request, *path);
    else
      set_up(client, request, *path);
    return true;
  }
  if (method == Method::parameters) return parameters(client, request), true;
  if (method == Method::play) return play(client, request), true;
  if (method == Method::pause) return pause(client, request), true;
  if (RtspSession* session = find_session(client, request); session == nullptr) {
    reply(client, 454);
  } else {
    reply(client, 200);
    end(*session);
    look_after_streams();
  }
  return true;
}

RtspSession* RtspEngine::find_session(const RtspClient& client, const RtspRequest& request) {
  const auto found = sessions_.find(std::string(rtsp_session_id(request.header("Session"))));
  if (found == sessions_.end()) return nullptr;
  RtspSession& session = *found->second;
  // Without a user: the id alone keeps it alive, as a packet from its address does.
  if (!client.user.empty() && client.user != session.user) return nullptr;
  session.heard = now_;
  return &session;
}

void RtspEngine::parameters(RtspClient& client, const RtspRequest& request) {
  if (!request.header("Session").empty() && find_session(client, request) == nullptr) return reply(client, 454);
  // Without a body it is a sign of life (§10.8); there are no parameters that could be asked for or set.
  reply(client, text::trim(request.body).empty() ? 200 : 451);
}

void RtspEngine::describe(RtspClient& client, const RtspRequest& request, const RtspPath& path) {
  if (!path.rest.empty()) return reply(client, 404);
  const std::string_view accepted = request.header("Accept");
  if (!accepted.empty() && !text::contains_ignoring_case(accepted, "application/sdp") &&
      accepted.find('*') == std::string_view::npos)
    return reply(client, 406);
  // Says 'no' at once rather than keep a recorder waiting for a camera that is not there.
  if (video_.lost != nullptr && *video_.lost) return reply(client, 503);
  RtspStream& wanted = stream(path.profile);
  if (!wanted.join().ok()) return reply(client, 503);
  client.uri = request.uri;
  client.profile = path.profile;
  wanted.want_key();  // the one that the PLAY to come will begin with
  client.interested[path.profile == Profile::main ? 0 : 1] = now_ + picture_limit + interest_limit;
  if (wanted.parameters()) return describe_now(client);
  client.waits = RtspClient::Waits::description;
  client.deadline = now_ + picture_limit;
}

void RtspEngine::describe_now(RtspClient& client) {
  client.waits = RtspClient::Waits::no;
  client.interested[client.profile == Profile::main ? 0 : 1] = now_ + interest_limit;
  const std::string base = client.uri + (client.uri.ends_with('/') ? "" : "/");
  reply(client, 200, fmt::format("Content-Type: application/sdp\r\nContent-Base: {}\r\n", base), description(client));
}

// The session of a SETUP: the one it names, or a new one. Null: answered with what is wrong.
RtspSession* RtspEngine::session_for(RtspClient& client, const RtspRequest& request, const RtspPath& path) {
  if (!request.header("Session").empty()) {
    RtspSession* session = find_session(client, request);
    if (session == nullptr) return reply(client, 454), nullptr;
    if (session->profile != path.profile) return reply(client, 459), nullptr;
    if (session->state != RtspSession::State::ready) return reply(client, 455), nullptr;
    if (!session->over_udp && session->client != &client) return reply(client, 455), nullptr;
    session->client = &client;
    return session;
  }
  const auto own = std::count_if(sessions_.begin(), sessions_.end(),
                                 [&](const auto& entry) { return entry.second->client == &client; });
  const auto same_account = std::count_if(sessions_.begin(), sessions_.end(),
                                          [&](const auto& entry) { return entry.second->user == client.user; });
  const auto limit = static_cast<std::size_t>(options_.session_limit);
  if (sessions_.size() >= limit || static_cast<std::size_t>(own) >= sessions_per_client ||
      static_cast<std::size_t>(same_account) >= limit / 2 || !stream(path.profile).join().ok())
    return reply(client, 503), nullptr;
  auto session = std::make_unique<RtspSession>();
  session->id = bytes::to_hex(bytes::random(12));
  session->user = client.user;
  session->ha1 = access_.ha1_of(client.user);
  session->profile = path.profile;
  session->client = &client;
  session->heard = now_;
  RtspSession* made = session.get();
  sessions_.emplace(made->id, std::move(session));
  figures_->sessions = static_cast<int>(sessions_.size());
  return made;
}

// Those wished for, or others: the answer says which (RFC 2326 §12.39). One channel carries one thing.
RtspChannels RtspEngine::free_channels(const RtspClient& client, const RtspTrack& own, RtspChannels wished) const {
  std::array<bool, 256> taken{};
  for (const auto& [id, session] : sessions_)
    if (session->client == &client && !session->over_udp)
      for (const RtspTrack& track : session->tracks)
        if (track.set_up && &track != &own) taken[track.rtp_channel] = taken[track.rtcp_channel] = true;
  for (unsigned first = 0; taken[wished.first] || taken[wished.second]; first += 2)  // few are taken: it ends
    wished = {static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(first + 1)};
  return wished;
}

void RtspEngine::set_up(RtspClient& client, const RtspRequest& request, const RtspPath& path) {
  const bool sound = path.rest == "/stream=1" && sound_.available();
  if (!sound && path.rest != "/stream=0" && !path.rest.empty()) return reply(client, 404);
  const auto transport = choose_rtsp_transport(request.header("Transport"), client.connection.encrypted());
  if (!transport) return reply(client, 461);
  if (!transport->tcp && !open_udp()) return reply(client, 503);
  const sockaddr_storage rtp = with_port(client.connection.remote(), transport->rtp_port);
  // Before it is counted how many there are.
  if (!transport->tcp) end_others_at(rtp, client.user, rtsp_session_id(request.header("Session")));
  RtspSession* session = session_for(client, request, path);
  if (session == nullptr) return;
  const bool other_set_up = session->tracks[sound ? RtspSession::video : RtspSession::audio].set_up;
  if (other_set_up && session->over_udp == transport->tcp) return reply(client, 461);  // both in one way
  session->over_udp = !transport->tcp;

  RtspTrack& track = session->tracks[sound ? RtspSession::audio : RtspSession::video];
  track = {};
  track.set_up = true;
  const std::uint32_t ssrc = sound ? sound_.ssrc() : stream(path.profile).ssrc();
  std::string way;
  if (transport->tcp) {
    const std::uint8_t usual = sound ? rtp_audio_channel : rtp_video_channel;
    const RtspChannels wished = transport->channels.value_or(RtspChannels(usual, static_cast<std::uint8_t>(usual + 1)));
    std::tie(track.rtp_channel, track.rtcp_channel) = free_channels(client, track, wished);
    way = fmt::format("RTP/AVP/TCP;unicast;interleaved={}-{}", track.rtp_channel, track.rtcp_channel);
  } else {
    track.udp = std::make_shared<RtspDestination>();
    track.udp->rtp = rtp;
    track.udp->rtcp = with_port(client.connection.remote(), transport->rtcp_port);
    way = fmt::format("RTP/AVP;unicast;client_port={}-{};server_port={}-{}", transport->rtp_port, transport->rtcp_port,
                      udp_->rtp_port(), udp_->rtp_port() + 1);
  }
  // The key that the PLAY behind this will begin with.
  if (!sound) stream(path.profile).want_key();
  reply(client, 200,
        fmt::format("Transport: {};ssrc={:08X};mode=\"PLAY\"\r\nSession: {};timeout={}\r\n", way, ssrc, session->id,
                    std::chrono::duration_cast<std::chrono::seconds>(options_.session_timeout).count()));
}

void RtspEngine::play(RtspClient& client, const RtspRequest& request) {
  RtspSession* session = find_session(client, request);
  if (session == nullptr) return reply(client, 454);
  if (!session->over_udp && session->client != &client) return reply(client, 455);
  const std::string lines = fmt::format("Session: {}\r\nRange: npt=now-\r\n", session->id);
  // What is live cannot be sought in: any Range begins now. A second PLAY is a sign of life.
  if (session->state != RtspSession::State::ready) return reply(client, 200, lines);
  session->client = &client;
  client.session = session->id;
  client.uri = request.uri;
  RtspStream& watched = stream(session->profile);
  session->state = RtspSession::State::starting;
  if (!session->tracks[RtspSession::video].set_up) return start(*session, nullptr);
  watched.viewers.push_back(session);
  if (!watched.fresh().empty()) return start(*session, watched.fresh().front());
  watched.want_key();
  client.waits = RtspClient::Waits::key;
  client.deadline = now_ + key_limit;
}

void RtspEngine::pause(RtspClient& client, const RtspRequest& request) {
  RtspSession* session = find_session(client, request);
  if (session == nullptr) return reply(client, 454);
  stop_playing(*session);
  session->state = RtspSession::State::ready;
  reply(client, 200, fmt::format("Session: {}\r\n", session->id));
}

void RtspEngine::heard_packet(RtspClient& client, std::uint8_t channel, std::string_view packet) {
  if (!is_report(packet)) return;
  for (const auto& [id, session] : sessions_)
    if (session->client == &client && !session->over_udp)
      for (const RtspTrack& track : session->tracks)
        if (track.set_up && track.rtcp_channel == channel) session->heard = now_;
}

}  // namespace lintel::media
