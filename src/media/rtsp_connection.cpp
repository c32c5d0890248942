#include "media/rtsp_connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "media/rtsp_message.hpp"

namespace lintel::media {
namespace {

// What the kernel keeps unsent: the rest waits here, where frames that grew old can be dropped.
constexpr int unsent_limit = 256 * 1024;
constexpr std::size_t read_size = 8 * 1024;

void set(int socket, int level, int option, int value) {
  (void)setsockopt(socket, level, option, &value, sizeof value);
}

Monotonic now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

std::string host_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "?";
  if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
  } else if (address.ss_family == AF_INET6) {
    const in6_addr& own = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&own))
      inet_ntop(AF_INET, &own.s6_addr[12], text, sizeof text);
    else
      inet_ntop(AF_INET6, &own, text, sizeof text);
  }
  return text;
}

RtspConnection::RtspConnection(std::uint64_t id, int socket, const sockaddr_storage& remote, SSL_CTX* context,
                               Monotonic since)
    : id_(id), socket_(socket), remote_(remote), host_(host_of(remote)), progress_(since) {
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsent_limit);
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
  if (context == nullptr) return;
  tls_.reset(SSL_new(context));
  if (tls_ == nullptr || SSL_set_fd(tls_.get(), socket) != 1) {
    over_ = true;
    return;
  }
  SSL_set_mode(tls_.get(),
               SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_set_accept_state(tls_.get());
  handshaking_ = true;
}

RtspConnection::~RtspConnection() {
  if (tls_ != nullptr && !handshaking_ && !over_) (void)SSL_shutdown(tls_.get());
  tls_.reset();
  ::close(socket_);
}

bool RtspConnection::shake() {
  ERR_clear_error();
  tls_wants_write_ = false;
  const int result = SSL_do_handshake(tls_.get());
  if (result == 1) {
    handshaking_ = false;
    return true;
  }
  const int error = SSL_get_error(tls_.get(), result);
  tls_wants_write_ = error == SSL_ERROR_WANT_WRITE;
  over_ = error != SSL_ERROR_WANT_WRITE && error != SSL_ERROR_WANT_READ;
  return !over_;
}

bool RtspConnection::receive() {
  if (over_) return false;
  if (handshaking_ && (!shake() || handshaking_)) return !over_;
  // TLS keeps what it has read already: nothing would wake us for that.
  do {
    const std::size_t had = input_.size(),
                      room = std::min(read_size, rtsp_input_limit - std::min(had, rtsp_input_limit));
    if (room == 0) return true;
    input_.resize(had + room);
    long got = 0;
    if (tls_ == nullptr) {
      got = ::recv(socket_, input_.data() + had, room, 0);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) over_ = true;
    } else {
      ERR_clear_error();
      got = SSL_read(tls_.get(), input_.data() + had, static_cast<int>(room));
      if (got <= 0) {
        const int error = SSL_get_error(tls_.get(), static_cast<int>(got));
        over_ = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
      }
    }
    input_.resize(had + static_cast<std::size_t>(std::max(got, 0L)));
    if (got <= 0) return !over_;
  } while (tls_ != nullptr && SSL_pending(tls_.get()) > 0);
  return true;
}

long RtspConnection::write(const std::uint8_t* data, std::size_t size) {
  if (over_) return -1;
  if (handshaking_) return 0;
  if (tls_ == nullptr) {
    const auto sent = ::send(socket_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS) return 0;
  } else {
    // One call writes one record of 16 kB at most: as many as the socket takes.
    std::size_t done = 0;
    tls_wants_write_ = false;
    while (done < size) {
      ERR_clear_error();
      const int sent = SSL_write(tls_.get(), data + done, static_cast<int>(size - done));
      if (sent > 0) {
        done += static_cast<std::size_t>(sent);
        continue;
      }
      const int error = SSL_get_error(tls_.get(), sent);
      if (error == SSL_ERROR_WANT_WRITE) tls_wants_write_ = true;
      if (error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ) return static_cast<long>(done);
      over_ = true;
      return -1;
    }
    return static_cast<long>(done);
  }
  over_ = true;
  return -1;
}

void RtspConnection::enqueue(Piece piece) {
  if (queue_.empty()) {
    progress_ = now();
    const long sent = write(piece.data, piece.size);
    if (sent < 0) return;
    piece.data += sent;
    piece.size -= static_cast<std::size_t>(sent);
    // TLS must be given the same bytes again when it could not write them.
    piece.begun = sent > 0 || tls_ != nullptr;
    if (piece.size == 0) return;
  }
  queued_ += piece.size;
  if (!piece.frame) answers_ += piece.size;
  queue_.push_back(std::move(piece));
}

void RtspConnection::send(std::string bytes) {
  if (over_) return;
  auto kept = std::make_shared<const std::string>(std::move(bytes));
  Piece piece;
  piece.data = reinterpret_cast<const std::uint8_t*>(kept->data());
  piece.size = kept->size();
  piece.keeps = std::move(kept);
  enqueue(std::move(piece));
}

RtspConnection::Taken RtspConnection::send(const Bundle& bundle, std::uint8_t channel) {
  if (over_) return Taken::dropped;
  if (!queue_.empty() && (queued_ + bundle->bytes.size() > queue_limit ||
                          (queue_.front().frame && queue_.front().running_time + queue_time < bundle->running_time))) {
    drop_frames();
    return Taken::dropped;
  }
  Piece piece;
  piece.frame = true;
  piece.running_time = bundle->running_time;
  if (channel == bundle->bytes[1]) {
    piece.data = bundle->bytes.data();
    piece.size = bundle->bytes.size();
    if (queue_.empty() && tls_ == nullptr) {  // the usual case, without touching the count of owners
      progress_ = now();
      const long sent = write(piece.data, piece.size);
      if (sent < 0) return Taken::dropped;
      if (static_cast<std::size_t>(sent) == piece.size) return Taken::all;
      piece.data += sent;
      piece.size -= static_cast<std::size_t>(sent);
      piece.begun = sent > 0;
      piece.keeps = bundle;
      queued_ += piece.size;
      queue_.push_back(std::move(piece));
      return Taken::kept;
    }
    piece.keeps = bundle;
  } else {
    auto own = std::make_shared<std::vector<std::uint8_t>>(bundle->bytes);
    for (const iovec& packet : bundle->packets)
      (*own)[static_cast<std::size_t>(static_cast<const std::uint8_t*>(packet.iov_base) - bundle->bytes.data()) - 3] =
          channel;
    piece.data = own->data();
    piece.size = own->size();
    piece.keeps = std::move(own);
  }
  enqueue(std::move(piece));
  return queue_.empty() ? Taken::all : Taken::kept;
}

bool RtspConnection::flush() {
  if (over_) return false;
  if (handshaking_ && (!shake() || handshaking_)) return !over_;
  while (!queue_.empty()) {
    Piece& piece = queue_.front();
    const long sent = write(piece.data, piece.size);
    if (sent < 0) return false;
    piece.begun = piece.begun || sent > 0 || tls_ != nullptr;
    if (sent > 0) progress_ = now();
    piece.data += sent;
    piece.size -= static_cast<std::size_t>(sent);
    queued_ -= static_cast<std::size_t>(sent);
    if (!piece.frame) answers_ -= static_cast<std::size_t>(sent);
    if (piece.size > 0) return true;
    queue_.pop_front();
  }
  if (finishing_) over_ = true;
  return !over_;
}

void RtspConnection::drop_frames() {
  std::erase_if(queue_, [&](const Piece& piece) {
    if (!piece.frame || piece.begun) return false;
    queued_ -= piece.size;
    return true;
  });
}

}  // namespace lintel::media
