// Small records of another room, kept over a restart: the SIP registrar's bindings. Saved in the order of the calls,
// many in one commit; the last one of a key wins. Loop only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "storage/database.hpp"

namespace lintel::household {

class RecordStore {
 public:
  struct Record {
    std::string key;
    std::string value;  // text; opaque here
  };
  static constexpr std::size_t max_key = 256, max_value = 8'192;  // bytes; larger ones are refused with `invalid`

  // `collection` keeps the records of different users apart ("sip.bindings").
  RecordStore(storage::Database& database, std::string collection);
  static storage::Schema schema();

  Result<std::vector<Record>> load();  // start only: waits for the disk
  void save(std::vector<Record> records, std::function<void(Result<void>)> then = {});
  void remove(std::vector<std::string> keys, std::function<void(Result<void>)> then = {});

 private:
  storage::Database& database_;
  std::string collection_;
};

}  // namespace lintel::household
