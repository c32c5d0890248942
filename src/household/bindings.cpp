#include "household/bindings.hpp"

#include <fmt/format.h>

namespace lintel::household {

RecordStore::RecordStore(storage::Database& database, std::string collection)
    : database_(database), collection_(std::move(collection)) {}

storage::Schema RecordStore::schema() {
  return {"records",
          {{{"CREATE TABLE records (collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY "
             "(collection, key))"}}}};
}

Result<std::vector<RecordStore::Record>> RecordStore::load() {
  return database_.wait_for<std::vector<Record>>(
      [this](storage::Transaction& transaction) -> Result<std::vector<Record>> {
        LINTEL_TRY(const auto rows,
                   transaction.query("SELECT key, value FROM records WHERE collection = :collection ORDER BY key",
                                     {collection_}, {storage::Column::text, storage::Column::text}));
        std::vector<Record> records;
        for (const auto& row : rows) records.push_back({row.text(0), row.text(1)});
        return records;
      });
}

void RecordStore::save(std::vector<Record> records, std::function<void(Result<void>)> then) {
  std::vector<storage::Values> rows;
  rows.reserve(records.size());
  for (Record& record : records) {
    if (record.key.empty() || record.key.size() > max_key || record.value.size() > max_value) {
      if (then)
        then(Error{ErrorCode::invalid, "A record is too large to be kept.", "key", record.key.substr(0, 100),
                   fmt::format("{} bytes of key, {} of value", max_key, max_value)});
      return;
    }
    rows.push_back({collection_, std::move(record.key), std::move(record.value)});
  }
  database_.write(
      [rows = std::move(rows)](storage::Transaction& transaction) {
        return transaction.execute_many(
            "INSERT INTO records (collection, key, value) VALUES (:collection, :key, :value) "
            "ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value",
            rows);
      },
      std::move(then));
}

void RecordStore::remove(std::vector<std::string> keys, std::function<void(Result<void>)> then) {
  std::vector<storage::Values> rows;
  rows.reserve(keys.size());
  for (std::string& key : keys) rows.push_back({collection_, std::move(key)});
  database_.write(
      [rows = std::move(rows)](storage::Transaction& transaction) {
        return transaction.execute_many("DELETE FROM records WHERE collection = :collection AND key = :key", rows);
      },
      std::move(then));
}

}  // namespace lintel::household
