#include "storage/database.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/log.hpp"
#include "storage/connection.hpp"
#include "storage/data_folder.hpp"

namespace lintel::storage {
namespace {

constexpr std::size_t batch_limit = 256;  // jobs of one commit: bounds the time one of them waits for the others

struct Task {
  Database::Job job;
  Database::Then then;
  std::shared_ptr<std::promise<Result<void>>> waiter;  // instead of `then`: start only
};

// What the loop and one storage thread share.
struct Lane {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Task> tasks;  // guarded by mutex
  bool closing = false;    // guarded by mutex
  std::thread thread;
};

// A commit that needs room on the disk, and leaves nothing: proof that the database works again.
Result<void> probe(Connection& connection) {
  const auto one = [&connection](const char* sql, const Values& values) {
    return connection.transact([&](Transaction& transaction) -> Result<void> {
      LINTEL_CHECK(transaction.execute(sql, values));
      return {};
    });
  };
  LINTEL_CHECK(one("INSERT INTO storage_probe (filling) VALUES (:filling)", {std::string(16'384, '.')}));
  return one("DELETE FROM storage_probe", {});
}

const Schema& own_schema() {
  static const Schema schema{"storage", {{{"CREATE TABLE storage_probe (filling TEXT NOT NULL)"}}}};
  return schema;
}

}  // namespace

struct Database::Inner : std::enable_shared_from_this<Database::Inner> {
  Inner(Loop& loop, DataFolder data_folder, Options given)
      : post(loop.poster()), folder(std::move(data_folder)), options(std::move(given)) {}

  void start();
  void stop();
  void put(Lane& lane, Task task);
  std::optional<std::vector<Task>> take(Lane& lane, std::size_t limit, bool may_time_out);
  void write_loop();
  void read_loop();
  void run_writes(std::vector<Task> tasks);
  void answer(std::vector<Task> tasks, std::vector<Result<void>> outcomes);
  void report(State state, const std::string& message);

  const Loop::Poster post;
  DataFolder folder;  // before the connections: their paths lead through it
  const Options options;
  std::unique_ptr<Connection> writer;  // writing thread, once started
  std::unique_ptr<Connection> reader;  // reading thread, once started
  Lane writes;
  Lane reads;
  std::atomic<std::size_t> waiting{0};
  // Damage may be gone around, as the journal does. Where it is met again it is there to stay: its pages do not heal,
  // and the probe, which writes to others, would say each time that all is well.
  static constexpr int damages_to_stay = 2;
  [[nodiscard]] bool damaged_for_good() const { return damages == damages_to_stay; }
  State reported = State::working;                     // writing thread
  std::atomic<int> damages{0};  // writing thread; any may read: how often it was reported broken by damage
  std::chrono::steady_clock::time_point next_probe{};  // writing thread
  Health health;                                       // loop
  Listeners<const Health&> listeners;
};

void Database::Inner::start() {
  writes.thread = std::thread([this] { write_loop(); });
  reads.thread = std::thread([this] { read_loop(); });
}

void Database::Inner::stop() {
  for (Lane* lane : {&writes, &reads}) {
    std::deque<Task> unheard;  // reads, of which nobody is there any more to hear
    {
      const std::lock_guard lock(lane->mutex);
      lane->closing = true;
      if (lane == &reads) unheard.swap(lane->tasks);
    }
    lane->changed.notify_all();
    unheard.clear();
    if (lane->thread.joinable()) lane->thread.join();
  }
}

void Database::Inner::put(Lane& lane, Task task) {
  {
    const std::lock_guard lock(lane.mutex);
    if (lane.tasks.size() < options.queue_limit) {
      if (&lane == &writes) ++waiting;
      lane.tasks.push_back(std::move(task));
      lane.changed.notify_one();
      return;
    }
  }
  const Error refused{ErrorCode::full, "The database has more work waiting than it may; try again in a moment."};
  if (task.waiter) task.waiter->set_value(refused);
  if (task.then) post([then = std::move(task.then), refused] { then(refused); });
}

// Nothing when the lane closes; no task when the time is over.
std::optional<std::vector<Task>> Database::Inner::take(Lane& lane, std::size_t limit, bool may_time_out) {
  std::unique_lock lock(lane.mutex);
  const auto ready = [&] { return lane.closing || !lane.tasks.empty(); };
  if (may_time_out)
    lane.changed.wait_for(lock, options.retry, ready);
  else
    lane.changed.wait(lock, ready);
  if (lane.closing && lane.tasks.empty()) return std::nullopt;
  std::vector<Task> taken;
  while (!lane.tasks.empty() && taken.size() < limit) {
    taken.push_back(std::move(lane.tasks.front()));
    lane.tasks.pop_front();
  }
  return taken;
}

void Database::Inner::write_loop() {
  const auto to_probe = [this] { return reported != State::working && !damaged_for_good(); };
  while (auto tasks = take(writes, batch_limit, to_probe())) {
    if (!tasks->empty()) run_writes(std::move(*tasks));
    // A small commit may pass on a full disk: only the probe ends the bad state.
    if (!to_probe() || std::chrono::steady_clock::now() < next_probe) continue;
    if (probe(*writer).ok()) report(State::working, {});
    next_probe = std::chrono::steady_clock::now() + options.retry;
  }
}

void Database::Inner::run_writes(std::vector<Task> tasks) {
  std::vector<const Job*> jobs;
  jobs.reserve(tasks.size());
  for (const Task& task : tasks) jobs.push_back(&task.job);
  std::vector<Result<void>> outcomes;
  if (jobs.size() == 1 || !writer->transact_together(jobs, outcomes)) {
    // Alone, or one spoilt the common commit: each by itself, so that what fits is stored.
    outcomes.clear();
    for (const Job* job : jobs) {
      outcomes.push_back(writer->transact(*job));
      if (outcomes.back().ok() || !writer->disk_failed() || damaged_for_good()) continue;
      if (writer->damage_met() && reported == State::working) ++damages;
      report(outcomes.back().error().code == ErrorCode::full ? State::full : State::broken,
             outcomes.back().error().message);
      next_probe = std::chrono::steady_clock::now() + options.retry;
    }
  }
  answer(std::move(tasks), std::move(outcomes));
}

void Database::Inner::answer(std::vector<Task> tasks, std::vector<Result<void>> outcomes) {
  waiting -= tasks.size();
  bool for_loop = false;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].job = nullptr;
    if (tasks[i].waiter) tasks[i].waiter->set_value(outcomes[i]);
    for_loop = for_loop || tasks[i].then != nullptr;
  }
  if (!for_loop) return;
  // One post for the whole commit; shared, because std::function copies.
  auto shared_tasks = std::make_shared<std::vector<Task>>(std::move(tasks));
  auto shared_outcomes = std::make_shared<std::vector<Result<void>>>(std::move(outcomes));
  post([weak = weak_from_this(), shared_tasks, shared_outcomes] {
    for (std::size_t i = 0; i < shared_tasks->size(); ++i)
      if (!weak.expired() && (*shared_tasks)[i].then) (*shared_tasks)[i].then(std::move((*shared_outcomes)[i]));
  });
}

void Database::Inner::read_loop() {
  while (auto tasks = take(reads, 1, false)) {
    Task task = std::move(tasks->front());
    Result<void> outcome = reader->transact(task.job);
    task.job = nullptr;
    auto shared = std::make_shared<Result<void>>(std::move(outcome));
    post([weak = weak_from_this(), then = std::move(task.then), shared] {
      if (!weak.expired() && then) then(std::move(*shared));
    });
  }
}

void Database::Inner::report(State state, const std::string& message) {
  if (state == reported) return;
  reported = state;
  if (state == State::working)
    log::info("storage", "the database works again");
  else
    log::error("storage", "{}", message);
  post([weak = weak_from_this(), state, message] {
    const auto inner = weak.lock();
    if (inner == nullptr) return;
    inner->health = {state, message};
    inner->listeners.tell(inner->health);
  });
}

Database::Database(std::shared_ptr<Inner> inner) : inner_(std::move(inner)) {}

Database::~Database() {
  inner_->stop();
}

Result<std::unique_ptr<Database>> Database::open(Loop& loop, Options options) {
  LINTEL_TRY(DataFolder folder, DataFolder::open(options.folder, options.lock_folder));
  LINTEL_CHECK(folder.prepare_file("lintel.db"));
  auto inner = std::make_shared<Inner>(loop, std::move(folder), std::move(options));
  try {
    const std::string path = inner->folder.plain_path("lintel.db");
    using Mode = Connection::Mode;
    inner->writer = std::make_unique<Connection>(path, inner->folder.path(), Mode::write, inner->options.page_limit);
    std::vector<Schema> schemas{own_schema()};
    schemas.insert(schemas.end(), inner->options.schemas.begin(), inner->options.schemas.end());
    LINTEL_CHECK(inner->writer->migrate(schemas));
    inner->reader = std::make_unique<Connection>(path, inner->folder.path(), Mode::read, 0);
  } catch (const std::exception& problem) {
    return opening_error(problem, inner->folder.path());
  }
  inner->start();
  return std::unique_ptr<Database>(new Database(std::move(inner)));
}

void Database::write(Job job, Then then) {
  inner_->put(inner_->writes, {std::move(job), std::move(then), nullptr});
}

void Database::write(std::vector<Statement> statements, Then then) {
  write(
      [statements = std::move(statements)](Transaction& transaction) -> Result<void> {
        for (const Statement& statement : statements) LINTEL_CHECK(transaction.execute(statement));
        return {};
      },
      std::move(then));
}

void Database::read(Job job, Then then) {
  inner_->put(inner_->reads, {std::move(job), std::move(then), nullptr});
}

Result<void> Database::wait(const Job& job) {
  auto waiter = std::make_shared<std::promise<Result<void>>>();
  auto outcome = waiter->get_future();
  inner_->put(inner_->writes, {job, nullptr, std::move(waiter)});
  return outcome.get();
}

const Health& Database::health() const {
  return inner_->health;
}
Subscription Database::on_health(std::function<void(const Health&)> listener) {
  return inner_->listeners.add(std::move(listener));
}
bool Database::damage_met() const {
  return inner_->damages > 0;
}

std::size_t Database::waiting() const {
  return inner_->waiting;
}

}  // namespace lintel::storage
