// UDP port pairs for RTP (even) and RTCP (the odd one above it, RFC 3550 §11).
#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <mutex>
#include <string>

#include "base/gobject.hpp"
#include "base/result.hpp"

namespace lintel::media {

struct PortPair {
  Object<GSocket> rtp;
  Object<GSocket> rtcp;
  int port = 0;  // of RTP
};

// Any thread.
class PortRange {
 public:
  // Inclusive; zero: the system chooses.
  PortRange(std::uint16_t first, std::uint16_t last) : first_(first), last_(last) {}
  // Binds a pair on all addresses of the family of `address`, or with `there_only` on that one alone. Error:
  // unavailable, when no pair of the range is free.
  [[nodiscard]] Result<PortPair> bind(const std::string& address, bool there_only = false);

 private:
  const std::uint16_t first_;
  const std::uint16_t last_;
  std::mutex mutex_;
  std::uint32_t next_ = 0;  // a port just given back is not taken again at once: late packets still come for it
};

}  // namespace lintel::media
