#include <boost/asio/write.hpp>

#include "http/connection.hpp"

namespace lintel::http {
namespace {

// WHATWG HTML §9.2.6: one field a line; a line break inside data begins another data line.
std::string format_event(std::string_view event, std::string_view id, std::string_view data) {
  const auto one_line = [](std::string_view text) {
    std::string line(text);
    for (char& c : line)
      if (c == '\r' || c == '\n' || c == '\0') c = ' ';
    return line;
  };
  std::string out;
  out.reserve(event.size() + id.size() + data.size() + 32);
  if (!id.empty()) out += "id: " + one_line(id) + "\n";
  if (!event.empty()) out += "event: " + one_line(event) + "\n";
  while (true) {
    const std::size_t end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  return out + "\n";
}

}  // namespace

bool StreamHandle::send(std::string_view event, std::string_view id, std::string_view data) {
  if (!open_) return false;
  std::string chunk = format_event(event, id, data);
  if (queued_.fetch_add(chunk.size()) + chunk.size() > core_->limits.event_stream_queue_bytes) {
    close();
    return false;
  }
  on_connection(io_, connection_, [chunk = std::move(chunk)](ConnectionBase& connection) mutable {
    connection.stream_chunk(std::move(chunk));
  });
  return true;
}

void StreamHandle::close() {
  if (!open_.exchange(false)) return;
  on_connection(io_, connection_, [](ConnectionBase& connection) { connection.stream_end(); });
  closed();
}

void StreamHandle::closed() {
  open_ = false;
  core_->post([handle = shared_from_this()] {
    if (handle->on_closed_ == nullptr || handle->told_.exchange(true)) return;
    const auto work = std::exchange(handle->on_closed_, nullptr);
    work();
  });
}

void StreamHandle::on_closed(std::function<void()> work) {
  on_closed_ = std::move(work);
  if (!open_) closed();
}

void Sink::respond(Response response) {
  ticket_ = {};
  on_connection(io_, connection_,
                [request = request_, response = std::move(response)](ConnectionBase& connection) mutable {
                  connection.answered(request, std::move(response));
                });
}

std::shared_ptr<EventStream> Sink::stream() {
  ticket_ = {};
  auto handle = std::make_shared<StreamHandle>(core_, io_, connection_);
  if (connection_.expired() || io_.expired()) {
    handle->closed();
    return handle;
  }
  on_connection(io_, connection_, [request = request_, handle](ConnectionBase& connection) mutable {
    connection.become_stream(request, std::move(handle));
  });
  return handle;
}

template <typename Stream>
void Connection<Stream>::become_stream(std::uint64_t request, std::shared_ptr<StreamHandle> handle) {
  if (!waiting_ || request != request_) return handle->closed();
  waiting_ = false;
  timer_.cancel();
  handle_ = std::move(handle);
  Response response;
  response.set("Content-Type", "text/event-stream").set("Cache-Control", "no-store").set("X-Accel-Buffering", "no");
  std::string head =
      write_head(response, {.keep_alive = false, .with_length = false, .length = 0, .secure = secure, .host = {}});
  handle_->queued(head.size());
  chunks_.push_back(std::move(head));
  lowest(stream_).expires_never();
  watch_for_end();  // before the first write, whose deadline must not become the read's
  write_chunks();
  heartbeat();
}

template <typename Stream>
void Connection<Stream>::stream_chunk(std::string chunk) {
  if (handle_ == nullptr || ending_) return;
  chunks_.push_back(std::move(chunk));
  write_chunks();
}

template <typename Stream>
void Connection<Stream>::stream_end() {
  if (handle_ == nullptr || ending_) return;
  ending_ = true;
  timer_.cancel();
  // Behind a client that does not read nothing more can be said; else what is queued goes out first.
  if (!writing_chunk_) failed({});
}

template <typename Stream>
void Connection<Stream>::write_chunks() {
  if (writing_chunk_) return;
  if (chunks_.empty()) {
    if (ending_) failed({});
    return;
  }
  writing_chunk_ = true;
  lowest(stream_).expires_after(core_->limits.write_time);
  asio::async_write(stream_, asio::buffer(chunks_.front()), [self = self()](Code error, std::size_t /*size*/) {
    self->writing_chunk_ = false;
    if (error) {
      self->handle_->closed();
      return self->failed(error);
    }
    const std::size_t size = self->chunks_.front().size();
    self->chunks_.pop_front();
    if (size > 0) self->handle_->written(size);
    self->write_chunks();
  });
}

template <typename Stream>
void Connection<Stream>::heartbeat() {
  timer_.expires_after(core_->limits.event_stream_heartbeat);
  timer_.async_wait([self = self()](Code error) {
    if (error || self->ending_) return;
    if (self->chunks_.empty()) {
      // An event and no comment, which pages do not see: by its absence they know that the connection is dead.
      const std::string beat = format_event("beat", {}, "1");
      self->handle_->queued(beat.size());
      self->stream_chunk(beat);
    }
    self->heartbeat();
  });
}

// The client sends nothing more; a read ends when it goes away.
template <typename Stream>
void Connection<Stream>::watch_for_end() {
  stream_.async_read_some(asio::buffer(waste_), [self = self()](Code error, std::size_t /*size*/) {
    if (error) {
      self->ending_ = true;
      self->timer_.cancel();
      self->handle_->closed();
      return self->failed({});
    }
    self->watch_for_end();
  });
}

template class Connection<PlainStream>;
template class Connection<TlsStream>;

}  // namespace lintel::http
