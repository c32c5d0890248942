// The settings: typed to read, one path to write. Loop only, but for what says otherwise.
//
//   seconds ring = settings.get(call::longest_ring);                    // keys.hpp has the typed names
//   settings.apply({{"call.longest_ring", std::int64_t{45}}}, [](const Outcome& outcome) { … });
//   auto subscription = settings.on_change([](const Change& change) { if (change.is(call::longest_ring)) … });
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "settings/entry.hpp"
#include "settings/keys.hpp"
#include "storage/database.hpp"
#include "storage/listeners.hpp"
#include "storage/vault.hpp"

namespace lintel::settings {

using Value = std::variant<bool, std::int64_t, std::string>;  // integer and duration (in the entry's unit): int64
struct Default {};                                            // given for a key: back to the default
using Given = std::variant<Default, bool, std::int64_t, std::string>;
using Changes = std::map<std::string, Given, std::less<>>;

// All declarations, in the order of the console's pages. Any thread.
[[nodiscard]] std::span<const Entry> table();
[[nodiscard]] std::span<const Page> pages();
[[nodiscard]] const Entry* find(std::string_view key);
[[nodiscard]] Value default_of(const Entry& entry);
[[nodiscard]] const char* name_of(Type type);  // "duration", as the schema spells it
[[nodiscard]] const char* name_of(Unit unit);  // "seconds"; empty for none
// Whether `given` fits the entry: the value in its own type, or an error with field, value (never a secret) and limit.
// A text holding a number or true/false is taken for one where the entry wants that.
[[nodiscard]] Result<Value> check(const Entry& entry, const Given& given);
// docs/settings.md, from the table. Any thread.
[[nodiscard]] std::string reference();

struct Outcome {
  std::vector<std::string> changed;  // keys that have another value now
  bool restart_needed = false;       // one of them applies after a restart
  std::vector<Error> errors;         // every field at fault; nothing was written then
  [[nodiscard]] bool ok() const { return errors.empty(); }
};

struct Change {
  const Entry& entry;
  template <typename T>
  [[nodiscard]] bool is(const Setting<T>& setting) const {
    return entry.key == setting.key;
  }
};

// The values as they would be after a change, for checks over several fields.
class Candidate {
 public:
  Candidate(const std::vector<Value>& now, const std::vector<Value>& next) : now_(now), next_(next) {}
  template <typename T>
  [[nodiscard]] T get(const Setting<T>& setting) const {
    return setting.from(next_[setting.index]);
  }
  template <typename T>
  [[nodiscard]] T before(const Setting<T>& setting) const {
    return setting.from(now_[setting.index]);
  }
  template <typename T>
  [[nodiscard]] bool changes(const Setting<T>& setting) const {
    return next_[setting.index] != now_[setting.index];
  }

 private:
  const std::vector<Value>& now_;
  const std::vector<Value>& next_;
};

class Settings {
 public:
  // Answers what is wrong with the candidate, or nothing. For rules that need another room, such as 'no room has the
  // station's new number'.
  using Guard = std::function<std::vector<Error>(const Candidate&)>;

  static storage::Schema schema();
  // Start only: loads what is stored. A stored value that does not fit any more gives way to the default and is named
  // in problems(); keys this version does not know stay stored. The database and vault must outlive the settings.
  static Result<std::unique_ptr<Settings>> load(storage::Database& database, const storage::Vault& vault);
  ~Settings();

  template <typename T>
  [[nodiscard]] T get(const Setting<T>& setting) const {
    return setting.from(values_[setting.index]);
  }
  // By key, for what is generated from the table. A secret's value is empty here: ask is_set().
  [[nodiscard]] std::optional<Value> get(std::string_view key) const;
  [[nodiscard]] bool is_set(std::string_view key) const;  // a value is stored, other than the default of the table

  // The one way to write. All or nothing: checked first, stored durably, then in force and told to the listeners, then
  // `then` is called. Several calls are taken one after the other. Errors: `invalid` and `not_found` for each field at
  // fault; `conflict` where the state forbids it (H02); `full` or `unavailable` (without a field) when the disk
  // refuses.
  void apply(Changes changes, std::function<void(const Outcome&)> then);
  void add_guard(Guard guard);
  [[nodiscard]] storage::Subscription on_change(std::function<void(const Change&)> listener);  // once for each key

  // The keys whose stored values load() did not use.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  [[nodiscard]] const std::vector<std::string>& unknown_keys() const { return unknown_; }

 private:
  struct Pending {
    Changes changes;
    std::function<void(const Outcome&)> then;
  };
  static constexpr std::size_t pending_limit = 64;
  Settings(storage::Database& database, const storage::Vault& vault);
  void take_in(const std::string& key, const std::string& stored);
  void start_next();
  void store(const Pending& pending, const std::vector<Value>& next);
  void in_force(const std::vector<Value>& next, const Changes& changes, Outcome& outcome);
  [[nodiscard]] std::vector<Error> check_all(const Changes& changes, std::vector<Value>& next) const;
  [[nodiscard]] storage::Statement to_store(const Entry& entry, const Value& value) const;

  storage::Database& database_;
  const storage::Vault& vault_;
  std::vector<Value> values_;  // by index of the table
  std::vector<bool> stored_;   // by index of the table
  std::vector<Guard> guards_;
  std::deque<Pending> pending_;
  bool busy_ = false;
  std::vector<std::string> problems_;
  std::vector<std::string> unknown_;
  storage::Listeners<const Change&> listeners_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // answers that come after the end find nobody
};

}  // namespace lintel::settings
