#include "media/webrtc_elements.hpp"

#include <fmt/format.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>
#include <nice/agent.h>

#include "base/text.hpp"
#include "media/leg_session.hpp"

namespace lintel::media {
namespace {

using Transceiver = Object<GstWebRTCRTPTransceiver>;

GstWebRTCRTPTransceiverDirection direction_of(Direction direction) {
  switch (direction) {
    case Direction::send_receive:
      return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDRECV;
    case Direction::send_only:
      return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY;
    case Direction::receive_only:
      return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY;
    case Direction::inactive:
      break;
  }
  return GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_INACTIVE;
}

// Retransmission for pictures alone: browsers refuse a description that has it for sound.
void repair_lost(GstWebRTCRTPTransceiver* transceiver, GstCaps* preferences) {
  const char* kind = gst_structure_get_string(gst_caps_get_structure(preferences, 0), "media");
  if (g_strcmp0(kind, "video") == 0) g_object_set(transceiver, "do-nack", TRUE, nullptr);
}

Error failed(std::string message) {
  return {ErrorCode::unavailable, std::move(message), {}, {}, {}};
}

}  // namespace

void configure_ice(GstElement* webrtc, const LegsOptions& options) {
  GObject* raw = nullptr;
  g_object_get(webrtc, "ice-agent", &raw, nullptr);
  const Object<GObject> ice = Object<GObject>::adopt(raw);
  if (!ice) return;
  if (options.first_port != 0) {
    g_object_set(ice.get(), "min-rtp-port", static_cast<guint>(options.first_port), "max-rtp-port",
                 static_cast<guint>(options.last_port), nullptr);
  }
  NiceAgent* raw_agent = nullptr;
  g_object_get(ice.get(), "agent", &raw_agent, nullptr);
  const Object<NiceAgent> agent = Object<NiceAgent>::adopt(raw_agent);
  if (!agent) return;
  g_object_set(agent.get(), "upnp", FALSE, "ice-tcp", FALSE, "keepalive-conncheck", TRUE, nullptr);
  if (options.loopback_candidates) {
    NiceAddress address;
    nice_address_init(&address);
    if (nice_address_set_from_string(&address, "127.0.0.1")) nice_agent_add_local_address(agent.get(), &address);
  }
}

Caps codec_preferences(const std::string& kind, const std::vector<sdp::Format>& formats, std::uint32_t ssrc) {
  std::string all;
  for (const sdp::Format& format : formats) {
    std::string text = rtp_caps(kind, format);
    if (format.encoding == "OPUS") text += ",encoding-params=(string)2,useinbandfec=(string)1";
    if (format.encoding == "H264") {
      const auto given = [&format](const char* name, const char* otherwise) {
        std::string value = sdp::parameter(format, name).value_or(otherwise);
        // It goes into caps text: a peer's characters must not.
        return value.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos ? value : std::string(otherwise);
      };
      text += ",packetization-mode=(string)" + given("packetization-mode", "1") + ",profile-level-id=(string)" +
              given("profile-level-id", "42e01f");
    }
    if (kind == "video")
      text += ",rtcp-fb-nack=(boolean)true,rtcp-fb-nack-pli=(boolean)true,rtcp-fb-ccm-fir=(boolean)true";
    if (ssrc != 0) text += ",ssrc=(uint)" + std::to_string(ssrc);
    all += (all.empty() ? "" : ";") + text;
  }
  return Caps::adopt(gst_caps_from_string(all.c_str()));
}

Result<Object<GstPad>> add_sending_line(GstElement* webrtc, Direction direction, GstCaps* preferences) {
  Object<GstPad> sink = Object<GstPad>::adopt(gst_element_request_pad_simple(webrtc, "sink_%u"));
  if (!sink) return failed("WebRTC gave no place for a stream.");
  GstWebRTCRTPTransceiver* raw = nullptr;
  g_object_get(sink.get(), "transceiver", &raw, nullptr);
  const Transceiver transceiver = Transceiver::adopt(raw);
  if (!transceiver) return failed("WebRTC gave no line for a stream.");
  g_object_set(transceiver.get(), "direction", direction_of(direction), "codec-preferences", preferences, nullptr);
  repair_lost(transceiver.get(), preferences);
  return sink;
}

Result<void> add_silent_line(GstElement* webrtc, Direction direction, GstCaps* preferences) {
  GstWebRTCRTPTransceiver* raw = nullptr;
  g_signal_emit_by_name(webrtc, "add-transceiver", direction_of(direction), preferences, &raw);
  const Transceiver transceiver = Transceiver::adopt(raw);
  if (!transceiver) return failed("WebRTC gave no line to receive on.");
  repair_lost(transceiver.get(), preferences);
  return {};
}

void set_line_direction(GstElement* webrtc, guint line, Direction direction) {
  GstWebRTCRTPTransceiver* raw = nullptr;
  g_signal_emit_by_name(webrtc, "get-transceiver", static_cast<gint>(line), &raw);
  const Transceiver transceiver = Transceiver::adopt(raw);
  if (transceiver) g_object_set(transceiver.get(), "direction", direction_of(direction), nullptr);
}

std::optional<sdp::Format> choose_opus(const sdp::Media& media) {
  for (const sdp::Format& format : media.formats) {
    if (format.encoding == "OPUS" && format.clock_rate == 48000) return format;
  }
  return std::nullopt;
}

std::optional<sdp::Format> choose_picture(const sdp::Media& media) {
  const sdp::Format* best = nullptr;
  int best_score = 0;
  for (const sdp::Format& format : media.formats) {
    int score = 0;
    if (format.encoding == "VP8" && format.clock_rate == 90000) score = 1;
    if (sdp::is_usable_h264(format) && sdp::parameter(format, "packetization-mode") == "1") {
      const std::string profile = text::lower(sdp::parameter(format, "profile-level-id").value_or("42e01f"));
      // Constrained baseline is what is sent; other profiles decode it too.
      score = profile.substr(0, 4) == "42e0" ? 5
              : profile.substr(0, 2) == "42" ? 4
              : profile.substr(0, 2) == "4d" ? 3
                                             : 2;
    }
    if (score > best_score) best_score = score, best = &format;
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

void count_pad_packets(GstPad* pad, std::function<void()> count) {
  using Count = std::function<void()>;
  gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo* info, gpointer data) -> GstPadProbeReturn {
        const bool many = (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0;
        const guint packets = many ? gst_buffer_list_length(GST_PAD_PROBE_INFO_BUFFER_LIST(info)) : 1;
        for (guint index = 0; index < packets; ++index) (*static_cast<Count*>(data))();
        return GST_PAD_PROBE_OK;
      },
      new Count(std::move(count)), [](gpointer data) { delete static_cast<Count*>(data); });
}

void count_packets(GstElement* element, const char* pad, std::function<void()> count) {
  const Object<GstPad> found = Object<GstPad>::adopt(gst_element_get_static_pad(element, pad));
  if (found) count_pad_packets(found.get(), std::move(count));
}

void watch_arrivals(LegPipeline& pipeline, std::function<void()> arrived) {
  using Arrived = std::function<void()>;
  g_signal_connect_data(
      pipeline.get(), "deep-element-added", G_CALLBACK(+[](GstBin*, GstBin*, GstElement* element, gpointer data) {
        GstElementFactory* factory = gst_element_get_factory(element);
        if (factory == nullptr || g_strcmp0(GST_OBJECT_NAME(factory), "nicesrc") != 0) return;
        count_packets(element, "src", *static_cast<Arrived*>(data));
      }),
      new Arrived(std::move(arrived)), [](gpointer data, GClosure*) { delete static_cast<Arrived*>(data); },
      static_cast<GConnectFlags>(0));
}

std::optional<ReceivedKind> kind_of_pad(GstPad* pad) {
  const Caps caps = Caps::adopt(gst_pad_get_current_caps(pad));
  if (!caps || gst_caps_is_empty(caps.get())) return std::nullopt;
  const char* name = gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "encoding-name");
  if (name == nullptr) return std::nullopt;
  const std::string encoding = text::upper(name);
  if (encoding == "OPUS") return ReceivedKind{true, Codec::h264};
  if (encoding == "H264") return ReceivedKind{false, Codec::h264};
  if (encoding == "VP8") return ReceivedKind{false, Codec::vp8};
  return std::nullopt;
}

void drain(LegPipeline& pipeline, GstPad* pad) {
  GstElement* sink = pipeline.add("fakesink");
  if (sink == nullptr) return;
  g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, nullptr);
  connect_receiver(pipeline, pad, {sink, {sink}});
}

void warm_up_dtls() {
  // The first dtlsdec makes the process' certificate; all later ones share it.
  const Element element = Element::sink(gst_element_factory_make("dtlsdec", nullptr));
  for (const char* name : {"webrtcbin", "rtpbin", "opusenc", "opusdec", "rtph264pay", "nicesrc"}) {
    const Element loaded = Element::sink(gst_element_factory_make(name, nullptr));
  }
}

}  // namespace lintel::media
