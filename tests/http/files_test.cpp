// The pages in memory. What the server answers with them: server_test.cpp.
#include "http/files.hpp"

#include "http/server_fixture.hpp"

namespace lintel::http {
namespace {

using testing::ServerTest;

// However many read slowly, in no encoding: one copy of what is held packed is there for all of them.
TEST_F(ServerTest, unpacksOnceForAllWhoReadAtATime) {  // security.md 16
  start();
  serve_files();
  const auto table = FileTable::load({.folder = folder_.string()});
  ASSERT_TRUE(table.ok());
  const File* file = (*table)->find("/assets/long-3c4d.txt");
  ASSERT_NE(file, nullptr);
  const FileChoice one = FileTable::choose(*file, ""), other = FileTable::choose(*file, "");
  ASSERT_NE(one.variant, nullptr);
  EXPECT_EQ(one.variant->body, long_text());
  EXPECT_EQ(other.variant, one.variant);
  EXPECT_EQ(FileTable::choose(*file, "gzip").variant, &*file->gzip);
}

}  // namespace
}  // namespace lintel::http
