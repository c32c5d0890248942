#include "access/outage.hpp"

#include <utility>

namespace lintel::access {
namespace {

constexpr const char* it = "outage";  // all that its repeats count
constexpr LimiterOptions told_at_once{.free_failures = 5,
                                      .lock_out = std::chrono::minutes(1),
                                      .longest_lock_out = std::chrono::hours(1),
                                      .forget_after = std::chrono::hours(2)};

}  // namespace

Outage::Outage(Clock& clock, Tell tell) : clock_(clock), tell_(std::move(tell)), repeats_(clock, told_at_once) {}

void Outage::failed() {
  if (std::exchange(failing_, true)) return;
  if (!repeats_.tell(it, tell_.failed, tell_.repeated)) untold_ = clock_.after(lasting, [this] { tell_.failed(); });
}

bool Outage::works() {
  const bool to_tell = failing_ && !untold();
  forget();
  if (to_tell) tell_.works();
  return to_tell;
}

void Outage::forget() {
  failing_ = false;
  untold_.cancel();
}

}  // namespace lintel::access
