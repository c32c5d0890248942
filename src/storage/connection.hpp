// One session with the database, through SOCI. Inner header of this room: nobody else includes it. One thread at a
// time.
#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "base/result.hpp"
#include "storage/database.hpp"

namespace lintel::storage {

class Connection final : public Transaction {
 public:
  enum class Mode { write, read };

  // `path` must need no quoting: see data_folder.hpp. Throws soci::soci_error.
  Connection(const std::string& path, std::string shown_folder, Mode mode, int page_limit);

  Result<std::int64_t> execute(const Statement& statement) override;
  Result<void> execute_many(const std::string& sql, const std::vector<Values>& rows) override;
  Result<std::vector<Row>> query(const Statement& statement, const std::vector<Column>& columns) override;
  using Transaction::execute;
  using Transaction::query;

  // Runs `job` between begin and commit. On an error everything is rolled back.
  Result<void> transact(const Database::Job& job);
  // Runs the jobs in one transaction, each behind a savepoint. False when the whole was spoilt (disk): nothing of it
  // is stored then, and the outcomes say nothing.
  bool transact_together(const std::vector<const Database::Job*>& jobs, std::vector<Result<void>>& outcomes);
  // All of it or nothing: a step that fails leaves the file to the version that wrote it.
  Result<void> migrate(const std::vector<Schema>& schemas);

  // Of the last transaction, as seen by begin/commit and the statements: whether the disk was at fault, and whether it
  // met pages that are damaged.
  [[nodiscard]] bool disk_failed() const { return disk_failed_; }
  [[nodiscard]] bool damage_met() const override { return damage_met_; }

 private:
  Result<void> migrate_one(const Schema& schema);
  template <typename Work>
  auto guarded(Work&& work) -> Result<decltype(work())>;
  Result<void> plain(const char* sql);
  void keep_files();
  [[nodiscard]] Error translate(const std::exception& problem);

  std::string folder_;
  soci::session session_;
  bool disk_failed_ = false;
  bool damage_met_ = false;
  const Mode mode_;
};

// What to tell a person about a failure while opening.
[[nodiscard]] Error opening_error(const std::exception& problem, const std::string& folder);

}  // namespace lintel::storage
