// A journal whose pages are damaged: doors and readers go on with what is left.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <set>

#include "journal_fixture.hpp"

namespace lintel::journal {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Fills the journal and spoils all its pages, as a card does whose power went while it wrote.
class SpoiltJournalTest : public JournalTest {
 protected:
  SpoiltJournalTest() {
    for (int i = 0; i < 300; ++i) journal_->record(events::call_pressed, {.room = "101"});
    EXPECT_TRUE(stored());
    last_id_ = journal_->last_id();
    journal_.reset();
    database_.reset();
    const std::string path = folder_.data() + "/lintel.db";
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    constexpr std::size_t page = 4096;
    for (std::size_t at = 0; at < bytes.size(); at += page)
      if (bytes.substr(at, page).find("A visitor called 101.") != std::string::npos)
        bytes.replace(at, 100, 100, '\xff');
    std::ofstream(path, std::ios::binary) << bytes;
  }
  std::int64_t last_id_ = 0;
};

// The doors do not wait for somebody who restores a backup.
TEST_F(SpoiltJournalTest, setsADamagedOneAsideAndBeginsAnew) {
  open();
  ASSERT_TRUE(journal_ != nullptr && stored());
  EXPECT_EQ(search({}).entries.at(0).event, "journal.damaged");
  EXPECT_GT(journal_->last_id(), last_id_) << "who waits for what comes after an id goes on to hear";
  journal_->record(events::access_unlocked, {.door = "Front door"});
  ASSERT_TRUE(stored());
  open();
  EXPECT_EQ(search({}).entries.size(), 2U) << "and not aside again";
}

// Nor for room on the disk.
TEST_F(SpoiltJournalTest, goesOnWhereADamagedOneCannotBeSetAside) {
  open(100'000, 1);
  ASSERT_NE(journal_, nullptr);
  EXPECT_TRUE(journal_->damaged());
  int heard = 0;
  const auto listening = journal_->on_happened([&](const Entry&) { ++heard; });
  journal_->record(events::access_unlocked, {.door = "Front door"});
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(journal_->waiting(), 2U) << "that and the damage";
  open();  // there is room again
  ASSERT_TRUE(journal_ != nullptr && stored());
  EXPECT_EQ(search({}).entries.at(0).event, "journal.damaged");
}

// Damage in the middle, where a start does not look.
class DamagedJournalTest : public JournalTest {
 protected:
  static constexpr int recorded = 3'000;
  // Fills it and spoils those of its pages that hold an entry of `first` to `last`.
  void damage(int first, int last, std::int64_t size = 100'000, const Event& event = events::call_pressed) {
    for (int i = 1; i <= recorded; ++i) journal_->record(event, {.room = "r" + std::to_string(i) + "."});
    ASSERT_TRUE(stored());
    journal_.reset();
    database_.reset();
    const std::string path = folder_.data() + "/lintel.db";
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    // Beside its severity a room stands in the table's rows alone, not in those of an index.
    const auto holds = [&](std::size_t at, int i) {
      return bytes.substr(at, 4096).find("informationr" + std::to_string(i) + ".") != std::string::npos;
    };
    for (std::size_t at = 0; at < bytes.size(); at += 4096) {
      if (bytes.substr(at, 4096).find("informationr") == std::string::npos) continue;
      bool chosen = false;
      for (int i = first; i <= last && !chosen; ++i) chosen = holds(at, i);
      if (!chosen) continue;
      for (int i = 1; i <= recorded; ++i)
        if (holds(at, i)) gone_.insert(i);
      bytes.replace(at, 100, 100, '\xff');
    }
    std::ofstream(path, std::ios::binary) << bytes;
    ASSERT_GE(gone_.size(), static_cast<std::size_t>(last - first + 1));
    ASSERT_LT(gone_.size(), 200U);
    open(size);
  }
  std::set<std::int64_t> readable() const {
    std::set<std::int64_t> out;
    for (int i = 1; i <= recorded; ++i)
      if (!gone_.contains(i)) out.insert(i);
    return out;
  }
  std::set<std::int64_t> gone_;  // ids
};

TEST_F(DamagedJournalTest, showsWhatCanBeReadAndSaysThatTheRestIsDamaged) {
  damage(1'400, 1'480);
  std::set<std::int64_t> seen;
  int damaged_pages = 0, pages = 0;
  for (std::int64_t before = recorded + 1; before != 0 && pages < 200; ++pages) {
    const Page page = search({.before = before, .limit = 70});
    for (const Entry& entry : page.entries) EXPECT_TRUE(seen.insert(entry.id).second);
    if (page.damaged) ++damaged_pages;
    before = page.next_before;
  }
  EXPECT_EQ(seen, readable());
  EXPECT_THAT(damaged_pages, ::testing::AllOf(::testing::Ge(1), ::testing::Le(3)));
  EXPECT_TRUE(journal_->damaged());
  ASSERT_TRUE(stored());
  EXPECT_EQ(search({}).entries.front().event, "journal.unreadable");
  EXPECT_EQ(search({.event = "journal.unreadable"}).entries.size(), 1U) << "said once";

  EXPECT_THAT(rooms(search({.room = "r700."})), ElementsAre("r700."));
  EXPECT_FALSE(search({.room = "r700."}).damaged);
  EXPECT_TRUE(search({.room = "r1440."}).damaged);
  EXPECT_THAT(search({.room = "r1440."}).entries, IsEmpty());
  const Page found = search({.text = "R13"});  // r13., r130. to r139., and a hundred before the damage
  EXPECT_TRUE(found.damaged);
  EXPECT_EQ(found.entries.size(), 50U);
}

// Damage that is met tells what was read: a room's monitors must not cost what a whole house does.
TEST_F(DamagedJournalTest, readsNothingOfOtherRoomsForOneRoom) {
  damage(1'400, 1'480);
  EXPECT_THAT(rooms(search({.kind = Kind::call, .room = "r700."})), ElementsAre("r700."));
  const auto missed = answer<std::vector<Entry>>(loop_, [&](auto then) { journal_->after(0, "r2000.", 200, then); });
  ASSERT_TRUE(missed.ok());
  ASSERT_EQ(missed->size(), 1U);
  EXPECT_EQ(missed->front().id, 2'000);
  EXPECT_FALSE(journal_->damaged());
}

// The locks are driven safe only after it: with 20,000 phones the last run alone told of tens of thousands.
TEST_F(DamagedJournalTest, readsNothingOfARunToKnowHowItEnded) {
  journal_->record(events::system_started);
  damage(1'400, 1'480, 100'000, events::monitor_registered);
  EXPECT_TRUE(journal_->last_run_ended_badly());
  EXPECT_FALSE(journal_->damaged());
  EXPECT_EQ(journal_->last_id(), recorded + 1) << "not set aside";
}

TEST_F(DamagedJournalTest, catchesUpWithWhatCanBeRead) {
  damage(1'400, 1'480);
  std::set<std::int64_t> seen;
  for (std::int64_t id = 0; id < recorded;) {
    const auto page = answer<std::vector<Entry>>(loop_, [&](auto then) { journal_->after(id, {}, 200, then); });
    ASSERT_TRUE(page.ok()) << page.error().message;
    ASSERT_FALSE(page->empty());
    for (const Entry& entry : *page) seen.insert(entry.id);
    id = page->back().id;
  }
  std::set<std::int64_t> expected = readable();
  EXPECT_TRUE(std::includes(seen.begin(), seen.end(), expected.begin(), expected.end()));
  EXPECT_TRUE(journal_->damaged());
}

// Who looked at the damage has not taken its bound from the journal.
TEST_F(DamagedJournalTest, dropsTheOldestThoughSomebodyMetTheDamage) {
  damage(1'400, 1'480, 2'900);
  EXPECT_TRUE(search({.before = 1'500, .limit = 70}).damaged);
  EXPECT_TRUE(journal_->damaged());
  for (int i = 0; i < 50; ++i) journal_->record(events::access_unlocked, {.door = "Front door"});
  ASSERT_TRUE(stored());
  const auto first = answer<std::vector<Entry>>(loop_, [&](auto then) { journal_->after(0, {}, 1, then); });
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->at(0).id, journal_->last_id() - 2'900 + 1);
  EXPECT_EQ(database_->health().state, storage::State::working);
}

// Each new entry drops the oldest: where those are damaged, they stay, and the new ones are stored all the same.
TEST_F(DamagedJournalTest, storesOnWhereTheOldestCannotBeDropped) {
  damage(300, 380, 1'000);
  for (int i = 0; i < 10; ++i) {
    journal_->record(events::access_unlocked, {.door = "Front door"});
    ASSERT_TRUE(turn_until(loop_, [&] { return journal_->waiting() == 0; }));
  }
  EXPECT_EQ(database_->health().state, storage::State::working);
  EXPECT_TRUE(journal_->damaged());
  EXPECT_EQ(search({.event = "access.unlocked"}).entries.size(), 10U);
  EXPECT_EQ(search({.event = "journal.unreadable"}).entries.size(), 1U);
}

}  // namespace
}  // namespace lintel::journal
