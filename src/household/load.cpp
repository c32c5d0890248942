// The tables of the household, and how they come into memory at the start.
#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "household/inner.hpp"

namespace lintel::household {

using storage::Column;
using storage::Row;

storage::Schema Household::schema() {
  return {
      "household",
      {{{
           "CREATE TABLE rooms (key TEXT PRIMARY KEY, number TEXT NOT NULL, first_name TEXT NOT NULL, last_name "
           "TEXT NOT NULL, "
           "nick_name TEXT NOT NULL)",
           "CREATE TABLE stations (key TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, secret TEXT NOT "
           "NULL)",
           "CREATE TABLE centres (key TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, secret TEXT NOT "
           "NULL)",
           "CREATE TABLE monitors (key TEXT PRIMARY KEY, account TEXT NOT NULL, room_key TEXT NOT NULL, room TEXT "
           "NOT NULL, "
           "kind TEXT NOT NULL, name TEXT NOT NULL, locks TEXT NOT NULL, paired_at BIGINT NOT NULL, last_seen "
           "BIGINT, secret TEXT NOT NULL)",
           "CREATE INDEX monitors_room ON monitors (room_key)",
           "CREATE TABLE machines (name TEXT PRIMARY KEY, rights BIGINT NOT NULL, created_at BIGINT NOT NULL, "
           "secret TEXT NOT NULL)",
           "CREATE TABLE people (account TEXT PRIMARY KEY, email TEXT NOT NULL, password_hash TEXT NOT NULL)",
           "CREATE TABLE codes (id BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, room_key TEXT "
           "NOT NULL, "
           "room TEXT NOT NULL, locks TEXT NOT NULL, active BIGINT NOT NULL)",
           "CREATE TABLE pairings (token_hash TEXT PRIMARY KEY, short_hash TEXT NOT NULL, kind TEXT NOT NULL, "
           "room_key TEXT NOT NULL, "
           "room TEXT NOT NULL, name TEXT NOT NULL, expires_at BIGINT NOT NULL)",
           "CREATE TABLE household_secrets (name TEXT PRIMARY KEY, secret TEXT NOT NULL)",
       }},
       {{
           "CREATE TABLE cards (id BIGINT PRIMARY KEY, number TEXT NOT NULL UNIQUE, room_key TEXT NOT NULL, room TEXT "
           "NOT NULL, name TEXT NOT NULL, locks TEXT NOT NULL, main BIGINT NOT NULL, lost BIGINT NOT NULL)",
           "CREATE INDEX cards_room ON cards (room_key)",
       }},
       {{"CREATE INDEX codes_room ON codes (room_key)"}}}};
}

std::string packed_locks(const std::vector<int>& locks) {
  return fmt::format("{}", fmt::join(locks, ","));
}

std::string purpose_of_card(std::int64_t id) {
  return fmt::format("card:{}", id);
}

std::vector<int> unpacked_locks(std::string_view packed) {
  std::vector<int> locks;
  for (const auto part : text::split(packed, ','))
    if (const auto number = text::to_unsigned(part)) locks.push_back(static_cast<int>(*number));
  return locks;
}

namespace {

MonitorKind kind_of(const std::string& name) {
  for (const MonitorKind kind : {MonitorKind::phone, MonitorKind::panel})
    if (name == name_of(kind)) return kind;
  return MonitorKind::browser;
}

}  // namespace

// Reads the tables one by one into the memory of the household.
struct Loader {
  Household::Inner& inner;

  Result<std::vector<Row>> rows(const char* sql, const std::vector<Column>& columns) {
    return inner.database.wait_for<std::vector<Row>>(
        [&](storage::Transaction& transaction) { return transaction.query(sql, {}, columns); });
  }
  // A secret that does not open takes its owner out of service, not the station.
  bool open(const std::string& sealed, const std::string& purpose, std::string& plain) {
    auto opened = inner.vault.open_sealed(sealed, purpose);
    if (!opened.ok()) {
      lintel::log::error("household", "{}", opened.error().message);
      return false;
    }
    plain = std::move(opened).value();
    return true;
  }

  Result<void> rooms_and_numbers() {
    constexpr Column text = Column::text;
    LINTEL_TRY(const auto room_rows,
               rows("SELECT key, number, first_name, last_name, nick_name FROM rooms", {text, text, text, text, text}));
    for (const Row& row : room_rows) inner.rooms[row.text(0)] = {row.text(1), row.text(2), row.text(3), row.text(4)};
    LINTEL_TRY(const auto station_rows,
               rows("SELECT key, name, address, secret FROM stations", {text, text, text, text}));
    for (const Row& row : station_rows) {
      StationRecord record{{row.text(0), row.text(1), row.text(2), false}, {}};
      if (open(row.text(3), "station:" + row.text(0), record.secret.plain))
        inner.stations[row.text(0)] = std::move(record);
    }
    LINTEL_TRY(const auto centre_rows,
               rows("SELECT key, name, address, secret FROM centres", {text, text, text, text}));
    for (const Row& row : centre_rows) {
      CentreRecord record{{row.text(0), row.text(1), row.text(2)}, {}};
      if (open(row.text(3), "centre:" + row.text(0), record.secret.plain))
        inner.centres[row.text(0)] = std::move(record);
    }
    return {};
  }

  Result<void> devices() {
    constexpr Column text = Column::text;
    constexpr Column integer = Column::integer;
    LINTEL_TRY(const auto monitor_rows,
               rows("SELECT key, account, room, kind, name, locks, paired_at, last_seen, secret FROM monitors",
                    {text, text, text, text, text, text, integer, integer, text}));
    for (const Row& row : monitor_rows) {
      MonitorRecord record;
      record.monitor = {row.text(1),
                        row.text(2),
                        kind_of(row.text(3)),
                        row.text(4),
                        unpacked_locks(row.text(5)),
                        wall_time(row.integer(6)),
                        {}};
      if (!row.is_null(7)) record.monitor.last_seen = record.seen_on_disk = wall_time(row.integer(7));
      if (open(row.text(8), "monitor:" + row.text(0), record.secret.plain))
        inner.monitors[row.text(0)] = std::move(record);
    }
    LINTEL_TRY(const auto machine_rows,
               rows("SELECT name, rights, created_at, secret FROM machines", {text, integer, integer, text}));
    for (const Row& row : machine_rows) {
      MachineRecord record{{row.text(0), static_cast<unsigned>(row.integer(1)), wall_time(row.integer(2))}, {}};
      if (open(row.text(3), "machine:" + row.text(0), record.secret)) inner.machines[row.text(0)] = std::move(record);
    }
    return {};
  }

  Result<void> people_and_codes() {
    constexpr Column text = Column::text;
    constexpr Column integer = Column::integer;
    LINTEL_TRY(const auto person_rows, rows("SELECT account, email, password_hash FROM people", {text, text, text}));
    for (const Row& row : person_rows) inner.people[row.text(0)] = {row.text(0), row.text(1), row.text(2)};
    LINTEL_TRY(const auto code_rows, rows("SELECT id, name, hash, room, locks, active FROM codes",
                                          {integer, text, text, text, text, integer}));
    for (const Row& row : code_rows) {
      inner.keep_code(
          {{row.integer(0), row.text(1), row.text(3), unpacked_locks(row.text(4)), row.boolean(5)}, row.text(2)});
    }
    LINTEL_TRY(const auto pairing_rows,
               rows("SELECT token_hash, short_hash, kind, room, name, expires_at FROM pairings",
                    {text, text, text, text, text, integer}));
    for (const Row& row : pairing_rows)
      inner.pairings[row.text(0)] = {{kind_of(row.text(2)), row.text(3), row.text(4), wall_time(row.integer(5))},
                                     row.text(1)};
    return {};
  }

  Result<void> cards() {
    constexpr Column text = Column::text;
    constexpr Column integer = Column::integer;
    LINTEL_TRY(const auto found, rows("SELECT id, number, room, name, locks, main, lost FROM cards",
                                      {integer, text, text, text, text, integer, integer}));
    for (const Row& row : found) {
      Card card{row.integer(0), {}, row.text(2), row.text(3), unpacked_locks(row.text(4)), row.boolean(5),
                row.boolean(6)};
      inner.last_card = std::max(inner.last_card, card.id);
      if (open(row.text(1), purpose_of_card(card.id), card.number)) inner.keep_card(card);
    }
    return {};
  }

  Result<void> own_account() {
    LINTEL_TRY(const auto found,
               rows("SELECT secret FROM household_secrets WHERE name = 'own_station'", {Column::text}));
    if (!found.empty() && open(found.front().text(0), "secret:own_station", inner.own.plain)) return {};
    inner.own.plain = bytes::random_password(24);
    return inner.database.wait([&](storage::Transaction& transaction) -> Result<void> {
      LINTEL_CHECK(
          transaction.execute("INSERT INTO household_secrets (name, secret) VALUES ('own_station', :secret) "
                              "ON CONFLICT (name) DO UPDATE SET secret = excluded.secret",
                              {inner.vault.seal(inner.own.plain, "secret:own_station")}));
      return {};
    });
  }
};

Result<std::unique_ptr<Household>> Household::load(storage::Database& database, const storage::Vault& vault,
                                                   Clock& clock, Identity identity) {
  auto inner = std::make_unique<Inner>(database, vault, clock, std::move(identity));
  Loader loader{*inner};
  LINTEL_CHECK(loader.rooms_and_numbers());
  LINTEL_CHECK(loader.devices());
  LINTEL_CHECK(loader.people_and_codes());
  LINTEL_CHECK(loader.cards());
  LINTEL_CHECK(loader.own_account());
  return std::unique_ptr<Household>(new Household(std::move(inner)));
}

}  // namespace lintel::household
