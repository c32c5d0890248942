#include "http/first_byte.hpp"

#include <utility>

namespace lintel::http {

FirstByte::FirstByte(std::shared_ptr<Core> core, tcp::socket socket, Admission admission, Then then)
    : core_(std::move(core)),
      socket_(std::move(socket)),
      admission_(std::move(admission)),
      then_(std::move(then)),
      limit_(socket_.get_executor()) {}

void FirstByte::start() {
  if (!admission_.set_leave([executor = socket_.get_executor(), weak = weak_from_this()] {
        asio::post(executor, [weak] {
          if (const auto waiting = weak.lock()) waiting->close();
        });
      }))
    return;
  limit_.expires_after(core_->limits.tls_handshake_time);
  limit_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto waiting = weak.lock();
    if (error || waiting == nullptr) return;
    ++waiting->core_->timed_out;
    waiting->close();
  });
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    self->limit_.cancel();
    if (!error && self->socket_.is_open()) self->then_(std::move(self->socket_), std::move(self->admission_));
  });
}

void FirstByte::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace lintel::http
