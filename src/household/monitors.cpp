// Monitors: browsers, phones and panels, each with an account of its own (H04).
#include <fmt/format.h>

#include <set>

#include "base/bytes.hpp"
#include "household/inner.hpp"

namespace lintel::household {
namespace {

constexpr std::size_t password_length = 24;
constexpr std::chrono::minutes seen_interval{10};  // how often 'last seen' goes to the disk
// After a power cut all phones of a house register at once: what the journal has to store must not stand behind a job
// for each of them.
constexpr Duration seen_gathered = std::chrono::seconds(3);
constexpr std::size_t seen_together = 512;  // monitors of one job

Error no_monitor(std::string_view account) {
  return {ErrorCode::not_found, fmt::format("There is no monitor {}.", account.substr(0, 20)), "account",
          std::string(account.substr(0, 20))};
}

// "101" is "101#0"; a panel's account is no room's number.
std::string key_of(std::string_view account) {
  const auto parsed = parse_account(account);
  return comparable(parsed ? account_of(parsed->room, parsed->extension) : std::string(account));
}

}  // namespace

std::vector<std::string> Household::Inner::monitor_keys(std::string_view room) const {
  std::vector<std::string> keys;
  for_each_monitor_of(room, [&keys](const auto& entry) { keys.push_back(entry.first); });
  return keys;
}

Result<unsigned> Household::Inner::free_extension(std::string_view room) const {
  std::set<unsigned> used;
  for (const std::string& key : monitor_keys(room)) used.insert(parse_account(key)->extension);
  if (!used.contains(0)) return 0U;  // the main monitor first
  if (used.size() > max_extensions)
    return Error{ErrorCode::full,
                 fmt::format("Room {} has its main monitor and {} extensions; remove one first.", room, max_extensions),
                 "room", std::string(room), fmt::format("{} extensions", max_extensions)};
  unsigned free = 1;
  while (used.contains(free)) ++free;
  return free;
}

Plan<Paired> Household::Inner::plan_monitor(Monitor monitor) {
  const std::string key = comparable(monitor.account);
  const std::string password = bytes::random_password(password_length);
  monitor.paired_at = clock.wall();
  Plan<Paired> plan;
  plan.statements = {
      {"DELETE FROM monitors WHERE key = :key", {key}},  // one whose secret did not open is not in memory
      {"INSERT INTO monitors (key, account, room_key, room, kind, name, locks, paired_at, last_seen, secret) VALUES "
       "(:key, :account, :room_key, :room, :kind, :name, :locks, :paired_at, NULL, :secret)",
       {key, monitor.account, comparable(monitor.room), monitor.room, std::string(name_of(monitor.kind)), monitor.name,
        packed_locks(monitor.locks), micros(monitor.paired_at), vault.seal(password, "monitor:" + key)}}};
  plan.in_force = [this, key, monitor, password] {
    monitors[key] = {monitor, {password}, {}};
    tell(Collection::monitors, Done::added, monitor.account);
    return Paired{monitor, password};
  };
  return plan;
}

const Monitor* Household::monitor(std::string_view account) const {
  const auto found = inner_->monitors.find(key_of(account));
  return found == inner_->monitors.end() ? nullptr : &found->second.monitor;
}

std::vector<const Monitor*> Household::monitors_of(std::string_view room) const {
  std::vector<const Monitor*> all;
  inner_->for_each_monitor_of(room, [&all](const auto& entry) { all.push_back(&entry.second.monitor); });
  return all;
}

std::vector<const Monitor*> Household::monitors() const {
  std::vector<const Monitor*> all;
  all.reserve(inner_->monitors.size());
  for (const auto& [key, record] : inner_->monitors) all.push_back(&record.monitor);
  return all;
}

std::size_t Household::monitor_count() const {
  std::size_t panels = 0;  // they stand together, and are few
  for (auto entry = inner_->monitors.lower_bound(panel_prefix);
       entry != inner_->monitors.end() && entry->first.starts_with(panel_prefix); ++entry)
    if (entry->second.monitor.kind == MonitorKind::panel) ++panels;
  return inner_->monitors.size() - panels;
}

void Household::add_phone(std::string room, std::string name, Then<Paired> then) {
  inner_->submit<Paired>(
      [inner = inner_.get(), room = std::move(room), name = std::move(name)]() -> Result<Plan<Paired>> {
        LINTEL_CHECK(check_room_number(room, "room"));
        LINTEL_CHECK(check_name(name, "name"));
        const auto found = inner->rooms.find(comparable(room));
        if (found == inner->rooms.end())
          return Error{ErrorCode::not_found, fmt::format("There is no room {}; add it first.", room), "room", room};
        LINTEL_TRY(const unsigned extension, inner->free_extension(room));
        const std::string& number = found->second.number;
        return inner->plan_monitor({account_of(number, extension), number, MonitorKind::phone, name, {1, 2}, {}, {}});
      },
      std::move(then));
}

void Household::change_monitor(std::string account, MonitorPatch patch, Then<Monitor> then) {
  inner_->submit<Monitor>(
      [inner = inner_.get(), account = std::move(account), patch = std::move(patch)]() -> Result<Plan<Monitor>> {
        const std::string key = key_of(account);
        const auto found = inner->monitors.find(key);
        if (found == inner->monitors.end()) return no_monitor(account);
        Monitor monitor = found->second.monitor;
        if (patch.name) monitor.name = *patch.name;
        if (patch.locks) monitor.locks = *patch.locks;
        LINTEL_CHECK(check_name(monitor.name, "name"));
        LINTEL_CHECK(check_locks(monitor.locks));
        return Plan<Monitor>{{{"UPDATE monitors SET name = :name, locks = :locks WHERE key = :key",
                               {monitor.name, packed_locks(monitor.locks), key}}},
                             [inner, key, monitor] {
                               Monitor& known = inner->monitors[key].monitor;
                               known.name = monitor.name;
                               known.locks = monitor.locks;
                               Monitor changed = known;
                               inner->tell(Collection::monitors, Done::changed, changed.account);
                               return changed;
                             }};
      },
      std::move(then));
}

void Household::remove_monitor(std::string account, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), account = std::move(account)]() -> Result<Plan<void>> {
        const std::string key = key_of(account);
        const auto found = inner->monitors.find(key);
        if (found == inner->monitors.end()) return no_monitor(account);
        return Plan<void>{{{"DELETE FROM monitors WHERE key = :key", {key}}},
                          [inner, key, known = found->second.monitor.account] {
                            inner->monitors.erase(key);
                            inner->tell(Collection::monitors, Done::removed, known);
                          },
                          true};
      },
      std::move(then));
}

const Monitor* Household::check_monitor(std::string_view account, std::string_view password) const {
  const auto found = inner_->monitors.find(key_of(account));
  if (found == inner_->monitors.end() || !bytes::equal_in_constant_time(found->second.secret.plain, password))
    return nullptr;
  return &found->second.monitor;
}

void Household::seen(std::string_view account) {
  const auto found = inner_->monitors.find(key_of(account));
  if (found == inner_->monitors.end()) return;
  MonitorRecord& record = found->second;
  const WallTime now = inner_->clock.wall();
  record.monitor.last_seen = now;
  // A clock that was set back counts as long ago.
  if (now - record.seen_on_disk < seen_interval && now >= record.seen_on_disk) return;
  record.seen_on_disk = now;
  inner_->seen.insert(found->first);
  if (!inner_->seen_timer.armed()) inner_->store_seen_later();
}

void Household::Inner::store_seen_later() {
  seen_timer = clock.after(seen_gathered, [this] {
    store_seen();
    if (!seen.empty()) store_seen_later();
  });
}

void Household::Inner::store_seen() {
  std::vector<storage::Values> rows;
  while (!seen.empty() && rows.size() < seen_together) {
    const std::string key = std::move(seen.extract(seen.begin()).value());
    const auto found = monitors.find(key);  // it may be gone meanwhile
    if (found != monitors.end() && found->second.monitor.last_seen)
      rows.push_back({micros(*found->second.monitor.last_seen), key});
  }
  if (rows.empty()) return;
  database.write([rows = std::move(rows)](storage::Transaction& transaction) {
    return transaction.execute_many("UPDATE monitors SET last_seen = :seen WHERE key = :key", rows);
  });
}

}  // namespace lintel::household
