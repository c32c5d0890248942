// S11: ports that another program holds, for a while or for good.
#include "app/listening_ports.hpp"

#include <gtest/gtest.h>

#include <set>

#include "app/journalled.hpp"
#include "storage/support.hpp"

namespace lintel::app {
namespace {

using storage::testing::turn_until;
using namespace std::chrono_literals;

class ListeningPortsTest : public ::testing::Test {
 protected:
  ListeningPortsTest() {
    storage::Options options;
    options.folder = folder_.data();
    options.schemas = {journal::Journal::schema()};
    database_ = storage::testing::open_database(loop_, options);
    journal_ = journal::Journal::open(*database_, clock_, 1'000).value();
    ports_ = std::make_unique<ListeningPorts>(clock_, *journal_);
  }
  void open(ListeningPorts::Wish wish) {
    ports_->open("rtsp", std::move(wish), [this](std::uint16_t port) -> Result<std::uint16_t> {
      ++tries_;
      if (taken_.contains(port)) return Error{refusal_, "It is taken."};
      return had_ = port;
    });
  }
  std::vector<std::string> journalled() { return testing::journalled(loop_, *journal_); }
  static ListeningPorts::Wish wish(std::optional<std::uint16_t> chosen, std::uint16_t set) {
    return {"RTSP", "--rtsp-port", "/settings/rtsp", chosen, set, 554, 8554};
  }

  storage::testing::Folder folder_;
  Loop loop_;
  SimulatedClock clock_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<ListeningPorts> ports_;
  std::set<std::uint16_t> taken_{554};
  ErrorCode refusal_ = ErrorCode::conflict;
  std::uint16_t had_ = 0;
  int tries_ = 0;
};

TEST_F(ListeningPortsTest, theSecondPortIsAsGoodWhereNoneIsChosen) {
  refusal_ = ErrorCode::denied;  // an account that may not open it
  open(wish({}, 554));
  EXPECT_EQ(had_, 8554);
  EXPECT_TRUE(ports_->attention().empty());
  EXPECT_TRUE(journalled().empty());
}

// What was paired at the usual port meets another program there.
TEST_F(ListeningPortsTest, saysThatTheSecondIsTakenBecauseAnotherProgramHasTheUsualOne) {
  open(wish({}, 554));
  EXPECT_EQ(had_, 8554);
  ASSERT_EQ(ports_->attention().size(), 1U);
  EXPECT_NE(ports_->attention().front().message.find("so 8554 is taken"), std::string::npos);
  EXPECT_EQ(journalled(), std::vector<std::string>{"system.port_second"});
  taken_ = {554, 8554};
  open(wish({}, 554));
  ASSERT_EQ(ports_->attention().size(), 1U);
  EXPECT_NE(ports_->attention().front().message.find("tries again"), std::string::npos);
  taken_ = {554};
  clock_.advance(ListeningPorts::retry_period);
  ASSERT_EQ(ports_->attention().size(), 1U);
  EXPECT_NE(ports_->attention().front().message.find("so 8554 is taken"), std::string::npos);
  ports_->close("rtsp");
  EXPECT_TRUE(ports_->attention().empty());
}

TEST_F(ListeningPortsTest, aChosenOrSetPortIsWaitedFor) {
  taken_ = {554, 5540};
  for (const auto& one : {wish(554, 554), wish({}, 5540)}) {
    open(one);
    ASSERT_EQ(ports_->attention().size(), 1U);
  }
  clock_.advance(1h);
  EXPECT_EQ(had_, 0);
  EXPECT_EQ(ports_->attention().size(), 1U);
  EXPECT_EQ(ports_->attention().front().id, "rtsp");
  EXPECT_EQ(journalled(), std::vector<std::string>(2, "system.port_in_use")) << "each said once";
  taken_.clear();
  clock_.advance(ListeningPorts::retry_period);
  EXPECT_EQ(had_, 5540) << "of what was wished last";
  EXPECT_TRUE(ports_->attention().empty());
  EXPECT_EQ(journalled().back(), "system.port_back");
  const int tries = tries_;
  clock_.advance(1h);
  EXPECT_EQ(tries_, tries) << "it has it";
}

TEST_F(ListeningPortsTest, whatIsNotWishedAnyMoreNeedsNoAttention) {
  open(wish(554, 554));
  ports_->close("rtsp");
  EXPECT_TRUE(ports_->attention().empty());
  taken_.clear();
  clock_.advance(1h);
  EXPECT_EQ(had_, 0);
}

TEST_F(ListeningPortsTest, whatKeepsAPortIsSaidAsItIsNow) {
  Error error{ErrorCode::unavailable, "Cannot assign requested address."};
  ports_->open("http", {"HTTP", "--http-port", "/settings/ports", {}, 80, 80, 8080},
               [&error](std::uint16_t) -> Result<std::uint16_t> { return error; });
  EXPECT_EQ(ports_->attention().front().message,
            "Port 8080 for HTTP cannot be used: Cannot assign requested address. The station tries again by itself.");
  error.code = ErrorCode::conflict;
  clock_.advance(ListeningPorts::retry_period);
  EXPECT_EQ(ports_->attention().front().message,
            "Port 8080 for HTTP is in use by another program: stop it, or choose another port with --http-port. "
            "The station tries again by itself.");
}

}  // namespace
}  // namespace lintel::app
