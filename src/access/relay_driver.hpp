// A lock's driver on a relay of the hardware room: access drives, the relay's reports go back. Loop only.
#pragma once

#include <optional>

#include "access/access.hpp"
#include "hardware/relay.hpp"

namespace lintel::access {

// Takes the relay's one listener. The relay must outlive it, and it must outlive Access: make it before Access, and
// connect() once the lock is added.
class RelayDriver final : public LockDriver {
 public:
  explicit RelayDriver(hardware::Relay& relay) : relay_(relay) {}
  ~RelayDriver() override { relay_.listen({}); }

  void connect(Access& access, LockNumber lock) {
    relay_.listen([&access, lock](hardware::RelayReport report) {
      access.relay_told(lock, report != hardware::RelayReport::failed, report == hardware::RelayReport::energised);
    });
  }
  void drive(bool energised) override { energised ? relay_.energise() : relay_.release(); }
  [[nodiscard]] std::optional<bool> energised() const override { return relay_.energised(); }

 private:
  hardware::Relay& relay_;
};

}  // namespace lintel::access
