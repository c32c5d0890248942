// The console's first page: how the parts stand, what happened today, and what needs somebody's attention. Loop only.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "app/service.hpp"
#include "household/household.hpp"
#include "journal/journal.hpp"
#include "storage/database.hpp"
#include "web/ports.hpp"

namespace lintel::app {

class Overview final : public web::OverviewPort {
 public:
  Overview(Clock& clock, journal::Journal& journal, storage::Database& database, household::Household& household,
           std::function<web::PartState()> camera, std::function<std::vector<web::Attention>()> parts,
           const Watchdog& watchdog);

  [[nodiscard]] web::OverviewState overview() const override;
  [[nodiscard]] web::PartState camera() const override { return camera_(); }

 private:
  struct Hour {
    std::uint32_t calls = 0, openings = 0;
  };
  void count(const std::string& event, WallTime when, std::uint32_t times);
  void storage_changed(const storage::Health& health);

  Clock& clock_;
  journal::Journal& journal_;
  storage::Database& database_;
  household::Household& household_;
  std::function<web::PartState()> camera_;
  std::function<std::vector<web::Attention>()> parts_;  // what the parts report by themselves
  const Watchdog& watchdog_;
  mutable std::array<Hour, 24> hours_{};  // of today
  mutable int day_ = -1;                  // of the year; the counts start again when it changes
  storage::State last_storage_ = storage::State::working;
  storage::Subscription entries_, health_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace lintel::app
