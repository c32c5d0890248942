// UDP port pairs for RTP (even) and RTCP (the odd one above it, RFC 3550 §11).
#pragma once

#include <gio/gio.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "base/gobject.hpp"
#include "base/result.hpp"

namespace lintel::media {

// A bound UDP socket that does not block. GLib's view of it is made when it is asked for: a phone that is rung and does
// not answer never needs it, and sixteen may be rung at once.
class UdpSocket {
 public:
  UdpSocket() = default;
  explicit UdpSocket(int descriptor) : descriptor_(descriptor) {}
  UdpSocket(UdpSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), deaf_(other.deaf_), view_(std::move(other.view_)) {}
  UdpSocket& operator=(UdpSocket&& other) noexcept;
  ~UdpSocket();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }
  [[nodiscard]] GSocket* view();  // lives as long as this; null when the system refuses
  // Nothing that arrives is kept until the view is asked for, nor what had arrived by now.
  void deafen();

 private:
  void close();
  int descriptor_ = -1;
  bool deaf_ = false;
  Object<GSocket> view_;  // owns the descriptor once it is there
};

struct PortPair {
  UdpSocket rtp;
  UdpSocket rtcp;
  int port = 0;  // of RTP
};

// Any thread.
class PortRange {
 public:
  // Inclusive; zero: the system chooses.
  PortRange(std::uint16_t first, std::uint16_t last) : first_(first), last_(last) {}
  // Binds a pair on all addresses of the family of `address`, or with `there_only` on that one alone. Error:
  // unavailable, when no pair of the range is free.
  [[nodiscard]] std::size_t pairs() const {
    return first_ == 0 || last_ <= even() ? 0 : (last_ - even() + 1U) / 2;
  }  // zero: the system's
  [[nodiscard]] Result<PortPair> bind(const std::string& address, bool there_only = false);

 private:
  [[nodiscard]] std::uint32_t even() const { return (first_ + 1U) / 2 * 2; }
  const std::uint16_t first_;
  const std::uint16_t last_;
  std::mutex mutex_;
  std::uint32_t next_ = 0;  // a port just given back is not taken again at once: late packets still come for it
};

}  // namespace lintel::media
