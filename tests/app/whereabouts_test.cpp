// S12: the certificate of a station that runs for years.
#include "app/whereabouts.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/bytes.hpp"
#include "storage/database.hpp"

namespace lintel::app {
namespace {

class WhereaboutsTest : public ::testing::Test {
 protected:
  WhereaboutsTest()
      : folder_(std::filesystem::temp_directory_path() / ("lintel-app-" + bytes::random_password(12))) {
    database_ = storage::Database::open(loop_, {.folder = folder_.string(), .schemas = {journal::Journal::schema()}}).value();
    journal_ = journal::Journal::open(*database_, clock_, 1'000).value();
    options_.data = folder_.string();
    options_.bind = "127.0.0.1";  // and follows no network
  }
  ~WhereaboutsTest() override {
    journal_.reset();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::filesystem::path folder_;
  Loop loop_;
  SimulatedClock clock_;
  Workers workers_{loop_, 1, 8};
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<journal::Journal> journal_;
  Options options_;
};

TEST_F(WhereaboutsTest, S12_renewsTheCertificateWithoutARestart) {
  Whereabouts whereabouts({loop_, workers_, *journal_, options_, clock_});
  const auto first = whereabouts.certificate();
  ASSERT_TRUE(first.ok()) << first.error().message;
  std::optional<system::ServerCertificate> made;
  whereabouts.on_certificate = [&](const system::ServerCertificate& certificate) { made = certificate; };
  for (int day = 0; day < 396 && !made; ++day) {
    clock_.advance(std::chrono::hours(24));
    for (int turns = 0; turns < 3; ++turns) (void)loop_.turn(false);
    while (whereabouts.renewing()) (void)loop_.turn(true);
  }
  ASSERT_TRUE(made.has_value()) << "it has run out while the station ran";
  EXPECT_GT(made->expires, first->expires);
  EXPECT_EQ(made->root_pem, first->root_pem) << "browsers trust it still";
  EXPECT_GT(first->expires, clock_.wall()) << "in time";
}

// Where a full disk meets a new address, or a card refuses: the doors do not wait for it.
TEST_F(WhereaboutsTest, S12_startsWithACertificateThatNoDiskTakes) {
  Whereabouts whereabouts({loop_, workers_, *journal_, options_, clock_});
  std::ofstream(folder_ / "certificates") << "no folder";
  const auto made = whereabouts.certificate();
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_FALSE(made->key_pem.empty());
}

}  // namespace
}  // namespace lintel::app
