// A journal on a database of its own, opened and opened again by the test.
#pragma once

#include <gmock/gmock.h>

#include "journal/journal.hpp"
#include "storage/support.hpp"

namespace lintel::journal::testing {

using storage::testing::answer;
using storage::testing::Folder;
using storage::testing::open_database;
using storage::testing::turn_until;
using namespace std::chrono_literals;

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() { open(); }

  void open(std::int64_t size = 100'000, int page_limit = 0) {
    journal_.reset();
    database_.reset();
    storage::Options options;
    options.folder = folder_.data();
    options.schemas = {Journal::schema()};
    options.retry = 20ms;
    options.page_limit = page_limit;
    database_ = open_database(loop_, options);
    auto opened = Journal::open(*database_, clock_, size);
    ASSERT_TRUE(opened.ok());
    journal_ = std::move(opened).value();
  }
  bool stored() {
    return turn_until(loop_, [&] { return journal_->waiting() == 0; });
  }
  Page search(Query query) {
    auto page = answer<Page>(loop_, [&](auto then) { journal_->search(query, then); });
    EXPECT_TRUE(page.ok()) << page.error().message;
    return page.value_or(Page{});
  }
  std::vector<std::string> rooms(const Page& page) {
    std::vector<std::string> out;
    for (const Entry& entry : page.entries) out.push_back(entry.room);
    return out;
  }

  Loop loop_;
  SimulatedClock clock_;
  Folder folder_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace lintel::journal::testing
