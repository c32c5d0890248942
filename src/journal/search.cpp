// Looking into the journal, on the reading thread of the database.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "journal/around.hpp"
#include "journal/journal.hpp"
#include "journal/words.hpp"

namespace lintel::journal {
namespace {

using storage::Column;
using storage::Row;

constexpr const char* columns =
    "SELECT id, time, kind, event, severity, room, door, subject, fields, message FROM journal";
const std::vector<Column> types = {Column::integer, Column::integer, Column::text, Column::text, Column::text,
                                   Column::text,    Column::text,    Column::text, Column::text, Column::text};

Entry entry_of(const Row& row) {
  Entry entry;
  entry.id = row.integer(0);
  entry.time = WallTime(std::chrono::microseconds(row.integer(1)));
  entry.kind = kind_of(row.text(2)).value_or(Kind::system);
  entry.event = row.text(3);
  entry.severity = severity_of(row.text(4)).value_or(Severity::information);
  entry.room = row.text(5);
  entry.door = row.text(6);
  entry.subject = row.text(7);
  entry.fields = unpacked(row.text(8));
  entry.message = row.text(9);
  return entry;
}

std::vector<Entry> entries_of(const std::vector<Row>& rows) {
  std::vector<Entry> entries;
  entries.reserve(rows.size());
  for (const Row& row : rows) entries.push_back(entry_of(row));
  return entries;
}

// A LIKE pattern that finds `words` anywhere, whatever is in them.
std::string pattern(std::string_view words) {
  std::string out = "%";
  for (const char c : folded(words)) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return out + '%';
}

storage::Statement statement_of(const Query& query) {
  storage::Statement statement;
  std::string conditions;
  const auto condition = [&](const std::string& sql, storage::Value value) {
    conditions += conditions.empty() ? " WHERE " : " AND ";
    conditions += sql;
    statement.values.push_back(std::move(value));
  };
  // Named is the first id that is wished: the one beside it may lie on a damaged page, where SQLite would look for it.
  if (query.before > 0) condition("id <= :newest", query.before - 1);
  if (query.from) condition("time >= :from_time", static_cast<std::int64_t>(query.from->time_since_epoch().count()));
  if (query.to) condition("time < :to_time", static_cast<std::int64_t>(query.to->time_since_epoch().count()));
  // Beside a room no index serves the kind: the house has many calls, one room has few.
  if (query.kind)
    condition(query.room.empty() ? "kind = :kind" : "kind || '' = :kind", std::string(name_of(*query.kind)));
  if (!query.event.empty()) condition("event = :event", query.event);
  if (!query.room.empty()) condition("room = :room", query.room);
  if (!query.door.empty()) condition("door = :door", query.door);
  if (!query.text.empty() && query.or_events.empty()) condition("search LIKE :text ESCAPE '!'", pattern(query.text));
  if (!query.text.empty() && !query.or_events.empty()) {
    std::string events;
    for (std::size_t i = 0; i < query.or_events.size(); ++i) events += fmt::format("{}:event{}", i > 0 ? ", " : "", i);
    condition(fmt::format("(search LIKE :text ESCAPE '!' OR event IN ({}))", events), pattern(query.text));
    for (const std::string& event : query.or_events) statement.values.emplace_back(event);
  }
  statement.sql = fmt::format("{}{} ORDER BY id DESC LIMIT {}", columns, conditions, query.limit);
  return statement;
}

Error out_of_bounds(std::size_t limit) {
  return {ErrorCode::invalid, fmt::format("The limit must be 1 to {}.", Journal::page_limit), "limit",
          std::to_string(limit), fmt::format("1 to {}", Journal::page_limit)};
}

std::optional<Error> fault_of(const Query& query) {
  if (query.limit < 1 || query.limit > Journal::page_limit) return out_of_bounds(query.limit);
  if (query.before < 0)
    return Error{ErrorCode::invalid, "The cursor is not one of this journal.", "cursor", std::to_string(query.before)};
  const std::pair<const char*, const std::string*> texts[] = {
      {"text", &query.text}, {"room", &query.room}, {"door", &query.door}, {"event", &query.event}};
  for (const auto& [name, words] : texts)
    if (words->size() > 200)
      return Error{
          ErrorCode::invalid, fmt::format("{} is too long to search for.", name), name, {}, "200 bytes at most"};
  if (query.or_events.size() > Journal::event_limit)
    return Error{ErrorCode::invalid, "Too many events are asked for at once.", "or_events",
                 std::to_string(query.or_events.size()), fmt::format("{} at most", Journal::event_limit)};
  return std::nullopt;
}

}  // namespace

void Journal::search(Query query, std::function<void(Result<Page>)> then) {
  if (auto fault = fault_of(query)) {
    then(std::move(*fault));
    return;
  }
  database_.read<Page>(
      [query = std::move(query), newest = last_durable_,
       damage = damage_](storage::Transaction& transaction) -> Result<Page> {
        const auto read = [&](std::int64_t before, std::size_t limit) {
          Query part = query;
          part.before = before;
          part.limit = limit;
          return transaction.query(statement_of(part), types);
        };
        Page page;
        // One more than asked for tells whether there is another page.
        const auto rows = read(query.before, query.limit + 1);
        if (rows.ok()) {
          page.entries = entries_of(*rows);
          if (page.entries.size() > query.limit) {
            page.entries.pop_back();
            page.next_before = page.entries.back().id;
          }
          return page;
        }
        if (rows.error().code != ErrorCode::unavailable) return rows.error();
        LINTEL_TRY(const auto around, read_around(read, query.before > 0 ? query.before : newest + 1, 0, query.limit));
        page.damaged = true;
        if (transaction.damage_met()) *damage = true;
        page.entries = entries_of(around.rows);
        page.next_before = around.next;
        return page;
      },
      [this, alive = std::weak_ptr<int>(alive_), then = std::move(then)](Result<Page> page) {
        if (!alive.expired()) tell_damage();
        then(std::move(page));
      });
}

void Journal::after(std::int64_t id, const std::string& room, std::size_t limit,
                    std::function<void(Result<std::vector<Entry>>)> then) {
  if (limit < 1 || limit > page_limit) {
    then(out_of_bounds(limit));
    return;
  }
  database_.read<std::vector<Entry>>(
      [id = std::min(id, std::numeric_limits<std::int64_t>::max() - 1), room, limit, newest = last_durable_,
       damage = damage_](storage::Transaction& transaction) -> Result<std::vector<Entry>> {
        const auto read = [&](std::int64_t from, std::size_t most) {
          storage::Statement statement;
          if (!room.empty()) statement.values.emplace_back(room);
          statement.values.emplace_back(from + 1);
          statement.sql = fmt::format("{} WHERE {}id >= :oldest ORDER BY id LIMIT {}", columns,
                                      room.empty() ? "" : "room = :room AND ", most);
          return transaction.query(statement, types);
        };
        const auto rows = read(id, limit);
        if (rows.ok()) return entries_of(*rows);
        if (rows.error().code != ErrorCode::unavailable || id >= newest) return rows.error();
        LINTEL_TRY(const auto around, read_around(read, id, newest, limit));
        if (transaction.damage_met()) *damage = true;
        return entries_of(around.rows);
      },
      [this, alive = std::weak_ptr<int>(alive_), then = std::move(then)](Result<std::vector<Entry>> entries) {
        if (!alive.expired()) tell_damage();
        then(std::move(entries));
      });
}

void Journal::count(WallTime from, WallTime to, std::function<void(Result<std::vector<Count>>)> then) {
  const auto begin = static_cast<std::int64_t>(from.time_since_epoch().count());
  const auto end = static_cast<std::int64_t>(to.time_since_epoch().count());
  database_.read<std::vector<Count>>(
      [begin, end](storage::Transaction& transaction) -> Result<std::vector<Count>> {
        LINTEL_TRY(
            const auto rows,
            transaction.query("SELECT event, time / 900000000 AS quarter, count(*) FROM journal WHERE time >= "
                              ":from_time AND time < :to_time GROUP BY event, time / 900000000 ORDER BY quarter, event",
                              {begin, end}, {Column::text, Column::integer, Column::integer}));
        std::vector<Count> counts;
        counts.reserve(rows.size());
        for (const Row& row : rows) counts.push_back({row.text(0), row.integer(1), row.integer(2)});
        return counts;
      },
      std::move(then));
}

}  // namespace lintel::journal
