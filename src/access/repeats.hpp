// How often the same is told: whoever does it on and on, or a device that does so by itself, would push all else out of
// the journal. Loop only.
#pragma once

#include <functional>
#include <string_view>

#include "access/limiter.hpp"
#include "base/clock.hpp"

namespace lintel::access {

class Repeats {
 public:
  // So often the same is told, then for these times it is not.
  static constexpr LimiterOptions usual{.free_failures = 10,
                                        .lock_out = std::chrono::minutes(1),
                                        .longest_lock_out = std::chrono::minutes(15),
                                        .forget_after = std::chrono::minutes(10),
                                        .table_limit = 1024};

  // The clock must outlive it.
  explicit Repeats(Clock& clock, LimiterOptions how_often = usual) : told_(clock, how_often) {}

  // Calls `tell`, and after the last time `repeated`: for `untold` the same is not told again. False: it is one of
  // those. What counts as the same must not be for a stranger to choose.
  bool tell(std::string_view same, const std::function<void()>& tell,
            const std::function<void(Duration untold)>& repeated);

 private:
  AttemptLimiter told_;  // stops nobody
};

}  // namespace lintel::access
