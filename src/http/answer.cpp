// How a connection writes its answers: of a route, a refusal, a file; and how it ends without losing the last one.
#include <boost/asio/write.hpp>

#include "http/connection.hpp"

namespace lintel::http {
namespace {

constexpr std::size_t most_drained = 1024 * 1024;  // of a body nobody reads, so that the refusal arrives
constexpr std::chrono::seconds linger_time{2};

}  // namespace

template <typename Stream>
void Connection<Stream>::answered(std::uint64_t request, Response response) {
  if (!waiting_ || request != request_) return;  // too late: it has been answered
  waiting_ = false;
  timer_.cancel();
  const bool keep_alive = parser_->get().keep_alive() && !response.close;
  admission_.wait();  // who takes no answer, or stays after it, makes room as who sends no request
  write(std::move(response), keep_alive);
}

template <typename Stream>
void Connection<Stream>::refuse(Response response, bool close) {
  const bool keep_alive = !close && parser_->is_header_done() && parser_->get().keep_alive();
  write(std::move(response), keep_alive);
}

template <typename Stream>
bool Connection<Stream>::serve_file() {
  const std::shared_ptr<const FileTable> table = core_->files();
  const File* file = table == nullptr ? nullptr : table->find(target_->path);
  if (file == nullptr) return false;
  const auto& message = parser_->get();
  const auto view = [&message](beast::http::field name) {
    const auto value = message[name];
    return std::string_view(value.data(), value.size());
  };
  const bool keep_alive = message.keep_alive();
  const std::string_view host = view(beast::http::field::host);
  // A browser gives the microphone to pages from HTTPS or from localhost only.
  const int https_port = core_->https_port;
  const bool elsewhere = !secure && file->page && !is_local_host(host);
  if (elsewhere && https_port == 0) {  // served plainly, they would ask for passwords that anybody on the way can read
    write(text_response(503,
                        "The pages of this station need HTTPS, whose port cannot be had. It is tried again every few "
                        "seconds; the station's log says what is wrong.\n")
              .set("Cache-Control", "no-store"),
          keep_alive);
    return true;
  }
  if (elsewhere && https_port > 0 && plain_host(host)) {
    Response response{.status = 308, .headers = {}, .body = {}};
    const std::string port = https_port == 443 ? "" : ":" + std::to_string(https_port);
    response.set("Location", "https://" + std::string(host_without_port(host)) + port + target_->path);
    response.set("Cache-Control", "no-store");
    write(std::move(response), keep_alive);
    return true;
  }
  const FileChoice choice = FileTable::choose(*file, view(beast::http::field::accept_encoding));
  if (choice.variant == nullptr) {
    write(error_response(500, "unavailable", "The web pages are damaged. Install the station again."), keep_alive);
    return true;
  }
  const bool same = FileTable::matches(view(beast::http::field::if_none_match), choice.variant->etag);
  Response response{.status = same ? 304 : 200, .headers = {}, .body = {}};
  response.set("Content-Type", file->type).set("ETag", choice.variant->etag).set("Vary", "Accept-Encoding");
  response.set("Cache-Control", file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (choice.encoding != nullptr) response.set("Content-Encoding", choice.encoding);
  write(std::move(response), keep_alive, same ? nullptr : choice.variant, table);
  return true;
}

template <typename Stream>
void Connection<Stream>::write(Response response, bool keep_alive, const FileVariant* file,
                               std::shared_ptr<const void> keep) {
  const bool header_known = parser_ && parser_->is_header_done();
  std::string_view host;
  bool head_only = false;
  if (header_known) {
    const auto value = parser_->get()[beast::http::field::host];
    host = {value.data(), value.size()};
    head_only = parser_->get().method() == beast::http::verb::head;
  }
  body_ = std::move(response.body);
  keep_ = std::move(keep);
  const std::string_view body = file != nullptr ? std::string_view(file->body) : std::string_view(body_);
  head_ = write_head(
      response, {.keep_alive = keep_alive, .with_length = true, .length = body.size(), .secure = secure, .host = host});
  const bool no_body = head_only || response.status == 204 || response.status == 304;
  const auto done = [self = self(), keep_alive](Code error, std::size_t /*size*/) { self->written(error, keep_alive); };
  lowest(stream_).expires_after(core_->limits.write_time);
  if constexpr (secure) {
    // One buffer: with head and body as two, a body longer than a TLS record never left (seen, its cause not found).
    if (!no_body) head_.append(body);
    asio::async_write(stream_, asio::buffer(head_), done);
  } else {
    const std::array<asio::const_buffer, 2> parts{
        asio::buffer(head_), no_body ? asio::const_buffer() : asio::buffer(body.data(), body.size())};
    asio::async_write(stream_, parts, done);
  }
}

template <typename Stream>
void Connection<Stream>::written(Code error, bool keep_alive) {
  body_.clear();
  keep_.reset();
  if (error) return failed(error);
  if (keep_alive) return await_request();
  linger();
}

template <typename Stream>
void Connection<Stream>::linger() {
  lowest(stream_).expires_after(linger_time);
  if constexpr (secure) {
    stream_.async_shutdown([self = self()](Code /*error*/) { self->drain(); });
  } else {
    drain();
  }
}

// Closing on unread bytes would reset the connection, and the client would lose the answer.
template <typename Stream>
void Connection<Stream>::drain() {
  Code ignored;
  auto& socket = lowest(stream_).socket();
  if (!socket.is_open()) return;
  if (drained_ == 0) socket.shutdown(tcp::socket::shutdown_send, ignored);
  lowest(stream_).async_read_some(asio::buffer(waste_), [self = self()](Code error, std::size_t size) {
    self->drained_ += size + 1;
    if (error || self->drained_ > most_drained) return self->failed({});
    self->drain();
  });
}

template class Connection<PlainStream>;
template class Connection<TlsStream>;

}  // namespace lintel::http
