#include "household/bindings.hpp"

#include <fmt/format.h>

#include <map>

#include "base/text.hpp"

namespace lintel::household {
namespace {

// Rows of the log come after those of older versions, which held one record each under its own key.
constexpr std::string_view log_prefix = "~";
constexpr std::string_view insert = "INSERT INTO records (collection, key, value) VALUES (:collection, :key, :value)";

using InForce = std::map<std::string, std::string>;

std::string log_key(std::uint64_t number) {
  return fmt::format("{}{:016}", log_prefix, number);
}

// "<bytes of the key> <bytes of the value, or -> <key><value>": nothing in either can be taken for the next record.
void append_record(std::string& row, std::string_view key, const std::string* value) {
  row += fmt::format("{} {} ", key.size(), value == nullptr ? "-" : std::to_string(value->size()));
  row += key;
  if (value != nullptr) row += *value;
}

std::string_view next_word(std::string_view& rest) {
  const auto end = rest.find(' ');
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

// Applies a row of the log; answers how many records it held. A damaged one ends at the damage.
std::size_t apply_row(std::string_view row, InForce& in_force) {
  std::size_t count = 0;
  for (; !row.empty(); ++count) {
    const auto key_size = text::to_unsigned(next_word(row));
    const auto value_word = next_word(row);
    const auto value_size = value_word == "-" ? std::optional<std::uint64_t>(0) : text::to_unsigned(value_word);
    if (!key_size || !value_size || *key_size > row.size() || *value_size > row.size() - *key_size) return count;
    std::string key(row.substr(0, *key_size));
    if (value_word == "-")
      in_force.erase(key);
    else
      in_force[std::move(key)] = row.substr(*key_size, *value_size);
    row.remove_prefix(*key_size + *value_size);
  }
  return count;
}

std::vector<std::string> rows_of(const std::vector<RecordStore::Record>& records) {
  std::vector<std::string> rows;
  for (const auto& record : records) {
    if (rows.empty() || rows.back().size() >= RecordStore::row_bytes) rows.emplace_back();
    append_record(rows.back(), record.key, &record.value);
  }
  return rows;
}

struct Read {
  InForce in_force;
  std::size_t records = 0;
};

Result<Read> read_all(storage::Transaction& transaction, const std::string& collection) {
  LINTEL_TRY(const auto rows,
             transaction.query("SELECT key, value FROM records WHERE collection = :collection ORDER BY key",
                               {collection}, {storage::Column::text, storage::Column::text}));
  Read read;
  for (const auto& row : rows) {
    if (row.text(0).starts_with(log_prefix)) {
      read.records += apply_row(row.text(1), read.in_force);
    } else {
      read.in_force[row.text(0)] = row.text(1);
      ++read.records;
    }
  }
  return read;
}

Result<void> insert_rows(storage::Transaction& transaction, const std::string& collection, std::uint64_t number,
                         const std::vector<std::string>& rows) {
  std::vector<storage::Values> values;
  values.reserve(rows.size());
  for (const auto& row : rows) values.push_back({collection, log_key(number++), row});
  return transaction.execute_many(std::string(insert), values);
}

}  // namespace

RecordStore::RecordStore(storage::Database& database, std::string collection)
    : database_(database), collection_(std::move(collection)) {}

storage::Schema RecordStore::schema() {
  return {"records",
          {{{"CREATE TABLE records (collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY "
             "(collection, key))"}}}};
}

Result<std::vector<RecordStore::Record>> RecordStore::load() {
  LINTEL_TRY(auto read, database_.wait_for<Read>(
                            [this](storage::Transaction& transaction) { return read_all(transaction, collection_); }));
  *counts_ = {read.in_force.size(), read.records - std::min(read.records, read.in_force.size())};
  std::vector<Record> records;
  records.reserve(read.in_force.size());
  for (auto& [key, value] : read.in_force) records.push_back({key, std::move(value)});
  return records;
}

void RecordStore::save(std::vector<Record> records, std::function<void(Result<void>)> then) {
  for (const Record& record : records) {
    // Text on the disk ends at a NUL.
    const bool text = record.key.find('\0') == std::string::npos && record.value.find('\0') == std::string::npos;
    if (text && !record.key.empty() && record.key.size() <= max_key && record.value.size() <= max_value) continue;
    if (then)
      then(Error{ErrorCode::invalid, "A record is too large to be kept.", "key", record.key.substr(0, 100),
                 fmt::format("{} bytes of key, {} of value, none of them 0", max_key, max_value)});
    return;
  }
  append(rows_of(records), records.size(), std::move(then));
}

void RecordStore::remove(std::vector<std::string> keys, std::function<void(Result<void>)> then) {
  std::vector<std::string> rows;
  for (const auto& key : keys) {
    if (rows.empty() || rows.back().size() >= row_bytes) rows.emplace_back();
    append_record(rows.back(), key, nullptr);
  }
  append(std::move(rows), keys.size(), std::move(then));
}

void RecordStore::append(std::vector<std::string> rows, std::size_t records, std::function<void(Result<void>)> then) {
  database_.write(
      [rows = std::move(rows), collection = collection_](storage::Transaction& transaction) -> Result<void> {
        LINTEL_TRY(const auto last,
                   transaction.query("SELECT key FROM records WHERE collection = :collection AND key >= "
                                     ":first ORDER BY key DESC LIMIT 1",
                                     {collection, std::string(log_prefix)}, {storage::Column::text}));
        const auto number = last.empty() ? std::nullopt : text::to_unsigned(last[0].text(0).substr(log_prefix.size()));
        return insert_rows(transaction, collection, number ? *number + 1 : 0, rows);
      },
      std::move(then));
  counts_->appended += records;
  if (counts_->appended > most_replaced + 2 * counts_->in_force) write_anew();
}

void RecordStore::write_anew() {
  counts_->appended = 0;
  database_.write<std::size_t>(
      [collection = collection_](storage::Transaction& transaction) -> Result<std::size_t> {
        LINTEL_TRY(auto read, read_all(transaction, collection));
        std::vector<Record> records;
        for (auto& [key, value] : read.in_force) records.push_back({key, std::move(value)});
        LINTEL_TRY(const auto removed,
                   transaction.execute("DELETE FROM records WHERE collection = :collection", {collection}));
        static_cast<void>(removed);
        LINTEL_CHECK(insert_rows(transaction, collection, 0, rows_of(records)));
        return records.size();
      },
      [counts = counts_](const Result<std::size_t>& in_force) {
        if (in_force.ok()) counts->in_force = *in_force;
      });
}

}  // namespace lintel::household
