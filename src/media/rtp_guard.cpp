#include "media/rtp_guard.hpp"

#include <gio/gio.h>
#include <gst/net/gstnetaddressmeta.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/big_endian.hpp"
#include "media/endpoint.hpp"
#include "media/media.hpp"
#include "media/rtp_packet.hpp"

namespace lintel::media {
namespace {

constexpr GstClockTime silence_before_move = 3 * GST_SECOND;
constexpr GstClockTime source_pace = 500 * GST_MSECOND;
constexpr gsize rtcp_header_size = 8;  // RFC 3550 §6.4: with the sender's source

// RFC 4291 §2.5.5.2: a socket of both families sees IPv4 this way.
Endpoint unmapped(const Endpoint& endpoint) {
  constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (!endpoint.six || !std::equal(prefix.begin(), prefix.end(), endpoint.ip.begin())) return endpoint;
  Endpoint four;
  four.port = endpoint.port;
  std::copy_n(endpoint.ip.begin() + prefix.size(), 4, four.ip.begin());
  return four;
}

// One spelling for each address; what is none stays as it is.
std::string plain(std::string host) {
  const std::optional<Endpoint> endpoint = endpoint_of(host, 0);
  return endpoint ? address_text(unmapped(*endpoint)) : std::move(host);
}

}  // namespace

// The source address udpsrc notes on each packet. By name, so that no further library has to be linked for one call.
PeerGuard::Source PeerGuard::source_of(GstBuffer* packet) {
  static const GType api = g_type_from_name("GstNetAddressMetaAPI");
  if (api == 0) return {};
  auto* meta = reinterpret_cast<GstNetAddressMeta*>(gst_buffer_get_meta(packet, api));
  sockaddr_storage address{};
  if (meta == nullptr || meta->addr == nullptr || !G_IS_INET_SOCKET_ADDRESS(meta->addr) ||
      g_socket_address_to_native(meta->addr, &address, sizeof address, nullptr) == FALSE)
    return {};
  const Endpoint endpoint = unmapped(endpoint_of(address));
  return {address_text(endpoint), endpoint.port};
}

void PeerGuard::set_signalling(std::string host, bool server) {
  const std::lock_guard lock(mutex_);
  signalling_host_ = plain(std::move(host));
  by_server_ = server;
}

void PeerGuard::expect(Place place) {
  place.host = plain(std::move(place.host));
  const std::lock_guard lock(mutex_);
  if (place == expected_) return;
  expected_ = place;
  if (place == place_) return;
  place_ = std::move(place);
  latched_ = false;
}

void PeerGuard::agree(const Terms& terms) {
  const std::lock_guard lock(mutex_);
  terms_ = terms;
}

PeerGuard::Place PeerGuard::place() {
  const std::lock_guard lock(mutex_);
  return place_;
}

void PeerGuard::on_moved(Moved moved) {
  const std::lock_guard lock(mutex_);
  moved_ = std::move(moved);
}

bool PeerGuard::is_place(const Source& source) const {
  return source.host == place_.host && source.port == place_.port;
}

bool PeerGuard::is_as_said(const Source& source) const {
  return source.host == expected_.host && source.port == expected_.port;
}

bool PeerGuard::is_own_host(const std::string& host) const {
  return host == expected_.host || host == signalling_host_;
}

bool PeerGuard::is_paced(std::uint32_t ssrc, GstClockTime now) {
  if (has_ssrc_ && ssrc == ssrc_) return true;
  if (has_ssrc_ && now - ssrc_since_ < source_pace) return false;
  has_ssrc_ = true;
  ssrc_ = ssrc;
  ssrc_since_ = now;
  return true;
}

PeerGuard::Moved PeerGuard::take(const Source& source, GstClockTime now) {
  Moved moved;
  if (!is_place(source)) {
    // Whoever came first from elsewhere gives way to the place that the peer itself named.
    place_ = is_as_said(source) ? expected_ : Place{source.host, source.port, std::min(source.port + 1, 65535)};
    moved = moved_;
  }
  latched_ = true;
  last_packet_ = last_heard_ = now;
  ++packets_;
  return moved;
}

bool PeerGuard::admit(GstBuffer* packet, bool control) {
  std::array<std::uint8_t, rtp_header_size> header{};
  const gsize size = gst_buffer_extract(packet, 0, header.data(), header.size());
  if (size < (control ? rtcp_header_size : rtp_header_size) || (header[0] & 0xC0U) != 0x80U) return false;
  const Source source = source_of(packet);
  if (source.host.empty()) return false;
  const GstClockTime now = running_time();
  Moved moved;
  {
    const std::lock_guard lock(mutex_);
    const bool own_host = is_own_host(source.host);
    const bool is_known = !signalling_host_.empty() && !by_server_;
    if (control) {
      if (source.host == place_.host) last_heard_ = now;
      return latched_ ? source.host == place_.host : own_host || !is_known;
    }
    // Of an encrypted line the key is asked, which knows better.
    const bool trusted = own_host || terms_.encrypted;
    if (!trusted && (is_known || !terms_.receives)) return false;
    const std::size_t type = header[1] & 0x7FU;
    if (terms_.events[type] && (!terms_.peer_sends[type] || !trusted)) return false;
    if (!is_place(source)) {
      if (latched_ && !is_as_said(source) && now - last_packet_ < silence_before_move) return false;
      if (!terms_.encrypted) has_ssrc_ = false;
    }
    if (!is_paced(big_endian::read32(header, 8), now)) return false;
    if (!terms_.encrypted) moved = take(source, now);
  }
  if (moved) moved();
  return true;
}

void PeerGuard::proved(GstBuffer* packet) {
  Source source = source_of(packet);
  const GstClockTime now = running_time();
  Moved moved;
  {
    const std::lock_guard lock(mutex_);
    if (source.host.empty()) source = {place_.host, place_.port};  // decryption lost it
    moved = take(source, now);
  }
  if (moved) moved();
}

}  // namespace lintel::media
