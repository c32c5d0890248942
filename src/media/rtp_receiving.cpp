// What a plain or SDES-SRTP leg does with what comes: a chain for each source, and events of the keypad.
#include <cstdio>

#include "base/big_endian.hpp"
#include "media/rtp_session.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t receivers_limit = 8;  // sources of a line at a time

// What comes there is not wanted. Without a link or this it would be an error, and the end of the call.
void drop_all(GstPad* pad) {
  probe_buffers(pad, [](GstPadProbeInfo*) { return false; });
}

}  // namespace

// What was made for a source that fell silent, or left, goes when another comes.
bool RtpSession::has_room(Line& line) {
  std::erase_if(line.receivers, [this](const ReceiverChain& chain) {
    if (gst_pad_is_linked(pad_of(chain.first, "sink").get()) != FALSE) return false;
    for (GstElement* element : chain.all) {
      gst_element_set_state(element, GST_STATE_NULL);
      gst_bin_remove(pipeline_->bin(), element);
    }
    return true;
  });
  return line.receivers.size() < receivers_limit;
}

void RtpSession::connect(Line& line, GstPad* pad, const ReceiverChain& chain) {
  if (connect_receiver(*pipeline_, pad, chain)) line.receivers.push_back(chain);
}

void RtpSession::received(GstPad* pad) {
  guint session = 0;
  guint source = 0;
  guint type = 0;
  const GCharHandle name(gst_pad_get_name(pad));
  if (sscanf(name.get(), "recv_rtp_src_%u_%u_%u", &session, &source, &type) != 3 || session >= lines_.size()) return;
  Line& line = lines_[session];
  std::optional<sdp::Format> format;
  {
    const std::lock_guard lock(mutex_);
    for (const sdp::Format& known : line.formats) {
      if (known.payload_type == static_cast<int>(type)) format = known;
    }
  }
  const std::lock_guard lock(receivers_mutex_);
  if (!format || !has_room(line)) return drop_all(pad);
  if (line.kind == "audio") return receive_audio(line, pad, *format);
  const auto video = events_.video;
  if (!video) return drop_all(pad);
  connect(line, pad, add_video_receiver(*pipeline_, Codec::h264, [video](GstBuffer* buffer, GstCaps*) {
            GstMapInfo map;
            if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
            const ReceivedVideo received{{map.data, map.data + map.size},
                                         !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)};
            gst_buffer_unmap(buffer, &map);
            video(received);
          }));
}

void RtpSession::receive_audio(Line& line, GstPad* pad, const sdp::Format& format) {
  if (format.encoding == "TELEPHONE-EVENT") {
    GstElement* sink = pipeline_->add("fakesink");
    if (sink == nullptr) return;
    g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, nullptr);
    probe_buffers(pad, [receiver = std::make_shared<DtmfReceiver>(), dtmf = events_.dtmf](GstPadProbeInfo* info) {
      GstMapInfo map;
      GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
      if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return true;
      const std::span<const std::uint8_t> packet(map.data, map.size);
      if (packet.size() >= 16) {  // a header without contributing sources, and an event
        const std::uint32_t timestamp = big_endian::read32(packet, 4);
        const std::size_t header = 12 + 4U * (packet[0] & 0x0FU);
        if ((packet[0] & 0x10U) == 0 && packet.size() >= header + 4) {
          if (const std::optional<char> digit = receiver->packet(timestamp, packet.subspan(header))) dtmf(*digit);
        }
      }
      gst_buffer_unmap(buffer, &map);
      return true;
    });
    connect(line, pad, {sink, {sink}});
    return;
  }
  const std::optional<AudioCodec> codec = audio_codec_of(format);
  if (!codec) return drop_all(pad);
  connect(line, pad, add_audio_receiver(*pipeline_, *codec, [weak = std::weak_ptr<LegFeed>(feed_)](Samples samples) {
            if (const auto feed = weak.lock()) feed->far(samples);
          }));
}

}  // namespace lintel::media
