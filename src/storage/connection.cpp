#include "storage/connection.hpp"

#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <deque>

#include "base/log.hpp"

namespace lintel::storage {
namespace {

// SQLite's result codes, which are its stable interface; SOCI passes them on.
enum SqliteCode {
  sqlite_readonly = 8,
  sqlite_ioerr = 10,
  sqlite_corrupt = 11,
  sqlite_full = 13,
  sqlite_cantopen = 14,
  sqlite_constraint = 19,
  sqlite_notadb = 26
};

int code_of(const std::exception& problem) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&problem);
  return sqlite == nullptr ? 0 : sqlite->result() & 0xff;
}

std::string message_of(const std::exception& problem) {
  const auto* error = dynamic_cast<const soci::soci_error*>(&problem);
  return error == nullptr ? problem.what() : error->get_error_message();
}

// The values of one statement, at addresses that stay: SOCI binds references.
class Bound {
 public:
  // `sample` gives the types; values follow with set().
  Bound(soci::statement& statement, const Values& sample) {
    for (const Value& value : sample) {
      Slot& slot = slots_.emplace_back();
      slot.type = value.index();
      if (std::holds_alternative<std::int64_t>(value))
        statement.exchange(soci::use(slot.integer, slot.indicator));
      else if (std::holds_alternative<double>(value))
        statement.exchange(soci::use(slot.real, slot.indicator));
      else
        statement.exchange(soci::use(slot.text, slot.indicator));
    }
  }
  // False when a value has another type than the sample's.
  bool set(const Values& values) {
    if (values.size() != slots_.size()) return false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      Slot& slot = slots_[i];
      const bool null = std::holds_alternative<Null>(values[i]);
      slot.indicator = null ? soci::i_null : soci::i_ok;
      if (null) continue;
      if (values[i].index() != slot.type) return false;
      if (const auto* integer = std::get_if<std::int64_t>(&values[i])) slot.integer = *integer;
      if (const auto* real = std::get_if<double>(&values[i])) slot.real = *real;
      if (const auto* text = std::get_if<std::string>(&values[i])) slot.text = *text;
    }
    return true;
  }

 private:
  struct Slot {
    std::size_t type = 0;
    long long integer = 0;
    double real = 0;
    std::string text;
    soci::indicator indicator = soci::i_ok;
  };
  std::deque<Slot> slots_;
};

Error damaged(const std::string& folder) {
  return {
      ErrorCode::unavailable,
      fmt::format(
          "The database in {} is damaged or of another program; move it away or restore a backup, then start again.",
          folder)};
}

}  // namespace

Error opening_error(const std::exception& problem, const std::string& folder) {
  const int code = code_of(problem);
  if (code == sqlite_full)
    return {ErrorCode::full,
            fmt::format("The disk of the data folder {} is full; make room there and start again.", folder)};
  if (code == sqlite_notadb || code == sqlite_corrupt) return damaged(folder);
  return {ErrorCode::unavailable,
          fmt::format("The database in {} cannot be opened ({}); look at the folder's owner and rights.", folder,
                      message_of(problem))};
}

// Of pages of the database: SQLite would keep 2,000. What one transaction touches is little, and the system keeps the
// file in memory too.
constexpr int cache_kib = 512;

Connection::Connection(const std::string& path, std::string shown_folder, Mode mode, int page_limit)
    : folder_(std::move(shown_folder)),
      session_(*soci::factory_sqlite3(), "dbname=" + path + " timeout=10"),
      mode_(mode) {
  session_ << "PRAGMA foreign_keys=ON";
  session_ << "PRAGMA cache_size=-" << cache_kib;
  if (mode == Mode::read) {
    session_ << "PRAGMA query_only=ON";
    return;
  }
  session_ << "PRAGMA journal_mode=WAL";
  keep_files();
  session_ << "PRAGMA synchronous=FULL";
  session_ << "PRAGMA journal_size_limit=16777216";
  if (page_limit > 0) session_ << "PRAGMA max_page_count=" << page_limit;
}

// The files beside the database stay at the end, the log of changes empty: a start on a full disk would find no room to
// make them, and doors do not wait for room. SOCI does not export what the sanitizer would compare the type with.
__attribute__((no_sanitize("vptr"))) void Connection::keep_files() {
  auto& backend = static_cast<soci::sqlite3_session_backend&>(*session_.get_backend());
  int keep = 1;
  if (sqlite_api::sqlite3_file_control(backend.conn_, nullptr, SQLITE_FCNTL_PERSIST_WAL, &keep) != SQLITE_OK)
    log::warning("storage", "The database may not open again on a full disk.");
}

Error Connection::translate(const std::exception& problem) {
  const int code = code_of(problem);
  if (code == sqlite_full) {
    disk_failed_ = true;
    return {ErrorCode::full,
            fmt::format("The disk of the data folder {} is full; make room there. What was stored is safe.", folder_)};
  }
  if (code == sqlite_corrupt) {
    if (!std::exchange(damage_met_, true)) log::error("storage", "{}", message_of(problem));  // once for a transaction
    disk_failed_ = true;
    return damaged(folder_);
  }
  if (code == sqlite_ioerr || code == sqlite_readonly || code == sqlite_cantopen) {
    disk_failed_ = true;
    return {ErrorCode::unavailable,
            fmt::format(
                "The disk of the data folder {} refuses to store ({}); look at the disk and at the folder's rights.",
                folder_, message_of(problem))};
  }
  if (code == sqlite_constraint) return {ErrorCode::conflict, "Another entry has this already."};
  log::error("storage", "a statement failed: {}", message_of(problem));
  return {ErrorCode::internal, "The database refused a statement of the program; please report this with the log."};
}

template <typename Work>
auto Connection::guarded(Work&& work) -> Result<decltype(work())> {
  try {
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const std::exception& problem) {
    return translate(problem);
  }
}

Result<std::int64_t> Connection::execute(const Statement& statement) {
  return guarded([&]() -> std::int64_t {
    soci::statement prepared(session_);
    Bound bound(prepared, statement.values);
    bound.set(statement.values);
    prepared.alloc();
    prepared.prepare(statement.sql);
    prepared.define_and_bind();
    prepared.execute(true);
    return prepared.get_affected_rows();
  });
}

Result<void> Connection::execute_many(const std::string& sql, const std::vector<Values>& rows) {
  if (rows.empty()) return {};
  Values sample = rows.front();
  for (const Values& row : rows)
    for (std::size_t i = 0; i < sample.size() && i < row.size(); ++i)
      if (std::holds_alternative<Null>(sample[i])) sample[i] = row[i];
  bool fitting = true;
  Result<void> done = guarded([&] {
    soci::statement prepared(session_);
    Bound bound(prepared, sample);
    prepared.alloc();
    prepared.prepare(sql);
    prepared.define_and_bind();
    for (const Values& row : rows) {
      fitting = bound.set(row);
      if (!fitting) return;
      prepared.execute(true);
    }
  });
  if (!fitting)
    return Error{ErrorCode::internal, "The rows of one statement differ in number or type of their values."};
  return done;
}

Result<std::vector<Row>> Connection::query(const Statement& statement, const std::vector<Column>& columns) {
  return guarded([&] {
    struct Cell {
      long long integer = 0;
      double real = 0;
      std::string text;
      soci::indicator indicator = soci::i_ok;
    };
    std::deque<Cell> cells(columns.size());
    soci::statement prepared(session_);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      Cell& cell = cells[i];
      if (columns[i] == Column::integer) prepared.exchange(soci::into(cell.integer, cell.indicator));
      if (columns[i] == Column::real) prepared.exchange(soci::into(cell.real, cell.indicator));
      if (columns[i] == Column::text) prepared.exchange(soci::into(cell.text, cell.indicator));
    }
    Bound bound(prepared, statement.values);
    bound.set(statement.values);
    prepared.alloc();
    prepared.prepare(statement.sql);
    prepared.define_and_bind();
    prepared.execute(false);
    std::vector<Row> rows;
    while (prepared.fetch()) {
      Values values(columns.size());
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (cells[i].indicator == soci::i_null) continue;
        if (columns[i] == Column::integer) values[i] = static_cast<std::int64_t>(cells[i].integer);
        if (columns[i] == Column::real) values[i] = cells[i].real;
        if (columns[i] == Column::text) values[i] = cells[i].text;
      }
      rows.emplace_back(std::move(values));
    }
    return rows;
  });
}

Result<void> Connection::plain(const char* sql) {
  return guarded([&] { session_ << sql; });
}

Result<void> Connection::transact(const Database::Job& job) {
  disk_failed_ = damage_met_ = false;
  LINTEL_CHECK(plain("BEGIN"));
  Result<void> outcome;
  try {
    outcome = job(*this);
  } catch (const std::exception& problem) {
    outcome = Error{ErrorCode::internal, fmt::format("A job of the database failed: {}", problem.what())};
  }
  // Who reads has nothing to commit. Where it met a damaged page SQLite would refuse to, whatever was read besides.
  if (outcome.ok() && mode_ == Mode::write) outcome = plain("COMMIT");
  // SQLite has ended the transaction by itself after some disk errors; the roll-back then has nothing to do.
  if (!outcome.ok() || mode_ == Mode::read) {
    try {
      session_ << "ROLLBACK";
    } catch (const std::exception&) {
    }
  }
  return outcome;
}

bool Connection::transact_together(const std::vector<const Database::Job*>& jobs, std::vector<Result<void>>& outcomes) {
  outcomes.clear();
  const Result<void> whole = transact([&](Transaction&) -> Result<void> {
    for (const Database::Job* job : jobs) {
      LINTEL_CHECK(plain("SAVEPOINT job"));
      Result<void> outcome;
      try {
        outcome = (*job)(*this);
      } catch (const std::exception& problem) {
        outcome = Error{ErrorCode::internal, fmt::format("A job of the database failed: {}", problem.what())};
      }
      if (disk_failed_) return Error{ErrorCode::unavailable, {}};
      if (!outcome.ok()) LINTEL_CHECK(plain("ROLLBACK TO job"));
      LINTEL_CHECK(plain("RELEASE job"));
      outcomes.push_back(std::move(outcome));
    }
    return {};
  });
  return whole.ok();
}

Result<void> Connection::migrate(const std::vector<Schema>& schemas) {
  return transact([&](Transaction&) -> Result<void> {
    LINTEL_CHECK(
        execute("CREATE TABLE IF NOT EXISTS schema_versions (room TEXT PRIMARY KEY, version BIGINT NOT NULL)"));
    for (const Schema& schema : schemas) LINTEL_CHECK(migrate_one(schema));
    return {};
  });
}

Result<void> Connection::migrate_one(const Schema& schema) {
  LINTEL_TRY(const auto rows,
             query("SELECT version FROM schema_versions WHERE room = :room", {schema.room}, {Column::integer}));
  const auto stored = rows.empty() ? 0 : rows.front().integer(0);
  const auto known = static_cast<std::int64_t>(schema.steps.size());
  if (stored > known)
    return Error{ErrorCode::conflict, fmt::format("The database in {} was written by a newer version ({} is at {}, "
                                                  "this one knows {}); install that version "
                                                  "again or restore a backup.",
                                                  folder_, schema.room, stored, known)};
  for (std::int64_t step = stored; step < known; ++step) {
    const Migration& migration = schema.steps[static_cast<std::size_t>(step)];
    for (const auto* statements : {&migration.statements, &migration.sqlite})
      for (const std::string& sql : *statements) LINTEL_CHECK(execute(sql));
  }
  if (stored < known)
    LINTEL_CHECK(
        execute("INSERT INTO schema_versions (room, version) VALUES (:room, :version) "
                "ON CONFLICT (room) DO UPDATE SET version = excluded.version",
                {schema.room, known}));
  return {};
}

}  // namespace lintel::storage
