// RTSP (RFC 2326) for recorders and players: the main and the sub stream with sound, digest always, over UDP, TCP and
// TLS (V03).
//
// Paths: /main and /sub, and for recorders that know other stations /cam/realmonitor?channel=1&subtype=0|1 and
// /live/ch00_0|ch00_1. A frame is made into packets once and sent to each viewer with one call; the encoder runs only
// while somebody watches. Viewers that cannot follow lose frames up to the next key; nobody else notices.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "media/encoder.hpp"
#include "media/hub.hpp"

namespace lintel::media {

class AudioEngine;
class Video;

// A machine that may watch, and its digest secret for the realm: HA1 with MD5 (base/digest.hpp). It is never logged.
struct RtspAccount {
  std::string user, ha1;
};

// Somebody proved, or failed to prove, to be `user`. Answered on the loop: may the viewer go on?
struct RtspAttempt {
  std::string user;     // as claimed; not checked for what it is made of
  std::string address;  // of the viewer, without port
  bool right = false;
};

struct RtspOptions {
  std::string address = "::";                           // both families; "127.0.0.1" in tests
  std::string tls_pem = {};                             // certificate chain and private key; nothing: no TLS
  std::uint16_t first_udp_port = 0, last_udp_port = 0;  // one pair of these carries all of RTP; zero: any
  int session_limit = 128;                              // of all; one account has half of them
  int connection_limit = 256;
  int source_limit = 64;                                // connections from one address
  Duration silent_limit = std::chrono::seconds(20);     // a connection without a session is closed after this
  Duration session_timeout = std::chrono::seconds(60);  // a session over UDP that gives no sign ends after this
  std::string realm = "Lintel";
  AudioEngine* audio = nullptr;  // nothing: no sound. It must outlive the server.
  // Called on the loop for the first right proof of each connection and for every wrong one, but not more often than
  // each connection has answers. Nothing: who is right may go on.
  std::function<bool(const RtspAttempt& attempt)> admit = {};
};

// What the server needs of the pictures. Any thread.
struct RtspVideo {
  std::function<Result<Subscription>(Profile, Consumer)> join;
  std::shared_ptr<const std::atomic<bool>> lost = {};  // true: DESCRIBE is refused at once
};

// Loop only. All connections live on one thread of the server's own, which the loop never waits for.
class RtspServer {
 public:
  // Listens nowhere yet. `video` must outlive the server. Error: invalid when the certificate cannot be read.
  [[nodiscard]] static Result<std::unique_ptr<RtspServer>> start(Loop& loop, Video& video, RtspOptions options);
  [[nodiscard]] static Result<std::unique_ptr<RtspServer>> start(Loop& loop, RtspVideo video, RtspOptions options);
  virtual ~RtspServer() = default;  // ends every session; may wait some milliseconds

  // At one port without TLS and at one with it: 554 and 322 by IANA; 0: any free one. Answers the port. Errors, naming
  // it and its option: conflict when it is taken, denied when it needs a right the process does not have,
  // unavailable; invalid for TLS without a certificate.
  [[nodiscard]] virtual Result<std::uint16_t> listen(std::uint16_t port, bool tls) = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;      // 0: not served
  [[nodiscard]] virtual std::uint16_t tls_port() const = 0;  // 0: not served
  // Who may watch from now on: replaces all; nobody may before the first call. Sessions of accounts that are gone, or
  // have another secret, end.
  virtual void set_accounts(std::vector<RtspAccount> accounts) = 0;

  // For whoever connects from now on, as RtspOptions::tls_pem; the others keep theirs. Error: invalid, and the one
  // before stays, when it cannot be read.
  virtual Result<void> use_certificate(std::string pem) = 0;

  struct Statistics {
    int connections = 0, sessions = 0;
    std::uint64_t refused_connections = 0;  // over a limit
    std::uint64_t not_accepted = 0;         // times that accepting failed, for want of descriptors, and rested
    std::uint64_t dropped_frames = 0;       // not sent to a viewer that waits for a key
  };
  [[nodiscard]] virtual Statistics statistics() const = 0;
};

// Which stream a request's path and query mean: nothing for an unknown path. `rest` is what follows the stream's own
// path ("/stream=0" in a SETUP). Any thread.
struct RtspPath {
  Profile profile = Profile::main;
  std::string rest;
};
[[nodiscard]] std::optional<RtspPath> parse_rtsp_path(std::string_view path, std::string_view query);

}  // namespace lintel::media
