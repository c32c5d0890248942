// RTSP (RFC 2326) for recorders and players: the main and the sub stream, digest always, over UDP and TCP (V03).
//
// Paths: /main and /sub, and for recorders that know other stations /cam/realmonitor?channel=1&subtype=0|1 and
// /live/ch00_0|ch00_1. All viewers of a stream share one payloading; the encoder runs only while somebody watches.
#pragma once

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

class Video;

// A machine that may watch. The password is a generated secret of a machine account; it is never logged.
struct RtspAccount {
  std::string user, password;
};

// Sound beside the picture, from the room's audio side. `join` gives units of `caps` on the shared time without pause
// (silence too, or DESCRIBE would wait for it): audio/x-mulaw or audio/x-alaw (8000 Hz, mono), or audio/x-opus.
struct RtspAudio {
  std::string caps;
  std::function<Subscription(std::string name, Consumer consumer)> join;
};

struct RtspOptions {
  std::string address = "::";  // both families; "127.0.0.1" in tests
  std::uint16_t port = 554;    // 0: any free one
  int session_limit = 64;
  int connection_limit = 128;
  Duration silent_limit = std::chrono::seconds(20);  // a connection without a session is closed after this
  std::string realm = "Lintel";
  std::optional<RtspAudio> audio = std::nullopt;
  // Certificate chain and private key in PEM: the port then speaks TLS only (rtsps). A plain and a TLS port are two
  // servers.
  std::string tls_pem = {};
};

// Loop only. The server has three threads of its own, however many watch.
class RtspServer {
 public:
  // `video` must outlive the server. Error: invalid when the certificate cannot be read; conflict, naming the port and
  // its option, when the port is taken; denied when the port needs a right the process does not have.
  [[nodiscard]] static Result<std::unique_ptr<RtspServer>> start(Loop& loop, Video& video, RtspOptions options);
  virtual ~RtspServer() = default;  // ends every session; may wait some milliseconds

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // Who may watch from now on: replaces all; nobody may before the first call. Running sessions go on.
  virtual void set_accounts(std::vector<RtspAccount> accounts) = 0;

  struct Statistics {
    int connections = 0, sessions = 0;
    std::uint64_t refused_connections = 0;  // over connection_limit
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
