#include "app/overview.hpp"

#include <algorithm>
#include <ctime>

namespace lintel::app {
namespace {

namespace events = lintel::journal::events;

constexpr auto longest_day = std::chrono::hours(26);  // one on which the clock goes back, and more; count() takes today's

std::tm local(WallTime when) {
  const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count();
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

}  // namespace

Overview::Overview(Clock& clock, journal::Journal& journal, storage::Database& database, household::Household& household,
                   std::function<web::PartState()> camera, std::function<std::vector<web::Attention>()> parts,
                   const Watchdog& watchdog)
    : clock_(clock), journal_(journal), database_(database), household_(household), camera_(std::move(camera)), parts_(std::move(parts)), watchdog_(watchdog) {
  entries_ = journal.on_happened([this](const journal::Entry& entry) { count(entry.event, entry.time, 1); });
  health_ = database.on_health([this](const storage::Health& health) { storage_changed(health); });
  const WallTime now = clock_.wall();
  journal.count(now - longest_day, now, [this, alive = std::weak_ptr<int>(alive_)](Result<std::vector<journal::Count>> counts) {
    if (alive.expired() || !counts.ok()) return;
    for (const auto& one : *counts)
      count(one.event, WallTime(std::chrono::minutes(15) * one.quarter), static_cast<std::uint32_t>(one.count));
  });
}

void Overview::count(const std::string& event, WallTime when, std::uint32_t times) {
  const bool call = event == events::call_pressed.id;
  const bool opening = event == events::access_unlocked.id || event == events::access_exit_button.id;
  if (!call && !opening) return;
  const std::tm then = local(when);
  const std::tm today = local(clock_.wall());
  if (day_ != today.tm_yday) {
    day_ = today.tm_yday;
    hours_ = {};
  }
  if (then.tm_yday != today.tm_yday) return;
  Hour& hour = hours_[static_cast<std::size_t>(then.tm_hour)];
  (call ? hour.calls : hour.openings) += times;
}

void Overview::storage_changed(const storage::Health& health) {
  if (health.state == last_storage_) return;
  last_storage_ = health.state;
  switch (health.state) {
    case storage::State::working: journal_.record(events::storage_back); break;
    case storage::State::full: journal_.record(events::storage_full); break;
    case storage::State::broken: journal_.record(events::storage_broken, {.fields = {{"reason", health.message}}}); break;
  }
}

web::OverviewState Overview::overview() const {
  web::OverviewState out;
  out.worst_loop_delay = watchdog_.worst_delay();
  out.recent_loop_delay = watchdog_.recent_delay();
  out.camera = camera_();
  const storage::Health& health = database_.health();
  out.storage = {health.state == storage::State::working ? "ok" : "failed", health.message};
  if (day_ == local(clock_.wall()).tm_yday) {
    for (int hour = 0; hour < 24; ++hour) {
      const Hour& counted = hours_[static_cast<std::size_t>(hour)];
      out.by_hour.push_back({hour, counted.calls, counted.openings});
      out.calls_today += counted.calls;
      out.openings_today += counted.openings;
    }
  }
  out.attention = parts_();
  if (health.state != storage::State::working) out.attention.push_back({"storage", "alarm", health.message, "/settings/storage"});
  if (household_.owes_the_disk())
    out.attention.push_back({"owed", "alarm",
                             "A card, code or account was taken away, and the disk did not store it: after a restart it may be "
                             "back. Make room on the disk or replace it, and look after the restart.",
                             "/settings/storage"});
  if (journal_.damaged())
    out.attention.push_back({"journal", "alarm",
                             "A part of the journal cannot be read: the database is damaged. Look at the disk, and "
                             "restore a backup if other things are missing.",
                             "/journal"});
  if (out.camera.state == "failed") out.attention.push_back({"camera", "warning", out.camera.message, "/settings/streams"});
  if (household_.room_count() == 0)
    out.attention.push_back({"rooms", "notice", "There are no rooms yet: nobody can be called.", "/household/rooms"});
  else if (household_.monitor_count() == 0)
    out.attention.push_back({"monitors", "notice", "No monitor is paired yet: nobody can answer.", "/household/monitors"});
  return out;
}

}  // namespace lintel::app
