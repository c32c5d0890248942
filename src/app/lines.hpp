// A leg of a call is a SIP call and a media leg that belong together: this is where they meet. Loop only.
//
//   dial    media makes an offer that fits the contact (WebRTC for a browser, RTP for a phone) → INVITE → answer → media
//   accept  the caller's offer → media makes the answer → 200
//
// Where encryption is optional, a phone that refuses keys beside plain RTP (488) is called once more, by SRTP alone.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/loop.hpp"
#include "calls/calls.hpp"
#include "calls/ports.hpp"
#include "household/household.hpp"
#include "media/leg.hpp"
#include "sip/endpoint.hpp"

namespace lintel::app {

struct LinesOptions {
  std::string domain = "VDP";
  std::string account = "1";         // the endpoint's account that calls
  std::string address = "127.0.0.1";  // of this host, for peers of whom it is not known where they are
  Duration lost_after = std::chrono::seconds(20);
  media::Encryption encryption = media::Encryption::off;  // of phones (C21); browsers are always encrypted
};

class Lines final : public calls::Lines, public sip::EndpointListener {
 public:
  Lines(Loop& loop, household::Household& household, media::Legs& legs, LinesOptions options);
  ~Lines() override;
  // Both come after the lines, because they need them.
  void connect(calls::Calls& calls, sip::Endpoint& endpoint);
  void stop() { endpoint_ = nullptr; }  // before the endpoint goes: calls that start after it are refused
  void set_options(LinesOptions options);  // for lines from now on
  void network_changed(const std::string& address);  // how this host is reached, for lines from now on
  // Told of calls that were refused before they rang: from, address, why.
  std::function<void(const std::string&, const std::string&, const std::string&)> on_refused;
  std::function<void(const sip::RegistrationStatus&)> on_account;  // how the station's own account stands

  void dial(const std::vector<std::pair<calls::LegId, calls::Contact>>& legs, const calls::DialFor& call) override;
  void accept(calls::LegId leg) override;
  void end(calls::LegId leg, calls::LegEnd reason) override;

  void on_call(sip::Call call, const sip::IncomingCall& about) override;
  void on_registration(const sip::RegistrationStatus& status) override {
    if (on_account) on_account(status);
  }
  void on_refused_call(const std::string& from, const std::string& address, const std::string& why) override;

 private:
  class Line;
  friend class Line;
  void forget(calls::LegId leg);

  Loop& loop_;
  household::Household& household_;
  media::Legs& legs_;
  LinesOptions options_;
  calls::Calls* calls_ = nullptr;
  sip::Endpoint* endpoint_ = nullptr;
  std::unordered_map<calls::LegId, std::shared_ptr<Line>> lines_;
  std::vector<std::shared_ptr<Line>> retired_;
  Timer retiring_;
  Timer tidying_;
  Monotonic refusals_since_{};
  std::size_t refusals_told_ = 0;
};

}  // namespace lintel::app
