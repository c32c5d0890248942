#include "sip/connection.hpp"

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace lintel::sip {

Connection::~Connection() {
  tls_.reset();
  ::close(descriptor_);
}

void Connection::begin_tls(SSL_CTX* context, const std::string& name) {
  tls_.reset(SSL_new(context));
  if (tls_ == nullptr || SSL_set_fd(tls_.get(), descriptor_) != 1) {
    state_ = State::dead;
    return;
  }
  SSL_set_mode(tls_.get(),
               SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // After the handshake reading asks for bytes alone, and writing for room alone: wants_write() builds on that.
  SSL_set_options(tls_.get(), SSL_OP_NO_RENEGOTIATION);
  if (outgoing_) {
    SSL_set_connect_state(tls_.get());
    if (!name.empty()) {
      if (!SocketAddress::parse(name, 0))
        SSL_set_tlsext_host_name(tls_.get(), name.c_str());  // RFC 6066 §3: no numbers
      SSL_set1_host(tls_.get(), name.c_str());
      SSL_set_verify(tls_.get(), SSL_VERIFY_PEER, nullptr);
    }
  } else {
    SSL_set_accept_state(tls_.get());
    state_ = State::handshaking;
  }
}

Connection::Outcome Connection::handshake() {
  ERR_clear_error();
  tls_wants_write_ = false;
  const int result = SSL_do_handshake(tls_.get());
  if (result == 1) {
    state_ = State::open;
    return flush();
  }
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_WRITE:
      tls_wants_write_ = true;
      return Outcome::ok;
    case SSL_ERROR_WANT_READ:
      return Outcome::ok;
    default:
      if (const long verdict = SSL_get_verify_result(tls_.get()); outgoing_ && verdict != X509_V_OK)
        distrust_ = X509_verify_cert_error_string(verdict);
      return Outcome::dead;
  }
}

Connection::Outcome Connection::on_writable() {
  if (state_ == State::connecting) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0) return Outcome::dead;
    state_ = tls_ != nullptr ? State::handshaking : State::open;
  }
  if (state_ == State::handshaking) return handshake();
  return flush();
}

long Connection::read(char* scratch, std::size_t size) {
  if (state_ == State::connecting) return on_writable() == Outcome::dead ? -1 : 0;
  if (state_ == State::handshaking) {
    if (handshake() == Outcome::dead) return -1;
    if (state_ != State::open) return 0;
  }
  if (tls_ == nullptr) {
    const auto got = ::recv(descriptor_, scratch, size, 0);
    if (got > 0) return got;
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) ? 0 : -1;
  }
  ERR_clear_error();
  const int got =
      SSL_read(tls_.get(), scratch, static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max())));
  if (got > 0) return got;
  switch (SSL_get_error(tls_.get(), got)) {
    case SSL_ERROR_WANT_READ:
      return 0;
    case SSL_ERROR_WANT_WRITE:
      tls_wants_write_ = true;
      return 0;
    default:
      return -1;
  }
}

Connection::Outcome Connection::write(std::string_view bytes, std::size_t limit) {
  if (state_ == State::dead) return Outcome::dead;
  if (queue_.size() - queued_ + bytes.size() > limit) return Outcome::dead;
  if (state_ == State::open && tls_ == nullptr && queued_ == queue_.size()) {
    // Nothing waits: straight to the socket, no copy.
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return Outcome::dead;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (bytes.empty()) return Outcome::ok;
  }
  queue_.append(bytes);
  return state_ == State::open ? flush() : Outcome::ok;
}

Connection::Outcome Connection::flush() {
  while (queued_ < queue_.size()) {
    const char* const data = queue_.data() + queued_;
    const std::size_t size = queue_.size() - queued_;
    long sent = 0;
    if (tls_ == nullptr) {
      sent = ::send(descriptor_, data, size, MSG_NOSIGNAL);
      if (sent < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return Outcome::ok;
        return Outcome::dead;
      }
    } else {
      ERR_clear_error();
      tls_wants_write_ = false;
      sent = SSL_write(tls_.get(), data, static_cast<int>(std::min<std::size_t>(size, 1U << 20)));
      if (sent <= 0) {
        const int error = SSL_get_error(tls_.get(), static_cast<int>(sent));
        if (error == SSL_ERROR_WANT_WRITE) {
          tls_wants_write_ = true;
          return Outcome::ok;
        }
        return error == SSL_ERROR_WANT_READ ? Outcome::ok : Outcome::dead;
      }
    }
    queued_ += static_cast<std::size_t>(sent);
  }
  queue_.clear();
  queue_.shrink_to_fit();  // thousands of idle connections hold no buffers
  queued_ = 0;
  return Outcome::ok;
}

}  // namespace lintel::sip
