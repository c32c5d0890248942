// N12: figures of the station in Prometheus' text format (version 0.0.4), for who watches many machines.
#include <array>
#include <charconv>

#include "web/context.hpp"

namespace lintel::web {
namespace {

// A sheet of figures. Names and labels are ours and need no escaping. Help is for programmers: it stays English, and
// has no full stop, by which sentences for people are known.
class Sheet {
 public:
  void describe(std::string_view name, std::string_view help) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" gauge\n");
  }
  void figure(std::string_view name, std::string_view labels, double value) {
    text_.append(name);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_.append(" ").append(digits.data(), end).append("\n");
  }
  void only(std::string_view name, std::string_view help, double value) {
    describe(name, help);
    figure(name, {}, value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

double seconds(Duration time) {
  return std::chrono::duration<double>(time).count();
}

void parts(Sheet& sheet, const OverviewState& state) {
  sheet.describe(
      "lintel_loop_delay_seconds",
      "How late the loop served a deadline, at worst: within the last one to two minutes, and since the start");
  sheet.figure("lintel_loop_delay_seconds", R"(within="minutes")", seconds(state.recent_loop_delay));
  sheet.figure("lintel_loop_delay_seconds", R"(within="start")", seconds(state.worst_loop_delay));
  sheet.only("lintel_camera_up", "0 where the camera has failed", state.camera.state == "failed" ? 0 : 1);
  sheet.only("lintel_storage_up", "0 where the disk refuses what is written", state.storage.state == "failed" ? 0 : 1);
  sheet.only("lintel_calls_today", "Calls from the panel since midnight", state.calls_today);
  sheet.only("lintel_openings_today", "Openings of locks since midnight", state.openings_today);
  sheet.describe("lintel_attention", "What the overview says needs somebody's attention");
  for (const std::string_view severity : {"alarm", "warning", "notice"}) {
    std::size_t many = 0;
    for (const Attention& one : state.attention)
      if (one.severity == severity) ++many;
    sheet.figure("lintel_attention", "severity=\"" + std::string(severity) + '"', static_cast<double>(many));
  }
}

void locks(Sheet& sheet, const std::vector<LockState>& all) {
  sheet.describe("lintel_lock", "1 in the state that the lock is in");
  for (const LockState& lock : all)
    for (const std::string_view state : {"locked", "unlocking", "unlocked", "locking", "jammed"})
      sheet.figure("lintel_lock", "lock=\"" + std::to_string(lock.number) + "\",state=\"" + std::string(state) + '"',
                   lock.state == state ? 1 : 0);
  sheet.describe("lintel_door_open", "1 where the contact of the lock's door says that it is open");
  for (const LockState& lock : all)
    if (lock.door_open)
      sheet.figure("lintel_door_open", "lock=\"" + std::to_string(lock.number) + '"', *lock.door_open ? 1 : 0);
}

void metrics(Call& call) {
  const Dependencies& house = call.house.house;
  Sheet sheet;
  sheet.describe("lintel_build_info", "The version that runs; always 1");
  sheet.figure("lintel_build_info", "version=\"" + house.version + '"', 1);
  sheet.only("lintel_uptime_seconds", "Since the start", seconds(house.clock.monotonic() - call.house.began));
  if (house.overview != nullptr) parts(sheet, house.overview->overview());
  sheet.only("lintel_monitors", "Monitors that are paired", static_cast<double>(house.household.monitor_count()));
  sheet.only("lintel_monitors_online", "Monitors that are reached", static_cast<double>(call.house.online_monitors()));
  if (house.calls != nullptr)
    sheet.only("lintel_calls", "Calls in progress", static_cast<double>(house.calls->calls().size()));
  if (house.locks != nullptr) locks(sheet, house.locks->locks());
  call.reply.send(
      {.status = 200,
       .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}, {"Cache-Control", "no-store"}},
       .body = sheet.take()});
}

}  // namespace

void add_metric_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  add(router, context,
      {.method = http::Method::get,
       .pattern = "/metrics",
       .callers = people | http::machine,
       .summary = "Figures in Prometheus' text format (N12)",
       .tag = "Journal",
       .response_type = "text/plain"},
      metrics);
}

}  // namespace lintel::web
