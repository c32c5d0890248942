// What a station finds when it starts on what another version, or a damaged disk, left.
#include "app/store.hpp"

#include <gtest/gtest.h>

#include "storage/support.hpp"

namespace lintel::app {
namespace {

using storage::testing::answer;

TEST(StoreTest, aStoredSettingThatDoesNotFitIsJournalled) {
  const storage::testing::Folder folder;
  Loop loop;
  {
    const Store before = Store::open(loop, folder.data()).value();
    const auto stored = answer<int>(loop, [&](auto then) {
      before.database->write<int>(
          [](storage::Transaction& transaction) -> Result<int> {
            LINTEL_CHECK(
                transaction.execute("INSERT INTO settings (key, value) VALUES ('call.longest_ring', '100000')"));
            return 0;
          },
          then);
    });
    ASSERT_TRUE(stored.ok());
  }
  const Store store = Store::open(loop, folder.data()).value();
  ASSERT_TRUE(storage::testing::turn_until(loop, [&] { return store.journal->waiting() == 0; }));
  const auto page = answer<journal::Page>(loop, [&](auto then) { store.journal->search({}, then); }).value();
  ASSERT_EQ(page.entries.size(), 1U);
  EXPECT_EQ(page.entries.front().event, "system.settings_rejected");
  EXPECT_EQ(page.entries.front().message,
            "The stored value of call.longest_ring does not fit this version; the default is used.");
}

// The SIP server goes on with the old domain until then: by another one nobody could register any more.
TEST(StoreTest, S15_aNewDomainWaitsForTheRestartWhateverElseOfTheIdentityChanges) {
  const storage::testing::Folder folder;
  Loop loop;
  {
    const Store store = Store::open(loop, folder.data()).value();
    const auto before = store.household->sip_account("8001").value();
    bool done = false;
    store.settings->apply({{"sip_server.domain", std::string("example.org")},
                           {"station.name", std::string("Gate")},
                           {"call.centre_number", std::string("777777")}},
                          [&](const settings::Outcome& outcome) { done = outcome.ok() && outcome.restart_needed; });
    ASSERT_TRUE(storage::testing::turn_until(loop, [&] { return done; }));
    EXPECT_EQ(store.household->identity().station_name, "Gate");
    EXPECT_EQ(store.household->identity().centre_number, "777777");
    EXPECT_EQ(store.household->identity().realm, "VDP");
    EXPECT_EQ(store.household->sip_account("8001")->ha1_md5, before.ha1_md5);
    EXPECT_EQ(store.household->sip_account("8001")->ha1_sha256, before.ha1_sha256);
  }
  const Store store = Store::open(loop, folder.data()).value();
  EXPECT_EQ(store.household->identity().realm, "example.org");
}

}  // namespace
}  // namespace lintel::app
