// One TCP or TLS connection of the Network. Loop only; internal to the room.
#pragma once

#include <openssl/ssl.h>

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/handle.hpp"
#include "sip/transport.hpp"

namespace lintel::sip {

class Connection {
 public:
  enum class State : std::uint8_t { connecting, handshaking, open, dead };
  enum class Outcome : std::uint8_t { ok, dead };

  Connection(FlowId id, int descriptor, TransportKind kind, SocketAddress remote, bool outgoing)
      : id_(id),
        descriptor_(descriptor),
        remote_(remote),
        kind_(kind),
        outgoing_(outgoing),
        state_(outgoing ? State::connecting : State::open) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void begin_tls(SSL_CTX* context, const std::string& server_name);
  // The descriptor is writable: finish connecting, shake hands, send what waits.
  Outcome on_writable();
  // Reads once into `scratch`. Answers how many bytes; 0 for nothing now; -1 for the end.
  long read(char* scratch, std::size_t size);
  // Queues and sends what the socket takes. Dead when more than `limit` bytes would wait.
  Outcome write(std::string_view bytes, std::size_t limit);
  Outcome flush();
  [[nodiscard]] bool wants_write() const {
    return state_ == State::connecting || tls_wants_write_ || (state_ == State::open && queued_ < queue_.size());
  }

  [[nodiscard]] FlowId id() const { return id_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] TransportKind kind() const { return kind_; }
  [[nodiscard]] const SocketAddress& remote() const { return remote_; }
  [[nodiscard]] bool outgoing() const { return outgoing_; }
  [[nodiscard]] State state() const { return state_; }
  // Why the certificate of whom we connected to is not trusted, as OpenSSL says it; empty: that ended nothing.
  [[nodiscard]] std::string_view distrust() const { return distrust_; }
  void kill() { state_ = State::dead; }
  [[nodiscard]] bool tls_pending() const { return tls_ != nullptr && SSL_pending(tls_.get()) > 0; }

  std::string input;        // a partial message
  std::size_t scanned = 0;  // see next_frame
  std::size_t needed = 0;   // bytes of input before it is worth looking at
  Monotonic opened{};
  Monotonic last_received{};
  Monotonic partial_since{};    // when the message began that `input` has a part of
  Monotonic half_ping{};        // when a CRLF came that may be the first half of a keep-alive
  bool heard = false;           // a whole message or keep-alive has come
  bool stranger = false;        // counts for its network, as nobody there has shown who they are
  bool watching_write = false;  // EPOLLOUT is asked for
  std::string server_name;

 private:
  Outcome handshake();

  FlowId id_;
  int descriptor_;
  SocketAddress remote_;
  TransportKind kind_;
  bool outgoing_;
  bool tls_wants_write_ = false;
  std::string_view distrust_;
  State state_;
  Handle<SSL, SSL_free> tls_;
  std::string queue_;
  std::size_t queued_ = 0;  // bytes of queue_ already sent
};

}  // namespace lintel::sip
