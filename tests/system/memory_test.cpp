#include "system/memory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace lintel::system {
namespace {

std::size_t resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  return 0;
}

// AddressSanitizer and ThreadSanitizer bring an allocator of their own, which keeps what it has.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool own_allocator = true;
#else
constexpr bool own_allocator = false;
#endif

TEST(Memory, whatASwarmLeftFreeGoesBackAndNothingIsDoneForNothing) {
  (void)give_back_spare_memory();
  // Small pieces with one that stays at the end of them: the heap cannot simply shrink.
  std::vector<std::unique_ptr<std::string>> swarm;
  for (int i = 0; i < 20'000; ++i) swarm.push_back(std::make_unique<std::string>(1000, 'x'));
  const std::size_t full = resident_kilobytes();
  for (std::size_t i = 0; i < swarm.size(); ++i)
    if (i % 1000 != 999) swarm[i].reset();
  if (own_allocator) return;
  EXPECT_TRUE(give_back_spare_memory());
  EXPECT_LT(resident_kilobytes() + 15'000, full);
  EXPECT_FALSE(give_back_spare_memory());
  // And again, though the heap has no more that is free than after the first swarm.
  for (std::size_t i = 0; i < swarm.size(); ++i)
    if (swarm[i] == nullptr) swarm[i] = std::make_unique<std::string>(1000, 'x');
  for (std::size_t i = 0; i < swarm.size(); ++i)
    if (i % 1000 != 999) swarm[i].reset();
  EXPECT_TRUE(give_back_spare_memory());
  EXPECT_LT(resident_kilobytes() + 15'000, full);
}

}  // namespace
}  // namespace lintel::system
