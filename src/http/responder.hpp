// The answer to one request, given once. Handlers may keep a Responder and answer later; any thread may answer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace lintel::http {

// Server-Sent Events to one client. send() from any thread; `on_closed` comes on the loop, once, also after close().
// The queue is bounded (Limits::event_stream_queue_bytes): a client that reads too slowly is cut off and reconnects.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // `id` empty: no id line. `data` may hold several lines. False when the stream is closed or has just overflowed.
  virtual bool send(std::string_view event, std::string_view id, std::string_view data) = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual bool open() const = 0;
  virtual void on_closed(std::function<void()> work) = 0;  // loop only; called at once (next turn) if closed already
};

// What a Responder drives; the server implements it, tests may too.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual void respond(Response response) = 0;
  virtual std::shared_ptr<EventStream> stream() = 0;
};

// Completed exactly once: by a response or by becoming a stream. One that is dropped without an answer answers 500, so
// no client hangs; one that takes longer than Limits::request_time has been answered 503 by the server and its answer
// is dropped.
class Responder {
 public:
  Responder() = default;
  explicit Responder(std::shared_ptr<ResponseSink> sink) : sink_(std::move(sink)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder() { abandon(); }

  void respond(Response response);
  [[nodiscard]] std::shared_ptr<EventStream> stream();  // answers 200 text/event-stream; null if completed before
  [[nodiscard]] bool pending() const { return sink_ != nullptr; }

 private:
  void abandon();
  std::shared_ptr<ResponseSink> sink_;
};

}  // namespace lintel::http
