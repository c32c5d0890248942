#include "media/rtsp_session.hpp"

namespace lintel::media {
namespace {

constexpr std::uint64_t ntp_offset = 2'208'988'800;  // seconds from 1900 to 1970

void append16(std::string& out, std::size_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}
void append32(std::string& out, std::uint64_t value) {
  append16(out, static_cast<std::size_t>(value >> 16 & 0xffff));
  append16(out, static_cast<std::size_t>(value & 0xffff));
}

}  // namespace

std::string sender_report(std::uint32_t ssrc, const RtpBundle& newest, std::uint32_t clock_rate, const RtspTrack& track,
                          std::string_view name, GstClockTime now, WallTime wall) {
  const auto microseconds = static_cast<std::uint64_t>(wall.time_since_epoch().count());
  const GstClockTime passed = now > newest.running_time ? now - newest.running_time : 0;
  std::string out = "\x80\xc8";  // version 2, SR
  append16(out, 6);
  append32(out, ssrc);
  append32(out, microseconds / 1'000'000 + ntp_offset);
  append32(out, ((microseconds % 1'000'000) << 32) / 1'000'000);
  append32(out, newest.rtp_time + static_cast<std::uint32_t>(gst_util_uint64_scale(passed, clock_rate, GST_SECOND)));
  append32(out, track.packets);
  append32(out, track.octets);
  name = name.substr(0, 64);
  const std::size_t words = (4 + 2 + name.size() + 1 + 3) / 4;  // SSRC, CNAME item, its end, padding
  out += "\x81\xca";                                            // version 2, SDES of one source
  append16(out, words);
  const std::size_t from = out.size();
  append32(out, ssrc);
  out += '\x01';
  out += static_cast<char>(name.size());
  out += name;
  out.resize(from + words * 4, '\0');
  return out;
}

bool is_report(std::string_view packet) {
  if (packet.size() < 8 || (static_cast<unsigned char>(packet[0]) & 0xc0) != 0x80) return false;
  const auto type = static_cast<unsigned char>(packet[1]);
  return type >= 200 && type <= 207 && type != 203;
}

}  // namespace lintel::media
