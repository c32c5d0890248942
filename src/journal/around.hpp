// Reading on where the database is damaged: what lies before and behind the pages that a failing disk or card spoilt.
// On the reading thread. Internal to the room.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.hpp"
#include "storage/value.hpp"

namespace lintel::journal {

// At most `limit` rows, their id first, from behind the id `from`, in the order in which they are read.
using ReadFrom = std::function<Result<std::vector<storage::Row>>(std::int64_t from, std::size_t limit)>;

struct Around {
  std::vector<storage::Row> rows;
  std::int64_t next = 0;  // where to go on; `end`: there is no more
};

inline constexpr int most_reads_around = 200;  // for one page: what is behind comes with the next one

// Reads on from `from` towards `end`, upwards or downwards, and leaves out what cannot be read. Errors: others than
// `unavailable`, by which damage shows.
Result<Around> read_around(const ReadFrom& read, std::int64_t from, std::int64_t end, std::size_t limit);

}  // namespace lintel::journal
