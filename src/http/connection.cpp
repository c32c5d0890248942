#include "http/connection.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "base/text.hpp"
#include "http/any_stream.hpp"
#include "http/first_byte.hpp"
#include "http/path.hpp"

namespace lintel::http {
namespace {

constexpr std::size_t most_read_ahead = 16 * 1024;  // beyond a header: of the next request, of a chunk's head

Response malformed() {
  return error_response(400, "invalid", "This is not well-formed HTTP.");
}

}  // namespace

template <typename Stream>
Connection<Stream>::Connection(std::shared_ptr<Core> core, std::weak_ptr<Io> io, Stream stream,
                               std::shared_ptr<asio::ssl::context> tls, Admission admission, std::string address,
                               std::uint16_t port)
    : core_(std::move(core)),
      io_(std::move(io)),
      tls_(std::move(tls)),
      stream_(std::move(stream)),
      admission_(std::move(admission)),
      address_(std::move(address)),
      port_(port),
      buffer_(core_->limits.header_bytes + most_read_ahead),
      timer_(stream_.get_executor()) {}

template <typename Stream>
Connection<Stream>::~Connection() {
  if (handle_ != nullptr) handle_->closed();
}

template <typename Stream>
void Connection<Stream>::start() {
  if (!admission_.set_leave([executor = stream_.get_executor(), weak = this->weak_from_this()] {
        asio::post(executor, [weak] {
          if (const auto connection = weak.lock()) connection->failed({});
        });
      }))
    return;
  if constexpr (secure) {
    lowest(stream_).expires_after(core_->limits.tls_handshake_time);
    stream_.async_handshake(asio::ssl::stream_base::server, [self = self()](Code error) {
      if (error) return self->failed(error);
      self->await_request();
    });
  } else {
    await_request();
  }
}

template <typename Stream>
void Connection<Stream>::failed(Code error) {
  if (handed_over_) return;
  if (error == beast::error::timeout) ++core_->timed_out;
  Code ignored;
  lowest(stream_).socket().close(ignored);
}

// Between requests the connection may rest; once bytes come, the header must be whole in time.
template <typename Stream>
void Connection<Stream>::await_request() {
  admission_.wait();
  parser_.reset();
  target_.reset();
  parameters_.clear();
  if (first_ || buffer_.size() > 0) {
    first_ = false;
    return read_header();
  }
  lowest(stream_).expires_after(core_->limits.idle_time);
  stream_.async_read_some(buffer_.prepare(4096), [self = self()](Code error, std::size_t size) {
    if (error) return self->failed({});
    self->buffer_.commit(size);
    self->read_header();
  });
}

template <typename Stream>
void Connection<Stream>::read_header() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(core_->limits.header_bytes));
  parser_->body_limit(boost::none);  // known after the header: each route has its own
  lowest(stream_).expires_after(core_->limits.header_time);
  beast::http::async_read_header(stream_, buffer_, *parser_,
                                 [self = self()](Code error, std::size_t /*size*/) { self->header_read(error); });
}

template <typename Stream>
void Connection<Stream>::header_read(Code error) {
  if (error == beast::http::error::header_limit)
    return refuse(error_response(431, "too_large", "The header is too large."), true);
  static const auto& http_errors = beast::http::make_error_code(beast::http::error::bad_method).category();
  if (error && error.category() == http_errors && error != beast::http::error::end_of_stream &&
      error != beast::http::error::partial_message)
    return refuse(malformed(), true);
  if (error) return failed(error);
  ++core_->requests;
  const auto& message = parser_->get();
  // Two readers could disagree about where such a request ends (RFC 9112 §6.3).
  if (message.count(beast::http::field::transfer_encoding) > 0 && message.count(beast::http::field::content_length) > 0)
    return refuse(error_response(400, "invalid", "A request has one length only."), true);
  if (message.count(beast::http::field::host) > 1 ||
      (message.version() >= 11 && message.count(beast::http::field::host) == 0))
    return refuse(error_response(400, "invalid", "A request names one Host."), true);
  target_ = normalise({message.target().data(), message.target().size()});
  if (!target_) return refuse(error_response(400, "invalid", "The address is not well-formed."), true);
  if (beast::websocket::is_upgrade(message)) return upgrade();
  route();
}

template <typename Stream>
void Connection<Stream>::route() {
  const auto& message = parser_->get();
  const Method method = method_of({message.method_string().data(), message.method_string().size()});
  Router::Match match = core_->router.match(method, target_->path);
  if (!match.path_known && core_->router.match_websocket(target_->path) != nullptr) {
    Response response = error_response(426, "upgrade_required", "This address speaks WebSocket only.");
    response.set("Upgrade", "websocket");
    return refuse(std::move(response), true);
  }
  if (!match.path_known && (method == Method::get || method == Method::head) && parser_->is_done() && serve_file())
    return;
  // A chunked body's size shows while it is read; it counts as one byte until then.
  const std::size_t size = parser_->content_length() ? *parser_->content_length() : (parser_->is_done() ? 0 : 1);
  const auto type = message[beast::http::field::content_type];
  const std::string_view whole(type.data(), type.size());
  if (auto refused = Router::early_refusal(match, size, text::trim(whole.substr(0, whole.find(';')))))
    return refuse(std::move(*refused), !parser_->is_done());
  parameters_ = std::move(match.parameters);
  if (parser_->is_done()) return hand_over(*match.route);
  read_body(*match.route);
}

template <typename Stream>
void Connection<Stream>::read_body(const Route& route) {
  parser_->body_limit(route.body_limit);
  lowest(stream_).expires_after(core_->limits.body_time);
  const auto read = [self = self(), &route] {
    beast::http::async_read(self->stream_, self->buffer_, *self->parser_,
                            [self, &route](Code error, std::size_t /*size*/) { self->body_read(route, error); });
  };
  const auto expect = parser_->get()[beast::http::field::expect];
  if (!text::equals_ignoring_case({expect.data(), expect.size()}, "100-continue")) return read();
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(go_on), [self = self(), read](Code error, std::size_t /*size*/) {
    if (error) return self->failed(error);
    read();
  });
}

template <typename Stream>
void Connection<Stream>::body_read(const Route& route, Code error) {
  if (error == beast::http::error::body_limit)
    return refuse(error_response(413, "too_large",
                                 "The body is too large: at most " + std::to_string(route.body_limit) + " bytes."),
                  true);
  if (error == beast::http::error::buffer_overflow) return refuse(malformed(), true);  // an endless chunk head, trailer
  if (error) return failed(error);
  hand_over(route);
}

template <typename Stream>
Request Connection<Stream>::plain_request() {
  auto& message = parser_->get();
  Request request;
  request.method = method_of({message.method_string().data(), message.method_string().size()});
  request.target.assign(message.target().data(), message.target().size());
  request.path = target_->path;
  request.query = target_->query;
  request.parameters = std::move(parameters_);
  for (const auto& field : message)
    request.headers.emplace_back(std::string(field.name_string().data(), field.name_string().size()),
                                 std::string(field.value().data(), field.value().size()));
  request.body = std::move(message.body());
  request.remote_address = address_;
  request.remote_port = port_;
  request.secure = secure;
  return request;
}

template <typename Stream>
void Connection<Stream>::arm_answer_timer() {
  lowest(stream_).expires_never();
  waiting_ = true;
  timer_.expires_after(core_->limits.request_time);
  timer_.async_wait([self = self(), number = request_](Code error) {
    if (error || !self->waiting_ || self->request_ != number) return;
    ++self->core_->timed_out;
    self->answered(number, error_response(503, "timeout", "The station took too long to answer. Try again."));
  });
}

template <typename Stream>
void Connection<Stream>::hand_over(const Route& route) {
  Ticket ticket = Ticket::draw(core_);
  if (!ticket) {
    Response response = error_response(503, "full", "The station is busy. Try again in a moment.");
    response.set("Retry-After", "1");
    return refuse(std::move(response), false);
  }
  admission_.serve();
  ++request_;
  arm_answer_timer();
  struct Job {
    std::shared_ptr<Core> core;
    const Route* route;
    Request request;
    Responder responder;
  };
  auto job = std::make_shared<Job>(
      Job{core_, &route, plain_request(),
          Responder(std::make_shared<Sink>(core_, io_, this->weak_from_this(), request_, std::move(ticket)))});
  core_->post([job] { job->core->router.dispatch(*job->route, std::move(job->request), std::move(job->responder)); });
}

template <typename Stream>
void Connection<Stream>::upgrade() {
  const auto& message = parser_->get();
  const auto view = [&message](beast::http::field name) {
    const auto value = message[name];
    return std::string_view(value.data(), value.size());
  };
  const WebSocketRoute* route = core_->router.match_websocket(target_->path);
  if (route == nullptr)
    return refuse(error_response(404, "not_found", "No WebSocket is served at this address."), true);
  if (!same_origin(view(beast::http::field::origin), view(beast::http::field::host), secure))
    return refuse(error_response(403, "denied", "Pages of another site may not connect here."), true);
  bool offered = route->subprotocol.empty();
  for (const std::string_view name : text::split(view(beast::http::field::sec_websocket_protocol), ','))
    offered = offered || text::trim(name) == route->subprotocol;
  if (!offered)
    return refuse(error_response(400, "invalid", "The WebSocket subprotocol must be '" + route->subprotocol + "'."),
                  true);
  Ticket ticket = Ticket::draw(core_);
  if (!ticket) return refuse(error_response(503, "full", "The station is busy. Try again in a moment."), true);
  admission_.serve();
  ++request_;
  websocket_ = route;
  arm_answer_timer();
  struct Job {
    std::shared_ptr<Core> core;
    const WebSocketRoute* route;
    Request request;
    Ticket ticket;
    std::weak_ptr<Io> io;
    std::weak_ptr<ConnectionBase> connection;
    std::uint64_t number;
  };
  auto job = std::make_shared<Job>(
      Job{core_, route, plain_request(), std::move(ticket), io_, this->weak_from_this(), request_});
  core_->post_signal([job] {
    std::optional<Response> refused = job->core->router.refusal(*job->route, job->request);
    on_connection(job->io, job->connection, [job, refused = std::move(refused)](ConnectionBase& connection) mutable {
      if (refused) {
        refused->close = true;
        return connection.answered(job->number, std::move(*refused));
      }
      connection.gate_passed(job->number, std::move(job->request));
    });
  });
}

template <typename Stream>
void Connection<Stream>::gate_passed(std::uint64_t request, Request plain) {
  if (!waiting_ || request != request_) return;
  waiting_ = false;
  timer_.cancel();
  handed_over_ = true;
  Upgrade message;
  message.base() = parser_->get().base();
  start_websocket(core_, io_, AnyStream(std::move(stream_)), tls_, std::move(admission_), std::move(message),
                  std::move(plain), *websocket_);
}

template class Connection<PlainStream>;
template class Connection<TlsStream>;

void start_connection(std::shared_ptr<Core> core, std::weak_ptr<Io> io, tcp::socket socket,
                      std::shared_ptr<asio::ssl::context> tls, Admission admission, std::string address,
                      std::uint16_t port) {
  if (tls == nullptr) {
    std::make_shared<Connection<PlainStream>>(std::move(core), std::move(io), PlainStream(std::move(socket)), nullptr,
                                              std::move(admission), std::move(address), port)
        ->start();
    return;
  }
  auto speaks = [core, io = std::move(io), tls = std::move(tls), address = std::move(address), port](
                    tcp::socket spoken, Admission its_admission) {
    std::make_shared<Connection<TlsStream>>(core, io, TlsStream(std::move(spoken), *tls), tls, std::move(its_admission),
                                            address, port)
        ->start();
  };
  std::make_shared<FirstByte>(core, std::move(socket), std::move(admission), std::move(speaks))->start();
}

}  // namespace lintel::http
