// WebSockets on Beast (RFC 6455): ping and pong, one message at a time to the loop, a bounded queue out.
#include "http/websocket.hpp"

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>

#include "http/any_stream.hpp"
#include "http/io.hpp"

namespace lintel::http {
namespace {

namespace ws = beast::websocket;

class SocketBase {
 public:
  virtual ~SocketBase() = default;
  virtual void write(std::string message) = 0;
  virtual void read_on() = 0;
  virtual void end(std::uint16_t code, std::string reason) = 0;
};

// The loop's end. The connection keeps it alive while open; dropped by everybody on the loop, it stays until the peer
// goes.
class Handle final : public WebSocket, public std::enable_shared_from_this<Handle> {
 public:
  Handle(std::shared_ptr<Core> core, std::weak_ptr<Io> io, Request request)
      : core_(std::move(core)), io_(std::move(io)), request_(std::move(request)) {}

  void attach(std::weak_ptr<SocketBase> socket) { socket_ = std::move(socket); }  // before it is shared
  bool send(std::string message) override {
    if (!open_) return false;
    if (queued_.fetch_add(message.size()) + message.size() > core_->limits.websocket_queue_bytes) {
      close(1008, "too slow");
      return false;
    }
    on_socket([message = std::move(message)](SocketBase& socket) mutable { socket.write(std::move(message)); });
    return true;
  }
  void close(std::uint16_t code, std::string_view reason) override {
    if (!open_.exchange(false)) return;
    on_socket([code, reason = std::string(reason.substr(0, 120))](SocketBase& socket) mutable {
      socket.end(code, std::move(reason));
    });
    closed();
  }
  [[nodiscard]] bool open() const override { return open_; }
  [[nodiscard]] const Request& request() const override { return request_; }
  void on_message(std::function<void(std::string)> work) override { on_message_ = std::move(work); }
  void on_closed(std::function<void()> work) override { on_closed_ = std::move(work); }

  void written(std::size_t bytes) { queued_ -= bytes; }  // I/O thread
  void received(std::string message) {                   // I/O thread; the next is read when the loop took this one
    core_->post_signal([handle = shared_from_this(), message = std::make_shared<std::string>(std::move(message))] {
      if (!handle->open_) return;
      if (handle->on_message_) {
        const auto work = handle->on_message_;  // it may replace itself
        work(std::move(*message));
      }
      handle->on_socket([](SocketBase& socket) { socket.read_on(); });
    });
  }
  void closed() {  // any thread, more than once
    open_ = false;
    core_->post_signal([handle = shared_from_this()] {
      if (handle->told_) return;
      handle->told_ = true;
      handle->on_message_ = nullptr;
      if (const auto work = std::exchange(handle->on_closed_, nullptr)) work();
    });
  }

 private:
  template <typename Work>
  void on_socket(Work work) {
    if (const std::shared_ptr<Io> io = io_.lock())
      asio::post(io->context, [weak = socket_, work = std::move(work)]() mutable {
        if (const auto socket = weak.lock()) work(*socket);
      });
  }

  std::shared_ptr<Core> core_;
  std::weak_ptr<Io> io_;
  std::weak_ptr<SocketBase> socket_;
  const Request request_;
  std::atomic<bool> open_{true};
  std::atomic<std::size_t> queued_{0};
  bool told_ = false;  // loop only, as the two below
  std::function<void(std::string)> on_message_;
  std::function<void()> on_closed_;
};

class Socket final : public SocketBase, public std::enable_shared_from_this<Socket> {
 public:
  Socket(std::shared_ptr<Core> core, AnyStream stream, std::shared_ptr<asio::ssl::context> tls, Admission admission,
         Upgrade upgrade, const WebSocketRoute& route, std::shared_ptr<Handle> handle)
      : core_(std::move(core)),
        tls_(std::move(tls)),
        admission_(std::move(admission)),
        upgrade_(std::move(upgrade)),
        route_(route),
        handle_(std::move(handle)),
        stream_(std::move(stream)),
        hold_(stream_.get_executor()) {}
  ~Socket() override { handle_->closed(); }

  void accept() {
    // While the loop works on a message nothing is read: a wait that never ends keeps this alive, and goes with the
    // context.
    hold_.expires_at(asio::steady_timer::time_point::max());
    hold_.async_wait([self = shared_from_this()](boost::system::error_code /*error*/) {});
    stream_.next_layer().lowest().expires_never();  // the WebSocket layer has its own deadlines
    ws::stream_base::timeout timeout{};
    timeout.handshake_timeout = core_->limits.header_time;
    timeout.idle_timeout = 2 * core_->limits.websocket_ping;  // Beast pings after half of it
    timeout.keep_alive_pings = true;
    stream_.set_option(timeout);
    stream_.set_option(ws::stream_base::decorator([this](ws::response_type& response) {
      if (!route_.subprotocol.empty()) response.set(beast::http::field::sec_websocket_protocol, route_.subprotocol);
    }));
    stream_.read_message_max(route_.message_limit);
    stream_.text(true);
    stream_.async_accept(upgrade_, [self = shared_from_this()](boost::system::error_code error) {
      if (error) return self->over();
      self->core_->post_signal([&route = self->route_, handle = self->handle_] { route.opened(handle); });
      self->read_on();
    });
  }
  void read_on() override {
    stream_.async_read(buffer_, [self = shared_from_this()](boost::system::error_code error, std::size_t /*size*/) {
      if (error) return self->over();
      std::string message = beast::buffers_to_string(self->buffer_.data());
      self->buffer_.consume(self->buffer_.size());
      self->handle_->received(std::move(message));
    });
  }
  void write(std::string message) override {
    queue_.push_back(std::move(message));
    if (queue_.size() == 1 && !ending_) write_front();
  }
  void end(std::uint16_t code, std::string reason) override {
    if (ending_) return;
    ending_ = true;
    reason_ = {static_cast<ws::close_code>(code), reason};
    if (queue_.empty() || code == 1008) shut();  // a good-bye goes after what was said before it
  }

 private:
  void write_front() {
    stream_.async_write(asio::buffer(queue_.front()),
                        [self = shared_from_this()](boost::system::error_code error, std::size_t /*size*/) {
                          if (error) return self->over();
                          self->handle_->written(self->queue_.front().size());
                          self->queue_.pop_front();
                          if (!self->queue_.empty()) return self->write_front();
                          if (self->ending_) self->shut();
                        });
  }
  void over() {
    handle_->closed();
    hold_.cancel();
  }
  void shut() {
    if (!queue_.empty()) {  // cut off in the middle of a write: only the socket can be closed
      boost::system::error_code ignored;
      stream_.next_layer().lowest().socket().close(ignored);
      return over();
    }
    stream_.async_close(reason_, [self = shared_from_this()](boost::system::error_code /*error*/) { self->over(); });
  }

  std::shared_ptr<Core> core_;
  std::shared_ptr<asio::ssl::context> tls_;
  Admission admission_;
  Upgrade upgrade_;
  const WebSocketRoute& route_;
  std::shared_ptr<Handle> handle_;
  ws::stream<AnyStream, false> stream_;
  asio::steady_timer hold_;
  beast::flat_buffer buffer_;
  std::deque<std::string> queue_;
  bool ending_ = false;
  ws::close_reason reason_;
};

}  // namespace

void start_websocket(std::shared_ptr<Core> core, std::weak_ptr<Io> io, AnyStream stream,
                     std::shared_ptr<asio::ssl::context> tls, Admission admission, Upgrade upgrade, Request request,
                     const WebSocketRoute& route) {
  auto handle = std::make_shared<Handle>(core, std::move(io), std::move(request));
  auto socket = std::make_shared<Socket>(std::move(core), std::move(stream), std::move(tls), std::move(admission),
                                         std::move(upgrade), route, handle);
  handle->attach(socket);
  socket->accept();
}

}  // namespace lintel::http
