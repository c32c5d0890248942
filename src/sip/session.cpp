#include "sip/session.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "sip/endpoint_contact.hpp"
#include "sip/session_fields.hpp"

namespace lintel::sip {
namespace {

Error not_now(const char* what) {
  return Error{ErrorCode::conflict, std::string("The state of the call does not allow this now: ") + what + ".", "", "",
               ""};
}

}  // namespace

Session::Session(SessionHost& host, std::shared_ptr<Registration> account)
    : host_(host),
      user_agent_(host.settings().user_agent),
      account_(std::move(account)),
      contact_user_(account_ ? account_->contact_user() : host.settings().direct_user),
      timer_(host.core().clock(), host.settings().session_timer) {}

Session::~Session() {
  if (invite_ != 0) host_.core().forget(invite_);
  if (received_ && received_->id != 0) host_.core().forget(received_->id);
  if (update_id_ != 0) host_.core().forget(update_id_);
  for (const auto& one : pending_) host_.core().forget(one.id);
}

bool Session::apply(SessionEvent event, const Cause& cause) {
  const auto step = transition(state_, event);
  if (!step) return false;
  const auto self = shared_from_this();  // a listener may let go of everything
  log::debug("sip", "call {}: {} in {} gives {}", dialog_.call_id, name_of(event), name_of(state_),
             name_of(step->next));
  state_ = step->next;
  perform(step->action, cause);
  if (state_ == SessionState::ended) finish();
  return true;
}

void Session::perform(SessionAction action, const Cause& cause) {
  switch (action) {
    case SessionAction::none:
    case SessionAction::report_call:
      return;
    case SessionAction::send_invite:
      return send_invite();
    case SessionAction::send_cancel: {
      const std::string reason = reason_line(cause.why);
      return host_.core().cancel(invite_, reason.empty() ? reason : reason + "\r\n");
    }
    case SessionAction::report_provisional:
      return report_provisional(*cause.message);
    case SessionAction::acknowledge:
      return confirm(*cause.message);
    case SessionAction::acknowledge_again:
      return acknowledge(*cause.message);
    case SessionAction::acknowledge_and_bye:
      return acknowledge_and_bye(*cause.message, hang_up_reason_);
    case SessionAction::report_refused:
      if (listener_ != nullptr) std::exchange(listener_, nullptr)->on_refused(cause.code, cause.reason);
      return;
    case SessionAction::send_provisional:
      return send_provisional(cause.code, cause.body);
    case SessionAction::send_success:
      return send_success(*received_, cause.body);
    case SessionAction::send_refusal:
      return send_refusal(cause.code, cause.reason);
    case SessionAction::send_terminated:
      send_refusal(487, {});
      if (listener_ != nullptr) std::exchange(listener_, nullptr)->on_ended(cause.ending);
      return;
    case SessionAction::report_confirmed:
      agree_timer();
      if (listener_ != nullptr) listener_->on_answered(cause.body);
      return;
    case SessionAction::send_bye:
      return send_bye(hang_up_reason_);
    case SessionAction::send_bye_and_report:
      send_bye(cause.why);
      if (listener_ != nullptr) std::exchange(listener_, nullptr)->on_ended(cause.ending);
      return;
    case SessionAction::report_ended:
      if (listener_ != nullptr) std::exchange(listener_, nullptr)->on_ended(cause.ending);
      return;
  }
}

// Everything that could still call back ends here; what the core has to repeat it repeats by itself.
void Session::finish() {
  if (std::exchange(finished_, true)) return;
  listener_ = nullptr;
  patience_.cancel();
  failing_.cancel();
  glare_.cancel();
  offer_patience_.cancel();
  timer_.stop();
  lookup_.cancel();
  waiting_for_hop_.clear();
  auto& core = host_.core();
  if (invite_ != 0) core.forget(std::exchange(invite_, 0));
  if (received_) {
    received_->repeat.cancel();
    if (received_->id != 0) {
      // A re-INVITE that nobody answers any more (RFC 3261 §15.1.2); the core knows whether a final was sent.
      if (received_->success.empty()) {
        core.respond(received_->id, respond_to(*received_, 487, {}).finish());
      }
      core.forget(std::exchange(received_->id, 0));
    }
  }
  if (update_id_ != 0) {
    core.respond(update_id_, Builder::response(*update_message_, update_from_, 487, {}, dialog_.local_tag).finish());
    core.forget(std::exchange(update_id_, 0));
  }
  for (const auto& one : pending_) core.forget(one.id);
  pending_.clear();
  host_.finished(dialog_.local_tag);
}

bool Session::offers(OfferEvent event) {
  const auto next = transition(offer_state_, event);
  if (!next) return false;
  offer_state_ = *next;
  return true;
}

// ---- by the Call ----------------------------------------------------------------------------------------------------

void Session::hang_up(const HangUp& why) {
  listener_ = nullptr;
  hang_up_reason_ = why;
  Cause cause;
  cause.why = why;
  cause.code = why.code >= 300 && why.code <= 699 ? why.code : 480;
  apply(SessionEvent::hang_up, cause);
}

Result<void> Session::progress(int code, const Content& body) {
  if (code < 180 || code > 189) return Error{ErrorCode::invalid, "A call in progress is 180 to 189.", "code", "", ""};
  Cause cause;
  cause.code = code;
  cause.body = body;
  if (!apply(SessionEvent::progress, cause)) return not_now("only an incoming call that is not answered can ring");
  return {};
}

Result<void> Session::accept(const Content& body) {
  if (body.empty()) return Error{ErrorCode::invalid, "An answered call needs a session description.", "body", "", ""};
  Cause cause;
  cause.body = body;
  if (!apply(SessionEvent::accept, cause)) return not_now("only an incoming call that is not answered can be accepted");
  return {};
}

void Session::refuse(int code, std::string_view reason) {
  listener_ = nullptr;
  Cause cause;
  cause.code = std::clamp(code, 300, 699);
  cause.reason = reason;
  if (!apply(SessionEvent::refuse, cause)) apply(SessionEvent::hang_up, cause);
}

Result<void> Session::send_dtmf(char digit, std::chrono::milliseconds duration) {
  if (!is_dtmf_digit(digit)) return Error{ErrorCode::invalid, "A key is one of 0-9 * # A-D.", "digit", "", "0-9*#A-D"};
  if (state_ != SessionState::confirmed) return not_now("keys can be sent in an answered call");
  send_in_dialog(Method::info, {}, write_dtmf({digit, std::min(duration, longest_dtmf)}), {});
  return {};
}

// ---- by the endpoint ------------------------------------------------------------------------------------------------

void Session::shut_down() {
  const auto self = shared_from_this();
  if (listener_ != nullptr) {
    Ending ending;
    ending.cause = EndCause::shutdown;
    std::exchange(listener_, nullptr)->on_ended(ending);
  }
  hang_up({});
}

void Session::abandon() {
  const auto self = shared_from_this();
  hang_up({});
  // A BYE that waits for its name look-up is given up; everything else has gone out.
  if (state_ != SessionState::ended) {
    state_ = SessionState::ended;
    finish();
  }
}

bool Session::is_merged(const Message& invite) const {
  const auto cseq = invite.cseq();
  return !we_called_ && received_ && cseq && received_->cseq == cseq->number && dialog_.call_id == invite.call_id() &&
         dialog_.remote_tag == invite.from_tag();
}

std::string Session::contact_line(const Hop& to) const {
  Buffer line;
  append_contact(line.append("Contact: "), host_.core(), contact_user_, to);
  return std::string(line.view());
}

void Session::agree_timer() {
  const std::weak_ptr<Session> weak = weak_from_this();
  timer_.restart(
      [weak] {
        if (const auto self = weak.lock()) self->refresh();
      },
      [weak] {
        const auto self = weak.lock();
        if (!self) return;
        Cause cause;
        cause.ending.cause = EndCause::lost;
        cause.why = {408, "Session timer expired"};
        self->apply(SessionEvent::dead_peer, cause);
      });
}

}  // namespace lintel::sip
