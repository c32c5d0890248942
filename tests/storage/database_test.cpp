#include "storage/database.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "storage/support.hpp"

namespace lintel::storage {
namespace {

using testing::answer;
using testing::Folder;
using ::testing::HasSubstr;
using testing::open_database;
using testing::turn_until;

Schema notes() {
  return {"notes", {{{"CREATE TABLE notes (id BIGINT PRIMARY KEY, words TEXT UNIQUE, weight DOUBLE PRECISION)"}}}};
}

Options at(const std::string& folder) {
  Options options;
  options.folder = folder;
  options.schemas = {notes()};
  options.retry = std::chrono::milliseconds(20);
  return options;
}

Statement note(std::int64_t id, std::string words) {
  return {"INSERT INTO notes (id, words) VALUES (:id, :words)", {id, std::move(words)}};
}

Result<void> write(Loop& loop, Database& database, std::vector<Statement> statements) {
  return answer<void>(loop, [&](auto then) { database.write(statements, then); });
}

std::int64_t count(Loop& loop, Database& database) {
  const auto result = answer<std::int64_t>(loop, [&](auto then) {
    database.read<std::int64_t>(
        [](Transaction& transaction) -> Result<std::int64_t> {
          LINTEL_TRY(const auto rows, transaction.query("SELECT count(*) FROM notes", {}, {Column::integer}));
          return rows.front().integer(0);
        },
        then);
  });
  return result.value_or(-1);
}

// Spoils the pages of the closed database that hold `words`, as a card does whose power went while it wrote.
void spoil(const std::string& folder, const std::string& words) {
  const std::string path = folder + "/lintel.db";
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  constexpr std::size_t page = 4096;
  for (std::size_t at = 0; at < bytes.size(); at += page)
    if (bytes.substr(at, page).find(words) != std::string::npos) bytes.replace(at, 100, 100, '\xff');
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(Database, saysOfADamagedTableThatItIsDamaged) {
  Loop loop;
  const Folder folder;
  auto database = open_database(loop, at(folder.data()));
  ASSERT_TRUE(write(loop, *database, {note(1, "the words of a note")}).ok());
  database.reset();
  spoil(folder.data(), "the words of");
  database = open_database(loop, at(folder.data()));
  const auto refused = database->wait([](Transaction& transaction) -> Result<void> {
    LINTEL_TRY(const auto rows, transaction.query("SELECT words FROM notes", {}, {Column::text}));
    return rows.empty() ? Result<void>() : Result<void>(Error{});
  });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("damaged"));
}

// What keeps writing to a damaged table fails each time, and the probe between passes: told so, the two would push all
// else out of the journal.
TEST(Database, staysBrokenWhereDamageIsMetAgain) {
  Loop loop;
  const Folder folder;
  Options options = at(folder.data());
  options.schemas[0].steps.push_back({{"CREATE TABLE others (id BIGINT PRIMARY KEY)"}});
  options.retry = {};  // each batch is followed by a try
  auto database = open_database(loop, options);
  ASSERT_TRUE(write(loop, *database, {note(1, "the words of a note")}).ok());
  database.reset();
  spoil(folder.data(), "the words of");
  database = open_database(loop, options);
  EXPECT_FALSE(database->damage_met());
  std::vector<State> states;
  const auto subscription = database->on_health([&](const Health& health) { states.push_back(health.state); });
  for (std::int64_t id = 2; id < 12; ++id) {
    EXPECT_FALSE(write(loop, *database, {note(id, "more")}).ok());
    EXPECT_TRUE(write(loop, *database, {{"INSERT INTO others (id) VALUES (:id)", {id}}}).ok()) << "the rest goes on";
  }
  EXPECT_THAT(states, ::testing::ElementsAre(State::broken, State::working, State::broken));
  EXPECT_THAT(database->health().message, HasSubstr("damaged"));
  EXPECT_TRUE(database->damage_met());
}

// The index of what is not in the main file yet takes 32 KiB. Given back at the end, a full disk would not have them at
// the next start, and the station with its doors would not come up.
TEST(Database, keepsTheRoomOnTheDiskThatItsNextStartNeeds) {
  Loop loop;
  const Folder folder;
  for (int run = 0; run < 2; ++run) {
    auto database = open_database(loop, at(folder.data()));
    ASSERT_TRUE(write(loop, *database, {note(run, std::to_string(run))}).ok());
    database.reset();
    const std::string index = folder.data() + "/lintel.db-shm", log = folder.data() + "/lintel.db-wal";
    ASSERT_TRUE(std::filesystem::exists(index) && std::filesystem::exists(log));
    EXPECT_GE(std::filesystem::file_size(index), 32'768U);
    EXPECT_EQ(std::filesystem::file_size(log), 0U);
  }
}

TEST(Database, keepsEachTypeOfValueAsItWas) {
  Loop loop;
  const Folder folder;
  auto database = open_database(loop, at(folder.data()));
  const std::string words("ein Grüß Gott\0mit Null", 24);
  const std::int64_t large = INT64_C(9'007'199'254'740'993);  // one more than a double holds
  ASSERT_TRUE(
      write(loop, *database,
            {{"INSERT INTO notes (id, words, weight) VALUES (:id, :words, :weight)", {large, words, 0.1}},
             {"INSERT INTO notes (id, words, weight) VALUES (:id, :words, :weight)", {INT64_C(-5), Null{}, Null{}}}})
          .ok());
  const auto rows = answer<std::vector<Row>>(loop, [&](auto then) {
    database->read<std::vector<Row>>(
        [](Transaction& transaction) {
          return transaction.query("SELECT id, words, weight FROM notes WHERE id <> :id ORDER BY id", {INT64_C(7)},
                                   {Column::integer, Column::text, Column::real});
        },
        then);
  });
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->at(0).integer(0), -5);
  EXPECT_TRUE(rows->at(0).is_null(1));
  EXPECT_TRUE(rows->at(0).is_null(2));
  EXPECT_EQ(rows->at(1).integer(0), large);
  EXPECT_EQ(rows->at(1).text(1), words);
  EXPECT_EQ(rows->at(1).real(2), 0.1);
}

TEST(Database, keepsFolderAndFilesPrivate) {
  Loop loop;
  const Folder folder;
  auto database = open_database(loop, at(folder.data()));
  ASSERT_TRUE(write(loop, *database, {note(1, "one")}).ok());
  struct stat status {};
  ASSERT_EQ(stat(folder.data().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  for (const auto& file : std::filesystem::directory_iterator(folder.data())) {
    ASSERT_EQ(stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U) << file.path();
  }
}

TEST(Database, acceptsAFolderWithAnyName) {
  Loop loop;
  const Folder folder;
  const std::string odd = folder.path() + "/it's \"a\" = folder; $(touch x)";
  auto database = open_database(loop, at(odd));
  ASSERT_NE(database, nullptr);
  EXPECT_TRUE(write(loop, *database, {note(1, "one")}).ok());
  EXPECT_TRUE(std::filesystem::exists(odd + "/lintel.db"));
}

TEST(Database, leavesNothingOfAFailedJob) {
  Loop loop;
  const Folder folder;
  auto database = open_database(loop, at(folder.data()));
  const auto refused = write(loop, *database, {note(1, "one"), note(2, "one")});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(count(loop, *database), 0);
}

TEST(Database, answersEachJobOfACommonCommitByItself) {
  Loop loop;
  const Folder folder;
  auto database = open_database(loop, at(folder.data()));
  int good = 0;
  int bad = 0;
  for (int i = 0; i < 1000; ++i)
    database->write({note(i, i % 10 == 9 ? "taken" : std::to_string(i))},
                    [&](const Result<void>& result) { ++(result.ok() ? good : bad); });
  ASSERT_TRUE(turn_until(loop, [&] { return good + bad == 1000; }));
  EXPECT_EQ(good, 901);
  EXPECT_EQ(bad, 99);
  EXPECT_EQ(count(loop, *database), 901);
}

TEST(Database, refusesWorkBeyondItsQueue) {
  Loop loop;
  const Folder folder;
  Options options = at(folder.data());
  options.queue_limit = 2;
  auto database = open_database(loop, options);
  std::promise<void> go;
  auto gate = go.get_future().share();
  int good = 0;
  int full = 0;
  const auto then = [&](const Result<void>& result) {
    if (result.ok()) ++good;
    if (!result.ok() && result.error().code == ErrorCode::full) ++full;
  };
  for (int i = 0; i < 10; ++i)
    database->write(
        [gate](Transaction&) -> Result<void> {
          gate.wait();
          return {};
        },
        then);
  go.set_value();
  ASSERT_TRUE(turn_until(loop, [&] { return good + full == 10; }));
  EXPECT_GE(good, 2);
  EXPECT_GE(full, 6);  // two run, two wait
}

TEST(Database, finishesAcceptedWritesWhenItCloses) {
  Loop loop;
  const Folder folder;
  auto database = open_database(loop, at(folder.data()));
  for (int i = 0; i < 500; ++i) database->write({note(i, std::to_string(i))});
  database.reset();
  database = open_database(loop, at(folder.data()));
  EXPECT_EQ(count(loop, *database), 500);
}

// S22: searches that nobody waits for any more would hold up the end, until the service manager kills it.
TEST(Database, doesNotBeginReadsWhenItCloses) {
  Loop loop;
  const Folder folder;
  auto database = open_database(loop, at(folder.data()));
  std::promise<void> dropped;
  int read = 0;
  database->read(
      [&, held = dropped.get_future().share()](Transaction&) -> Result<void> {
        ++read;
        held.wait_for(std::chrono::seconds(5));
        return {};
      },
      {});
  std::shared_ptr<int> waits(&read, [&dropped](int*) { dropped.set_value(); });
  database->read(
      [waits](Transaction&) -> Result<void> {
        ++*waits;
        return {};
      },
      {});
  waits.reset();
  database.reset();
  EXPECT_LE(read, 1) << "the first one may not have begun";
}

TEST(Database, refusesToWriteInARead) {
  Loop loop;
  const Folder folder;
  auto database = open_database(loop, at(folder.data()));
  const auto refused = answer<void>(loop, [&](auto then) {
    database->read(
        [](Transaction& transaction) -> Result<void> {
          LINTEL_CHECK(transaction.execute(note(1, "one")));
          return {};
        },
        then);
  });
  EXPECT_FALSE(refused.ok());
  EXPECT_EQ(count(loop, *database), 0);
}

TEST(Database, bringsAnOlderSchemaUpToDateAndKeepsItsRows) {
  Loop loop;
  const Folder folder;
  {
    auto database = open_database(loop, at(folder.data()));
    ASSERT_TRUE(write(loop, *database, {note(1, "old")}).ok());
  }
  Options options = at(folder.data());
  options.schemas[0].steps.push_back({{"ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'"}});
  auto database = open_database(loop, options);
  ASSERT_NE(database, nullptr);
  const auto colour = database->wait_for<std::string>([](Transaction& transaction) -> Result<std::string> {
    LINTEL_TRY(const auto rows, transaction.query("SELECT colour FROM notes WHERE words = :words", {std::string("old")},
                                                  {Column::text}));
    return rows.front().text(0);
  });
  EXPECT_EQ(colour.value_or(""), "grey");
}

TEST(Database, refusesAFileOfANewerVersionAndSaysSo) {
  Loop loop;
  const Folder folder;
  Options newer = at(folder.data());
  newer.schemas[0].steps.push_back({{"ALTER TABLE notes ADD COLUMN colour TEXT"}});
  open_database(loop, newer).reset();
  const auto refused = Database::open(loop, at(folder.data()));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("newer version"));
}

TEST(Database, keepsTheOldSchemaWhenAStepFails) {
  Loop loop;
  const Folder folder;
  open_database(loop, at(folder.data())).reset();
  Options broken = at(folder.data());
  broken.schemas[0].steps.push_back({{"ALTER TABLE notes ADD COLUMN colour TEXT", "NOT SQL"}});
  EXPECT_FALSE(Database::open(loop, broken).ok());
  auto database = open_database(loop, at(folder.data()));
  EXPECT_NE(database, nullptr);
}

// An update on a nearly full disk: the first room's step finds place, the second's does not. The version before still
// opens what it wrote.
TEST(Database, keepsAllOldSchemasWhenAStepOfOneFails) {
  Loop loop;
  const Folder folder;
  Options old = at(folder.data());
  old.schemas.push_back({"second", {{{"CREATE TABLE second (id BIGINT)"}}}});
  open_database(loop, old).reset();
  Options broken = old;
  broken.schemas[0].steps.push_back({{"ALTER TABLE notes ADD COLUMN colour TEXT"}});
  broken.schemas[1].steps.push_back({{"NOT SQL"}});
  EXPECT_FALSE(Database::open(loop, broken).ok());
  const auto opened = Database::open(loop, old);
  EXPECT_TRUE(opened.ok()) << opened.error().message;
}

TEST(Database, refusesASecondProcessOnTheFolder) {
  Loop loop;
  const Folder folder;
  auto database = open_database(loop, at(folder.data()));
  const auto refused = Database::open(loop, at(folder.data()));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("Another station"));
}

TEST(Database, refusesAFileThatIsNoDatabase) {
  Loop loop;
  const Folder folder;
  std::ofstream(folder.path() + "/lintel.db") << std::string(8192, 'x');
  const auto refused = Database::open(loop, at(folder.path()));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("damaged"));
}

TEST(Database, refusesAFolderThatCannotBeMade) {
  Loop loop;
  const auto refused = Database::open(loop, at("/proc/lintel"));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("/proc/lintel"));
}

// In a mount namespace of its own, where the folder is mounted read-only: the process of the test keeps its own view.
enum Child { as_expected, no_namespace, not_opened, not_read, not_refused };
Child on_a_disk_that_takes_nothing(const std::string& folder) {
  const char* const path = folder.c_str();
  if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount(path, path, nullptr, MS_BIND, nullptr) != 0 ||
      mount(nullptr, path, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0)
    return no_namespace;
  Loop loop;
  auto database = Database::open(loop, at(folder));
  if (!database.ok()) return not_opened;
  if (count(loop, **database) != 1) return not_read;
  const auto refused = write(loop, **database, {note(2, "two")});
  const bool told = turn_until(loop, [&] { return (*database)->health().state == State::broken; });
  return !refused.ok() && refused.error().code == ErrorCode::unavailable && told ? as_expected : not_refused;
}

// A card that is worn out takes nothing more, and the next start mounts it read-only. `killed`: what was written last
// is still in the log of changes.
void start_read_only(bool killed) {
  const Folder folder;
  const auto in_child = [](const std::function<int()>& work) {
    const pid_t child = fork();
    if (child == 0) _exit(work());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  ASSERT_EQ(in_child([&] {
              Loop loop;
              auto database = Database::open(loop, at(folder.data()));
              if (!database.ok() || !write(loop, **database, {note(1, "one")}).ok()) return 1;
              if (!killed) database->reset();
              return 0;
            }),
            0);
  EXPECT_EQ(in_child([&] { return on_a_disk_that_takes_nothing(folder.data()); }), as_expected);
}

TEST(Database, opensOnADiskThatTakesNothingMore) {
  start_read_only(false);
  start_read_only(true);
}

TEST(Database, onAFullDiskRefusesNewWorkLoudlyKeepsTheOldAndComesBack) {
  Loop loop;
  const Folder folder;
  Options options = at(folder.data());
  options.page_limit = 40;
  auto database = open_database(loop, options);
  std::vector<State> states;
  const auto subscription = database->on_health([&](const Health& health) { states.push_back(health.state); });
  std::int64_t stored = 0;
  Result<void> last;
  for (; stored < 1000 &&
         (last = write(loop, *database, {note(stored, std::string(2000, 'a') + std::to_string(stored))})).ok();
       ++stored) {
  }
  ASSERT_FALSE(last.ok());
  EXPECT_EQ(last.error().code, ErrorCode::full);
  EXPECT_THAT(last.error().message, HasSubstr("make room"));
  ASSERT_TRUE(turn_until(loop, [&] { return database->health().state == State::full; }));
  EXPECT_THAT(database->health().message, HasSubstr("is full"));
  EXPECT_EQ(count(loop, *database), stored);

  ASSERT_TRUE(
      write(loop, *database, {{"DELETE FROM notes WHERE id < :id", {stored / 2}}}).ok());  // somebody makes room
  ASSERT_TRUE(turn_until(loop, [&] { return database->health().state == State::working; }));
  EXPECT_THAT(states, ::testing::ElementsAre(State::full, State::working));
  EXPECT_TRUE(write(loop, *database, {note(stored, "room again")}).ok());
}

TEST(Database, aLargeJobThatDoesNotFitSpoilsNoOther) {
  Loop loop;
  const Folder folder;
  Options options = at(folder.data());
  options.page_limit = 60;
  auto database = open_database(loop, options);
  int good = 0;
  int bad = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string words = i == 10 ? std::string(1'000'000, 'x') : std::to_string(i);
    database->write({note(i, words)}, [&](const Result<void>& result) { ++(result.ok() ? good : bad); });
  }
  ASSERT_TRUE(turn_until(loop, [&] { return good + bad == 20; }));
  EXPECT_EQ(good, 19);
  EXPECT_EQ(bad, 1);
}

// A child writes and reports each acknowledged id on a pipe; it is killed in the middle. What it reported must be
// there.
TEST(Database, killedWhileWritingItLosesNothingItAcknowledged) {
  for (int round = 0; round < 5; ++round) {
    const Folder folder;
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) {
      Loop loop;
      auto database = Database::open(loop, at(folder.data()));
      if (!database.ok()) _exit(1);
      std::int64_t id = 0;
      std::function<void()> more = [&] {
        const std::int64_t mine = ++id;
        (*database)->write({note(mine, "word " + std::to_string(mine))}, [&, mine](const Result<void>& result) {
          if (result.ok() && ::write(pipes[1], &mine, sizeof mine) != sizeof mine) _exit(2);
          more();
        });
      };
      for (int i = 0; i < 20; ++i) more();
      loop.run();
      _exit(3);
    }
    close(pipes[1]);
    std::vector<std::int64_t> acknowledged;
    std::int64_t id = 0;
    const std::size_t enough = 50 + static_cast<std::size_t>(round) * 37;
    while (acknowledged.size() < enough && read(pipes[0], &id, sizeof id) == sizeof id) acknowledged.push_back(id);
    kill(child, SIGKILL);
    while (read(pipes[0], &id, sizeof id) == sizeof id) acknowledged.push_back(id);
    close(pipes[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_GE(acknowledged.size(), enough);

    Loop loop;
    auto database = open_database(loop, at(folder.data()));
    const auto found = database->wait_for<std::int64_t>([&](Transaction& transaction) -> Result<std::int64_t> {
      std::int64_t present = 0;
      for (const std::int64_t wanted : acknowledged) {
        LINTEL_TRY(const auto rows,
                   transaction.query("SELECT words FROM notes WHERE id = :id", {wanted}, {Column::text}));
        present += static_cast<std::int64_t>(rows.size());
      }
      return present;
    });
    EXPECT_EQ(found.value_or(-1), static_cast<std::int64_t>(acknowledged.size()));
  }
}

}  // namespace
}  // namespace lintel::storage
