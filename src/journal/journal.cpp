#include "journal/journal.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "journal/words.hpp"

namespace lintel::journal {
namespace {

constexpr const char* insert =
    "INSERT INTO journal (id, time, kind, event, severity, room, door, subject, fields, message, search) VALUES (:id, "
    ":time, :kind, :event, "
    ":severity, :room, :door, :subject, :fields, :message, :search) ON CONFLICT (id) DO NOTHING";
// A few of the oldest at a time: a journal that was made much smaller does not hold up the next opening.
constexpr const char* drop_oldest =
    "DELETE FROM journal WHERE id <= :keep_after AND id <= (SELECT min(id) FROM journal) + 1000";

std::string searchable(const Entry& entry) {
  std::string words = entry.message + '\n' + entry.subject + '\n' + entry.room + '\n' + entry.door;
  for (const Field& field : entry.fields) words += '\n' + field.value;
  return folded(words);
}

// The tables and indices; `mark` tells the indices from those of a journal that was set aside.
std::vector<storage::Migration> steps(const std::string& mark) {
  const std::string columns =
      "time BIGINT NOT NULL, kind TEXT NOT NULL, event TEXT NOT NULL, severity TEXT NOT NULL, room TEXT NOT NULL, door "
      "TEXT NOT NULL, "
      "subject TEXT NOT NULL, fields TEXT NOT NULL, message TEXT NOT NULL, search TEXT NOT NULL)";
  // SQLite's row id must be spelt INTEGER, which is too small in PostgreSQL. The indices follow the tables in each.
  const std::vector<std::string> indices = {"CREATE INDEX journal_time" + mark + " ON journal (time)",
                                            "CREATE INDEX journal_room" + mark + " ON journal (room, id)",
                                            "CREATE INDEX journal_kind" + mark + " ON journal (kind, id)"};
  storage::Migration first;
  first.sqlite = {"CREATE TABLE journal (id INTEGER PRIMARY KEY, " + columns};
  first.postgresql = {"CREATE TABLE journal (id BIGINT PRIMARY KEY, " + columns};
  for (auto* dialect : {&first.sqlite, &first.postgresql})
    dialect->insert(dialect->end(), indices.begin(), indices.end());
  // How the run of now stands, in one row. An index of starts and stops would have the start after an update read the
  // whole journal, and fail where a page of it is damaged.
  const storage::Migration run{{"CREATE TABLE journal_run (event TEXT NOT NULL)"}};
  return {first, run};
}

bool begins_or_ends_a_run(const Entry& entry) {
  return entry.event == events::system_started.id || entry.event == events::system_stopped.id;
}

// Under another name nothing of it is read any more; what can be saved from there is a person's to save.
Result<void> set_aside(storage::Database& database, const std::string& mark) {
  return database.wait([&mark](storage::Transaction& transaction) -> Result<void> {
    for (const std::string table : {"journal", "journal_run"})
      LINTEL_CHECK(transaction.execute("ALTER TABLE " + table + " RENAME TO " + table + "_damaged" + mark));
    for (const storage::Migration& step : steps(mark))
      for (const auto* statements : {&step.statements, &step.sqlite})
        for (const std::string& sql : *statements) LINTEL_CHECK(transaction.execute(sql));
    return {};
  });
}

}  // namespace

storage::Schema Journal::schema() {
  return {"journal", steps({})};
}

Journal::Journal(storage::Database& database, Clock& clock, std::int64_t size)
    : database_(database), clock_(clock), size_(size) {}

Result<std::unique_ptr<Journal>> Journal::open(storage::Database& database, Clock& clock, std::int64_t size) {
  std::unique_ptr<Journal> journal(new Journal(database, clock, size));
  const Result<void> loaded = journal->load();
  if (loaded.ok()) return journal;
  // What happened yesterday must not keep the doors shut today.
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
  const std::string mark = "_" + std::to_string(now);
  if (loaded.error().code != ErrorCode::unavailable) return loaded.error();
  const bool anew = set_aside(database, mark).ok() && journal->load().ok();
  journal->last_durable_ = now;  // beyond every id that somebody may have heard of
  if (anew) {
    journal->record(events::journal_damaged, {.fields = {{"table", "journal_damaged" + mark}}});
  } else {
    // Nor must a disk without room for a new one: what happens waits in memory, and the next start tries again.
    *journal->damage_ = true;
    journal->tell_damage();
  }
  return journal;
}

Result<void> Journal::load() {
  using storage::Column;
  health_ = database_.on_health([this](const storage::Health& health) {
    if (health.state != storage::State::working) return;
    retry_.cancel();
    flush();
  });
  LINTEL_TRY(const auto ends, database_.wait_for<std::vector<storage::Row>>([](storage::Transaction& transaction) {
    return transaction.query("SELECT (SELECT min(id) FROM journal), (SELECT max(id) FROM journal)", {},
                             {Column::integer, Column::integer});
  }));
  using Rows = std::vector<storage::Row>;
  LINTEL_TRY(const auto runs, database_.wait_for<Rows>([](storage::Transaction& transaction) -> Result<Rows> {
    LINTEL_TRY(auto run, transaction.query("SELECT event FROM journal_run", {}, {Column::text}));
    if (!run.empty()) return run;
    // Before the first start that keeps it.
    return transaction.query(
        "SELECT event FROM journal WHERE kind = :kind AND event IN (:started, :stopped) ORDER BY id DESC LIMIT 1",
        {std::string(name_of(Kind::system)), std::string(events::system_started.id),
         std::string(events::system_stopped.id)},
        {Column::text});
  }));
  last_durable_ = ends.front().integer(1);
  // Where neither is kept any more, a start was among the oldest that have gone, and a stop would be among the newest.
  unclean_ = runs.empty() ? ends.front().integer(0) > 1 : runs.front().text(0) == events::system_started.id;
  return {};
}

Journal::~Journal() {
  std::int64_t last = in_flight_ ? in_flight_->back().id : last_durable_;
  while (!waiting_.empty()) {
    const Batch batch = next_batch(last);
    last = batch->back().id;
    database_.write(to_store(batch));
  }
}

void Journal::record(const Event& event, Details details) {
  Entry entry;
  entry.time = clock_.wall();
  entry.kind = event.kind;
  entry.event = event.id;
  entry.severity = event.severity;
  if (details.fields.size() > field_limit) details.fields.resize(field_limit);
  for (std::string* words : {&details.room, &details.door, &details.subject}) *words = bounded(*words, text_limit);
  for (Field& field : details.fields) field = {bounded(field.name, text_limit), bounded(field.value, text_limit)};
  entry.message = sentence(event, details);
  entry.room = std::move(details.room);
  entry.door = std::move(details.door);
  entry.subject = std::move(details.subject);
  entry.fields = std::move(details.fields);
  admit(entry);
  happened_.tell(entry);  // after its place is taken: what a listener records comes behind it
}

void Journal::admit(Entry entry) {
  if (waiting() >= waiting_limit) {
    if (lost_++ == 0)
      lintel::log::error("journal", "memory is full of entries that wait for the disk: further ones are lost");
    return;
  }
  waiting_.push_back(std::move(entry));
  if (!retry_.armed()) flush();
}

Journal::Batch Journal::next_batch(std::int64_t last_id) {
  auto batch = std::make_shared<std::vector<Entry>>();
  while (!waiting_.empty() && batch->size() < batch_limit) {
    batch->push_back(std::move(waiting_.front()));
    batch->back().id = ++last_id;
    waiting_.pop_front();
  }
  return batch;
}

void Journal::flush() {
  if (in_flight_ || waiting_.empty()) return;
  in_flight_ = next_batch(last_durable_);
  database_.write(to_store(in_flight_),
                  [this, alive = std::weak_ptr<int>(alive_), batch = in_flight_](const Result<void>& outcome) {
                    if (!alive.expired()) written(batch, outcome);
                  });
}

storage::Database::Job Journal::to_store(const Batch& batch) const {
  return [batch, size = size_, damage = damage_,
          stay = oldest_stay_](storage::Transaction& transaction) -> Result<void> {
    std::vector<storage::Values> rows;
    rows.reserve(batch->size());
    for (const Entry& entry : *batch)
      rows.push_back({entry.id, static_cast<std::int64_t>(entry.time.time_since_epoch().count()),
                      std::string(name_of(entry.kind)), entry.event, std::string(name_of(entry.severity)), entry.room,
                      entry.door, entry.subject, packed(entry.fields), entry.message, searchable(entry)});
    LINTEL_CHECK(transaction.execute_many(insert, rows));
    for (const Entry& entry : *batch) {
      if (!begins_or_ends_a_run(entry)) continue;
      LINTEL_CHECK(transaction.execute("DELETE FROM journal_run"));
      LINTEL_CHECK(transaction.execute("INSERT INTO journal_run (event) VALUES (:event)", {entry.event}));
    }
    // Ids have no gaps, so the newest `size` entries are those above this id.
    const std::int64_t keep_after = batch->back().id - size;
    if (keep_after <= 0 || *stay) return {};
    const auto dropped = transaction.execute(drop_oldest, {keep_after});
    if (dropped.ok()) return {};
    // Where the oldest are damaged they stay from the next try on, rather than that nothing new is written down.
    if (transaction.damage_met()) *damage = *stay = true;
    return dropped.error();
  };
}

void Journal::written(const Batch& batch, const Result<void>& outcome) {
  in_flight_.reset();
  if (!outcome.ok()) {
    for (auto entry = batch->rbegin(); entry != batch->rend(); ++entry) {
      entry->id = 0;
      waiting_.push_front(std::move(*entry));
    }
    retry_ = clock_.after(retry_time, [this] { flush(); });
    return;
  }
  last_durable_ = batch->back().id;
  retry_.cancel();
  tell_damage();
  if (lost_ > 0 && waiting() < waiting_limit) {
    const auto count = std::exchange(lost_, 0);
    record(events::journal_lost, {.fields = {{"count", std::to_string(count)}}});
  }
  flush();
  const std::weak_ptr<int> alive = alive_;
  for (const Entry& entry : *batch)
    if (!alive.expired()) journalled_.tell(entry);
}

void Journal::tell_damage() {
  if (*damage_ && !std::exchange(damage_told_, true)) record(events::journal_unreadable);
}

storage::Subscription Journal::on_happened(std::function<void(const Entry&)> listener) {
  return happened_.add(std::move(listener));
}
storage::Subscription Journal::on_journalled(std::function<void(const Entry&)> listener) {
  return journalled_.add(std::move(listener));
}

void Journal::set_size(std::int64_t size) {
  size_ = size;
}

}  // namespace lintel::journal
