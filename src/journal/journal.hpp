// The durable log of what happened to people and doors.
//
// record() never waits: listeners of `happened` hear at once, also when the disk is full; those of `journalled` hear
// again, with the id, when the entry is durable, in the order of the ids. Entries are written in batches. When the disk
// refuses, they wait in memory, at most `waiting_limit` of them; what does not fit is counted, and the count is itself
// journalled when the disk works again. Loop only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "journal/entry.hpp"
#include "journal/events.hpp"
#include "storage/database.hpp"
#include "storage/listeners.hpp"

namespace lintel::journal {

struct Query {
  std::optional<WallTime> from = {};  // included
  std::optional<WallTime> to = {};    // not included
  std::optional<Kind> kind = {};
  std::string event = {};  // an event id, exactly
  std::string room = {};   // exactly
  std::string door = {};   // exactly
  std::string text = {};   // part of the message, subject or a field, ignoring case...
  // ...or, beside `text`, any entry of these events: who reads the journal in another language looks in the sentences
  // that they know. At most `event_limit`.
  std::vector<std::string> or_events = {};
  std::int64_t before = 0;  // cursor: entries older than this id; 0: from the newest
  std::size_t limit = 50;   // 1 to 500
};

struct Page {
  std::vector<Entry> entries;    // newest first
  std::int64_t next_before = 0;  // cursor of the next page; 0: no more
  bool damaged = false;          // some that belong here cannot be read any more; these are the others
};

struct Count {
  std::string event;
  std::int64_t quarter = 0;  // quarters of an hour since 1970-01-01T00:00Z: days begin with one in every time zone
  std::int64_t count = 0;
};

class Journal {
 public:
  static constexpr std::size_t waiting_limit = 10'000;
  static constexpr std::size_t batch_limit = 256;
  static constexpr std::size_t page_limit = 500;
  static constexpr std::size_t text_limit = 1'024;  // bytes of each text of an entry; longer ones are cut
  static constexpr std::size_t field_limit = 32;    // fields of an entry
  static constexpr std::size_t event_limit = 128;   // events of one query
  static constexpr std::chrono::seconds retry_time{5};

  static storage::Schema schema();
  // Start only. `size`: how many entries are kept; the oldest go first. The database and clock must outlive the
  // journal. One that cannot be read is set aside, and a new one begins by saying so; without room, entries wait first.
  static Result<std::unique_ptr<Journal>> open(storage::Database& database, Clock& clock, std::int64_t size);
  ~Journal();  // what waits is handed to the database, which finishes it

  void record(const Event& event, Details details = {});
  [[nodiscard]] storage::Subscription on_happened(std::function<void(const Entry&)> listener);  // id is 0
  [[nodiscard]] storage::Subscription on_journalled(std::function<void(const Entry&)> listener);

  // Where the database is damaged, what can be read of it. Errors: `invalid` (field at fault named), or those of the
  // database.
  void search(Query query, std::function<void(Result<Page>)> then);
  // Oldest first, for a client that was away: entries with a larger id than `id`, at most `limit` (1 to 500). Of `room`
  // alone, unless it is empty: those of others are not read.
  void after(std::int64_t id, const std::string& room, std::size_t limit,
             std::function<void(Result<std::vector<Entry>>)> then);
  // How often each event happened in each quarter of an hour, for the overview's chart.
  void count(WallTime from, WallTime to, std::function<void(Result<std::vector<Count>>)> then);

  void set_size(std::int64_t size);
  [[nodiscard]] std::int64_t last_id() const { return last_durable_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size() + (in_flight_ ? in_flight_->size() : 0); }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }  // since the last time it was journalled
  // A part of it turned out to be damaged, since the start: what can be read is answered, and the oldest may stay.
  [[nodiscard]] bool damaged() const { return damage_told_; }
  // The last run wrote system.started and never system.stopped.
  [[nodiscard]] bool last_run_ended_badly() const { return unclean_; }

 private:
  using Batch = std::shared_ptr<std::vector<Entry>>;
  Journal(storage::Database& database, Clock& clock, std::int64_t size);
  Result<void> load();
  void admit(Entry entry);
  void flush();
  [[nodiscard]] Batch next_batch(std::int64_t last_id);
  void written(const Batch& batch, const Result<void>& outcome);
  [[nodiscard]] storage::Database::Job to_store(const Batch& batch) const;
  void tell_damage();

  storage::Database& database_;
  Clock& clock_;
  std::int64_t size_;
  std::int64_t last_durable_ = 0;
  std::deque<Entry> waiting_;  // in the order of their happening
  Batch in_flight_;            // with the database now, or null
  bool unclean_ = false;
  std::uint64_t lost_ = 0;
  std::shared_ptr<std::atomic<bool>> damage_ =
      std::make_shared<std::atomic<bool>>(false);  // found by storage's threads
  std::shared_ptr<std::atomic<bool>> oldest_stay_ =
      std::make_shared<std::atomic<bool>>(false);  // they cannot be dropped; damage elsewhere does not matter for that
  bool damage_told_ = false;
  Timer retry_;  // armed after a failure
  storage::Subscription health_;
  storage::Listeners<const Entry&> happened_;
  storage::Listeners<const Entry&> journalled_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // answers that come after the end find nobody
};

// The sentence of an entry: the template of its event, filled in; a stable name such as exit_button reads as words. Any
// thread.
[[nodiscard]] std::string sentence(const Event& event, const Details& details);

}  // namespace lintel::journal
