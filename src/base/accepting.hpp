// What every listening socket of the station has in common.
#pragma once

#include "base/clock.hpp"

namespace lintel {

// How long a listener rests when a connection could not be taken for want of descriptors: whoever waits in the kernel's
// backlog would wake it again at once, and a busy loop gives none back.
inline constexpr Duration pause_without_descriptors = std::chrono::milliseconds(100);

}  // namespace lintel
