#include "media/rtsp_session.hpp"

#include "media/rtcp.hpp"

namespace lintel::media {

std::string sender_report(std::uint32_t ssrc, const RtpBundle& newest, std::uint32_t clock_rate, const RtspTrack& track,
                          std::string_view name, GstClockTime now, WallTime wall) {
  const GstClockTime passed = now > newest.running_time ? now - newest.running_time : 0;
  const auto timestamp =
      newest.rtp_time + static_cast<std::uint32_t>(gst_util_uint64_scale(passed, clock_rate, GST_SECOND));
  rtcp::Bytes out;
  rtcp::append_sender_report(out, {ssrc, rtcp::ntp_of(wall), timestamp, track.packets, track.octets}, {});
  rtcp::append_name(out, ssrc, name.substr(0, 64));
  return {out.begin(), out.end()};
}

bool is_report(std::string_view packet) {
  if (packet.size() < 8 || (static_cast<unsigned char>(packet[0]) & 0xc0) != 0x80) return false;
  const auto type = static_cast<unsigned char>(packet[1]);
  return type >= 200 && type <= 207 && type != 203;
}

}  // namespace lintel::media
