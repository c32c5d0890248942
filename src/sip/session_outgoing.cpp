// The calling side of a session: RFC 3261 §13.2.
#include <fmt/format.h>

#include <algorithm>

#include "sip/endpoint_contact.hpp"
#include "sip/session.hpp"
#include "sip/session_fields.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t most_early_answers = 8;
constexpr std::size_t most_dropped_forks = 32;
constexpr std::size_t most_extra_headers = 16;
constexpr std::size_t longest_extra_header = 1024;

bool is_safe_header(const Header& header) {
  const auto breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  const auto ends_name = [breaks](char c) { return c == ':' || c == ' ' || c == '\t' || breaks(c); };
  return !header.name.empty() && header.name.size() + header.value.size() <= longest_extra_header &&
         std::none_of(header.name.begin(), header.name.end(), ends_name) &&
         std::none_of(header.value.begin(), header.value.end(), breaks);
}

}  // namespace

void Session::start(const Target& target, Content offer, const std::vector<Header>& headers) {
  we_called_ = true;
  our_offer_ = std::move(offer);
  dialog_.call_id = new_call_id();
  dialog_.local_tag = new_tag();
  dialog_.remote_target = target.uri;
  std::size_t left = most_extra_headers;
  for (const auto& header : headers) {
    if (left == 0) break;
    if (!is_safe_header(header)) continue;
    --left;
    invite_lines_.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  const auto uri = Uri::parse(target.uri);
  if (!uri || !uri->is_sip() || uri->host.empty()) return fail_later(484, "The address to call is not well formed");
  if (our_offer_.empty()) return fail_later(488, "A call needs an offer");
  // To is whom we call, without what only steers this one request (binding, transport).
  std::string called = uri->scheme == Uri::Scheme::sips ? "sips:" : "sip:";
  if (!uri->user.empty()) called.append(uri->user).append("@");
  dialog_.remote = name_addr(target.display_name, called.append(uri->host));
  if (account_) {
    dialog_.local = account_->caller();
    if (!account_->next_hop()) return fail_later(503, "The SIP server of this account is not reached");
    return found_hops({&*account_->next_hop(), 1});
  }
  if (!target.account.empty()) return fail_later(503, "There is no such SIP account");
  look_up(*uri);
}

void Session::fail_start(int code, const std::string& reason) {
  we_called_ = true;
  dialog_.call_id = new_call_id();
  dialog_.local_tag = new_tag();
  fail_later(code, reason);
}

void Session::found_hops(std::span<const Hop> hops) {
  hop_ = hops.front();
  hops_.assign(hops.rbegin(), std::prev(hops.rend()));  // the next one is at the end
  if (dialog_.local.empty()) {
    dialog_.local = name_addr(user_agent_, fmt::format("sip:{}{}{}", contact_user_, contact_user_.empty() ? "" : "@",
                                                       host_.core().sent_by(*hop_)));
  }
  patience_ = host_.core().clock().after(host_.settings().ringing, [this] {
    const auto self = shared_from_this();
    if (auto* listener = std::exchange(listener_, nullptr)) listener->on_refused(408, "Nobody answered");
    hang_up({408, "Nobody answered"});
  });
  (void)offers(OfferEvent::send_offer);
  apply(SessionEvent::start);
}

void Session::fail_later(int code, std::string reason) {
  failing_ = host_.core().clock().after(Duration::zero(), [weak = weak_from_this(), code, reason = std::move(reason)] {
    if (const auto self = weak.lock()) self->invite_failed(code, reason);
  });
}

void Session::send_invite() {
  // Until a response makes the dialog, `dialog_` holds what the INVITE needs.
  auto builder = dialog_.request("INVITE");
  invite_cseq_ = dialog_.local_cseq;
  if (account_) {
    if (const auto line = account_->route(); !line.empty()) builder.add_line(line);
    for (const auto& line : account_->authorization("INVITE", dialog_.remote_target)) builder.add_line(line);
  }
  append_contact(builder.open("Contact").out(), host_.core(), contact_user_, *hop_);
  builder.close();
  builder.add("User-Agent", user_agent_);
  builder.add("Allow", allowed_methods);
  // Of a phone that our CANCEL does not reach (RFC 3261 §13.2.1): it rings no longer than we would wait.
  builder.add("Expires", static_cast<std::uint64_t>(host_.settings().ringing.count()));
  for (const auto& line : timer_.request_lines(true)) builder.add_line(line);
  builder.out().append(invite_lines_);
  builder.body(our_offer_.type, our_offer_.bytes);
  invite_ = host_.core().send(builder.finish(), *hop_, this, {host_.settings().silence});
  if (invite_ == 0) fail_later(503, "There is no way to send to the peer");
}

void Session::on_response(TransactionId id, const Message& response, const Hop& from) {
  const auto self = shared_from_this();
  if (id == invite_) return invite_response(response, from);
  for (std::size_t at = 0; at < pending_.size(); ++at) {
    if (pending_[at].id == id) return pending_response(at, response, from);
  }
  // A 2xx to a re-INVITE again.
  (void)on_stray_response(response, from);
}

bool Session::on_stray_response(const Message& response, const Hop& /*from*/) {
  const auto cseq = response.cseq();
  if (!cseq || cseq->method != "INVITE" || response.status() < 200 || response.status() > 299) return false;
  if (response.to_tag() == dialog_.remote_tag) {
    if (cseq->number == last_ack_cseq_) acknowledge(response);
  } else if (we_called_ && cseq->number == invite_cseq_) {
    drop_fork(response);
  }
  return true;
}

void Session::on_failed(TransactionId id, Failure failure) {
  const auto self = shared_from_this();
  const int code = failure == Failure::timeout ? 408 : 503;
  if (id == invite_) {
    invite_ = 0;
    return invite_unanswered(code, failure == Failure::timeout     ? "The peer does not answer"
                                   : failure == Failure::untrusted ? "The peer's certificate is not trusted"
                                                                   : "The peer cannot be reached");
  }
  const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& one) { return one.id == id; });
  if (found == pending_.end()) return;
  const auto done = std::move(found->done);
  pending_.erase(found);
  if (done) return done(code, nullptr);
  if (!ends_dialog(code)) return;
  Cause cause;
  cause.ending.cause = EndCause::lost;
  apply(SessionEvent::dead_peer, cause);
}

// The next address of the peer's name, as long as nobody has sent a picture or sound.
bool Session::call_next_address() {
  if (hops_.empty() || !early_answers_.empty()) return false;
  hop_ = hops_.back();
  hops_.pop_back();
  return apply(SessionEvent::challenge);
}

void Session::invite_failed(int code, std::string reason) {
  if (state_ == SessionState::calling && call_next_address()) return;
  Cause cause;
  cause.code = code;
  cause.reason = std::move(reason);
  apply(SessionEvent::silence, cause);
}

void Session::invite_response(const Message& response, const Hop& from) {
  const int code = response.status();
  Cause cause;
  cause.message = &response;
  if (code < 200) {
    if (hop_ && hop_->flow == 0 && is_reliable(hop_->kind)) hop_->flow = host_.core().flow_of(invite_);
    apply(SessionEvent::provisional, cause);
    return;
  }
  if (code < 300) {
    if (state_ == SessionState::confirmed || state_ == SessionState::ending) {
      (void)on_stray_response(response, from);
      return;
    }
    if (response.to_tag().empty()) return invite_failed(500, "The peer's answer is not well formed");
    if (hop_ && is_reliable(hop_->kind) && hop_->kind != TransportKind::local)
      hop_->flow = host_.core().flow_of(invite_);
    apply(SessionEvent::success, cause);
    return;
  }
  invite_ = 0;
  const bool waiting = state_ == SessionState::calling || state_ == SessionState::proceeding;
  if (waiting && (code == 401 || code == 407) && account_ &&
      account_->challenged(response, from, answered_challenges_)) {
    apply(SessionEvent::challenge);
    return;
  }
  if (waiting && code == 422 && timer_.too_short(response)) {
    apply(SessionEvent::challenge);
    return;
  }
  if (waiting && code == 503 && call_next_address()) return;  // RFC 3263 §4.3
  cause.code = code;
  cause.reason = response.reason();
  apply(SessionEvent::failure, cause);
}

void Session::report_provisional(const Message& response) {
  if (response.status() == 100) return;
  if (response.body().empty()) {
    if (listener_ != nullptr) listener_->on_ringing();
    return;
  }
  const std::string tag(response.to_tag());
  const Content answer{std::string(response.value(Field::content_type)), std::string(response.body())};
  const auto known =
      std::find_if(early_answers_.begin(), early_answers_.end(), [&](const auto& one) { return one.first == tag; });
  if (known != early_answers_.end() && known->second.bytes == answer.bytes) {
    if (response.status() == 180 && listener_ != nullptr) listener_->on_ringing();
    return;
  }
  if (known != early_answers_.end()) {
    known->second = answer;
  } else if (early_answers_.size() < most_early_answers) {
    early_answers_.emplace_back(tag, answer);
  }
  if (response.status() == 180 && listener_ != nullptr) listener_->on_ringing();
  if (listener_ != nullptr) listener_->on_progress(answer);
}

// Our side of it is what we asked with, whatever a peer repeats of that: by our tag this session is known.
std::optional<Dialog> Session::dialog_of(const Message& response) const {
  auto made = Dialog::of_response(response, dialog_.remote_target);
  if (!made) return made;
  made->call_id = dialog_.call_id;
  made->local = dialog_.local;
  made->local_tag = dialog_.local_tag;
  return made;
}

void Session::confirm(const Message& response) {
  patience_.cancel();
  const auto local_cseq = dialog_.local_cseq;
  if (auto made = dialog_of(response)) dialog_ = std::move(*made);
  dialog_.local_cseq = std::max(dialog_.local_cseq, local_cseq);
  local_content_ = our_offer_;
  peer_allows_update_ = response.lists(Field::allow, "UPDATE");
  acknowledge(response);
  timer_.agreed(response);
  agree_timer();
  (void)offers(OfferEvent::receive_answer);
  Content answer{std::string(response.value(Field::content_type)), std::string(response.body())};
  if (answer.empty()) {
    for (const auto& [tag, early] : early_answers_) {
      if (tag == dialog_.remote_tag) answer = early;
    }
  }
  if (answer.empty()) {
    Cause cause;
    cause.ending.cause = EndCause::protocol;
    cause.why = {488, "No answer to the offer"};
    apply(SessionEvent::dead_peer, cause);
    return;
  }
  if (listener_ != nullptr) listener_->on_answered(answer);
}

// The ACK of a 2xx is ours to send, again with every repetition of it (RFC 3261 §13.2.2.4).
void Session::acknowledge(const Message& response, const Content& body) {
  const auto cseq = response.cseq();
  if (!cseq) return;
  if (last_ack_.empty() || last_ack_cseq_ != cseq->number) {
    auto builder = dialog_.request("ACK", cseq->number);
    if (!body.empty()) builder.body(body.type, body.bytes);
    last_ack_ = builder.finish();
    last_ack_cseq_ = cseq->number;
  }
  with_hop([this, ack = last_ack_](const Hop& hop) { host_.core().send_directly(ack, hop); });
}

void Session::acknowledge_and_bye(const Message& response, const HangUp& why) {
  patience_.cancel();
  const auto local_cseq = dialog_.local_cseq;
  if (auto made = dialog_of(response)) dialog_ = std::move(*made);
  dialog_.local_cseq = std::max(dialog_.local_cseq, local_cseq);
  acknowledge(response);
  send_bye(why);
}

// Another branch of a forking proxy answered too: that one is acknowledged and ended at once (RFC 3261 §13.2.2.4).
void Session::drop_fork(const Message& response) {
  auto fork = dialog_of(response);
  if (!fork || !hop_) return;
  const auto cseq = fork->local_cseq;
  const std::string ack = fork->request("ACK", cseq).finish();
  host_.core().send_directly(ack, *hop_);
  const bool known = std::ranges::find(dropped_forks_, fork->remote_tag) != dropped_forks_.end();
  if (known || dropped_forks_.size() >= most_dropped_forks) return;
  dropped_forks_.push_back(fork->remote_tag);
  auto bye = fork->request("BYE");
  bye.add_line(reason_line(HangUp::completed_elsewhere()));
  host_.core().send(bye.finish(), *hop_, nullptr, {host_.settings().silence});
}

}  // namespace lintel::sip
