// What a peer sends behind SRTP is still a stranger's: RTCP compounds, RTP headers, and payloads that become pictures.
// The first byte says which; the rest is cut into packets.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "media/rtcp.hpp"
#include "media/rtp_packet.hpp"
#include "media/video_receiver.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lintel::media;
  if (size == 0) return 0;
  const std::uint8_t kind = data[0];
  std::span<const std::uint8_t> rest(data + 1, size - 1);
  if (kind % 3 == 0) {
    rtcp::Heard heard;
    rtcp::parse(rest, heard);
    if (heard.lost.size() > rtcp::lost_limit || heard.key_requests.size() > rtcp::key_request_limit) __builtin_trap();
    return 0;
  }
  VideoReceiver receiver(kind % 3 == 1 ? Codec::h264 : Codec::vp8, [](const WholePicture& picture) {
    if (picture.data.size() > VideoReceiver::picture_limit + 65'536) __builtin_trap();
  });
  GstClockTime now = GST_SECOND;
  while (rest.size() > 1) {
    const std::size_t length = std::min<std::size_t>(rest[0], rest.size() - 1);
    if (const auto packet = read_rtp(rest.subspan(1, length))) receiver.packet(*packet, now);
    rest = rest.subspan(1 + length);
    now += 10 * GST_MSECOND;
    receiver.tick(now);
    (void)receiver.take_lost(now);
  }
  return 0;
}
