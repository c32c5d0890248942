#include "system/memory.hpp"

#include <malloc.h>
#include <sys/prctl.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>

namespace lintel::system {
namespace {

constexpr int picture_like = 256 * 1024;     // bytes: what is at least as large is mapped by itself
constexpr int slack = 256 * 1024;            // bytes that may stay free at a heap's end
constexpr std::size_t worth = 256 * 1024;    // bytes that are free in holes
constexpr std::size_t unsorted = 16 * 1024;  // bytes
constexpr int arenas = 2;                    // the loop's, and one for all other threads

}  // namespace

void settle_memory() {
  // Set by hand, the threshold stays: glibc would otherwise raise it to the size of a picture once one was freed.
  mallopt(M_MMAP_THRESHOLD, picture_like);
  mallopt(M_TRIM_THRESHOLD, slack);
  mallopt(M_ARENA_MAX, arenas);
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

void tidy_memory() {
  // A request of a size that is not kept apart makes glibc join and sort whatever was freed before.
  void* volatile large = std::malloc(unsorted);  // volatile: or the compiler leaves both out
  std::free(large);
}

void give_back_memory() {
  malloc_trim(0);
}

bool give_back_spare_memory() {
  // What was given back already counts as free as well, so that it is the growth since that says something.
  static std::atomic<std::size_t> left = 0;
  const std::size_t free = mallinfo2().fordblks;
  if (free < left) left = free;
  if (free < left + worth) return false;
  malloc_trim(0);
  left = mallinfo2().fordblks;
  return true;
}

}  // namespace lintel::system
