// The counts of today, over a restart and in every time zone.
#include "app/overview.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <string>

#include "storage/support.hpp"

namespace lintel::app {
namespace {

namespace events = journal::events;
using storage::testing::turn_until;
using namespace std::chrono_literals;
using std::chrono::sys_days;

// The zone of this process, as POSIX writes it, for one test.
class Zone {
 public:
  explicit Zone(const char* rule) {
    if (const char* const set = getenv("TZ")) before_ = set;
    setenv("TZ", rule, 1);
    tzset();
  }
  ~Zone() {
    before_ ? setenv("TZ", before_->c_str(), 1) : unsetenv("TZ");
    tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

 private:
  std::optional<std::string> before_;
};

class OverviewTest : public ::testing::Test {
 protected:
  OverviewTest() {
    storage::Options options;
    options.folder = folder_.data();
    options.schemas = {journal::Journal::schema(), household::Household::schema()};
    database_ = storage::testing::open_database(loop_, options);
    household_ = household::Household::load(*database_, vault_, loop_.clock(), {"VDP", "8001", "Door", "888888"}).value();
  }

  // What a station that starts at `now` shows when people pressed 101 at these times before.
  web::OverviewState after_restart(const std::vector<WallTime>& pressed, WallTime now) {
    for (const WallTime time : pressed) {
      SimulatedClock clock(time);
      const auto before = journal::Journal::open(*database_, clock, 1'000).value();
      before->record(events::call_pressed, {.room = "101"});
      EXPECT_TRUE(turn_until(loop_, [&] { return before->waiting() == 0; }));
    }
    SimulatedClock clock(now);
    const auto journal = journal::Journal::open(*database_, clock, 1'000).value();
    const Overview overview(clock, *journal, *database_, *household_, [] { return web::PartState{}; },
                            [] { return std::vector<web::Attention>{}; }, watchdog_);
    // Reads come one after the other: when this one is answered, that of the overview was.
    (void)storage::testing::answer<journal::Page>(loop_, [&](auto then) { journal->search({}, then); });
    return overview.overview();
  }

  storage::testing::Folder folder_;
  Loop loop_;
  storage::Vault vault_ = storage::Vault::ephemeral();
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<household::Household> household_;
  Watchdog watchdog_{loop_};
};

TEST_F(OverviewTest, theDayWhenTheClockGoesBackCountsFromItsMidnight) {
  const Zone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
  const auto day = sys_days{std::chrono::October / 25 / 2026};
  const auto shown = after_restart({day - 2h - 10min, day - 1h - 50min, day + 10h}, day + 11h);  // 23:50, 0:10, 11:00
  EXPECT_EQ(shown.calls_today, 2U);
  ASSERT_EQ(shown.by_hour.size(), 24U);
  EXPECT_EQ(shown.by_hour[0].calls, 1U);
  EXPECT_EQ(shown.by_hour[11].calls, 1U);
}

TEST_F(OverviewTest, theDayWhenTheClockGoesForwardCountsFromItsMidnight) {
  const Zone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
  const auto day = sys_days{std::chrono::March / 29 / 2026};
  const auto shown = after_restart({day - 1h - 10min, day - 50min, day + 9h}, day + 10h);  // 23:50, 0:10, 11:00
  EXPECT_EQ(shown.calls_today, 2U);
  ASSERT_EQ(shown.by_hour.size(), 24U);
  EXPECT_EQ(shown.by_hour[0].calls, 1U);
  EXPECT_EQ(shown.by_hour[11].calls, 1U);
}

TEST_F(OverviewTest, saysThatNobodyCanAnswerUntilAMonitorIsThere) {
  SimulatedClock clock;
  const auto journal = journal::Journal::open(*database_, clock, 1'000).value();
  const Overview overview(clock, *journal, *database_, *household_, [] { return web::PartState{"starting", {}}; },
                          [] { return std::vector<web::Attention>{}; }, watchdog_);
  const auto ids = [&overview] {
    std::string out;
    for (const auto& one : overview.overview().attention) out += one.id + ' ';
    return out;
  };
  using storage::testing::answer;
  EXPECT_EQ(ids(), "rooms ");
  ASSERT_TRUE(answer<household::Room>(loop_, [&](auto then) { household_->add_room({"101"}, then); }).ok());
  const auto offer = answer<household::PairingOffer>(
      loop_, [&](auto then) { household_->offer_pairing({household::MonitorKind::panel, {}, "Front"}, then); });
  ASSERT_TRUE(answer<household::Paired>(loop_, [&](auto then) { household_->take_pairing(household::PairingProof::token, offer->token, "Panel", then); }).ok());
  EXPECT_EQ(ids(), "monitors ") << "a panel answers nobody";
  ASSERT_TRUE(answer<household::Paired>(loop_, [&](auto then) { household_->add_phone("101", {}, then); }).ok());
  EXPECT_EQ(ids(), "");
  EXPECT_EQ(overview.camera().state, "starting");
}

TEST_F(OverviewTest, aZoneOfHalfHoursCountsFromItsMidnight) {
  const Zone delhi("IST-5:30");
  const auto day = sys_days{std::chrono::January / 10 / 2026};
  const auto shown = after_restart({day - 5h - 40min, day - 5h - 20min, day + 3h}, day + 4h);  // 23:50, 0:10, 8:30
  EXPECT_EQ(shown.calls_today, 2U);
  ASSERT_EQ(shown.by_hour.size(), 24U);
  EXPECT_EQ(shown.by_hour[0].calls, 1U);
  EXPECT_EQ(shown.by_hour[8].calls, 1U);
}

}  // namespace
}  // namespace lintel::app
