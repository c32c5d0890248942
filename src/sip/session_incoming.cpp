// The called side of a session: RFC 3261 §13.3.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "sip/endpoint_contact.hpp"
#include "sip/session.hpp"
#include "sip/session_fields.hpp"

namespace lintel::sip {

namespace {

constexpr std::string_view offer_type = "application/sdp";

// Whether the caller can read an answer: without an Accept it reads SDP (RFC 3261 §20.1).
bool reads_answers(const Message& invite) {
  if (!invite.has(Field::accept)) return true;
  const auto types = invite.list(Field::accept);
  return std::any_of(types.begin(), types.end(), [](std::string_view type) {
    type = text::trim(type.substr(0, type.find(';')));
    return text::equals_ignoring_case(type, offer_type) || text::equals_ignoring_case(type, "application/*") ||
           type == "*/*";
  });
}

bool brings_something_else(const Message& invite) {
  if (invite.body().empty()) return false;
  const std::string_view type = invite.value(Field::content_type);
  const std::string_view encoding = invite.value(Field::content_encoding);
  return !text::equals_ignoring_case(text::trim(type.substr(0, type.find(';'))), offer_type) ||
         (!encoding.empty() && !text::equals_ignoring_case(encoding, "identity"));
}

}  // namespace

std::string Session::unknown_options(const Message& request) const {
  std::string unknown;
  if (!request.has(Field::require)) return unknown;
  for (const auto option : request.list(Field::require)) {
    if (timer_.on() && option == "timer") continue;
    unknown += (unknown.empty() ? "" : ", ") + std::string(option);
  }
  return unknown;
}

// RFC 3261 §8.2.2.3, §8.2.3, §21.4.7 and RFC 4028 §9; answers by itself when it says false.
bool Session::acceptable(const Incoming& invite) {
  const Message& message = invite.message;
  auto& core = host_.core();
  if (const auto unknown = unknown_options(message); !unknown.empty()) {
    auto response = Builder::response(message, invite.from, 420, {}, dialog_.local_tag);
    response.add("Unsupported", unknown);
    core.reply(invite, response);
    return false;
  }
  if (brings_something_else(message)) {
    auto response = Builder::response(message, invite.from, 415, {}, dialog_.local_tag);
    response.add("Accept", offer_type);
    core.reply(invite, response);
    return false;
  }
  if (!reads_answers(message)) {
    core.reply(invite, 406);
    return false;
  }
  if (const auto least = timer_.refuses(message)) {
    auto response = Builder::response(message, invite.from, 422, "Session Interval Too Small", dialog_.local_tag);
    response.add("Min-SE", static_cast<std::uint64_t>(least->count()));
    core.reply(invite, response);
    return false;
  }
  return true;
}

bool Session::receive(const Incoming& invite) {
  const std::string tag = new_tag();
  dialog_.local_tag = tag;
  auto made = Dialog::of_request(invite.message, tag);
  if (!made) {
    host_.core().reply(invite, 400, "Bad Contact");
    return false;
  }
  if (!acceptable(invite)) return false;
  dialog_ = std::move(*made);
  dialog_.local_cseq = 0;
  hop_ = invite.from;
  peer_allows_update_ = invite.message.lists(Field::allow, "UPDATE");
  received_ = std::make_unique<Received>();
  received_->message = invite.message.keep();
  received_->from = invite.from;
  received_->cseq = dialog_.remote_cseq.value_or(0);
  received_->brought_offer = !invite.message.body().empty();
  received_->id = host_.core().accept(invite, this);
  if (received_->id == 0) return false;
  if (received_->brought_offer) (void)offers(OfferEvent::receive_offer);
  return apply(SessionEvent::invite);
}

Builder Session::respond_to(const Received& invite, int status, std::string_view reason) const {
  auto builder = Builder::response(*invite.message, invite.from, status, reason, dialog_.local_tag);
  if (status < 300) {
    builder.copy(*invite.message, Field::record_route);
    builder.add_line(contact_line(invite.from));
    builder.add("Allow", allowed_methods);
  }
  builder.add("User-Agent", user_agent_);
  return builder;
}

void Session::send_provisional(int code, const Content& body) {
  auto builder = respond_to(*received_, code, {});
  if (!body.empty()) builder.body(body.type, body.bytes);
  host_.core().respond(received_->id, builder.finish());
}

void Session::send_refusal(int code, std::string_view reason) {
  host_.core().respond(received_->id, respond_to(*received_, code, reason).finish());
}

// RFC 3261 §13.3.1.4: repeated by us, on every transport, until the ACK.
void Session::send_success(Received& invite, const Content& body) {
  auto builder = respond_to(invite, 200, {});
  for (const auto& line : timer_.agree(*invite.message)) builder.add_line(line);
  if (timer_.on()) builder.add("Supported", "timer");
  builder.body(body.type, body.bytes);
  invite.success = builder.finish();
  local_content_ = body;
  (void)offers(invite.brought_offer ? OfferEvent::send_answer : OfferEvent::send_offer);
  invite.interval = host_.settings().t1;
  invite.give_up = host_.core().clock().monotonic() + 64 * Duration(host_.settings().t1);
  host_.core().respond(invite.id, invite.success);
  repeat_success(invite);
}

void Session::repeat_success(Received& invite) {
  // One INVITE is being answered at a time, so `received_` is this one as long as the timer lives.
  const Duration left = invite.give_up - host_.core().clock().monotonic();
  invite.repeat = host_.core().clock().after(std::min(invite.interval, left), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || !self->received_) return;
    Received& one = *self->received_;
    if (self->host_.core().clock().monotonic() >= one.give_up) {
      Cause cause;
      cause.ending.cause = EndCause::lost;
      cause.why = {408, "No ACK"};
      self->hang_up_reason_ = cause.why;
      if (!self->apply(SessionEvent::ack_missing, cause)) self->apply(SessionEvent::dead_peer, cause);
      return;
    }
    self->host_.core().respond(one.id, one.success);
    one.interval = std::min<Duration>(one.interval * 2, self->host_.settings().t2);
    self->repeat_success(one);
  });
}

void Session::on_ack(const Message& ack) {
  const auto cseq = ack.cseq();
  if (!received_ || received_->success.empty() || !cseq || cseq->number != received_->cseq) return;
  if (!received_->repeat.armed()) return;  // a repetition of the ACK
  received_->repeat.cancel();
  const Content body{std::string(ack.value(Field::content_type)), std::string(ack.body())};
  const bool ours = !received_->brought_offer;
  if (ours && body.empty() && state_ != SessionState::closing) {
    // We offered and the peer acknowledged without an answer.
    (void)offers(OfferEvent::dropped);
    if (state_ == SessionState::confirmed) {
      end_offer(Error{ErrorCode::conflict, "The peer did not answer the offer.", "", "", ""});
      return;
    }
    Cause cause;
    cause.ending.cause = EndCause::protocol;
    cause.why = {488, "No answer to the offer"};
    apply(SessionEvent::dead_peer, cause);
    return;
  }
  if (ours) (void)offers(OfferEvent::receive_answer);
  Cause cause;
  cause.message = &ack;
  if (ours) cause.body = body;
  if (state_ == SessionState::confirmed) {
    if (ours) end_offer(body);
    return;
  }
  apply(SessionEvent::ack, cause);
}

void Session::on_cancel(TransactionId id, const Message& cancel) {
  const auto self = shared_from_this();
  if (!received_ || received_->id != id) return;
  if (state_ == SessionState::confirmed) {
    // A re-INVITE taken back: the call goes on as it was.
    if (!received_->success.empty()) return;
    host_.core().respond(id, respond_to(*received_, 487, {}).finish());
    host_.core().forget(id);
    received_.reset();
    return drop_their_offer();
  }
  Cause cause;
  cause.ending = read_reason(cancel, EndCause::peer);
  apply(SessionEvent::cancel, cause);
}

void Session::on_terminated(TransactionId id, bool /*acknowledged*/) {
  const auto self = shared_from_this();
  if (update_id_ == id) {
    update_id_ = 0;
    return drop_their_offer();  // its connection is gone, and the answer would go nowhere
  }
  if (!received_ || received_->id != id) return;
  if (state_ == SessionState::confirmed && received_->success.empty()) {
    received_.reset();
    return drop_their_offer();
  }
  received_->id = 0;
  Cause cause;
  cause.ending.cause = EndCause::lost;
  apply(SessionEvent::silence, cause);  // only a call that we have not answered ends by this
}

}  // namespace lintel::sip
