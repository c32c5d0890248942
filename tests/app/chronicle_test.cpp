// What happened at the doors becomes the entries that a guard reads.
#include "app/chronicle.hpp"

#include <gtest/gtest.h>

#include "storage/support.hpp"

namespace lintel::app {
namespace {

using storage::testing::answer;
using namespace std::chrono_literals;

class ChronicleTest : public ::testing::Test {
 protected:
  ChronicleTest() {
    storage::Options options;
    options.folder = folder_.data();
    options.schemas = {journal::Journal::schema()};
    database_ = storage::testing::open_database(loop_, options);
    journal_ = journal::Journal::open(*database_, clock_, 1'000).value();
  }
  // The one entry that this event becomes.
  journal::Entry written(const access::AccessEvent& event) {
    Chronicle(*journal_).access(event, 5);
    EXPECT_TRUE(storage::testing::turn_until(loop_, [&] { return journal_->waiting() == 0; }));
    const auto page = answer<journal::Page>(loop_, [&](auto then) { journal_->search({}, then); }).value();
    EXPECT_EQ(page.entries.size(), 1U);
    return page.entries.empty() ? journal::Entry{} : page.entries.front();
  }

  storage::testing::Folder folder_;
  Loop loop_;
  SimulatedClock clock_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<journal::Journal> journal_;
};

TEST_F(ChronicleTest, A21_whoGoesOnAndOnIsNamedWithTheTimeThatItIsNotWrittenDown) {
  const auto entry = written({.event = "access.repeated",
                              .severity = access::Severity::warning,
                              .subject = "Cy",
                              .method = "card",
                              .room = "103",
                              .reason = "lost_card",
                              .wait = 90s});
  EXPECT_EQ(entry.event, "access.repeated");
  EXPECT_EQ(entry.severity, journal::Severity::warning);
  EXPECT_EQ(entry.room, "103");
  EXPECT_EQ(entry.message, "Cy tries again and again by card; for 2 min this is not written down each time.");
}

TEST_F(ChronicleTest, A16_aTremblingDoorContactIsAnAlarm) {
  const auto entry = written({.event = "access.forced_repeated",
                              .severity = access::Severity::alarm,
                              .lock = 1,
                              .lock_name = "Front door",
                              .wait = 60s});
  EXPECT_EQ(entry.event, "alarm.forced_repeated");
  EXPECT_EQ(entry.severity, journal::Severity::alarm);
  EXPECT_EQ(entry.door, "Front door");
  EXPECT_EQ(entry.message,
            "Front door is opened without being unlocked again and again; for 1 min only an opening that lasts is "
            "written down.");
}

TEST_F(ChronicleTest, A19_aRelayOnALoosePlugIsAnAlarm) {
  const auto entry = written({.event = "access.jammed_repeated",
                              .severity = access::Severity::alarm,
                              .lock = 1,
                              .lock_name = "Front door",
                              .wait = 90s});
  EXPECT_EQ(entry.event, "access.fault_repeated");
  EXPECT_EQ(entry.severity, journal::Severity::alarm);
  EXPECT_EQ(entry.door, "Front door");
  EXPECT_EQ(entry.message,
            "Front door does not do what it is told, again and again; for 2 min only a fault that lasts is written "
            "down.");
}

}  // namespace
}  // namespace lintel::app
