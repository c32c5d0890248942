// Where messages come from and go to. Loop only. `Transport` is what the transaction layer needs; `Network`
// (network.hpp) is the real one, tests bring their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/address.hpp"
#include "sip/message.hpp"

namespace lintel::sip {

enum class TransportKind : std::uint8_t { udp, tcp, tls, ws, wss, local };
[[nodiscard]] std::string_view via_name_of(TransportKind kind);        // "UDP", "WSS"
[[nodiscard]] std::string_view parameter_name_of(TransportKind kind);  // "udp"; "ws" for both WebSockets
[[nodiscard]] std::optional<TransportKind> transport_named(std::string_view name);  // via_name_of(), or LOCAL; any case
[[nodiscard]] inline bool is_reliable(TransportKind kind) {
  return kind != TransportKind::udp;
}
[[nodiscard]] inline bool is_websocket(TransportKind kind) {
  return kind == TransportKind::ws || kind == TransportKind::wss;
}

// A connection, or a UDP socket of ours. Never used again once closed. 0: none.
using FlowId = std::uint64_t;

// One neighbour: where a message came from, where one goes. With a flow, that connection (or UDP socket) is used and no
// other; without one, an open connection to `address` is reused or a new one is opened.
struct Hop {
  TransportKind kind = TransportKind::udp;
  FlowId flow = 0;
  SocketAddress address;  // empty for local
  std::string
      server_name;  // TLS only, when we connect: the name the certificate must carry; empty: not checked by name

  bool operator==(const Hop&) const = default;
  // The two ends of the wire inside the process (sip.hpp): the endpoint sends to local_server() and there hears from
  // it; the server sends to local_endpoint().
  [[nodiscard]] static const Hop& local_server();
  [[nodiscard]] static const Hop& local_endpoint();
};

inline const Hop& Hop::local_server() {
  static const Hop hop{TransportKind::local, 1, {}, {}};
  return hop;
}
inline const Hop& Hop::local_endpoint() {
  static const Hop hop{TransportKind::local, 2, {}, {}};
  return hop;
}

// Whether a message that came from `from` can be `side`'s: over the same end of the inner wire, or from the same host.
// A host may have changed its port or connection meanwhile, but it never becomes another one within a dialog: whoever
// reads tags and branches off plain UDP does not speak for it from a place of his own (security.md 9).
[[nodiscard]] inline bool is_same_neighbour(const Hop& side, const Hop& from) {
  if (side.kind == TransportKind::local || from.kind == TransportKind::local)
    return side.kind == from.kind && side.flow == from.flow;
  return side.address.same_host(from.address);
}

class TransportSink {
 public:
  virtual ~TransportSink() = default;
  // A message that parsed; `fault` says what check() found. Message and hop live until this returns.
  virtual void on_message(const Message& message, const Fault& fault, const Hop& from) = 0;
  // The flow is gone (closed, refused, timed out); whatever was sent on it and not answered is lost.
  virtual void on_flow_closed(FlowId flow) = 0;
  // We connected, and the other side's certificate is not trusted; on_flow_closed() follows in the same turn.
  virtual void on_flow_untrusted(FlowId /*flow*/) {}
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual void set_sink(TransportSink* sink) = 0;
  // Sends or queues `bytes`, never blocks, never calls the sink from inside. Answers the flow that carries them, or 0
  // when that flow is gone, its queue is full, or there is no socket of that kind. A connection that fails later is
  // reported by on_flow_closed().
  virtual FlowId send(const Hop& to, std::string_view bytes) = 0;
  [[nodiscard]] virtual bool is_open(FlowId flow) const = 0;
  // host:port that the neighbour can send to (Via sent-by, Contact, Record-Route). Port is always given. Good until the
  // next call.
  [[nodiscard]] virtual std::string_view sent_by(const Hop& to) = 0;
  virtual void close(FlowId flow) = 0;
};

}  // namespace lintel::sip
