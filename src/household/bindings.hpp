// Small records of another room, kept over a restart: the SIP registrar's bindings. Saved in the order of the calls,
// many in one commit; the last one of a key wins. Loop only.
//
// On the disk they are a log: what is saved together is one row behind the others, and now and then the whole is
// written anew without what has been replaced. Thousands of phones that renew their registrations then cost a row for
// many, not a row for each.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
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
  static constexpr std::size_t row_bytes = 65'536;                // of the log; further records get a further row
  static constexpr std::size_t most_replaced = 4'096;  // records that are replaced, beyond twice those in force, before
                                                       // the log is written anew

  // `collection` keeps the records of different users apart ("sip.bindings").
  RecordStore(storage::Database& database, std::string collection);
  static storage::Schema schema();

  Result<std::vector<Record>> load();  // start only: waits for the disk
  // What goes to the disk together, in the order of the calls. Any thread, one at a time.
  class Batch {
   public:
    // A key or value that is too large, holds a 0 or is no key at all spoils the batch: write() then tells of the first.
    void save(std::string_view key, std::string_view value);
    void remove(std::string_view key);
    [[nodiscard]] bool empty() const { return rows_.empty() && !bad_; }

   private:
    friend class RecordStore;
    std::string& row();
    std::vector<std::string> rows_;
    std::size_t records_ = 0;
    std::string bad_key_;
    bool bad_ = false;
  };
  // All of the batch, or nothing of it.
  void write(Batch batch, std::function<void(Result<void>)> then = {});
  // The same for what is at hand as it is.
  void save(const std::vector<Record>& records, std::function<void(Result<void>)> then = {});
  void remove(const std::vector<std::string>& keys, std::function<void(Result<void>)> then = {});

 private:
  void append(std::vector<std::string> rows, std::size_t records, std::function<void(Result<void>)> then);
  void write_anew();

  storage::Database& database_;
  std::string collection_;
  struct Counts {
    std::size_t in_force = 0;  // when the log was last read
    std::size_t appended = 0;  // since
  };
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace lintel::household
