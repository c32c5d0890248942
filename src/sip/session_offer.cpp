// New offers in a running call: re-INVITE (RFC 3261 §14), UPDATE (RFC 3311), and refreshes by either (RFC 4028).
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "sip/endpoint_contact.hpp"
#include "sip/session.hpp"

namespace lintel::sip {
namespace {

constexpr unsigned most_glare_retries = 5;

Error not_now(const char* what) {
  return Error{ErrorCode::conflict, std::string("The state of the call does not allow this now: ") + what + ".", "", "",
               ""};
}

std::string retry_after() {
  return fmt::format("Retry-After: {}", 1 + bytes::random_below(9));
}

}  // namespace

// ---- the peer offers ------------------------------------------------------------------------------------------------

void Session::on_reinvite(const Incoming& request) {
  const Message& message = request.message;
  if (state_ != SessionState::confirmed) {
    // RFC 3261 §14.2: the first INVITE is still being answered.
    (void)dialog_.accepts(message);
    return answer(request, state_ == SessionState::ending ? 481 : 500, {retry_after()});
  }
  const bool ours_open =
      offer_state_ == OfferState::ours || refreshing_ ||
      std::any_of(pending_.begin(), pending_.end(), [](const Pending& one) { return one.method == Method::invite; });
  const bool theirs_open = offer_state_ == OfferState::theirs || (received_ && received_->repeat.armed()) ||
                           (received_ && received_->id != 0 && received_->success.empty());
  if (ours_open || theirs_open) {
    const bool glare = ours_open;
    (void)dialog_.accepts(message);
    if (glare) return answer(request, 491);
    return answer(request, 500, {retry_after()});
  }
  if (!acceptable(request)) return;
  (void)dialog_.accepts(message);
  if (received_ && received_->id != 0) host_.core().forget(received_->id);
  received_ = std::make_unique<Received>();
  received_->message = message.keep();
  received_->from = request.from;
  received_->cseq = dialog_.remote_cseq.value_or(0);
  received_->brought_offer = !message.body().empty();
  received_->id = host_.core().accept(request, this);
  if (received_->id == 0) {
    received_.reset();
    return;
  }
  if (received_->brought_offer) (void)offers(OfferEvent::receive_offer);
  report_offer({std::string(message.value(Field::content_type)), std::string(message.body())});
}

// Each 2xx says anew how long the session lasts (RFC 4028 §10): one that said nothing to an UPDATE without a time of
// its own would end the peer's timer and not ours.
bool Session::renews_timer(const Message& update) const {
  return update.has(Field::session_expires) || timer_.current().has_value();
}

void Session::on_update(const Incoming& request) {
  const Message& message = request.message;
  const bool has_offer = !message.body().empty();
  (void)dialog_.accepts(message);
  if (has_offer && state_ != SessionState::confirmed) return answer(request, 500, {retry_after()});
  if (has_offer && offer_state_ == OfferState::ours) return answer(request, 491);
  if (has_offer && (offer_state_ == OfferState::theirs || update_id_ != 0))
    return answer(request, 500, {retry_after()});
  if (const auto least = timer_.refuses(message)) {
    return answer(request, 422, {fmt::format("Min-SE: {}", least->count())});
  }
  if (!has_offer) {
    std::vector<std::string> lines{contact_line(request.from), fmt::format("Allow: {}", allowed_methods)};
    if (renews_timer(message)) {
      for (auto& line : timer_.agree(message)) lines.push_back(std::move(line));
      if (state_ == SessionState::confirmed) agree_timer();
    }
    return answer(request, 200, lines);
  }
  update_id_ = host_.core().accept(request, this, false);
  if (update_id_ == 0) return;
  update_message_ = message.keep();
  update_from_ = request.from;
  (void)offers(OfferEvent::receive_offer);
  report_offer({std::string(message.value(Field::content_type)), std::string(message.body())});
}

void Session::report_offer(const Content& offer) {
  if (listener_ == nullptr) {
    (void)refuse_offer(488);
    return;
  }
  offer_patience_ = host_.core().clock().after(offer_patience, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) (void)self->refuse_offer(488);
  });
  listener_->on_offer(offer);
}

// Nobody waits for its answer any more; the call goes on as it was.
void Session::drop_their_offer() {
  offer_patience_.cancel();
  (void)offers(OfferEvent::dropped);
}

Result<void> Session::answer_offer(const Content& body) {
  if (body.empty()) return Error{ErrorCode::invalid, "An answer needs a session description.", "body", "", ""};
  if (state_ != SessionState::confirmed) return not_now("the call is not running");
  if (update_id_ != 0) {
    offer_patience_.cancel();
    auto builder = Builder::response(*update_message_, update_from_, 200, {}, dialog_.local_tag);
    builder.add_line(contact_line(update_from_));
    builder.add("Allow", allowed_methods);
    if (renews_timer(*update_message_)) {
      for (const auto& line : timer_.agree(*update_message_)) builder.add_line(line);
      agree_timer();
    }
    builder.body(body.type, body.bytes);
    local_content_ = body;
    (void)offers(OfferEvent::send_answer);
    const auto id = std::exchange(update_id_, 0);
    host_.core().respond(id, builder.finish());
    host_.core().forget(id);
    return {};
  }
  if (!received_ || received_->id == 0 || !received_->success.empty()) return not_now("no offer is waiting");
  offer_patience_.cancel();
  send_success(*received_, body);
  agree_timer();
  return {};
}

Result<void> Session::refuse_offer(int code) {
  offer_patience_.cancel();
  if (code < 300 || code > 699) code = 488;
  if (update_id_ != 0) {
    (void)offers(OfferEvent::dropped);
    const auto id = std::exchange(update_id_, 0);
    host_.core().respond(id, Builder::response(*update_message_, update_from_, code, {}, dialog_.local_tag).finish());
    host_.core().forget(id);
    return {};
  }
  if (state_ != SessionState::confirmed || !received_ || received_->id == 0 || !received_->success.empty()) {
    return not_now("no offer is waiting");
  }
  if (received_->brought_offer) (void)offers(OfferEvent::dropped);
  host_.core().respond(received_->id, respond_to(*received_, code, {}).finish());
  host_.core().forget(received_->id);
  received_.reset();
  return {};
}

// ---- we offer -------------------------------------------------------------------------------------------------------

bool Session::is_invited() const {
  return received_ && received_->id != 0 && (received_->success.empty() || received_->repeat.armed());
}

Result<void> Session::offer(const Content& body) {
  if (body.empty()) return Error{ErrorCode::invalid, "An offer needs a session description.", "body", "", ""};
  if (state_ != SessionState::confirmed || is_invited() || refreshing_ || glare_.armed() ||
      !offers(OfferEvent::send_offer)) {
    return not_now("another offer is open");
  }
  our_offer_ = body;
  glare_retries_ = 0;
  send_reinvite();
  return {};
}

void Session::send_reinvite() {
  const std::weak_ptr<Session> weak = weak_from_this();
  send_in_dialog(Method::invite, timer_.request_lines(false), our_offer_, [weak](int code, const Message* response) {
    if (const auto self = weak.lock()) self->reinvite_done(code, response);
  });
}

void Session::reinvite_done(int code, const Message* response) {
  if (code >= 200 && code < 300) {
    dialog_.take_target(*response);
    acknowledge(*response);
    if (state_ != SessionState::confirmed) return;  // hung up meanwhile
    timer_.agreed(*response);
    agree_timer();
    local_content_ = our_offer_;
    (void)offers(OfferEvent::receive_answer);
    if (refreshing_) {
      refreshing_ = false;
      return;
    }
    return end_offer(Content{std::string(response->value(Field::content_type)), std::string(response->body())});
  }
  if (state_ != SessionState::confirmed) return;
  if (offer_state_ == OfferState::ours) (void)offers(OfferEvent::dropped);  // and not the peer's, for which ours waits
  if (code == 491 && glare_retries_ < most_glare_retries) {
    ++glare_retries_;
    // RFC 3261 §14.1: the caller waits 2.1 to 4 s, the called side 0 to 2 s, in steps of 10 ms.
    const auto steps = we_called_ ? 210 + bytes::random_below(191) : bytes::random_below(201);
    glare_ = host_.core().clock().after(std::chrono::milliseconds(10 * steps), [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || self->state_ != SessionState::confirmed) return;
      if (!self->is_invited() && self->offers(OfferEvent::send_offer)) return self->send_reinvite();
      // The peer's own is open: after it.
      self->reinvite_done(491, nullptr);
    });
    return;
  }
  const bool was_refresh = std::exchange(refreshing_, false);
  if (ends_dialog(code)) {
    Cause cause;
    cause.ending.cause = EndCause::lost;
    apply(SessionEvent::dead_peer, cause);
    return;
  }
  if (was_refresh) return refresh_again();
  end_offer(Error{ErrorCode::denied, fmt::format("The peer refused the new offer with {}.", code), "", "", ""});
}

void Session::end_offer(Result<Content> result) {
  if (listener_ != nullptr) listener_->on_offer_answered(std::move(result));
}

// ---- RFC 4028 -------------------------------------------------------------------------------------------------------

void Session::refresh() {
  if (state_ != SessionState::confirmed) return;
  const std::weak_ptr<Session> weak = weak_from_this();
  if (peer_allows_update_) {
    send_in_dialog(Method::update, timer_.request_lines(false), {}, [weak](int code, const Message* response) {
      const auto self = weak.lock();
      if (!self || self->state_ != SessionState::confirmed) return;
      if (self->ends_dialog(code)) {
        Cause cause;
        cause.ending.cause = EndCause::lost;
        self->apply(SessionEvent::dead_peer, cause);
        return;
      }
      if (code == 422 && response != nullptr && self->timer_.too_short(*response)) return self->refresh();
      if (response == nullptr || code >= 300) return self->refresh_again();
      self->dialog_.take_target(*response);
      self->timer_.agreed(*response);
      self->agree_timer();
    });
    return;
  }
  if (is_invited() || refreshing_ || !offers(OfferEvent::send_offer))
    return agree_timer();  // that exchange refreshes too
  refreshing_ = true;
  our_offer_ = local_content_;
  glare_retries_ = 0;
  send_reinvite();
}

void Session::refresh_again() {
  timer_.try_again([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->refresh();
  });
}

}  // namespace lintel::sip
