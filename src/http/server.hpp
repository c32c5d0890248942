// The web server: HTTP/1.1 and WebSocket, plain and TLS, on I/O threads of its own. They parse, bound and time
// everything; only whole, normalised requests reach the loop. Boost stays inside this room's .cpp files.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "http/router.hpp"

namespace lintel::http {

// Every bound of the server. The defaults suit a small box and a flood alike.
struct Limits {
  std::size_t connections = 1500;            // open at a time
  std::size_t connections_per_source = 200;  // an IPv4 address or an IPv6 /64
  std::size_t header_bytes = 16 * 1024;      // request line and fields
  std::size_t requests_in_flight = 256;      // handed to the loop, not answered yet; beyond: 503
  std::size_t event_stream_queue_bytes = 512 * 1024;
  std::size_t websocket_queue_bytes = 512 * 1024;
  std::chrono::milliseconds tls_handshake_time{10'000};
  std::chrono::milliseconds header_time{10'000};  // from the first byte (or the accept) to the whole header
  std::chrono::milliseconds body_time{30'000};
  std::chrono::milliseconds write_time{30'000};
  std::chrono::milliseconds idle_time{60'000};     // between two requests of a connection
  std::chrono::milliseconds request_time{30'000};  // for the loop to answer; beyond: 503
  std::chrono::milliseconds event_stream_heartbeat{15'000};
  std::chrono::milliseconds websocket_ping{25'000};  // silence after which we ping; twice that ends it
};

struct ListenerOptions {
  std::string address = "::";  // "::" serves IPv4 too
  std::uint16_t port = 0;      // 0: any free one
  bool tls = false;
  std::string option;  // how the owner changes it, named in the error: "--https-port"
};

struct StaticFiles {
  std::string folder;  // web/dist; read once into memory, so no request ever names a file
  // Page routes: "/" → "index.html". Everything else is served by its own name; html files only as pages.
  std::vector<std::pair<std::string, std::string>> pages = {
      {"/", "index.html"}, {"/monitor", "monitor.html"}, {"/panel", "panel.html"}};
};

struct Statistics {
  std::size_t connections = 0;
  std::size_t requests_in_flight = 0;
  std::uint64_t requests = 0;
  std::uint64_t shed = 0;       // connections closed at the door by the caps
  std::uint64_t refused = 0;    // 503 because the loop's queue was full
  std::uint64_t timed_out = 0;  // handshakes, headers, bodies, answers
};

// Loop only, unless said otherwise. Order: router() filled, listen() as often as wanted, start(), later stop().
class Server {
 public:
  explicit Server(Loop& loop, Limits limits = {}, std::size_t threads = 2);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] Router& router();
  // Reads the folder (at most 64 MiB): before start() or again later. Error: unavailable, when it cannot be read.
  [[nodiscard]] Result<void> serve_files(const StaticFiles& files);
  // Pages asked for in plain HTTP by another machine's browser go to this port of HTTPS. 0: it cannot be had, and they
  // are refused (503) until it can. Never called: they are served.
  void send_pages_to(std::uint16_t https_port);
  // PEM chain and PEM key; new connections use it from now on. Error: invalid.
  [[nodiscard]] Result<void> use_certificate(const std::string& chain_pem, const std::string& key_pem);
  // Answers the port. Errors: conflict (in use; the message names port and option), denied (needs rights), invalid
  // (address).
  [[nodiscard]] Result<std::uint16_t> listen(const ListenerOptions& options);
  void start();
  void stop();                                  // closes everything; on_closed callbacks still come on the loop
  [[nodiscard]] Statistics statistics() const;  // any thread

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

}  // namespace lintel::http
