#include "journal/journal.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "journal_fixture.hpp"

namespace lintel::journal {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(JournalTest, tellsAtOnceAndAgainWhenDurable) {
  std::vector<std::string> heard;
  const auto happened = journal_->on_happened(
      [&](const Entry& entry) { heard.push_back("happened " + std::to_string(entry.id) + " " + entry.room); });
  const auto journalled = journal_->on_journalled(
      [&](const Entry& entry) { heard.push_back("journalled " + std::to_string(entry.id) + " " + entry.room); });
  journal_->record(events::call_pressed, {.room = "101"});
  journal_->record(events::call_pressed, {.room = "102"});
  EXPECT_THAT(heard, ElementsAre("happened 0 101", "happened 0 102"));
  ASSERT_TRUE(stored());
  EXPECT_THAT(heard, ElementsAre("happened 0 101", "happened 0 102", "journalled 1 101", "journalled 2 102"));
  EXPECT_EQ(journal_->last_id(), 2);
}

TEST_F(JournalTest, keepsEveryPartOfAnEntryOverARestart) {
  const std::vector<Field> fields = {
      {"method", "DTMF"}, {"note", "tab\there, line\nhere, \\ and \"quotes\""}, {"empty", ""}};
  journal_->record(events::access_unlocked, {.room = "101", .door = "Tür", .subject = "101#1", .fields = fields});
  ASSERT_TRUE(stored());
  open();
  const Page page = search({});
  ASSERT_EQ(page.entries.size(), 1U);
  const Entry& entry = page.entries.front();
  EXPECT_EQ(entry.id, 1);
  EXPECT_EQ(entry.time, clock_.wall());
  EXPECT_EQ(entry.kind, Kind::unlock);
  EXPECT_EQ(entry.event, "access.unlocked");
  EXPECT_EQ(entry.severity, Severity::information);
  EXPECT_EQ(entry.room, "101");
  EXPECT_EQ(entry.door, "Tür");
  EXPECT_EQ(entry.subject, "101#1");
  EXPECT_EQ(entry.fields, fields);
  EXPECT_EQ(entry.message, "101#1 opened Tür by DTMF.");
  journal_->record(events::access_locked);
  ASSERT_TRUE(stored());
  EXPECT_EQ(journal_->last_id(), 2);
}

TEST_F(JournalTest, findsByTimeKindRoomDoorEventAndText) {
  const WallTime start = clock_.wall();
  journal_->record(events::call_pressed, {.room = "101"});
  clock_.advance(1h);
  journal_->record(events::access_unlocked,
                   {.room = "101", .door = "Front door", .subject = "Frau GRÜN", .fields = {{"method", "code"}}});
  clock_.advance(1h);
  journal_->record(events::access_refused,
                   {.room = "102", .door = "Side door", .fields = {{"reason", "100% sure_no"}}});
  ASSERT_TRUE(stored());
  EXPECT_THAT(rooms(search({.from = start + 1h, .to = start + 2h})), ElementsAre("101"));
  EXPECT_EQ(search({.from = start, .to = start + 2h}).entries.size(), 2U);
  EXPECT_EQ(search({.kind = Kind::unlock}).entries.size(), 2U);
  EXPECT_EQ(search({.event = "call.pressed"}).entries.size(), 1U);
  EXPECT_EQ(search({.room = "101"}).entries.size(), 2U);
  EXPECT_THAT(rooms(search({.door = "Side door"})), ElementsAre("102"));
  EXPECT_THAT(rooms(search({.text = "frau grün"})), ElementsAre("101"));
  EXPECT_THAT(rooms(search({.text = "100% SURE_NO"})), ElementsAre("102"));
  EXPECT_THAT(rooms(search({.text = "100_"})), IsEmpty());
  EXPECT_THAT(rooms(search({.text = "' OR 1=1 --"})), IsEmpty());
  EXPECT_THAT(rooms(search({.kind = Kind::unlock, .room = "101", .text = "code"})), ElementsAre("101"));
}

// A page in German knows by which words of its own an event is told.
TEST_F(JournalTest, N09_findsEventsThatAnotherLanguageTellsInThoseWords) {
  journal_->record(events::call_pressed, {.room = "101"});
  journal_->record(events::access_locked, {.room = "102", .door = "Haustür"});
  journal_->record(events::access_wrong_code, {.room = "103", .door = "Haustür"});
  ASSERT_TRUE(stored());
  EXPECT_THAT(rooms(search({.text = "verriegelt", .or_events = {"access.locked", "call.pressed"}})),
              ElementsAre("102", "101"));
  EXPECT_THAT(rooms(search({.room = "101", .text = "verriegelt", .or_events = {"access.locked", "call.pressed"}})),
              ElementsAre("101"));
  EXPECT_THAT(rooms(search({.text = "haustür", .or_events = {"') OR 1=1 --"}})), ElementsAre("103", "102"));
  const auto page = answer<Page>(loop_, [&](auto then) {
    journal_->search({.text = "x", .or_events = std::vector<std::string>(Journal::event_limit + 1, "a.b")}, then);
  });
  EXPECT_EQ(page.error().field, "or_events");
}

TEST_F(JournalTest, givesPagesByCursorThatNewEntriesDoNotShift) {
  for (int i = 1; i <= 25; ++i) journal_->record(events::call_pressed, {.room = std::to_string(i)});
  ASSERT_TRUE(stored());
  std::vector<std::string> seen;
  Query query{.limit = 10};
  do {
    const Page page = search(query);
    for (const Entry& entry : page.entries) seen.push_back(entry.room);
    query.before = page.next_before;
    journal_->record(events::call_pressed, {.room = "new"});
    ASSERT_TRUE(stored());
  } while (query.before != 0);
  ASSERT_EQ(seen.size(), 25U);
  for (int i = 0; i < 25; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], std::to_string(25 - i));
}

TEST_F(JournalTest, givesWhatCameAfterAnIdToAClientThatWasAway) {
  for (int i = 1; i <= 5; ++i) journal_->record(events::call_pressed, {.room = std::to_string(i)});
  ASSERT_TRUE(stored());
  const auto entries = answer<std::vector<Entry>>(loop_, [&](auto then) { journal_->after(3, {}, 100, then); });
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ(entries->front().room, "4");
  const auto own = answer<std::vector<Entry>>(loop_, [&](auto then) { journal_->after(1, "4", 100, then); });
  ASSERT_TRUE(own.ok());
  ASSERT_EQ(own->size(), 1U);
  EXPECT_EQ(own->front().id, 4);
}

TEST_F(JournalTest, refusesASearchOutOfBoundsAndNamesTheField) {
  for (const std::size_t limit : {0U, 501U}) {
    const auto page = answer<Page>(loop_, [&](auto then) { journal_->search({.limit = limit}, then); });
    ASSERT_FALSE(page.ok());
    EXPECT_EQ(page.error().field, "limit");
    EXPECT_EQ(page.error().limit, "1 to 500");
  }
  const auto page = answer<Page>(loop_, [&](auto then) { journal_->search({.text = std::string(201, 'x')}, then); });
  EXPECT_EQ(page.error().field, "text");
}

TEST_F(JournalTest, N09_dropsTheOldestAtTheSetSize) {
  open(1000);
  for (int i = 0; i < 1500; ++i) journal_->record(events::call_pressed);
  ASSERT_TRUE(stored());
  const Page newest = search({.limit = 1});
  EXPECT_EQ(newest.entries.front().id, 1500);
  const auto oldest = answer<std::vector<Entry>>(loop_, [&](auto then) { journal_->after(0, {}, 1, then); });
  EXPECT_EQ(oldest->front().id, 501);
  journal_->set_size(10);
  journal_->record(events::call_pressed);
  ASSERT_TRUE(stored());
  EXPECT_EQ(search({.limit = 500}).entries.size(), 10U);
}

TEST_F(JournalTest, countsEventsByTheQuarterOfAnHour) {
  journal_->record(events::call_pressed);
  journal_->record(events::call_pressed);
  clock_.advance(1h);
  journal_->record(events::call_pressed);
  ASSERT_TRUE(stored());
  const auto counts = answer<std::vector<Count>>(
      loop_, [&](auto then) { journal_->count(clock_.wall() - 24h, clock_.wall() + 1h, then); });
  ASSERT_TRUE(counts.ok());
  ASSERT_EQ(counts->size(), 2U);
  EXPECT_EQ(counts->at(0).count, 2);
  EXPECT_EQ(counts->at(1).count, 1);
  EXPECT_EQ(counts->at(1).quarter - counts->at(0).quarter, 4);
}

TEST_F(JournalTest, keepsTextsBoundedAndWellFormed) {
  std::string umlauts;
  for (int i = 0; i < 600; ++i) umlauts += "ü";
  journal_->record(events::call_rejected, {.subject = "bad \xff bytes",
                                           .fields = {{"address", 'x' + umlauts}, {"reason", std::string("a\0b", 3)}}});
  journal_->record(events::call_pressed, {.fields = std::vector<Field>(100, {"a", "b"})});
  ASSERT_TRUE(stored());
  const Page page = search({});
  EXPECT_EQ(page.entries[0].fields.size(), Journal::field_limit);
  EXPECT_EQ(page.entries[1].subject, "bad \xef\xbf\xbd bytes");
  EXPECT_EQ(page.entries[1].fields[0].value.size(), 1023U);
}

TEST_F(JournalTest, onAFullDiskGoesOnTellingKeepsABoundedNumberAndCountsTheRest) {
  open(100'000, 60);
  std::size_t happened = 0;
  std::size_t journalled = 0;
  std::int64_t last_id = 0;
  const auto live = journal_->on_happened([&](const Entry&) { ++happened; });
  const auto durable = journal_->on_journalled([&](const Entry& entry) {
    ++journalled;
    EXPECT_GT(entry.id, last_id);
    last_id = entry.id;
  });
  std::size_t total = 0;
  const auto record = [&] {
    ++total;
    journal_->record(events::access_refused, {.subject = "101", .fields = {{"reason", std::string(100, 'x')}}});
  };
  while (database_->health().state == storage::State::working && total < 5000) {
    record();
    turn_until(loop_, [&] { return journalled == total || database_->health().state == storage::State::full; });
  }
  ASSERT_EQ(database_->health().state, storage::State::full);
  for (std::size_t i = 0; i < Journal::waiting_limit + 5000; ++i) record();
  EXPECT_EQ(happened, total);
  EXPECT_LE(journal_->waiting(), Journal::waiting_limit);
  EXPECT_GT(journal_->lost(), 0U);
  const std::uint64_t lost = journal_->lost();
  const std::size_t before = journalled;
  EXPECT_EQ(before + journal_->waiting() + lost, total);

  // Room is made: what waited is stored, in order, and the loss is said.
  ASSERT_TRUE(database_
                  ->wait([](storage::Transaction& transaction) -> Result<void> {
                    LINTEL_CHECK(transaction.execute("PRAGMA max_page_count=1000000"));
                    return {};
                  })
                  .ok());
  ASSERT_TRUE(turn_until(loop_, [&] { return journal_->waiting() == 0 && journal_->lost() == 0; }));
  EXPECT_EQ(journalled, total - lost + 1);
  const Page page = search({.event = "journal.lost"});
  ASSERT_EQ(page.entries.size(), 1U);
  EXPECT_EQ(page.entries.front().fields.front().value, std::to_string(lost));
}

// A child records and reports each id that it heard as journalled; it is killed in the middle.
TEST(JournalAfterAKill, hasEverythingThatWasReported) {
  for (int round = 0; round < 3; ++round) {
    const Folder folder;
    int pipes[2];
    ASSERT_EQ(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) {
      Loop loop;
      storage::Options options;
      options.folder = folder.data();
      options.schemas = {Journal::schema()};
      auto database = storage::Database::open(loop, options);
      if (!database.ok()) _exit(1);
      auto journal = Journal::open(**database, loop.clock(), 100'000);
      int number = 0;
      const auto more = [&] { (*journal)->record(events::access_unlocked, {.room = std::to_string(++number)}); };
      const auto subscription = (*journal)->on_journalled([&](const Entry& entry) {
        const std::int64_t report[2] = {entry.id, std::stoll(entry.room)};
        if (write(pipes[1], report, sizeof report) != sizeof report) _exit(2);
        more();
      });
      for (int i = 0; i < 20; ++i) more();
      loop.run();
      _exit(3);
    }
    close(pipes[1]);
    std::map<std::int64_t, std::int64_t> reported;
    std::int64_t report[2];
    while (reported.size() < 200 && read(pipes[0], report, sizeof report) == sizeof report)
      reported[report[0]] = report[1];
    kill(child, SIGKILL);
    while (read(pipes[0], report, sizeof report) == sizeof report) reported[report[0]] = report[1];
    close(pipes[0]);
    waitpid(child, nullptr, 0);
    ASSERT_GE(reported.size(), 200U);

    Loop loop;  // after the child: it must not inherit threads
    storage::Options options;
    options.folder = folder.data();
    options.schemas = {Journal::schema()};
    auto database = open_database(loop, options);
    auto journal = Journal::open(*database, loop.clock(), 100'000);
    ASSERT_TRUE(journal.ok());
    std::size_t found = 0;
    for (std::int64_t from = 0; from < (*journal)->last_id();) {
      const auto entries = answer<std::vector<Entry>>(loop, [&](auto then) { (*journal)->after(from, {}, 500, then); });
      ASSERT_TRUE(entries.ok() && !entries->empty());
      for (const Entry& entry : *entries)
        found += reported.contains(entry.id) && std::to_string(reported[entry.id]) == entry.room;
      from = entries->back().id;
    }
    EXPECT_EQ(found, reported.size());
  }
}

}  // namespace
}  // namespace lintel::journal
