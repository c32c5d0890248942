// Requests within the dialog, both ways: RFC 3261 §12.2, §15; INFO.
#include <fmt/format.h>

#include "base/log.hpp"
#include "sip/endpoint_contact.hpp"
#include "sip/session.hpp"
#include "sip/session_fields.hpp"

namespace lintel::sip {
namespace {
constexpr std::size_t most_pending = 16;  // requests of ours in one dialog at once
}

// ---- ours -----------------------------------------------------------------------------------------------------------

void Session::send_in_dialog(Method method, std::vector<std::string> lines, const Content& body,
                             std::function<void(int, const Message*)> done) {
  Pending pending;
  pending.method = method;
  pending.lines = std::move(lines);
  pending.body = body;
  pending.done = std::move(done);
  transmit(std::move(pending));
}

void Session::transmit(Pending pending) {
  const std::weak_ptr<Session> weak = weak_from_this();
  // Shared, because std::function wants to copy.
  auto shared = std::make_shared<Pending>(std::move(pending));
  with_hop([weak, shared](const Hop& hop) {
    const auto self = weak.lock();
    if (!self) return;
    const auto method = name_of(shared->method);
    auto builder = self->dialog_.request(method);
    shared->cseq = self->dialog_.local_cseq;
    // Only our own server's realm is answered, and only on calls through it (security.md 9).
    if (self->account_ && shared->answered_challenges.any()) {
      for (const auto& line : self->account_->authorization(method, self->dialog_.remote_target)) {
        builder.add_line(line);
      }
    }
    if (shared->method == Method::invite || shared->method == Method::update) {
      builder.add_line(self->contact_line(hop));
      builder.add("Allow", allowed_methods);
    }
    builder.add("User-Agent", self->user_agent_);
    for (const auto& line : shared->lines) builder.add_line(line);
    if (!shared->body.empty()) builder.body(shared->body.type, shared->body.bytes);
    shared->id = self->pending_.size() >= most_pending
                     ? 0
                     : self->host_.core().send(builder.finish(), hop, self.get(), {self->host_.settings().silence});
    if (shared->id != 0) {
      self->pending_.push_back(std::move(*shared));
      return;
    }
    const auto done = std::move(shared->done);
    if (done) done(503, nullptr);
  });
}

void Session::pending_response(std::size_t at, const Message& response, const Hop& from) {
  const int code = response.status();
  if (code < 200) return;
  Pending pending = std::move(pending_[at]);
  pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(at));
  const bool still_wanted = state_ == SessionState::confirmed || pending.method == Method::bye;
  if (still_wanted && (code == 401 || code == 407) && account_ &&
      account_->challenged(response, from, pending.answered_challenges))
    return transmit(std::move(pending));
  if (pending.done) {
    pending.done(code, &response);
    return;
  }
  if (state_ == SessionState::confirmed && ends_dialog(code)) {
    Cause cause;
    cause.ending.cause = EndCause::lost;
    apply(SessionEvent::dead_peer, cause);
  }
}

void Session::send_bye(const HangUp& why) {
  timer_.stop();
  glare_.cancel();
  offer_patience_.cancel();
  std::vector<std::string> lines;
  if (auto line = reason_line(why); !line.empty()) lines.push_back(std::move(line));
  const std::weak_ptr<Session> weak = weak_from_this();
  send_in_dialog(Method::bye, std::move(lines), {}, [weak](int code, const Message* response) {
    const auto self = weak.lock();
    if (!self) return;
    if (response != nullptr) {
      self->apply(SessionEvent::bye_answered);
      return;
    }
    Cause cause;
    cause.code = code;
    // Not inside the send that failed: whoever hung up is still on the stack.
    self->patience_ = self->host_.core().clock().after(Duration::zero(), [weak, cause] {
      if (const auto still = weak.lock()) still->apply(SessionEvent::silence, cause);
    });
  });
}

// ---- the peer's -----------------------------------------------------------------------------------------------------

void Session::answer(const Incoming& request, int status, const std::vector<std::string>& lines, const Content& body) {
  auto builder = Builder::response(request.message, request.from, status, {}, dialog_.local_tag);
  for (const auto& line : lines) builder.add_line(line);
  if (!body.empty()) builder.body(body.type, body.bytes);
  // With a transaction, so that a repeated request is answered by the core and acted on once.
  const auto id = host_.core().accept(request, nullptr, false);
  if (id != 0) host_.core().respond(id, builder.finish());
}

void Session::on_request(const Incoming& request) {
  const auto self = shared_from_this();
  const Message& message = request.message;
  if (!is_peers_side(request.from)) {
    if (message.method() != Method::ack) host_.core().reply(request, 403);
    return;
  }
  const bool early_caller = we_called_ && dialog_.remote_tag.empty();
  if (message.method() == Method::ack) {
    if (message.from_tag() == dialog_.remote_tag) on_ack(message);
    return;
  }
  if (state_ == SessionState::ended || (!early_caller && message.from_tag() != dialog_.remote_tag)) {
    return answer(request, 481);
  }
  if (early_caller) {
    // Our INVITE is not answered yet: an offer now would cross ours. An UPDATE without one, as servers send when they
    // know who was reached, changes nothing before the answer (RFC 3311 §5.1); anything else has no dialog to belong
    // to.
    if (message.method() != Method::update) return answer(request, 481);
    if (!message.body().empty()) return answer(request, 491);
    return answer(request, 200, {contact_line(request.from), fmt::format("Allow: {}", allowed_methods)});
  }
  const auto cseq = message.cseq();
  if (cseq && dialog_.remote_cseq && cseq->number <= *dialog_.remote_cseq) return answer(request, 500);
  // Whoever wants to end the call ends it, and an INVITE is looked at when no other is under way.
  if (message.method() != Method::bye && message.method() != Method::invite) {
    if (const auto unknown = unknown_options(message); !unknown.empty()) {
      dialog_.remote_cseq = cseq ? cseq->number : dialog_.remote_cseq;
      return answer(request, 420, {"Unsupported: " + unknown});
    }
  }
  switch (message.method()) {
    case Method::bye:
      (void)dialog_.accepts(message);
      return on_bye(request);
    case Method::invite:
      return on_reinvite(request);
    case Method::update:
      return on_update(request);
    case Method::info:
      (void)dialog_.accepts(message);
      return on_info(request);
    case Method::options:
      (void)dialog_.accepts(message);
      return answer(request, 200,
                    {fmt::format("Allow: {}", allowed_methods),
                     "Accept: application/sdp, application/dtmf-relay, application/dtmf"});
    default:
      (void)dialog_.accepts(message);
      return answer(request, 405, {fmt::format("Allow: {}", allowed_methods)});
  }
}

void Session::on_bye(const Incoming& request) {
  Cause cause;
  cause.ending = read_reason(request.message, EndCause::peer);
  answer(request, 200);
  apply(SessionEvent::bye, cause);
}

void Session::on_info(const Incoming& request) {
  const Message& message = request.message;
  if (message.body().empty()) return answer(request, 200);
  const auto type = message.value(Field::content_type);
  if (!is_dtmf_type(type)) return answer(request, 415, {"Accept: application/dtmf-relay, application/dtmf"});
  const auto key = parse_dtmf(type, message.body());
  if (!key) return answer(request, 400);
  answer(request, 200);
  if (state_ == SessionState::confirmed && listener_ != nullptr) listener_->on_dtmf(key->digit, key->duration);
}

}  // namespace lintel::sip
