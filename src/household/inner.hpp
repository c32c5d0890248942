// The memory of the household and its one path to the disk. Inner header of this room.
#pragma once

#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/string_hash.hpp"
#include "household/household.hpp"

namespace lintel::household {

// Digits by value, then text: 2, 10, 101, 0101, A1.
struct NumberOrder {
  using is_transparent = void;
  bool operator()(std::string_view left, std::string_view right) const;
};

inline constexpr std::string_view panel_prefix = "panel-";  // of the account of a panel

struct Secret {
  std::string plain;
};

struct StationRecord {
  Station station;
  Secret secret;
};
struct CentreRecord {
  Centre centre;
  Secret secret;
};
struct MonitorRecord {
  Monitor monitor;
  Secret secret;
  WallTime seen_on_disk{};
};
struct MachineRecord {
  Machine machine;
  std::string secret;
};
struct CodeRecord {
  Code code;
  std::string hash;
};
struct PairingRecord {
  Pairing pairing;
  std::string short_hash;
};

// What a write does: statements for the disk, then what changes in memory and what `then` is told.
template <typename T>
struct Plan {
  std::vector<storage::Statement> statements;
  std::function<T()> in_force;
  // Somebody loses something by it: that is in force before the disk is asked, and also where it refuses.
  bool takes_away = false;
};

[[nodiscard]] Error too_many_searches();

// What is in force and the disk refused.
struct Debt {
  std::vector<storage::Statement> statements;
  bool asked_again = false;  // else only at the end: a page that is damaged is not met twice for it
  bool overtaken = false;    // by a change that was stored: at the end it would undo that, so it is not asked then either
};
[[nodiscard]] Error not_kept(bool asked_again);

struct Household::Inner {
  Inner(storage::Database& given_database, const storage::Vault& given_vault, Clock& given_clock,
        Identity given_identity)
      : database(given_database),
        vault(given_vault),
        clock(given_clock),
        identity(std::move(given_identity)),
        code_key(vault.derive("household.codes")),
        pairing_key(vault.derive("household.pairings")) {}

  static constexpr std::size_t queue_limit = 256;

  // Takes the writes one after the other: `prepare` sees what all earlier ones left behind, and answers an error or
  // what to do. A plan without statements is in force at once.
  template <typename T>
  void submit(std::function<Result<Plan<T>>()> prepare, Then<T> then) {
    if (waiting.size() >= queue_limit) {
      then(Error{ErrorCode::full, "Too many changes wait; try again in a moment."});
      return;
    }
    waiting.push_back([this, prepare = std::move(prepare), then = std::move(then)] {
      auto plan = prepare();
      if (!plan.ok()) {
        finish<T>(then, plan.error());
      } else if (plan->statements.empty()) {
        finish<T>(then, outcome_of<T>(plan->in_force));
      } else if (plan->takes_away && debts.size() < most_debts) {
        take_away<T>(std::move(*plan), then);
      } else {
        write(std::move(plan->statements),
              [this, in_force = std::move(plan->in_force), then](const Result<void>& written) {
                finish<T>(then, written.ok() ? outcome_of<T>(in_force) : Result<T>(written.error()));
              });
      }
    });
    start_next();
  }

  // Calls `look`, for so many records at most, on later turns of the loop until it answers false; of all searches one a
  // turn. False: too many run already, and it is never called.
  static constexpr std::size_t searches_limit = 16;
  static constexpr std::size_t looked_at_a_turn = 500;
  [[nodiscard]] bool search(std::function<bool()> look);
  // One look of a search: at the records behind `last`, which moves on. False: these were all.
  template <typename Records>
  static bool look(const Records& records, std::int64_t& last, const auto& at) {
    auto next = records.upper_bound(last);
    for (std::size_t left = looked_at_a_turn; next != records.end() && left > 0; ++next, --left) at(*next);
    if (next != records.begin()) last = std::prev(next)->first;
    return next != records.end();
  }

  void tell(Collection collection, Done done, std::string key) { listeners.tell({collection, done, std::move(key)}); }
  [[nodiscard]] Result<void> number_free(std::string_view number, std::string_view field,
                                         std::string_view except = {}) const;
  [[nodiscard]] SipAccount sip_account(SipAccount::Kind kind, std::string user, std::string room,
                                       std::string_view asked, const Secret& secret) const;
  // By extension, the main monitor first.
  template <typename Visit>
  void for_each_monitor_of(std::string_view room, Visit visit) const {
    const std::string prefix = comparable(room) + '#';
    for (auto entry = monitors.lower_bound(prefix); entry != monitors.end() && entry->first.starts_with(prefix); ++entry)
      visit(*entry);
  }
  [[nodiscard]] std::vector<std::string> monitor_keys(std::string_view room) const;
  [[nodiscard]] Result<unsigned> free_extension(std::string_view room) const;
  // For a new monitor: the row, and what makes it known.
  Plan<Paired> plan_monitor(Monitor monitor);
  [[nodiscard]] std::string hash_of_code(std::string_view digits) const;
  [[nodiscard]] std::string hash_of_token(std::string_view token) const;
  void keep_code(const CodeRecord& record);                   // in memory, in place of what it was
  void forget_code(std::int64_t id);                          // in memory
  void move_codes(const std::string& key, const Room& room);  // in memory: they follow the room's new number
  void keep_card(const Card& card);                           // in memory, in place of what it was
  void forget_card(std::int64_t id);                          // in memory
  void move_cards(const std::string& key, const Room& room);  // in memory: they follow the room's new number
  void renumber(const std::string& key, const Room& room);    // in memory: codes, cards and pairings of the room
  void forget_room(const std::string& key);                   // in memory: its monitors, codes, cards and pairings
  void forget_rooms();                                        // in memory: all of them, the same
  static std::vector<storage::Statement> renumbering(const std::string& key, const std::string& new_key,
                                                     const std::string& number);
  static std::vector<storage::Statement> forgetting(const std::string& key);

  storage::Database& database;
  const storage::Vault& vault;
  Clock& clock;
  Identity identity;
  const std::string code_key;
  const std::string pairing_key;
  storage::Listeners<const Change&> listeners;
  static constexpr std::size_t most_debts = 1'000;  // what is taken away beyond them waits for the disk like any change
  static constexpr Duration paid_every = std::chrono::seconds(5);
  std::vector<Debt> debts;  // in the order in which they came into force

  std::map<std::string, Room, NumberOrder> rooms;              // by comparable number
  std::map<std::string, StationRecord, NumberOrder> stations;  // all but the own
  std::map<std::string, CentreRecord, NumberOrder> centres;
  std::map<std::string, MonitorRecord, std::less<>> monitors;  // by comparable account
  std::map<std::string, MachineRecord, std::less<>> machines;
  std::map<std::string, Person, std::less<>> people;
  std::map<std::int64_t, CodeRecord> codes;
  std::unordered_map<std::string, std::int64_t> codes_by_hash;
  std::map<std::string, std::set<std::int64_t>> codes_by_room;  // by comparable number; those of no room are not in it
  std::map<std::int64_t, Card> cards;
  std::unordered_map<std::string, std::int64_t, StringHash, std::equal_to<>> cards_by_number;
  std::map<std::string, std::set<std::int64_t>> cards_by_room;  // by comparable number
  std::map<std::string, PairingRecord> pairings;                // by hash of the token
  std::int64_t last_code = 0;
  std::int64_t last_card = 0;
  std::deque<std::function<bool()>> searches;  // one of them looks at each turn
  Timer next_look;
  void look_on();
  Secret own;  // of the own station's account
  std::set<std::string> seen;  // keys of monitors whose last_seen waits for the disk
  Timer seen_timer;
  void store_seen_later();
  void store_seen();  // some of them, in one job

 private:
  template <typename T>
  static Result<T> outcome_of(const std::function<T()>& in_force) {
    if constexpr (std::is_void_v<T>) {
      if (in_force) in_force();
      return {};
    } else {
      return in_force();
    }
  }
  template <typename T>
  void take_away(Plan<T> plan, const Then<T>& then) {
    const std::weak_ptr<int> guard = alive;
    Result<T> outcome = outcome_of<T>(plan.in_force);
    if (guard.expired()) return;
    write(plan.statements,
          [this, statements = plan.statements, outcome = std::move(outcome), then](const Result<void>& written) {
            if (written.ok()) return finish<T>(then, outcome);
            finish<T>(then, owe(statements, written.error()));
          });
  }
  // In one transaction with the debts that are asked again, which go before: so the disk has all in the order in which
  // it was in force, and a number that became free can be given anew.
  void write(std::vector<storage::Statement> statements, std::function<void(const Result<void>&)> then);
  void write_alone(std::vector<storage::Statement> statements, std::function<void(const Result<void>&)> then);
  void overtake();  // a change is stored, and the debts that were not before it are not any more
  Error owe(std::vector<storage::Statement> statements, const Error& refused);  // what the answer is
  [[nodiscard]] bool may_be_asked_again(const Error& refused) const;
  void pay_later();
  Timer next_payment;

  template <typename T>
  void finish(const Then<T>& then, Result<T> outcome) {
    const std::weak_ptr<int> guard = alive;
    if (guard.expired()) return;
    busy = false;
    if (then) then(std::move(outcome));
    if (!guard.expired()) start_next();
  }
  void start_next() {
    if (busy || waiting.empty()) return;
    busy = true;
    auto next = std::move(waiting.front());
    waiting.pop_front();
    next();
  }

  std::deque<std::function<void()>> waiting;
  bool busy = false;
  std::shared_ptr<int> alive = std::make_shared<int>(0);  // answers that come after the end find nobody
};

[[nodiscard]] std::string packed_locks(const std::vector<int>& locks);
[[nodiscard]] std::vector<int> unpacked_locks(std::string_view packed);
[[nodiscard]] std::string purpose_of_card(std::int64_t id);  // what its number is sealed for
[[nodiscard]] inline std::int64_t micros(WallTime time) {
  return time.time_since_epoch().count();
}
[[nodiscard]] inline WallTime wall_time(std::int64_t microseconds) {
  return WallTime(std::chrono::microseconds(microseconds));
}

}  // namespace lintel::household
