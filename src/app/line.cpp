#include "app/line.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "media/sdp.hpp"

namespace lintel::app {
namespace {

calls::Refusal refusal_of(int code) {
  switch (code) {
    case 486: case 600: return calls::Refusal::busy;
    case 603: return calls::Refusal::declined;  // 403, 488 and 606 are no person's word
    case 480: return calls::Refusal::do_not_disturb;
    case 408: case 487: return calls::Refusal::no_answer;
    case 404: case 410: case 430: case 503: case 502: return calls::Refusal::unreachable;
    default: return calls::Refusal::failed;
  }
}

// The status and phrase an arriving call is refused with; without a phrase, the status' own.
struct Answer {
  int status = 480;
  const char* phrase = "";
};
constexpr Answer not_encrypted{488, "Encryption required"};

Answer answer_of(calls::LegEnd reason) {
  switch (reason) {
    case calls::LegEnd::busy: case calls::LegEnd::pre_empted: return {486};
    case calls::LegEnd::not_allowed: return {403};
    case calls::LegEnd::no_encryption: return not_encrypted;
    default: return {};
  }
}

bool refuses_description(int status) { return status == 488 || status == 606; }

}  // namespace

media::LegKind phone_kind(media::Encryption encryption) {
  return encryption == media::Encryption::compulsory ? media::LegKind::sdes_srtp : media::LegKind::plain_rtp;
}

media::LegOptions leg_options(media::Encryption encryption, const LinesOptions& lines) {
  media::LegOptions options;
  options.address = lines.address;
  options.encryption = encryption;
  options.lost_after = lines.lost_after;
  return options;
}

void Lines::Line::dial(const calls::Contact& contact, const calls::DialFor& call) {
  if (ended_) return;
  const auto kind = contact.kind == calls::ContactKind::browser ? media::LegKind::webrtc : phone_kind(encryption_);
  target_.uri.reserve(64);
  target_.uri.append("sip:").append(text::percent_encode(contact.account)).append("@").append(lines_.options_.domain);
  if (!contact.id.empty()) target_.uri.append(";binding=").append(contact.id);  // else another server finds the contacts
  target_.account = lines_.options_.account;
  own_address_ = contact.own_address;
  if (own_address_.empty() && lines_.endpoint_ != nullptr) own_address_ = lines_.endpoint_->own_host(target_.account);
  peer_host_ = contact.host;
  peer_is_server_ = contact.id.empty();
  if (peer_is_server_ && lines_.endpoint_ != nullptr) peer_host_ = lines_.endpoint_->server_host(target_.account);
  headers_ = {{"X-Lintel-Kind", std::string(calls::name_of(call.kind))}};
  make_call(kind);
}

void Lines::Line::arrived(sip::Call call, const sip::IncomingCall& about) {
  incoming_ = true;
  peer_host_ = about.caller_host;
  peer_is_server_ = about.trust == sip::Trust::registration;
  offer_ = about.offer.bytes;
  call_ = std::move(call);
  call_.listen(this);
}

void Lines::Line::ring() {
  if (call_ && incoming_) log_error(call_.progress(180));
}

void Lines::Line::accept() {
  const auto kind = offer_.empty() ? Result<media::LegKind>(phone_kind(encryption_)) : media::sdp::kind_of(offer_);
  if (!kind.ok() || !make_leg(*kind)) return refuse_unusable(kind.ok() ? Error{ErrorCode::full, "no leg is free"} : kind.error());
  auto ready = [weak = weak_from_this()](Result<std::string> answer) {
    if (const auto self = weak.lock()) self->answer_ready(std::move(answer));
  };
  offer_.empty() ? leg_->create_offer(std::move(ready)) : leg_->create_answer(offer_, std::move(ready));
}

void Lines::Line::end(calls::LegEnd reason) {
  ended_ = true;
  if (call_ && incoming_ && !call_.answered()) {
    const Answer answer = answer_of(reason);
    call_.refuse(answer.status, answer.phrase);
  } else if (reason == calls::LegEnd::answered_elsewhere) {
    call_.hang_up(sip::HangUp::completed_elsewhere());
  } else if (reason == calls::LegEnd::declined_elsewhere) {
    call_.hang_up(sip::HangUp::declined_elsewhere());
  } else {
    call_.hang_up();
  }
  leg_.reset();
  ready_.reset();
}

void Lines::Line::on_ringing() { lines_.calls_->leg_ringing(id_); }

void Lines::Line::on_progress(const sip::Content& early) {
  const auto self = shared_from_this();
  lines_.calls_->leg_ringing(id_);
  if (ended_ || early.empty() || !is_acceptable(early.bytes) || !has_leg()) return;
  // Video before the answer for phones that take it; the visitor is not overheard before somebody answers.
  leg_->set_muted(true);
  take_answer(early.bytes, media::CallStage::early);
}

void Lines::Line::on_answered(const sip::Content& answer) {
  const auto self = shared_from_this();
  // Before it wins: another phone of the room may be able to.
  if (!answer.empty() && !is_acceptable(answer.bytes)) return;
  lines_.calls_->leg_answered(id_);  // first answer wins; this may end us
  if (ended_ || !has_leg()) return;
  leg_->set_muted(false);
  if (!answer.empty() && !(incoming_ && !offer_.empty())) take_answer(answer.bytes, media::CallStage::answered);
}

void Lines::Line::on_refused(int code, const std::string& reason) {
  log::info("call", "{} refused: {} {}", target_.uri, code, reason);
  if (ended_ || !refuses_description(code)) return fail(refusal_of(code));
  if (kind_ == media::LegKind::plain_rtp && encryption_ == media::Encryption::optional)
    return make_call(media::LegKind::sdes_srtp);
  const bool encrypted_only = kind_ == media::LegKind::sdes_srtp && encryption_ == media::Encryption::compulsory;
  fail(encrypted_only ? calls::Refusal::no_encryption : refusal_of(code));
}

void Lines::Line::on_ended(const sip::Ending& ending) { over(ending.cause == sip::EndCause::lost); }

void Lines::Line::on_dtmf(char digit, std::chrono::milliseconds /*duration*/) {
  lines_.calls_->leg_digit(id_, digit, calls::DigitWay::message);
}

void Lines::Line::on_offer(const sip::Content& offer) {
  if (leg_ == nullptr) return log_error(call_.refuse_offer());
  auto ready = [weak = weak_from_this()](Result<std::string> answer) {
    const auto self = weak.lock();
    if (self == nullptr || self->ended_) return;
    self->log_error(answer.ok() ? self->call_.answer_offer(sip::sdp(*answer)) : self->call_.refuse_offer());
  };
  offer.empty() ? leg_->create_offer(std::move(ready)) : leg_->create_answer(offer.bytes, std::move(ready));
}

void Lines::Line::on_offer_answered(Result<sip::Content> answer) {
  if (answer.ok() && leg_ != nullptr) take_answer(answer->bytes, media::CallStage::answered);
}

void Lines::Line::make_call(media::LegKind kind) {
  taken_.clear();
  leg_.reset();
  kind_ = kind;
  if (kind != media::LegKind::webrtc) {
    auto options = own_leg_options();
    if (!own_address_.empty()) options.address = own_address_;
    auto ready = lines_.legs_.offer(kind, options);
    if (!ready.ok()) return offered(ready.error());
    ready_.emplace(std::move(*ready));
    return offered(std::move(ready_->text()));
  }
  if (!make_leg(kind)) return fail(calls::Refusal::failed);
  leg_->create_offer([weak = weak_from_this()](Result<std::string> offer) {
    if (const auto self = weak.lock()) self->offered(std::move(offer));
  });
}

media::LegEvents Lines::Line::leg_events() {
  media::LegEvents events;
  // The leg goes with this line, and calls nothing after it is gone.
  events.dtmf = [this](char digit) { lines_.calls_->leg_digit(id_, digit, calls::DigitWay::sound); };
  events.lost = [this](const std::string& reason) {
    log::info("call", "{} is lost: {}", target_.uri, reason);
    over(true);
  };
  return events;
}

media::LegOptions Lines::Line::own_leg_options() const {
  auto options = leg_options(encryption_, lines_.options_);
  options.peer_host = peer_host_;
  options.peer_is_server = peer_is_server_;
  return options;
}

bool Lines::Line::has_leg() {
  if (ready_) {
    leg_ = lines_.legs_.create(std::move(*ready_), leg_events());
    ready_.reset();
  }
  return leg_ != nullptr;
}

bool Lines::Line::make_leg(media::LegKind kind) {
  auto made = lines_.legs_.create(kind, own_leg_options(), leg_events());
  if (!made.ok()) log::warning("call", "{}", made.error().message);
  if (made.ok()) leg_ = std::move(*made);
  return leg_ != nullptr;
}

void Lines::Line::offered(Result<std::string> offer) {
  if (ended_) return;
  if (lines_.endpoint_ == nullptr) return fail(calls::Refusal::failed);
  if (!offer.ok()) {
    log::warning("call", "No offer for {}: {}", target_.uri, offer.error().message);
    return fail(calls::Refusal::failed);
  }
  call_ = lines_.endpoint_->call(target_, sip::sdp(std::move(*offer)), headers_, this);
}

void Lines::Line::answer_ready(Result<std::string> answer) {
  if (ended_) return;
  if (!answer.ok()) return refuse_unusable(answer.error());
  log_error(call_.accept(sip::sdp(*answer)));
  if (!offer_.empty()) leg_->start();
  lines_.calls_->leg_answered(id_);
}

void Lines::Line::take_answer(const std::string& answer, media::CallStage stage) {
  if (answer == taken_) return leg_->start(stage);
  taken_ = answer;
  leg_->accept_answer(answer, [weak = weak_from_this(), stage](Result<void> done) {
    const auto self = weak.lock();
    if (self == nullptr || self->ended_ || self->leg_ == nullptr) return;
    if (done.ok()) return self->leg_->start(stage);
    log::warning("call", "{} gave an answer that cannot be used: {}", self->target_.uri, done.error().message);
    if (done.error().code == ErrorCode::denied) return self->refuse_plain();
    self->call_.hang_up({488, "Not acceptable here"});
    self->over(true);
  });
}

bool Lines::Line::is_acceptable(const std::string& answer) {
  if (encryption_ != media::Encryption::compulsory || media::is_encrypted(answer)) return true;
  log::warning("call", "{} cannot speak encrypted.", target_.uri);
  refuse_plain();
  return false;
}

void Lines::Line::refuse_plain() {
  call_.hang_up({not_encrypted.status, not_encrypted.phrase});
  fail(calls::Refusal::no_encryption);
}

void Lines::Line::refuse_unusable(const Error& why) {
  log::warning("call", "An arriving call cannot be answered: {}", why.message);
  if (why.code == ErrorCode::denied) {
    call_.refuse(not_encrypted.status, not_encrypted.phrase);
    return fail(calls::Refusal::no_encryption);
  }
  call_.refuse(488);
  over(false);
}

void Lines::Line::fail(calls::Refusal refusal) {
  if (std::exchange(ended_, true)) return;
  const auto self = shared_from_this();
  lines_.forget(id_);
  lines_.calls_->leg_refused(id_, refusal);
}

void Lines::Line::over(bool lost) {
  if (std::exchange(ended_, true)) return;
  const auto self = shared_from_this();
  lines_.forget(id_);
  lines_.calls_->leg_ended(id_, lost);
}

void Lines::Line::log_error(const Result<void>& done) {
  if (!done.ok()) log::debug("call", "{}", done.error().message);
}

}  // namespace lintel::app
