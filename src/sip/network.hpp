// The sockets: UDP, TCP and TLS behind one epoll descriptor, which is one source of the Loop at Priority::signal, so
// that thousands of idle connections cost nothing; and WebSockets handed in by the web server. Loop only; nothing
// blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "sip/transport.hpp"

struct ssl_ctx_st;

namespace lintel::sip {

struct NetworkSettings {
  Limits limits;
  std::size_t connections = 10'000;               // all TCP and TLS connections at once; the idlest stranger goes first
  std::size_t connections_per_source = 64;        // of one remote address; of one IPv6 network, those of strangers
  std::size_t queue_bytes = 256 * 1024;           // unsent bytes of one connection; beyond it the connection is closed
  Duration idle = std::chrono::minutes(15);       // a connection without a byte received
  Duration trusted_idle = std::chrono::hours(2);  // the same, of a source that authenticated itself within the hour
  // From accept (TLS handshake included) to the first whole message; a stranger's later ones are whole as soon.
  Duration first_message = std::chrono::seconds(10);
  Duration connect = std::chrono::seconds(5);         // for a connection of ours to open
  Duration young = std::chrono::seconds(1);           // silent (or open, beside neighbours) for less: stays
  // Without a sign that the other end has got what was sent: it, or the router between, is gone without a word.
  std::chrono::milliseconds unconfirmed{20'000};
  // Shedding: a source that sends more than `burst` messages at once and `per_second` after is not parsed any more
  // until it calms down. Known good sources (trust()) have `trusted_factor` times as much.
  unsigned per_second = 100;
  unsigned burst = 400;
  unsigned trusted_factor = 20;
};

// One listening address. Port 0 lets the system choose; see Network::listen().
struct Listen {
  TransportKind kind = TransportKind::udp;  // udp, tcp or tls
  std::string host = "0.0.0.0";             // a literal; "::" serves IPv4 too
  std::uint16_t port = 5060;
  std::string setting = "sip.port";  // named in the message when the port is taken
};

// A connection that lives elsewhere, in the web server (RFC 7118). The callbacks are called on the loop.
struct ExternalFlow {
  SocketAddress remote;
  bool secure = false;
  std::function<void(std::string message)> send;  // one SIP message a WebSocket message
  std::function<void()> close;
};

struct NetworkCounters {
  std::uint64_t received = 0, sent = 0, shed = 0, malformed = 0, refused_connections = 0;
  std::uint64_t not_accepted = 0;  // times that accepting failed, for want of descriptors, and rested
  std::size_t connections = 0, external = 0;
};

class Network final : public Transport {
 public:
  explicit Network(Loop& loop, NetworkSettings settings = {});
  ~Network() override;

  // Answers the actual port. Errors, naming the port and the setting: conflict when it is in use, denied when it needs
  // a right this user does not have, unavailable. TLS needs set_tls() before.
  Result<std::uint16_t> listen(const Listen& where);
  void stop_listening(std::uint16_t port);  // over whatever transport; connections from there go on
  // The OpenSSL contexts for accepting and for connecting; shared, counted by OpenSSL. Either may be null.
  void set_tls(ssl_ctx_st* accepting, ssl_ctx_st* connecting);
  // The host that sent_by() tells everybody; empty (the default): the address the neighbour can see.
  void set_advertised_host(std::string host);
  void forget_hosts();  // the host's own addresses changed
  // This source has authenticated itself: it may send more and is not closed first. Forgotten after an hour.
  void trust(const Hop& source);

  // --- WebSocket flows -----------------------------------------------------------------------------------------
  FlowId opened(ExternalFlow flow);
  // One WebSocket message. A Content-Length may be missing (RFC 7118 §5 leaves framing to WebSocket); CRLF keep-alives
  // are answered. Unknown flows are ignored.
  void received(FlowId flow, std::string_view message);
  void closed(FlowId flow);  // the other side or the web server closed it

  void set_sink(TransportSink* sink) override;
  FlowId send(const Hop& to, std::string_view bytes) override;
  [[nodiscard]] bool is_open(FlowId flow) const override;
  [[nodiscard]] std::string_view sent_by(const Hop& to) override;
  void close(FlowId flow) override;
  [[nodiscard]] NetworkCounters counters() const;

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::sip
