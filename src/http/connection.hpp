// One HTTP/1.1 connection on its I/O thread (RFC 9112). Private to the room.
#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <deque>
#include <optional>

#include "http/io.hpp"
#include "http/origin.hpp"
#include "http/path.hpp"
#include "http/wire.hpp"

namespace lintel::http {

template <typename Stream>
beast::tcp_stream& lowest(Stream& stream) {
  return beast::get_lowest_layer(stream);
}

// What a handle on the loop may ask of a connection, whatever its stream. On the I/O thread.
class ConnectionBase {
 public:
  virtual ~ConnectionBase() = default;
  virtual void answered(std::uint64_t request, Response response) = 0;
  virtual void become_stream(std::uint64_t request, std::shared_ptr<class StreamHandle> handle) = 0;
  virtual void gate_passed(std::uint64_t request, Request upgrade) = 0;
  virtual void stream_chunk(std::string chunk) = 0;
  virtual void stream_end() = 0;
};

// Runs `work(connection)` on the connection's thread, or drops it when that is gone. Any thread.
template <typename Work>
void on_connection(const std::weak_ptr<Io>& weak_io, const std::weak_ptr<ConnectionBase>& weak, Work work) {
  if (const std::shared_ptr<Io> io = weak_io.lock())
    asio::post(io->context, [weak, work = std::move(work)]() mutable {
      if (const auto connection = weak.lock()) work(*connection);
    });
}

// The loop's end of an event stream.
class StreamHandle final : public EventStream, public std::enable_shared_from_this<StreamHandle> {
 public:
  StreamHandle(std::shared_ptr<Core> core, std::weak_ptr<Io> io, std::weak_ptr<ConnectionBase> connection)
      : core_(std::move(core)), io_(std::move(io)), connection_(std::move(connection)) {}
  bool send(std::string_view event, std::string_view id, std::string_view data) override;
  void close() override;
  [[nodiscard]] bool open() const override { return open_; }
  void on_closed(std::function<void()> work) override;

  void queued(std::size_t bytes) { queued_ += bytes; }   // I/O thread: what the connection itself adds
  void written(std::size_t bytes) { queued_ -= bytes; }  // I/O thread
  void closed();                                         // any thread, more than once

 private:
  std::shared_ptr<Core> core_;
  std::weak_ptr<Io> io_;
  std::weak_ptr<ConnectionBase> connection_;
  std::atomic<bool> open_{true};
  std::atomic<bool> told_{false};
  std::atomic<std::size_t> queued_{0};
  std::function<void()> on_closed_;  // loop only
};

// The loop's end of one request.
class Sink final : public ResponseSink {
 public:
  Sink(std::shared_ptr<Core> core, std::weak_ptr<Io> io, std::weak_ptr<ConnectionBase> connection,
       std::uint64_t request, Ticket ticket)
      : core_(std::move(core)),
        io_(std::move(io)),
        connection_(std::move(connection)),
        request_(request),
        ticket_(std::move(ticket)) {}
  void respond(Response response) override;
  std::shared_ptr<EventStream> stream() override;

 private:
  std::shared_ptr<Core> core_;
  std::weak_ptr<Io> io_;
  std::weak_ptr<ConnectionBase> connection_;
  std::uint64_t request_;
  Ticket ticket_;
};

template <typename Stream>
class Connection final : public ConnectionBase, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  static constexpr bool secure = std::is_same_v<Stream, TlsStream>;

  Connection(std::shared_ptr<Core> core, std::weak_ptr<Io> io, Stream stream, std::shared_ptr<asio::ssl::context> tls,
             Admission admission, std::string address, std::uint16_t port);
  ~Connection() override;
  void start();

  void answered(std::uint64_t request, Response response) override;
  void become_stream(std::uint64_t request, std::shared_ptr<StreamHandle> handle) override;
  void gate_passed(std::uint64_t request, Request upgrade) override;
  void stream_chunk(std::string chunk) override;
  void stream_end() override;

 private:
  using Code = boost::system::error_code;
  using Parser = beast::http::request_parser<beast::http::string_body>;

  void await_request();
  void read_header();
  void header_read(Code error);
  void route();
  bool serve_file();
  void read_body(const Route& route);
  void body_read(const Route& route, Code error);
  void hand_over(const Route& route);
  void upgrade();
  [[nodiscard]] Request plain_request();
  void arm_answer_timer();
  void refuse(Response response, bool close);
  void write(Response response, bool keep_alive, const FileVariant* file = nullptr,
             std::shared_ptr<const void> keep = nullptr);
  void written(Code error, bool keep_alive);
  void linger();
  void drain();
  void write_chunks();
  void heartbeat();
  void watch_for_end();
  void failed(Code error);
  [[nodiscard]] auto self() { return this->shared_from_this(); }

  std::shared_ptr<Core> core_;
  std::weak_ptr<Io> io_;
  std::shared_ptr<asio::ssl::context> tls_;
  Stream stream_;
  Admission admission_;
  std::string address_;
  std::uint16_t port_;
  beast::flat_buffer buffer_;  // bounded: a chunk's head and the trailer are held until they are whole
  std::optional<Parser> parser_;
  asio::steady_timer timer_;
  std::optional<Target> target_;
  Fields parameters_;
  std::uint64_t request_ = 0;  // number of the request that waits for its answer
  bool waiting_ = false;
  bool handed_over_ = false;  // to a WebSocket: nothing of the stream is left here
  bool first_ = true;
  const WebSocketRoute* websocket_ = nullptr;
  std::string head_, body_;
  std::shared_ptr<const void> keep_;
  std::shared_ptr<StreamHandle> handle_;  // set: this is an event stream now
  std::deque<std::string> chunks_;
  bool writing_chunk_ = false, ending_ = false;
  std::size_t drained_ = 0;
  std::array<char, 2048> waste_{};
};

}  // namespace lintel::http
