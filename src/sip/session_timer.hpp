// RFC 4028 for one session: what was agreed, and when to refresh or give up. Loop only.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "sip/message.hpp"

namespace lintel::sip {

struct SessionTimerSettings {
  bool on = false;
  std::chrono::seconds period{1800};
  std::chrono::seconds shortest{90};  // Min-SE
  bool caller_refreshes = true;       // whom we propose where we may choose: uac, else uas
};

class SessionTimer {
 public:
  struct Agreed {
    std::chrono::seconds period{};
    bool we_refresh = false;
  };

  SessionTimer(Clock& clock, SessionTimerSettings settings) : clock_(clock), settings_(settings) {}

  [[nodiscard]] bool on() const { return settings_.on; }
  // Header lines for our INVITE or UPDATE. `initial`: nobody is refresher yet.
  [[nodiscard]] std::vector<std::string> request_lines(bool initial) const;
  // 422: whether to ask again, with the longer period of its Min-SE.
  [[nodiscard]] bool too_short(const Message& response);

  // Judges a request of the peer. Some(period) when it must be refused with 422 and this Min-SE.
  [[nodiscard]] std::optional<std::chrono::seconds> refuses(const Message& request) const;
  // Agrees to what a request of the peer asks; header lines for our 2xx.
  [[nodiscard]] std::vector<std::string> agree(const Message& request);
  // Takes what a 2xx to our request says.
  void agreed(const Message& response);

  // From the 2xx on; again at each refresh. `refresh` is called at half of the period when we are the refresher,
  // `expired` before its end when the peer is and did not.
  void restart(std::function<void()> refresh, std::function<void()> expired);
  // After a refresh of ours that was refused: `refresh` is called again at half of what is left until the peer would
  // end the call; when nothing is left, and the peer minds so little, at half of a period again.
  void try_again(std::function<void()> refresh);
  void stop() { timer_.cancel(); }
  [[nodiscard]] const std::optional<Agreed>& current() const { return agreed_; }

 private:
  Clock& clock_;
  SessionTimerSettings settings_;
  std::chrono::seconds least_{0};  // Min-SE learnt from a 422
  std::optional<Agreed> agreed_;
  Monotonic renewed_{};
  Timer timer_;
};

}  // namespace lintel::sip
