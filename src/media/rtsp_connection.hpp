// One viewer's connection, plain or TLS: bytes in, and a bounded queue of what goes out. The server's thread only.
#pragma once

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/handle.hpp"
#include "media/rtsp_payload.hpp"

namespace lintel::media {

class RtspConnection {
 public:
  static constexpr std::size_t queue_limit = 4 << 20;                // bytes that wait for a slow viewer
  static constexpr GstClockTime queue_time = 2 * GST_SECOND;         // and how old they grow
  static constexpr std::size_t answers_limit = 64 * 1024;            // of unread answers; no more requests are read
  static constexpr Duration stall_limit = std::chrono::seconds(20);  // nothing was taken for this long: gone

  // Takes the socket. `context` not null: shakes hands as a TLS server first.
  RtspConnection(std::uint64_t id, int socket, const sockaddr_storage& remote, SSL_CTX* context, Monotonic now);
  ~RtspConnection();
  RtspConnection(const RtspConnection&) = delete;
  RtspConnection& operator=(const RtspConnection&) = delete;

  enum class Taken { all, kept, dropped };
  // Frames are sent at once or wait behind what waits. Dropped: the queue ran over, and every frame that had not begun
  // to go is forgotten with it; the viewer continues with a key. `channel`: where the viewer wants it.
  Taken send(const Bundle& bundle, std::uint8_t channel);
  void send(std::string bytes);  // an answer or a report; never dropped

  bool receive();  // into input(); false: the connection is over
  bool flush();    // the socket takes more; false: over
  [[nodiscard]] std::string& input() { return input_; }
  [[nodiscard]] bool over() const { return over_; }
  void finish() {  // over once what waits is sent
    finishing_ = true;
    over_ = over_ || queue_.empty();
  }
  [[nodiscard]] bool wants_write() const { return tls_wants_write_ || (!handshaking_ && !queue_.empty()); }
  [[nodiscard]] bool may_read() const { return answers_ < answers_limit && !finishing_; }
  [[nodiscard]] bool stalled(Monotonic now) const { return !queue_.empty() && now - progress_ > stall_limit; }

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] bool encrypted() const { return tls_ != nullptr; }
  [[nodiscard]] const sockaddr_storage& remote() const { return remote_; }
  [[nodiscard]] const std::string& host() const { return host_; }

 private:
  struct Piece {
    std::shared_ptr<const void> keeps;
    const std::uint8_t* data = nullptr;
    std::size_t size = 0;
    bool frame = false;
    bool begun = false;  // a part of it went out: the rest must follow
    GstClockTime running_time = 0;
  };
  // How much of it the socket took; -1 when the connection is over.
  long write(const std::uint8_t* data, std::size_t size);
  void enqueue(Piece piece);
  bool shake();
  void drop_frames();

  const std::uint64_t id_;
  const int socket_;
  const sockaddr_storage remote_;
  const std::string host_;
  Handle<SSL, SSL_free> tls_;
  std::string input_;
  std::deque<Piece> queue_;
  std::size_t queued_ = 0, answers_ = 0;  // bytes in queue_, and those of them that are no frames
  Monotonic progress_;                    // when the socket last took something, or the queue was empty
  bool handshaking_ = false, tls_wants_write_ = false, over_ = false, finishing_ = false;
};

// Without port, brackets or the v4-mapped form; "?" for what is no IP address.
[[nodiscard]] std::string host_of(const sockaddr_storage& address);

}  // namespace lintel::media
