// The RTSP server's own thread: all of its sockets behind one epoll, its clients, sessions and streams. What the loop
// wants of it comes through the inbox. Nothing here waits, but in epoll.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "media/rtsp.hpp"
#include "media/rtsp_access.hpp"
#include "media/rtsp_connection.hpp"
#include "media/rtsp_session.hpp"
#include "media/rtsp_stream.hpp"
#include "media/rtsp_udp.hpp"

namespace lintel::media {

// What the loop reads. Any thread.
struct RtspFigures {
  std::atomic<int> connections{0}, sessions{0};
  std::atomic<std::uint64_t> refused{0}, not_accepted{0}, dropped{0};
};

// A connection and what its requests have come to.
struct RtspClient {
  RtspClient(std::uint64_t id, int socket, const sockaddr_storage& remote, SSL_CTX* context, Monotonic now)
      : connection(id, socket, remote, context, now), opened(now), heard(now), counted(now) {}
  RtspConnection connection;
  const Monotonic opened;
  unsigned watched = 0;  // what epoll was asked for
  Monotonic heard;       // the last whole request
  double requests = 0;   // of the allowance, used up; it comes back with time
  Monotonic counted;
  bool paused = false;  // the allowance is used up: read on later

  // Who was proven here, and by which nonce; `answer` is the loop's on the attempt of the request that waits.
  std::string user, nonce;
  std::optional<bool> answer;
  int wrong = 0;

  // A request that cannot be answered yet; those behind it wait too, for answers come in order.
  enum class Waits { no, admission, description, key };
  Waits waits = Waits::no;
  std::uint32_t sequence = 0;
  std::string uri, session;
  Profile profile = Profile::main;
  Monotonic deadline{};
  std::array<Monotonic, 2> interested{};  // in each profile, since a DESCRIBE, until then
};

class RtspEngine {
 public:
  RtspEngine(RtspVideo video, RtspOptions options, std::shared_ptr<SSL_CTX> tls, Loop::Poster post,
             std::shared_ptr<RtspInbox> inbox, std::shared_ptr<RtspFigures> figures);
  ~RtspEngine();
  RtspEngine(const RtspEngine&) = delete;
  RtspEngine& operator=(const RtspEngine&) = delete;

  void run();                        // the thread's work, until stop()
  void stop() { stopping_ = true; }  // through the inbox, as are these
  // Takes a listening socket; `address` is what it listens at.
  void listen_at(int socket, bool tls, std::string address);
  void set_accounts(std::vector<RtspAccount> accounts);
  void use_tls(std::shared_ptr<SSL_CTX> tls) { tls_ = std::move(tls); }

 private:
  using Clients = std::unordered_map<std::uint64_t, std::unique_ptr<RtspClient>>;

  // rtsp_engine.cpp: sockets and time
  void watch(int descriptor, std::uint64_t id, unsigned events);
  [[nodiscard]] Duration period() const;  // of ticks, as things stand
  void listen(bool listens);              // or leave who comes to the kernel's backlog
  void accept_all(int listening, SSL_CTX* tls);
  [[nodiscard]] bool admits(const std::string& host);  // not too many at a time from there
  [[nodiscard]] bool has_room_for(const std::string& host);
  void ready(RtspClient& client, unsigned events);
  void settle(RtspClient& client);  // after anything was done with it: serve, watch, or close
  void close(RtspClient& client);
  void tick();
  void tick_client(RtspClient& client);
  bool open_udp();

  // rtsp_requests.cpp: what requests mean. True: the request is done with; false: it stays until the loop has answered.
  void serve(RtspClient& client);
  bool handle(RtspClient& client, const RtspRequest& request);
  std::optional<bool> authorise(RtspClient& client, const RtspRequest& request);
  void admitted(std::uint64_t client, bool may);
  void describe(RtspClient& client, const RtspRequest& request, const RtspPath& path);
  void describe_now(RtspClient& client);
  void set_up(RtspClient& client, const RtspRequest& request, const RtspPath& path);
  [[nodiscard]] RtspChannels free_channels(const RtspClient& client, const RtspTrack& own, RtspChannels wished) const;
  RtspSession* session_for(RtspClient& client, const RtspRequest& request, const RtspPath& path);
  void play(RtspClient& client, const RtspRequest& request);
  void pause(RtspClient& client, const RtspRequest& request);
  void parameters(RtspClient& client, const RtspRequest& request);
  void heard_packet(RtspClient& client, std::uint8_t channel, std::string_view packet);
  RtspSession* find_session(const RtspClient& client, const RtspRequest& request);
  void reply(RtspClient& client, int status, std::string_view headers = {}, std::string_view body = {});

  // rtsp_play.cpp: what is sent
  // Answers the PLAY that waits; `from` is what comes first, or null when that is not known.
  void start(RtspSession& session, const Bundle& from);
  void arrived(RtspStream& stream, const Bundle& bundle);
  void arrived(const Bundle& sound);
  bool send(RtspSession& session, std::size_t track, const Bundle& bundle);
  void end(RtspSession& session);
  void end_others_at(const sockaddr_storage& rtp, std::string_view user, std::string_view own);
  void stop_playing(RtspSession& session);
  void report(RtspSession& session);
  void tick_sessions();
  void look_after_streams();  // joined while somebody is interested, left after
  [[nodiscard]] RtspStream& stream(Profile profile) { return streams_[profile == Profile::main ? 0 : 1]; }
  [[nodiscard]] std::string description(const RtspClient& client);
  [[nodiscard]] std::string play_information(const RtspSession& session, const std::string& uri, const Bundle& from);

  const RtspVideo video_;
  const RtspOptions options_;
  int plain_ = -1, encrypted_ = -1;  // listening
  std::shared_ptr<SSL_CTX> tls_;
  std::string address_;  // that they listen at
  const Loop::Poster post_;
  const std::shared_ptr<RtspInbox> inbox_;
  const std::shared_ptr<RtspFigures> figures_;
  const std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  const int epoll_;
  bool stopping_ = false;
  Monotonic now_{};  // of this round
  Monotonic ticked_{};
  std::optional<Monotonic> listens_again_;  // set: a connection could not be taken
  std::uint64_t next_client_;
  RtspAccess access_;
  std::array<RtspStream, 2> streams_;
  RtspSound sound_;
  PortRange ports_;
  std::unique_ptr<RtspUdp> udp_;
  bool udp_watched_ = false;
  Clients clients_;
  struct Arrivals {
    double used = 0;  // of the allowance; it comes back with time
    Monotonic counted{};
  };
  std::unordered_map<std::string, Arrivals> arrivals_;
  std::map<std::string, std::unique_ptr<RtspSession>> sessions_;
  std::vector<RtspSession*> listeners_;             // that play sound
  std::vector<RtspUdp::Destination> destinations_;  // kept between frames
  std::vector<RtspSession*> destined_;
  std::vector<std::uint64_t> unsettled_;  // clients whose watch must be looked at
};

}  // namespace lintel::media
