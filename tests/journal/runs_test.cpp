// How the run before this one ended: a start tells it, and drives the locks safe only then.
#include <gmock/gmock.h>

#include "journal_fixture.hpp"

namespace lintel::journal {
namespace {

using namespace testing;
using ::testing::IsEmpty;

TEST_F(JournalTest, knowsHowTheLastRunEnded) {
  EXPECT_FALSE(journal_->last_run_ended_badly());
  journal_->record(events::system_started, {.fields = {{"version", "1"}}});
  ASSERT_TRUE(stored());
  open();
  EXPECT_TRUE(journal_->last_run_ended_badly());
  journal_->record(events::system_stopped);
  open();  // what waits is finished on the way out
  EXPECT_FALSE(journal_->last_run_ended_badly());
}

// A journal of an earlier version says it by its entries alone.
TEST_F(JournalTest, knowsHowTheLastRunEndedOverAnUpdate) {
  const auto ended_badly = [](const Event& last) {
    const Folder folder;
    Loop loop;
    SimulatedClock clock;
    storage::Options options;
    options.folder = folder.data();
    options.schemas = {Journal::schema()};
    options.schemas.front().steps.resize(1);
    auto database = open_database(loop, options);
    const auto written = database->wait([&](storage::Transaction& transaction) -> Result<void> {
      for (const Event* event : {&events::system_stopped, &events::system_started, &last})
        LINTEL_CHECK(transaction.execute(
            "INSERT INTO journal (time, kind, event, severity, room, door, subject, fields, message, search) "
            "VALUES (0, :kind, :event, 'information', '', '', '', '', '', '')",
            {std::string(name_of(event->kind)), std::string(event->id)}));
      return {};
    });
    EXPECT_TRUE(written.ok()) << written.error().message;
    database.reset();
    options.schemas = {Journal::schema()};
    database = open_database(loop, options);
    const auto journal = Journal::open(*database, clock, 1'000);
    EXPECT_TRUE(journal.ok());
    return (*journal)->last_run_ended_badly();
  };
  EXPECT_TRUE(ended_badly(events::monitor_registered));
  EXPECT_FALSE(ended_badly(events::system_stopped));
}

// A station that runs for months: its start is among the oldest entries, which have gone.
TEST_F(JournalTest, knowsHowTheLastRunEndedWhenItsStartIsNotKeptAnyMore) {
  open(10);
  journal_->record(events::system_started, {.fields = {{"version", "1"}}});
  for (int i = 0; i < 20; ++i) journal_->record(events::call_pressed, {.room = "101"});
  ASSERT_TRUE(stored());
  ASSERT_THAT(search({.event = "system.started"}).entries, IsEmpty());
  open(10);
  EXPECT_TRUE(journal_->last_run_ended_badly());
  journal_->record(events::system_stopped);
  open(10);
  EXPECT_FALSE(journal_->last_run_ended_badly());
}

}  // namespace
}  // namespace lintel::journal
