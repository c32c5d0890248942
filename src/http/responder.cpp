#include "http/responder.hpp"

#include <utility>

namespace lintel::http {

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    abandon();
    sink_ = std::move(other.sink_);
  }
  return *this;
}

void Responder::respond(Response response) {
  if (const auto sink = std::exchange(sink_, nullptr)) sink->respond(std::move(response));
}

std::shared_ptr<EventStream> Responder::stream() {
  const auto sink = std::exchange(sink_, nullptr);
  return sink == nullptr ? nullptr : sink->stream();
}

void Responder::abandon() {
  respond(error_response(500, "internal", "The station gave no answer. This is a mistake of ours; please report it."));
}

}  // namespace lintel::http
