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

}  // namespace
}  // namespace lintel::app
