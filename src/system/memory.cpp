#include "system/memory.hpp"

#include <malloc.h>
#include <sys/prctl.h>

namespace lintel::system {
namespace {

constexpr int picture_like = 256 * 1024;  // bytes: what is at least as large is mapped by itself
constexpr int slack = 256 * 1024;         // bytes that may stay free at a heap's end
constexpr int arenas = 2;                 // the loop's, and one for all other threads

}  // namespace

void settle_memory() {
  // Set by hand, the threshold stays: glibc would otherwise raise it to the size of a picture once one was freed.
  mallopt(M_MMAP_THRESHOLD, picture_like);
  mallopt(M_TRIM_THRESHOLD, slack);
  mallopt(M_ARENA_MAX, arenas);
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

void give_back_memory() {
  malloc_trim(0);
}

}  // namespace lintel::system
