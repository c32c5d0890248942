#include "household/bindings.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <deque>
#include <map>
#include <utility>

#include "base/text.hpp"

namespace lintel::household {
namespace {

// Rows of the log come after those of older versions, which held one record each under its own key.
constexpr std::string_view log_prefix = "~";
constexpr std::string_view insert = "INSERT INTO records (collection, key, value) VALUES (:collection, :key, :value)";

using InForce = std::map<std::string_view, std::string_view>;  // into the texts of a Read

std::string log_key(std::uint64_t number) {
  return fmt::format("{}{:016}", log_prefix, number);
}

void append_number(std::string& row, std::size_t number) {
  std::array<char, 24> digits{};
  row.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

// "<bytes of the key> <bytes of the value, or -> <key><value>": nothing in either can be taken for the next record.
void append_record(std::string& row, std::string_view key, const std::string_view* value) {
  append_number(row, key.size());
  row.push_back(' ');
  if (value == nullptr)
    row.push_back('-');
  else
    append_number(row, value->size());
  row.push_back(' ');
  row.append(key);
  if (value != nullptr) row.append(*value);
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
    const auto key = row.substr(0, *key_size);
    if (value_word == "-")
      in_force.erase(key);
    else
      in_force[key] = row.substr(*key_size, *value_size);
    row.remove_prefix(*key_size + *value_size);
  }
  return count;
}

struct Read {
  std::deque<std::string> texts;  // stay where they are
  InForce in_force;
  std::size_t records = 0;
};

Result<Read> read_all(storage::Transaction& transaction, const std::string& collection) {
  LINTEL_TRY(auto rows,
             transaction.query("SELECT key, value FROM records WHERE collection = :collection ORDER BY key",
                               {collection}, {storage::Column::text, storage::Column::text}));
  Read read;
  for (auto& row : rows) {
    const std::string& key = read.texts.emplace_back(row.text(0));
    const std::string& value = read.texts.emplace_back(row.text(1));
    row = {};  // the log of a large house is long: it is in memory once
    if (key.starts_with(log_prefix)) {
      read.records += apply_row(value, read.in_force);
    } else {
      read.in_force[key] = value;
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
  for (const auto& [key, value] : read.in_force) records.push_back({std::string(key), std::string(value)});
  return records;
}

std::string& RecordStore::Batch::row() {
  if (rows_.empty() || rows_.back().size() >= row_bytes) rows_.emplace_back();
  return rows_.back();
}

void RecordStore::Batch::save(std::string_view key, std::string_view value) {
  // Text on the disk ends at a NUL.
  const bool text = key.find('\0') == std::string_view::npos && value.find('\0') == std::string_view::npos;
  if (!text || key.empty() || key.size() > max_key || value.size() > max_value) {
    if (!std::exchange(bad_, true)) bad_key_ = key.substr(0, 100);
    return;
  }
  append_record(row(), key, &value);
  ++records_;
}

void RecordStore::Batch::remove(std::string_view key) {
  append_record(row(), key, nullptr);
  ++records_;
}

void RecordStore::write(Batch batch, std::function<void(Result<void>)> then) {
  if (!batch.bad_) return append(std::move(batch.rows_), batch.records_, std::move(then));
  if (then)
    then(Error{ErrorCode::invalid, "A record is too large to be kept.", "key", batch.bad_key_,
               fmt::format("{} bytes of key, {} of value, none of them 0", max_key, max_value)});
}

void RecordStore::save(const std::vector<Record>& records, std::function<void(Result<void>)> then) {
  Batch batch;
  for (const Record& record : records) batch.save(record.key, record.value);
  write(std::move(batch), std::move(then));
}

void RecordStore::remove(const std::vector<std::string>& keys, std::function<void(Result<void>)> then) {
  Batch batch;
  for (const auto& key : keys) batch.remove(key);
  write(std::move(batch), std::move(then));
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
        Batch batch;
        for (const auto& [key, value] : read.in_force) batch.save(key, value);
        LINTEL_TRY(const auto removed,
                   transaction.execute("DELETE FROM records WHERE collection = :collection", {collection}));
        static_cast<void>(removed);
        LINTEL_CHECK(insert_rows(transaction, collection, 0, batch.rows_));
        return batch.records_;
      },
      [counts = counts_](const Result<std::size_t>& in_force) {
        if (in_force.ok()) counts->in_force = *in_force;
      });
}

}  // namespace lintel::household
