// How many messages come in, for the one question whether the sockets may be left alone for a moment. When a swarm
// comes (every phone after a power cut, a flood), waking up for each message costs more than the message: the sockets
// are then read once in `rest`, and what came meanwhile is served in one go. Below that, every message is served at
// once. Loop only; internal to the room.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"

namespace lintel::sip {

class Pace {
 public:
  static constexpr Duration rest = std::chrono::milliseconds(1);  // the most that a message waits for it
  static constexpr Duration slot = std::chrono::milliseconds(10);
  static constexpr unsigned swarm = 16;  // messages in this slot and the one before: 800 to 1,600 a second

  void heard(unsigned messages, Monotonic now) {
    const auto number = now.time_since_epoch() / slot;
    if (number != slot_) {
      before_ = number == slot_ + 1 ? current_ : 0;
      current_ = 0;
      slot_ = number;
    }
    current_ = std::min(current_ + messages, swarm);
  }
  // Of the time that heard() was told last.
  [[nodiscard]] bool is_swarm() const { return before_ + current_ >= swarm; }

 private:
  Duration::rep slot_ = 0;
  unsigned before_ = 0;
  unsigned current_ = 0;
};

}  // namespace lintel::sip
