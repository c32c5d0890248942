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

}  // namespace lintel::http
