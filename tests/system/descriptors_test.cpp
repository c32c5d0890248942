#include "system/descriptors.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

namespace lintel::system {
namespace {

TEST(Descriptors, areAsManyAsTheHardLimitAllows) {  // security.md 16
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlim_t most = std::min<rlim_t>(before.rlim_max, most_descriptors);
  rlimit low = before;
  low.rlim_cur = std::min<rlim_t>(most, 256);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_descriptor_limit(), most);
  rlimit now{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &now), 0);
  EXPECT_EQ(now.rlim_cur, most);
  EXPECT_EQ(now.rlim_max, before.rlim_max);
  EXPECT_EQ(raise_descriptor_limit(), most) << "again is no harm";
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace lintel::system
