// The folder that holds everything of one installation. Inner header of this room. Start only.
#pragma once

#include <string>

#include "base/result.hpp"

namespace lintel::storage {

// Keeps the folder open, and locked against a second process while it lives.
class DataFolder {
 public:
  static Result<DataFolder> open(const std::string& path, bool lock);
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  [[nodiscard]] const std::string& path() const { return path_; }
  // A path to `name` in the folder without a character that would need quoting in a connection string, whatever the
  // folder is called. It is good while this object lives.
  [[nodiscard]] std::string plain_path(const std::string& name) const;
  // Makes the file with mode 0600 where it is missing.
  Result<void> prepare_file(const std::string& name) const;

 private:
  DataFolder(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_;
};

}  // namespace lintel::storage
