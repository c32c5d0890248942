#include "system/memory.hpp"

#include <malloc.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <fstream>

namespace lintel::system {
namespace {

constexpr int picture_like = 256 * 1024;     // bytes: what is at least as large is mapped by itself
constexpr int slack = 256 * 1024;            // bytes that may stay free at a heap's end
constexpr std::size_t worth = 256 * 1024;    // bytes that are free in holes
constexpr std::size_t unsorted = 16 * 1024;  // bytes
constexpr int arenas = 2;                    // the loop's, and one for all other threads

// Bytes of pages that are there and belong to no file.
std::size_t held_memory() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0, resident = 0, shared = 0;
  statm >> all >> resident >> shared;
  return (resident - std::min(resident, shared)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

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
  // What has gone back counts as free in the heap as well, so that only the pages there tell whether there is something.
  static std::atomic<std::size_t> left = 0;
  std::size_t held = held_memory();
  if (held < left) left = held;
  if (held < left + worth) return false;
  const bool holes = mallinfo2().fordblks >= worth;
  if (holes) {
    malloc_trim(0);
    held = held_memory();
  }
  left = held;
  return holes;
}

}  // namespace lintel::system
