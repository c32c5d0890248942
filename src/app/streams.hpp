// RTSP as this station serves it: its ports and switches, who may watch, and what guessing costs (V03, S10). Loop only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "access/limiter.hpp"
#include "app/listening_ports.hpp"
#include "app/options.hpp"
#include "household/household.hpp"
#include "journal/journal.hpp"
#include "media/audio.hpp"
#include "media/rtsp.hpp"
#include "media/video.hpp"
#include "settings/settings.hpp"

namespace lintel::app {

class Streams {
 public:
  struct Needs {
    Loop& loop;
    const Options& options;
    settings::Settings& settings;
    household::Household& household;
    journal::Journal& journal;
    access::AttemptLimiter& guesses;  // shared with keypad, web and SIP
    ListeningPorts& ports;
    media::Video& video;
    media::AudioEngine& audio;
    std::string certificate;  // the web server's: chain and key in PEM
  };
  explicit Streams(Needs needs);

  // Serves what the settings switch on; each change of a switch takes effect at once, and ends running sessions.
  void start();
  Result<void> use_certificate(std::string pem);  // whoever watches already is not disturbed. Error: it cannot be read
  [[nodiscard]] std::uint16_t port() const { return server_ == nullptr ? 0 : server_->port(); }          // 0: off
  [[nodiscard]] std::uint16_t tls_port() const { return server_ == nullptr ? 0 : server_->tls_port(); }  // 0: off

 private:
  [[nodiscard]] media::RtspOptions wished();
  void listen(const std::string& id, ListeningPorts::Wish wish, bool tls);
  void give_accounts();
  bool admit(const media::RtspAttempt& attempt);

  Needs needs_;
  std::unique_ptr<media::RtspServer> server_;
  storage::Subscription settings_changes_, household_changes_;
};

}  // namespace lintel::app
