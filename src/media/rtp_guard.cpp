#include "media/rtp_guard.hpp"

#include <gio/gio.h>
#include <gst/net/gstnetaddressmeta.h>

#include <algorithm>
#include <array>

#include "base/big_endian.hpp"
#include "base/gobject.hpp"
#include "media/media.hpp"

namespace lintel::media {
namespace {

constexpr GstClockTime silence_before_move = 3 * GST_SECOND;
constexpr GstClockTime source_pace = 500 * GST_MSECOND;

// The source address udpsrc notes on each packet. By name, so that no further library has to be linked for one call.
GSocketAddress* source_of(GstBuffer* packet) {
  static const GType api = g_type_from_name("GstNetAddressMetaAPI");
  if (api == 0) return nullptr;
  auto* meta = reinterpret_cast<GstNetAddressMeta*>(gst_buffer_get_meta(packet, api));
  return meta == nullptr ? nullptr : meta->addr;
}

}  // namespace

void PeerGuard::expect(Place place) {
  const std::lock_guard lock(mutex_);
  if (place == expected_) return;
  expected_ = place;
  if (place == place_) return;
  place_ = std::move(place);
  latched_ = false;
}

PeerGuard::Place PeerGuard::place() {
  const std::lock_guard lock(mutex_);
  return place_;
}

void PeerGuard::on_moved(Moved moved) {
  const std::lock_guard lock(mutex_);
  moved_ = std::move(moved);
}

bool PeerGuard::admit(GstBuffer* packet, bool control) {
  std::array<std::uint8_t, 12> header{};
  if (gst_buffer_extract(packet, 0, header.data(), header.size()) < 8 || (header[0] & 0xC0U) != 0x80U) return false;
  GSocketAddress* source = source_of(packet);
  const GstClockTime now = running_time();
  std::string host;
  int port = 0;
  if (source != nullptr && G_IS_INET_SOCKET_ADDRESS(source)) {
    auto* inet = G_INET_SOCKET_ADDRESS(source);
    const GCharHandle text(g_inet_address_to_string(g_inet_socket_address_get_address(inet)));
    host = text.get();
    port = g_inet_socket_address_get_port(inet);
  }
  Moved moved;
  {
    const std::lock_guard lock(mutex_);
    if (control) {
      if (host == place_.host) last_heard_ = now;
      return !latched_ || host == place_.host;
    }
    const bool same = host == place_.host && port == place_.port;
    if (!same) {
      // Whoever came first from elsewhere gives way to the place that the peer itself named.
      const bool as_said = host == expected_.host && port == expected_.port;
      if (latched_ && !as_said && now - last_packet_ < silence_before_move) return false;
      place_ = as_said ? expected_ : Place{host, port, std::min(port + 1, 65535)};
      has_ssrc_ = false;
      moved = moved_;
    }
    latched_ = true;
    const std::uint32_t ssrc = big_endian::read32(header, 8);
    if (!has_ssrc_ || ssrc != ssrc_) {
      if (has_ssrc_ && now - ssrc_since_ < source_pace) return false;
      has_ssrc_ = true;
      ssrc_ = ssrc;
      ssrc_since_ = now;
    }
    last_packet_ = last_heard_ = now;
  }
  ++packets_;
  if (moved) moved();
  return true;
}

}  // namespace lintel::media
