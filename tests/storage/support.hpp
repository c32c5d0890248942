// Folders that go with the test, and a loop turned until something is so. For the rooms that keep things on disk.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/loop.hpp"
#include "storage/database.hpp"

namespace lintel::storage::testing {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lintel-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  // Below the folder, so that the room under test makes it itself.
  [[nodiscard]] std::string data() const { return path_ + "/data"; }

 private:
  std::string path_;
};

// Turns the loop until `done`; the limit only ends a test that has failed already.
inline bool turn_until(Loop& loop, const std::function<bool()>& done) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  bool over = false;
  auto guard =
      loop.clock().every(std::chrono::milliseconds(20), [&] { over = std::chrono::steady_clock::now() > limit; });
  while (!done() && !over) loop.turn(true);
  return done();
}

// Calls `work` with a `then` and turns the loop until it was answered.
template <typename T>
Result<T> answer(Loop& loop, const std::function<void(std::function<void(Result<T>)>)>& work) {
  auto outcome = std::make_shared<std::optional<Result<T>>>();
  work([outcome](Result<T> result) { *outcome = std::move(result); });
  turn_until(loop, [&] { return outcome->has_value(); });
  return outcome->has_value() ? std::move(**outcome) : Result<T>(Error{ErrorCode::timeout, "the test's limit"});
}

inline std::unique_ptr<Database> open_database(Loop& loop, Options options) {
  auto opened = Database::open(loop, std::move(options));
  if (!opened.ok()) {
    ADD_FAILURE() << opened.error().message;
    return nullptr;
  }
  return std::move(opened).value();
}

}  // namespace lintel::storage::testing
