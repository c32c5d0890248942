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
    Chronicle(*journal_, clock_).access(event, 5);
    EXPECT_TRUE(storage::testing::turn_until(loop_, [&] { return journal_->waiting() == 0; }));
    const auto page = answer<journal::Page>(loop_, [&](auto then) { journal_->search({}, then); }).value();
    EXPECT_EQ(page.entries.size(), 1U);
    return page.entries.empty() ? journal::Entry{} : page.entries.front();
  }

  // All entries, newest first.
  std::vector<journal::Entry> entries() {
    EXPECT_TRUE(storage::testing::turn_until(loop_, [&] { return journal_->waiting() == 0; }));
    return answer<journal::Page>(loop_, [&](auto then) { journal_->search({.limit = 500}, then); }).value().entries;
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

TEST_F(ChronicleTest, A16_aDoorThatIsKeptOpenFromInsideIsAnAlarm) {
  const auto entry = written({.event = "access.kept_open",
                              .severity = access::Severity::alarm,
                              .lock = 1,
                              .lock_name = "Front door",
                              .wait = 61s});
  EXPECT_EQ(entry.event, "alarm.kept_open");
  EXPECT_EQ(entry.message, "Front door has been kept open from inside for 61 s.");
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

// Security 16: with a phone's password, nobody pushes what happened at the doors out of the journal.
TEST_F(ChronicleTest, whatAResidentDoesOnAndOnIsAFewEntries) {
  Chronicle chronicle(*journal_, clock_);
  calls::CallEvent busy{.event = "call.turned_away", .number = "101#1", .room = "101", .who = "101#1"};
  busy.start = calls::Start::busy;
  for (int time = 0; time < 1000; ++time) {
    chronicle.presence("101#1", "101", "192.0.2.10:5060", time % 2 == 0);
    chronicle.view_refused("101#1", "101", "The offer cannot be read.");
    chronicle.call(busy, 0);
  }
  chronicle.presence("102#1", "102", "192.0.2.11:5060", true);
  const auto all = entries();
  ASSERT_EQ(all.size(), 3 * 11U + 1);
  EXPECT_EQ(all[0].message, "102#1 is online from 192.0.2.11:5060.");
  EXPECT_EQ(all[1].message, "101#1 calls the station again and again; for 1 min this is not written down each time.");
  EXPECT_EQ(all[1].room, "101");
  EXPECT_EQ(all[2].event, "call.busy");
  EXPECT_EQ(all[3].message,
            "Live view is refused to 101#1 again and again; for 1 min this is not written down each time.");
  EXPECT_EQ(all[5].event, "monitor.repeated");
}

// A tablet on a loose plug, which then is gone for good, or stays.
TEST_F(ChronicleTest, ofWhoComesAndGoesTheLastWordIsTrue) {
  Chronicle chronicle(*journal_, clock_);
  const auto comes = [&](bool online) { chronicle.presence("101#1", "101", "192.0.2.10:5060", online); };
  for (int time = 0; time < 10; ++time) comes(time % 2 != 0);
  for (const bool online : {false, true, false}) {
    clock_.advance(10s);
    comes(online);
  }
  clock_.advance(Chronicle::settled - 1s);
  EXPECT_EQ(entries().front().event, "monitor.repeated");
  clock_.advance(1s);
  EXPECT_EQ(entries().front().event, "monitor.unregistered");
  EXPECT_EQ(entries().front().room, "101");
  const std::size_t told = entries().size();
  clock_.advance(1h);
  EXPECT_EQ(entries().size(), told);
}

TEST_F(ChronicleTest, ofCallsOnAndOnToTheStationThoseThatTalkAreWrittenDown) {
  Chronicle chronicle(*journal_, clock_);
  calls::CallId id = 0;
  const auto call = [&](Duration talked) {
    calls::CallEvent event{.event = "call.arrived", .id = ++id, .number = "101#1", .room = "101", .who = "101#1"};
    chronicle.call(event, 1);
    event.event = "call.answered";
    chronicle.call(event, 1);
    event.event = "call.ended";
    event.talked = talked;
    chronicle.call(event, 1);
  };
  for (int time = 0; time < 100; ++time) call(1s);
  call(Chronicle::a_talk);
  const auto all = entries();
  EXPECT_EQ(all.size(), 3 * 10U + 2);
  EXPECT_EQ(all[0].event, "call.ended");
  call(1s);
  EXPECT_EQ(entries().size(), all.size());
  clock_.advance(1min);
  call(1s);
  EXPECT_EQ(entries().size(), all.size() + 3) << "after a while it is written down again";
}

// Whoever asks why it did not ring must not read that a resident said no.
TEST_F(ChronicleTest, aMonitorThatIsSilentHasNotDeclined) {
  Chronicle chronicle(*journal_, clock_);
  calls::CallEvent event{.event = "call.leg_refused", .id = 1, .number = "101", .room = "101", .who = "101#1"};
  std::vector<std::string> written;
  for (const auto refusal : {calls::Refusal::no_answer, calls::Refusal::unreachable, calls::Refusal::declined}) {
    event.refusal = refusal;
    chronicle.call(event, 1);
    written.push_back(entries().front().event);
  }
  EXPECT_EQ(written, (std::vector<std::string>{"call.monitor_silent", "call.failed", "call.refused"}));
}

}  // namespace
}  // namespace lintel::app
