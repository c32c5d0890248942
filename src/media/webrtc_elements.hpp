// How webrtcbin and its ICE agent are set up and linked. Job thread, unless said otherwise.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "media/leg_feed.hpp"

namespace lintel::media {

void configure_ice(GstElement* webrtc, const LegsOptions& options);
// In the order of preference. `ssrc` of what we send, so that the description names it before anything flows.
[[nodiscard]] Caps codec_preferences(const std::string& kind, const std::vector<sdp::Format>& formats,
                                     std::uint32_t ssrc);
// A line on which we send, and the pad to be linked once its codec is known.
[[nodiscard]] Result<Object<GstPad>> add_sending_line(GstElement* webrtc, Direction direction, GstCaps* preferences);
// A line on which nothing is sent.
[[nodiscard]] Result<void> add_silent_line(GstElement* webrtc, Direction direction, GstCaps* preferences);
void set_line_direction(GstElement* webrtc, guint line, Direction direction);

[[nodiscard]] std::optional<sdp::Format> choose_opus(const sdp::Media& media);
// H.264 that we can send first; VP8 only where there is none.
[[nodiscard]] std::optional<sdp::Format> choose_picture(const sdp::Media& media);

// Any thread:
void count_packets(GstElement* element, const char* pad, std::function<void()> count);
void count_pad_packets(GstPad* pad, std::function<void()> count);
// Calls `arrived` for each packet (RTP, RTCP, DTLS) of the transport, on its thread. Before the first state change.
void watch_arrivals(LegPipeline& pipeline, std::function<void()> arrived);
struct ReceivedKind {
  bool audio = true;
  Codec codec = Codec::h264;
};
[[nodiscard]] std::optional<ReceivedKind> kind_of_pad(GstPad* pad);
void drain(LegPipeline& pipeline, GstPad* pad);  // what nobody wants is dropped, not answered by 'not linked'

}  // namespace lintel::media
