// What the journal was told, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "storage/support.hpp"

namespace lintel::app::testing {

// The events so far, oldest first.
inline std::vector<std::string> journalled(Loop& loop, journal::Journal& journal) {
  EXPECT_TRUE(storage::testing::turn_until(loop, [&] { return journal.waiting() == 0; }));
  std::vector<std::string> out;
  const auto page =
      storage::testing::answer<journal::Page>(loop, [&](auto then) { journal.search({}, then); }).value();
  for (const auto& entry : page.entries) out.insert(out.begin(), entry.event);
  return out;
}

}  // namespace lintel::app::testing
