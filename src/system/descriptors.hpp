// How many descriptors the process may hold.
#pragma once

#include <cstddef>

namespace lintel::system {

// As many as the unit file gives, which is more than all connections together may take.
inline constexpr std::size_t most_descriptors = 65'536;

// Raises the soft limit towards that, as far as the hard one allows: a login shell starts programs with 1024, and a
// crowd of strangers would take what calls, files and doors need. Before the first thread. Answers the limit.
std::size_t raise_descriptor_limit();

}  // namespace lintel::system
