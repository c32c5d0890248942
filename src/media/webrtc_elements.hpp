// How webrtcbin and its ICE agent are set up and linked. Job thread, unless said otherwise.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "media/leg_feed.hpp"

namespace lintel::media {

void configure_ice(GstElement* webrtc, const LegsOptions& options);
[[nodiscard]] GstCaps* codec_preferences(const std::string& kind, const sdp::Format& format);
// Requests a sink pad for what `last` gives, and says direction and codec of its line.
[[nodiscard]] Result<void> link_to_webrtc(GstElement* webrtc, GstElement* last, Direction direction, GstCaps* preferences);
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
