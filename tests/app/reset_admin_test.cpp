// S03: the way back for who lost the administrator's password.
#include "app/reset_admin.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "storage/support.hpp"

namespace lintel::app {
namespace {

// `lintel reset-admin` without --data, or with a slip in it: done is only what was done.
TEST(ResetAdminTest, S03_namesAFolderThatHoldsNoStation) {
  const storage::testing::Folder folder;
  Options options;
  options.data = folder.data();
  const Result<void> outcome = reset_admin(options);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::not_found);
  EXPECT_NE(outcome.error().message.find(folder.data()), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder.data())) << "nothing is made there either";
}

}  // namespace
}  // namespace lintel::app
