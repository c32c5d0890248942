#include "app/lines.hpp"

#include <optional>

#include "base/log.hpp"
#include "base/text.hpp"
#include "media/sdp.hpp"
#include "system/memory.hpp"

namespace lintel::app {
namespace {

constexpr Duration refusals_window = std::chrono::minutes(1);
constexpr std::size_t most_refusals_told = 10;  // in that time
constexpr Duration transactions_end = std::chrono::seconds(40);  // after a call: all that it held is free (64*T1)

calls::Refusal refusal_of(int code) {
  switch (code) {
    case 486: case 600: return calls::Refusal::busy;
    case 603: case 403: case 488: case 606: return calls::Refusal::declined;
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

bool refuses_description(int status) { return status == 488 || status == 606; }

}  // namespace

class Lines::Line final : public sip::CallListener, public std::enable_shared_from_this<Line> {
 public:
  Line(Lines& lines, calls::LegId id) : lines_(lines), id_(id), encryption_(lines.options_.encryption) {}

  // ---- out
  void dial(const calls::Contact& contact, const calls::DialFor& call) {
    if (ended_) return;
    const auto kind = contact.kind == calls::ContactKind::browser ? media::LegKind::webrtc : phone_kind(encryption_);
    target_.uri = "sip:" + text::percent_encode(contact.account) + "@" + lines_.options_.domain;
    if (!contact.id.empty()) target_.uri += ";binding=" + contact.id;  // else another server finds the contacts
    target_.account = lines_.options_.account;
    address_ = contact.address;
    headers_ = {{"X-Lintel-Kind", std::string(calls::name_of(call.kind))}};
    make_call(kind);
  }

  // ---- in
  void arrived(sip::Call call, const sip::IncomingCall& about) {
    incoming_ = true;
    offer_ = about.offer.bytes;
    call_ = std::move(call);
    call_.listen(this);
  }
  void ring() {
    if (call_ && incoming_) log_error(call_.progress(180));
  }
  void accept() {
    const auto kind = offer_.empty() ? Result<media::LegKind>(phone_kind(encryption_)) : media::sdp::kind_of(offer_);
    if (!kind.ok() || !make_leg(*kind)) return refuse_unusable(kind.ok() ? Error{ErrorCode::full, "no leg is free"} : kind.error());
    auto ready = [weak = weak_from_this()](Result<std::string> answer) {
      if (const auto self = weak.lock()) self->answer_ready(std::move(answer));
    };
    offer_.empty() ? leg_->create_offer(std::move(ready)) : leg_->create_answer(offer_, std::move(ready));
  }

  void end(calls::LegEnd reason) {
    ended_ = true;
    if (call_ && incoming_ && !call_.answered()) {
      const Answer answer = answer_of(reason);
      call_.refuse(answer.status, answer.phrase);
    } else if (reason == calls::LegEnd::answered_elsewhere) {
      call_.hang_up(sip::HangUp::completed_elsewhere());
    } else {
      call_.hang_up();
    }
    leg_.reset();
    ready_.reset();
  }

  // ---- sip::CallListener
  void on_ringing() override { lines_.calls_->leg_ringing(id_); }
  void on_progress(const sip::Content& early) override {
    const auto self = shared_from_this();
    lines_.calls_->leg_ringing(id_);
    if (ended_ || early.empty() || !is_acceptable(early.bytes) || !has_leg()) return;
    // Video before the answer for phones that take it; the visitor is not overheard before somebody answers.
    leg_->set_muted(true);
    take_answer(early.bytes);
  }
  void on_answered(const sip::Content& answer) override {
    const auto self = shared_from_this();
    // Before it wins: another phone of the room may be able to.
    if (!answer.empty() && !is_acceptable(answer.bytes)) return;
    lines_.calls_->leg_answered(id_);  // first answer wins; this may end us
    if (ended_ || !has_leg()) return;
    leg_->set_muted(false);
    if (!answer.empty() && !(incoming_ && !offer_.empty())) take_answer(answer.bytes);
  }
  void on_refused(int code, const std::string& reason) override {
    log::info("call", "{} refused: {} {}", target_.uri, code, reason);
    if (ended_ || !refuses_description(code)) return fail(refusal_of(code));
    if (kind_ == media::LegKind::plain_rtp && encryption_ == media::Encryption::optional)
      return make_call(media::LegKind::sdes_srtp);
    const bool encrypted_only = kind_ == media::LegKind::sdes_srtp && encryption_ == media::Encryption::compulsory;
    fail(encrypted_only ? calls::Refusal::no_encryption : refusal_of(code));
  }
  void on_ended(const sip::Ending& ending) override { over(ending.cause == sip::EndCause::lost); }
  void on_dtmf(char digit, std::chrono::milliseconds /*duration*/) override { lines_.calls_->leg_digit(id_, digit); }
  void on_offer(const sip::Content& offer) override {
    if (leg_ == nullptr) return log_error(call_.refuse_offer());
    auto ready = [weak = weak_from_this()](Result<std::string> answer) {
      const auto self = weak.lock();
      if (self == nullptr || self->ended_) return;
      self->log_error(answer.ok() ? self->call_.answer_offer(sip::sdp(*answer)) : self->call_.refuse_offer());
    };
    offer.empty() ? leg_->create_offer(std::move(ready)) : leg_->create_answer(offer.bytes, std::move(ready));
  }
  void on_offer_answered(Result<sip::Content> answer) override {
    if (answer.ok() && leg_ != nullptr) take_answer(answer->bytes);
  }

 private:
  void make_call(media::LegKind kind) {
    taken_.clear();
    leg_.reset();
    kind_ = kind;
    if (kind != media::LegKind::webrtc) {
      auto options = leg_options(encryption_, lines_.options_);
      if (const auto& own = lines_.towards_(address_); !own.empty()) options.address = own;
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
  media::LegEvents leg_events() {
    media::LegEvents events;
    // The leg goes with this line, and calls nothing after it is gone.
    events.dtmf = [this](char digit) { lines_.calls_->leg_digit(id_, digit); };
    events.lost = [this](const std::string& reason) {
      log::info("call", "{} is lost: {}", target_.uri, reason);
      over(true);
    };
    return events;
  }
  bool has_leg() {
    if (ready_) {
      leg_ = lines_.legs_.create(std::move(*ready_), leg_events());
      ready_.reset();
    }
    return leg_ != nullptr;
  }
  bool make_leg(media::LegKind kind) {
    auto made = lines_.legs_.create(kind, leg_options(encryption_, lines_.options_), leg_events());
    if (!made.ok()) log::warning("call", "{}", made.error().message);
    if (made.ok()) leg_ = std::move(*made);
    return leg_ != nullptr;
  }
  void offered(Result<std::string> offer) {
    if (ended_) return;
    if (lines_.endpoint_ == nullptr) return fail(calls::Refusal::failed);
    if (!offer.ok()) {
      log::warning("call", "No offer for {}: {}", target_.uri, offer.error().message);
      return fail(calls::Refusal::failed);
    }
    call_ = lines_.endpoint_->call(target_, sip::sdp(std::move(*offer)), headers_, this);
  }
  void answer_ready(Result<std::string> answer) {
    if (ended_) return;
    if (!answer.ok()) return refuse_unusable(answer.error());
    log_error(call_.accept(sip::sdp(*answer)));
    if (!offer_.empty()) leg_->start();
    lines_.calls_->leg_answered(id_);
  }
  void take_answer(const std::string& answer) {
    if (answer == taken_) return leg_->start();
    taken_ = answer;
    leg_->accept_answer(answer, [weak = weak_from_this()](Result<void> done) {
      const auto self = weak.lock();
      if (self == nullptr || self->ended_ || self->leg_ == nullptr) return;
      if (done.ok()) return self->leg_->start();
      log::warning("call", "{} gave an answer that cannot be used: {}", self->target_.uri, done.error().message);
      if (done.error().code == ErrorCode::denied) return self->refuse_plain();
      self->call_.hang_up({488, "Not acceptable here"});
      self->over(true);
    });
  }
  // False: it would have to be encrypted, is not, and the line is over.
  bool is_acceptable(const std::string& answer) {
    if (encryption_ != media::Encryption::compulsory || media::is_encrypted(answer)) return true;
    log::warning("call", "{} cannot speak encrypted.", target_.uri);
    refuse_plain();
    return false;
  }
  void refuse_plain() {
    call_.hang_up({not_encrypted.status, not_encrypted.phrase});
    fail(calls::Refusal::no_encryption);
  }
  void refuse_unusable(const Error& why) {
    log::warning("call", "An arriving call cannot be answered: {}", why.message);
    if (why.code == ErrorCode::denied) {
      call_.refuse(not_encrypted.status, not_encrypted.phrase);
      return fail(calls::Refusal::no_encryption);
    }
    call_.refuse(488);
    over(false);
  }
  void fail(calls::Refusal refusal) {
    if (std::exchange(ended_, true)) return;
    const auto self = shared_from_this();
    lines_.forget(id_);
    lines_.calls_->leg_refused(id_, refusal);
  }
  void over(bool lost) {
    if (std::exchange(ended_, true)) return;
    const auto self = shared_from_this();
    lines_.forget(id_);
    lines_.calls_->leg_ended(id_, lost);
  }
  static void log_error(const Result<void>& done) {
    if (!done.ok()) log::debug("call", "{}", done.error().message);
  }

  Lines& lines_;
  const calls::LegId id_;
  const media::Encryption encryption_;  // a change of the setting is for the next call
  bool incoming_ = false;
  bool ended_ = false;
  std::string offer_;  // of an arriving call
  std::string taken_;  // the answer in force
  sip::Target target_;
  std::string address_;  // where it is called, if known
  std::vector<sip::Header> headers_;
  sip::Call call_;
  media::LegKind kind_ = media::LegKind::webrtc;  // of a call out
  std::optional<media::Offered> ready_;           // a phone's, until it answers
  std::unique_ptr<media::Leg> leg_;
};

Lines::Lines(Loop& loop, household::Household& household, media::Legs& legs, LinesOptions options)
    : loop_(loop), household_(household), legs_(legs) {
  set_options(std::move(options));
}
Lines::~Lines() = default;

void Lines::connect(calls::Calls& calls, sip::Endpoint& endpoint) {
  calls_ = &calls;
  endpoint_ = &endpoint;
}

void Lines::set_options(LinesOptions options) {
  options_ = std::move(options);
  legs_.expect(phone_kind(options_.encryption), leg_options(options_.encryption, options_));
}

void Lines::network_changed(const std::string& address) {
  towards_.forget();
  LinesOptions changed = options_;
  changed.address = address;
  set_options(std::move(changed));
}

void Lines::forget(calls::LegId leg) {
  const auto found = lines_.find(leg);
  if (found == lines_.end()) return;
  // Often called from inside the line: it goes on the next turn.
  loop_.post([line = std::move(found->second)] {});
  lines_.erase(found);
  tidying_ = loop_.clock().after(transactions_end, &system::tidy_memory);
}

void Lines::dial(const std::vector<std::pair<calls::LegId, calls::Contact>>& legs, const calls::DialFor& call) {
  std::vector<std::pair<std::shared_ptr<Line>, const calls::Contact*>> dialled;
  dialled.reserve(legs.size());
  for (const auto& [leg, contact] : legs) {
    dialled.emplace_back(std::make_shared<Line>(*this, leg), &contact);
    lines_[leg] = dialled.back().first;
  }
  for (const auto& [line, contact] : dialled) {
    line->dial(*contact, call);
    if (endpoint_ != nullptr) endpoint_->hurry();
  }
}

void Lines::accept(calls::LegId leg) {
  const auto found = lines_.find(leg);
  if (found == lines_.end()) return;
  const auto line = found->second;
  line->accept();
}

void Lines::end(calls::LegId leg, calls::LegEnd reason) {
  const auto found = lines_.find(leg);
  if (found == lines_.end()) return;
  const auto line = found->second;
  line->end(reason);
  forget(leg);
}

void Lines::on_call(sip::Call call, const sip::IncomingCall& about) {
  if (calls_ == nullptr) return;
  calls::Arrival arrival;
  arrival.leg = calls_->new_leg();
  arrival.account = about.user;
  if (const household::Monitor* monitor = household_.monitor(about.user); monitor != nullptr) {
    arrival.account = monitor->account;
    arrival.room = monitor->room;
    arrival.monitor = monitor->kind != household::MonitorKind::panel;
  }
  // Who comes by a registration of ours was authenticated by that server, which we chose.
  arrival.allowed = arrival.monitor || about.trust == sip::Trust::registration || household_.station(about.user).has_value() ||
                    about.user == household_.identity().centre_number;
  if (const auto offer = media::sdp::parse(about.offer.bytes); offer.ok())
    for (const auto& line : offer->media)
      if (line.kind == "audio") arrival.wants_to_talk = line.port != 0 && media::sends(line.direction);
  arrival.lacks_encryption = options_.encryption == media::Encryption::compulsory && !about.offer.empty() && !media::is_encrypted(about.offer.bytes);
  auto line = std::make_shared<Line>(*this, arrival.leg);
  lines_[arrival.leg] = line;
  line->arrived(std::move(call), about);
  if (!arrival.lacks_encryption) line->ring();
  calls_->arrive(arrival);
}

void Lines::on_refused_call(const std::string& from, const std::string& address, const std::string& why) {
  // Anybody can make these: they must not push everything else out of the journal.
  const Monotonic now = loop_.clock().monotonic();
  if (now - refusals_since_ >= refusals_window) {
    refusals_since_ = now;
    refusals_told_ = 0;
  }
  if (++refusals_told_ <= most_refusals_told && on_refused) on_refused(from, address, why);
}

}  // namespace lintel::app
