// What fails and works again, and how that is told: a plug or a wire that is loose does both every few seconds, and
// would push all else out of the journal. Loop only.
#pragma once

#include <functional>

#include "access/repeats.hpp"
#include "base/clock.hpp"

namespace lintel::access {

class Outage {
 public:
  // A few are told at once. Then, for times that grow, one is told when it lasts so long.
  static constexpr Duration lasting = std::chrono::minutes(1);

  // Must not end the outage that calls them.
  struct Tell {
    std::function<void()> failed;
    std::function<void(Duration untold)> repeated;  // so often that for `untold` only a failure that lasts is told
    std::function<void()> works;                    // again; only after a failure that was told
  };

  // The clock must outlive it.
  Outage(Clock& clock, Tell tell);
  Outage(const Outage&) = delete;
  Outage& operator=(const Outage&) = delete;

  void failed();
  bool works();                                                  // answers whether that was told
  void forget();                                                 // something else is in its place: tells nobody
  [[nodiscard]] bool untold() const { return untold_.armed(); }  // it fails, and nobody has been told yet

 private:
  Clock& clock_;
  Tell tell_;
  Repeats repeats_;
  bool failing_ = false;
  Timer untold_;
};

}  // namespace lintel::access
