// Where one line of a call sends its packets: to the place its guard names, set in one place only.
#pragma once

#include <gio/gio.h>

#include <mutex>
#include <string>

#include "media/leg_gst.hpp"
#include "media/rtp_guard.hpp"

namespace lintel::media {

// A numeric address of one host.
[[nodiscard]] inline bool sendable(const std::string& host) {
  const auto address = Object<GInetAddress>::adopt(g_inet_address_new_from_string(host.c_str()));
  return address && !g_inet_address_get_is_any(address.get()) && !g_inet_address_get_is_multicast(address.get());
}

// The loop (an offer or answer came) and a streaming thread (the peer was heard from elsewhere) both move a line. A
// udpsink whose host or port is set from two threads at once counts its receivers wrong and ends the process, so
// both come here. Any thread.
class RtpDestination {
 public:
  // Both sinks are udpsinks with sockets of their own.
  RtpDestination(Element rtp_sink, Element rtcp_sink)
      : rtp_sink_(std::move(rtp_sink)), rtcp_sink_(std::move(rtcp_sink)) {}

  // Sends to what the guard knows now. The guard is read under the lock, so that of two moves the later one stays.
  void follow(PeerGuard& guard) {
    const std::lock_guard lock(mutex_);
    PeerGuard::Place place = guard.place();
    if (place == set_) return;
    set_ = place;
    // A peer on hold the old way (RFC 3264 §8.4), or who wants nothing and names a host: whatever is sent goes nowhere.
    // The sink would look the name up, on the thread of half of the calls.
    if (!sendable(place.host)) place.host = "127.0.0.1";
    g_object_set(rtp_sink_.get(), "host", place.host.c_str(), "port", place.port, nullptr);
    g_object_set(rtcp_sink_.get(), "host", place.host.c_str(), "port", place.control_port, nullptr);
  }

 private:
  std::mutex mutex_;
  Element rtp_sink_;
  Element rtcp_sink_;
  PeerGuard::Place set_;
};

}  // namespace lintel::media
