#include "settings/settings.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/log.hpp"
#include "settings/rules.hpp"

namespace lintel::settings {
namespace {

std::size_t index_of(const Entry& entry) {
  return static_cast<std::size_t>(&entry - all_entries.data());
}

std::string as_text(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return std::get<std::string>(value);
}

std::string purpose_of(const Entry& entry) {
  return fmt::format("setting:{}", entry.key);
}

}  // namespace

storage::Schema Settings::schema() {
  return {"settings", {{{"CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)"}}}};
}

Settings::Settings(storage::Database& database, const storage::Vault& vault)
    : database_(database), vault_(vault), stored_(all_entries.size(), false) {
  for (const Entry& entry : all_entries) values_.push_back(default_of(entry));
}

Settings::~Settings() = default;

Result<std::unique_ptr<Settings>> Settings::load(storage::Database& database, const storage::Vault& vault) {
  LINTEL_TRY(const auto rows, database.wait_for<std::vector<storage::Row>>([](storage::Transaction& transaction) {
    return transaction.query("SELECT key, value FROM settings ORDER BY key", {},
                             {storage::Column::text, storage::Column::text});
  }));
  std::unique_ptr<Settings> settings(new Settings(database, vault));
  for (const auto& row : rows) settings->take_in(row.text(0), row.text(1));
  return settings;
}

void Settings::take_in(const std::string& key, const std::string& stored) {
  const Entry* entry = find(key);
  if (entry == nullptr) {
    unknown_.push_back(key);  // of another version: kept for it
    return;
  }
  const auto opened =
      entry->type == Type::secret ? vault_.open_sealed(stored, purpose_of(*entry)) : Result<std::string>(stored);
  const auto value = opened.ok() ? check(*entry, opened.value()) : Result<Value>(opened.error());
  if (!value.ok()) {
    problems_.push_back(key);
    lintel::log::warning("settings", "The stored value of {} is not used: {}", key, value.error().message);
    return;
  }
  values_[index_of(*entry)] = value.value();
  stored_[index_of(*entry)] = true;
}

std::optional<Value> Settings::get(std::string_view key) const {
  const Entry* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (entry->type == Type::secret) return Value(std::string());
  return values_[index_of(*entry)];
}

bool Settings::is_set(std::string_view key) const {
  const Entry* entry = find(key);
  return entry != nullptr && stored_[index_of(*entry)];
}

void Settings::add_guard(Guard guard) {
  guards_.push_back(std::move(guard));
}

storage::Subscription Settings::on_change(std::function<void(const Change&)> listener) {
  return listeners_.add(std::move(listener));
}

void Settings::apply(Changes changes, std::function<void(const Outcome&)> then) {
  if (pending_.size() >= pending_limit) {
    then({{}, false, {{ErrorCode::full, "Too many changes of settings wait; try again in a moment."}}});
    return;
  }
  pending_.push_back({std::move(changes), std::move(then)});
  start_next();
}

void Settings::start_next() {
  while (!busy_ && !pending_.empty()) {
    Pending pending = std::move(pending_.front());
    pending_.pop_front();
    std::vector<Value> next = values_;
    Outcome outcome;
    outcome.errors = check_all(pending.changes, next);
    if (outcome.ok() && !pending.changes.empty()) {
      busy_ = true;
      store(pending, next);
      return;
    }
    const std::weak_ptr<int> alive = alive_;
    if (pending.then) pending.then(outcome);
    if (alive.expired()) return;
  }
}

void Settings::store(const Pending& pending, const std::vector<Value>& next) {
  std::vector<storage::Statement> statements;
  for (const auto& [key, given] : pending.changes) {
    const Entry& entry = *find(key);
    if (std::holds_alternative<Default>(given))
      statements.push_back({"DELETE FROM settings WHERE key = :key", {key}});
    else
      statements.push_back(to_store(entry, next[index_of(entry)]));
  }
  database_.write(std::move(statements),
                  [this, alive = std::weak_ptr<int>(alive_), pending, next](const Result<void>& written) {
                    if (alive.expired()) return;
                    Outcome outcome;
                    if (written.ok())
                      in_force(next, pending.changes, outcome);
                    else
                      outcome.errors.push_back(written.error());
                    if (alive.expired()) return;
                    busy_ = false;
                    if (pending.then) pending.then(outcome);
                    if (!alive.expired()) start_next();
                  });
}

std::vector<Error> Settings::check_all(const Changes& changes, std::vector<Value>& next) const {
  std::vector<Error> errors;
  for (const auto& [key, given] : changes) {
    const Entry* entry = find(key);
    if (entry == nullptr) {
      errors.push_back(
          {ErrorCode::not_found, fmt::format("There is no setting {}.", key.substr(0, 100)), key.substr(0, 100)});
      continue;
    }
    auto value = check(*entry, given);
    if (value.ok())
      next[index_of(*entry)] = std::move(value).value();
    else
      errors.push_back(value.error());
  }
  if (!errors.empty()) return errors;
  const Candidate candidate(values_, next);
  errors = broken_rules(candidate, stored_[station::number.index]);
  for (const Guard& guard : guards_)
    for (Error& error : guard(candidate)) errors.push_back(std::move(error));
  return errors;
}

storage::Statement Settings::to_store(const Entry& entry, const Value& value) const {
  std::string words = as_text(value);
  if (entry.type == Type::secret) words = vault_.seal(words, purpose_of(entry));
  return {
      "INSERT INTO settings (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      {std::string(entry.key), std::move(words)}};
}

void Settings::in_force(const std::vector<Value>& next, const Changes& changes, Outcome& outcome) {
  std::vector<const Entry*> changed;
  for (const auto& [key, given] : changes) {
    const Entry& entry = *find(key);
    const std::size_t index = index_of(entry);
    stored_[index] = !std::holds_alternative<Default>(given);
    if (values_[index] == next[index]) continue;
    changed.push_back(&entry);
    outcome.changed.push_back(key);
    outcome.restart_needed = outcome.restart_needed || entry.applies == Applies::restart;
  }
  values_ = next;
  // All values are in force before the first listener hears: one that reads two of them sees both new.
  const std::weak_ptr<int> alive = alive_;
  for (const Entry* entry : changed)
    if (!alive.expired()) listeners_.tell(Change{*entry});
}

}  // namespace lintel::settings
