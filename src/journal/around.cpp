#include "journal/around.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace lintel::journal {

Result<Around> read_around(const ReadFrom& read, std::int64_t from, std::int64_t end, std::size_t limit) {
  const std::int64_t way = end > from ? 1 : -1;
  Around out;
  int reads = 0;
  std::optional<Error> other;  // than damage
  const auto read_counted = [&](std::int64_t behind, std::size_t count) {
    ++reads;
    auto rows = read(behind, count);
    if (!rows.ok() && rows.error().code != ErrorCode::unavailable) other = rows.error();
    return rows;
  };
  std::size_t count = limit;  // of the next read: fewer where the damage is near
  while (out.rows.size() < limit && from != end && reads < most_reads_around) {
    auto rows = read_counted(from, count);
    if (other) return *other;
    if (rows.ok()) {
      for (storage::Row& row : *rows) out.rows.push_back(std::move(row));
      from = rows->size() < count ? end : out.rows.back().integer(0);
      count = limit - out.rows.size();
    } else if (count > 1) {
      count /= 2;
    } else {
      // In the damage. By longer and longer steps out of it, and back to where it ends.
      std::int64_t bad = from;
      for (std::int64_t step = 1; from != end && reads < most_reads_around; step *= 2) {
        from += way * std::min(step, std::abs(end - from));
        if (from == end || read_counted(from, 1).ok()) break;
        bad = from;
      }
      while (std::abs(from - bad) > 1 && reads < most_reads_around) {
        const std::int64_t middle = bad + (from - bad) / 2;
        (read_counted(middle, 1).ok() ? from : bad) = middle;
      }
    }
  }
  out.next = from;
  return out;
}

}  // namespace lintel::journal
