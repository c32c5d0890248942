// A process that has run out of descriptors, while this lives.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

namespace lintel {

class FewDescriptors {
 public:
  // `left` more can be opened, by whoever comes first.
  explicit FewDescriptors(int left) {
    getrlimit(RLIMIT_NOFILE, &before_);
    std::vector<int> free;  // the lowest, as the next ones are
    for (int i = 0; i < left; ++i) free.push_back(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(free.back()) + 1;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &now), 0);
    for (const int one : free) ::close(one);
  }
  ~FewDescriptors() { EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before_), 0); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace lintel
