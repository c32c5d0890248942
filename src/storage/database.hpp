// The database behind one thread. The loop hands jobs over and hears of them later; it never waits for the disk.
//
// Writes run in order on the storage thread, several in one commit when several wait (group commit), and are answered
// only when they are durable (WAL, synchronous=FULL). Reads run beside them on a thread and connection of their own,
// so that a long search delays no write; a read started after a write was answered sees it.
//
// A disk that is full or broken refuses new work at once and says so (`health`); what was acknowledged stays. The
// database is tried again by itself, and health changes back without a restart; a disk found read-only needs one, and
// so does a database in which damaged pages are met a second time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "storage/listeners.hpp"
#include "storage/value.hpp"

namespace lintel::storage {

// The statements of one job. Only valid inside the job, on the storage threads.
// Placeholders are `:name`, each used once, bound by position. Errors: `full` (disk), `unavailable` (disk broken, file
// not writable), `conflict` (a unique or foreign key forbids it), `internal` (a statement of ours is wrong).
class Transaction {
 public:
  virtual ~Transaction() = default;
  // Answers how many rows changed.
  virtual Result<std::int64_t> execute(const Statement& statement) = 0;
  Result<std::int64_t> execute(std::string sql, Values values = {}) {
    return execute(Statement{std::move(sql), std::move(values)});
  }
  // Runs one statement for each set of values, prepared once.
  virtual Result<void> execute_many(const std::string& sql, const std::vector<Values>& rows) = 0;
  virtual Result<std::vector<Row>> query(const Statement& statement, const std::vector<Column>& columns) = 0;
  Result<std::vector<Row>> query(std::string sql, Values values, const std::vector<Column>& columns) {
    return query(Statement{std::move(sql), std::move(values)}, columns);
  }
  // Whether a statement so far met pages that are damaged: `unavailable` may also be a disk that failed this once.
  [[nodiscard]] virtual bool damage_met() const = 0;
};

// One step of a room's schema. Steps are never changed once released; new ones are added.
struct Migration {
  std::vector<std::string> statements;   // SQL that both dialects understand
  std::vector<std::string> sqlite = {};  // then those of the dialect in use
  std::vector<std::string> postgresql = {};
};

// The tables of one room: version N is reached by the first N steps.
struct Schema {
  std::string room;
  std::vector<Migration> steps;
};

enum class State { working, full, broken };

struct Health {
  State state = State::working;
  std::string message;  // a sentence that says what to do; empty while working
};

struct Options {
  std::string folder;  // the data folder: made with mode 0700 where it is missing
  std::vector<Schema> schemas;
  std::size_t queue_limit = 20'000;                           // jobs waiting; more are refused with `full`
  std::chrono::milliseconds retry = std::chrono::seconds(5);  // how often a failed database is tried again
  bool lock_folder = true;                                    // refuse a second process on the same folder
  int page_limit = 0;  // tests: at most so many pages of 4 KiB; 0: as many as the disk holds
};

class Database {
 public:
  using Job = std::function<Result<void>(Transaction&)>;
  using Then = std::function<void(Result<void>)>;

  // Start only: opens or creates the file and brings the schema up to date; this waits for the disk.
  // Errors: `unavailable` (folder not writable, file damaged), `full`, `conflict` (another process has the folder, or
  // the file was written by a newer Lintel). The message says what to do.
  static Result<std::unique_ptr<Database>> open(Loop& loop, Options options);
  // Finishes the writes that were accepted and the read that runs, then closes; results posted after that are dropped.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs `job` as one transaction: an error from it, or from the commit, leaves nothing behind. `then` is called once,
  // on the loop, after the commit is durable. A job may be run again when another one spoilt the common commit, so it
  // keeps its outcome in its result only. Loop only.
  void write(Job job, Then then = {});
  void write(std::vector<Statement> statements, Then then = {});
  // Runs `job` on the reading thread, without a right to write. Loop only.
  void read(Job job, Then then);

  // The same with a value as the outcome: database.read<int>([](Transaction& t) -> Result<int> {...}, [](Result<int>)
  // {...}).
  template <typename T, typename TypedJob>
  void write(TypedJob job, std::function<void(Result<T>)> then) {
    auto [plain, answer] = typed<T>(std::move(job), std::move(then));
    write(std::move(plain), std::move(answer));
  }
  template <typename T, typename TypedJob>
  void read(TypedJob job, std::function<void(Result<T>)> then) {
    auto [plain, answer] = typed<T>(std::move(job), std::move(then));
    read(std::move(plain), std::move(answer));
  }
  // Start only: the same as write(), but waits for the outcome. For loading what lives in memory.
  Result<void> wait(const Job& job);
  template <typename T, typename TypedJob>
  Result<T> wait_for(TypedJob job) {
    Result<T> outcome = Error{};
    const Result<void> done = wait([&](Transaction& transaction) -> Result<void> {
      outcome = job(transaction);
      return outcome.ok() ? Result<void>() : Result<void>(outcome.error());
    });
    return done.ok() ? std::move(outcome) : Result<T>(done.error());
  }

  [[nodiscard]] const Health& health() const;                                         // loop only
  [[nodiscard]] Subscription on_health(std::function<void(const Health&)> listener);  // loop only
  [[nodiscard]] bool damage_met() const;      // by a write, since the start; met again it ends all writing. Any thread
  [[nodiscard]] std::size_t waiting() const;  // writes accepted and not yet answered; any thread

 private:
  struct Inner;
  explicit Database(std::shared_ptr<Inner> inner);

  template <typename T, typename TypedJob>
  static std::pair<Job, Then> typed(TypedJob job, std::function<void(Result<T>)> then) {
    auto outcome = std::make_shared<Result<T>>(Error{});
    return {[job = std::move(job), outcome](Transaction& transaction) -> Result<void> {
              *outcome = job(transaction);
              return outcome->ok() ? Result<void>() : Result<void>(outcome->error());
            },
            [then = std::move(then), outcome](Result<void> done) {
              if (then) then(done.ok() ? std::move(*outcome) : Result<T>(done.error()));
            }};
  }

  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::storage
