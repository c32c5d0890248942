#include "storage/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace lintel::storage {
namespace {

Error refusal(const std::string& path, int number, const char* what) {
  const auto code = number == ENOSPC ? ErrorCode::full : ErrorCode::unavailable;
  return {code,
          fmt::format("The data folder {} {}: {}. Give it to the user that runs the station, or choose another folder.",
                      path, what, std::generic_category().message(number))};
}

// What is private already needs no write: a disk that is mounted read-only takes none.
bool keep_private(int descriptor, mode_t mode) {
  struct stat status {};
  return (fstat(descriptor, &status) == 0 && (status.st_mode & 07777) == mode) || fchmod(descriptor, mode) == 0;
}

}  // namespace

Result<DataFolder> DataFolder::open(const std::string& path, bool lock) {
  std::error_code problem;
  const auto parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, problem);
  if (problem) return refusal(path, problem.value(), "cannot be made");
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return refusal(path, errno, "cannot be made");
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return refusal(path, errno, "cannot be opened");
  DataFolder folder(path, descriptor);
  // Codes and journal live here: nobody else needs to look in, whatever the folder was made with.
  if (!keep_private(descriptor, 0700)) return refusal(path, errno, "cannot be kept private");
  if (lock && flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return Error{
        ErrorCode::conflict,
        fmt::format("Another station already runs on the data folder {}; stop it, or choose another folder.", path)};
  return folder;
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

DataFolder::~DataFolder() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string DataFolder::plain_path(const std::string& name) const {
  return fmt::format("/proc/self/fd/{}/{}", descriptor_, name);
}

Result<void> DataFolder::prepare_file(const std::string& name) const {
  int file = openat(descriptor_, name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  // A worn card takes nothing more; what it holds can be read, and the doors go by that.
  if (file < 0 && errno == EROFS) file = openat(descriptor_, name.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return refusal(path_, errno, "cannot be written");
  const bool kept_private = keep_private(file, 0600);
  const int number = errno;
  close(file);
  if (!kept_private) return refusal(path_, number, "cannot be kept private");
  return {};
}

}  // namespace lintel::storage
