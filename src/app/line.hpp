// One call of the lines: its SIP side and its media side, from the dial or the arrival to the end. Private to lines. Loop only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/lines.hpp"
#include "media/leg.hpp"

namespace lintel::app {

// What a phone is called by, and what a leg to it is like.
[[nodiscard]] media::LegKind phone_kind(media::Encryption encryption);
[[nodiscard]] media::LegOptions leg_options(media::Encryption encryption, const LinesOptions& lines);

class Lines::Line final : public sip::CallListener, public std::enable_shared_from_this<Line> {
 public:
  Line(Lines& lines, calls::LegId id) : lines_(lines), id_(id), encryption_(lines.options_.encryption) {}

  // ---- out
  void dial(const calls::Contact& contact, const calls::DialFor& call);

  // ---- in
  void arrived(sip::Call call, const sip::IncomingCall& about);
  void ring();
  void accept();

  void end(calls::LegEnd reason);

  // ---- sip::CallListener
  void on_ringing() override;
  void on_progress(const sip::Content& early) override;
  void on_answered(const sip::Content& answer) override;
  void on_refused(int code, const std::string& reason) override;
  void on_ended(const sip::Ending& ending) override;
  void on_dtmf(char digit, std::chrono::milliseconds /*duration*/) override;
  void on_offer(const sip::Content& offer) override;
  void on_offer_answered(Result<sip::Content> answer) override;

 private:
  void make_call(media::LegKind kind);
  media::LegEvents leg_events();
  [[nodiscard]] media::LegOptions own_leg_options() const;
  bool has_leg();
  bool make_leg(media::LegKind kind);
  void offered(Result<std::string> offer);
  void answer_ready(Result<std::string> answer);
  void take_answer(const std::string& answer, media::CallStage stage);
  // False: it would have to be encrypted, is not, and the line is over.
  bool is_acceptable(const std::string& answer);
  void refuse_plain();
  void refuse_unusable(const Error& why);
  void fail(calls::Refusal refusal);
  void over(bool lost);
  static void log_error(const Result<void>& done);

  Lines& lines_;
  const calls::LegId id_;
  const media::Encryption encryption_;  // a change of the setting is for the next call
  bool incoming_ = false;
  bool ended_ = false;
  std::string offer_;  // of an arriving call
  std::string taken_;  // the answer in force
  sip::Target target_;
  std::string own_address_;  // as who is called reaches it, if known
  std::string peer_host_;    // where who is called, or calls, sends SIP from, if known
  bool peer_is_server_ = false;
  std::vector<sip::Header> headers_;
  sip::Call call_;
  media::LegKind kind_ = media::LegKind::webrtc;  // of a call out
  std::optional<media::Offered> ready_;           // a phone's, until it answers
  std::unique_ptr<media::Leg> leg_;
};

}  // namespace lintel::app
