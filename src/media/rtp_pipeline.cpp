// The pipeline of a plain or SDES-SRTP leg: one rtpbin, with a session for sound and one for the picture.
#include <fmt/format.h>

#include "base/big_endian.hpp"
#include "base/bytes.hpp"
#include "base/log.hpp"
#include "media/rtp_session.hpp"

namespace lintel::media {
namespace {

constexpr int audio_dscp = 46;  // expedited forwarding
constexpr int video_dscp = 34;

GstBuffer* buffer_of(const std::string& bytes) {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, bytes.size(), nullptr);
  gst_buffer_fill(buffer, 0, bytes.data(), bytes.size());
  return buffer;
}

// RFC 4568 §6.2: the _32 suite shortens RTP's tag alone, RTCP keeps 80 bits.
const char* rtp_authentication(const sdp::Crypto& crypto) {
  return crypto.suite == "AES_CM_128_HMAC_SHA1_32" ? "hmac-sha1-32" : "hmac-sha1-80";
}

GstCaps* decryption_caps(const sdp::Crypto& crypto) {
  GstBuffer* key = buffer_of(crypto.key_and_salt);
  GstCaps* caps =
      gst_caps_new_simple("application/x-srtp", "srtp-key", GST_TYPE_BUFFER, key, "srtp-cipher", G_TYPE_STRING,
                          "aes-128-icm", "srtp-auth", G_TYPE_STRING, rtp_authentication(crypto), "srtcp-cipher",
                          G_TYPE_STRING, "aes-128-icm", "srtcp-auth", G_TYPE_STRING, "hmac-sha1-80", nullptr);
  gst_buffer_unref(key);
  return caps;
}

bool link_request(GstElement* from, const char* from_pad, GstElement* to, const char* to_pad) {
  return gst_element_link_pads(from, from_pad, to, to_pad) != FALSE;
}

}  // namespace

Result<void> RtpSession::build() {
  pipeline_ = std::make_unique<LegPipeline>("rtp-leg");
  GstElement* rtpbin = rtpbin_ = pipeline_->add("rtpbin");
  if (rtpbin == nullptr) return Error{ErrorCode::unavailable, pipeline_->error(), {}, {}, {}};
  g_object_set(rtpbin, "latency",
               static_cast<guint>(std::chrono::duration_cast<std::chrono::milliseconds>(options_.jitter).count()),
               "autoremove", TRUE, "drop-on-latency", TRUE, nullptr);
  gst_util_set_object_arg(G_OBJECT(rtpbin), "rtp-profile", "avpf");
  // The session outlives its pipeline: it is the one that takes it to NULL, which ends all streaming threads.
  g_signal_connect(rtpbin, "request-pt-map",
                   G_CALLBACK(+[](GstElement*, guint session, guint type, gpointer self) -> GstCaps* {
                     return static_cast<RtpSession*>(self)->caps_of(session, type);
                   }),
                   this);
  g_signal_connect(rtpbin, "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer self) {
                     static_cast<RtpSession*>(self)->received(pad);
                   }),
                   this);
  for (const char* signal : {"request-rtp-encoder", "request-rtcp-encoder"}) {
    g_signal_connect(rtpbin, signal, G_CALLBACK(+[](GstElement*, guint session, gpointer self) -> GstElement* {
                       return static_cast<RtpSession*>(self)->transform(session, true);
                     }),
                     this);
  }
  for (const char* signal : {"request-rtp-decoder", "request-rtcp-decoder"}) {
    g_signal_connect(rtpbin, signal, G_CALLBACK(+[](GstElement*, guint session, gpointer self) -> GstElement* {
                       return static_cast<RtpSession*>(self)->transform(session, false);
                     }),
                     this);
  }
  for (Line& line : lines_) {
    if (line.used) build_line(line, rtpbin);
  }
  pipeline_->on_message([failed = events_.failed](GstMessage* message) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR && !is_of_a_receiver(message)) {
      log::warning("media", "A call's media failed: {}", message_text(message));
      failed("The call's media failed: " + message_text(message));
    }
  });
  if (!pipeline_->ok() || !pipeline_->play()) {
    Error error{ErrorCode::unavailable,
                pipeline_->ok() ? "A call's media could not be started." : pipeline_->error(),
                {},
                {},
                {}};
    pipeline_->halt();
    pipeline_.reset();
    return error;
  }
  return {};
}

void RtpSession::secure_line(Line& line) {
  line.encoder = Element::sink(gst_element_factory_make("srtpenc", nullptr));
  line.decoder = Element::sink(gst_element_factory_make("srtpdec", nullptr));
  if (!line.encoder || !line.decoder) {
    pipeline_->add("srtpenc");  // says which plugin is missing
    return;
  }
  const Buffer key = Buffer::adopt(buffer_of(line.local_key->key_and_salt));
  GstElement* encoder = line.encoder.get();
  g_object_set(encoder, "key", key.get(), nullptr);
  gst_util_set_object_arg(G_OBJECT(encoder), "rtp-cipher", "aes-128-icm");
  gst_util_set_object_arg(G_OBJECT(encoder), "rtcp-cipher", "aes-128-icm");
  gst_util_set_object_arg(G_OBJECT(encoder), "rtp-auth", rtp_authentication(*line.local_key));
  gst_util_set_object_arg(G_OBJECT(encoder), "rtcp-auth", "hmac-sha1-80");
  for (const char* direction : {"rtp_sink_", "rtcp_sink_"}) {  // rtpbin looks for pads that are on request
    gst_object_unref(gst_element_request_pad_simple(encoder, (direction + std::to_string(line.session)).c_str()));
  }
  expect_key(line);
}

// The key that the peer encrypts by, from now on.
void RtpSession::expect_key(Line& line) {
  GstElement* decoder = line.decoder.get();
  if (line.key_handler != 0) g_signal_handler_disconnect(decoder, line.key_handler);
  line.key_handler = g_signal_connect_data(
      decoder, "request-key", G_CALLBACK(+[](GstElement*, guint /*ssrc*/, gpointer caps) -> GstCaps* {
        return gst_caps_ref(static_cast<GstCaps*>(caps));
      }),
      decryption_caps(*line.remote_key), [](gpointer caps, GClosure*) { gst_caps_unref(static_cast<GstCaps*>(caps)); },
      static_cast<GConnectFlags>(0));
  g_signal_emit_by_name(decoder, "clear-keys");  // asks again at the next packet
}

void RtpSession::build_line(Line& line, GstElement* rtpbin) {
  if (line.secure) secure_line(line);
  line.receivers.clear();
  const guint session = line.session;
  GstElement* rtp_source = pipeline_->add("udpsrc");
  GstElement* rtcp_source = pipeline_->add("udpsrc");
  GstElement* rtp_sink = pipeline_->add("udpsink");
  GstElement* rtcp_sink = pipeline_->add("udpsink");
  if (!pipeline_->ok()) return;
  const int dscp = line.kind == "audio" ? audio_dscp : video_dscp;
  for (GstElement* element : {rtp_source, rtcp_source}) {
    g_object_set(element, "socket", element == rtp_source ? line.ports.rtp.view() : line.ports.rtcp.view(),
                 "close-socket", FALSE, nullptr);
  }
  for (GstElement* element : {rtp_sink, rtcp_sink}) {
    GSocket* socket = element == rtp_sink ? line.ports.rtp.view() : line.ports.rtcp.view();
    const bool six = address_.find(':') != std::string::npos;
    g_object_set(element, six ? "socket-v6" : "socket", socket, "close-socket", FALSE, "sync", FALSE, "async", FALSE,
                 "qos-dscp", dscp, "host", "127.0.0.1", "port", line.port, nullptr);
  }
  const Caps rtp = Caps::adopt(gst_caps_from_string(line.secure ? "application/x-srtp" : "application/x-rtp"));
  const Caps rtcp = Caps::adopt(gst_caps_from_string(line.secure ? "application/x-srtcp" : "application/x-rtcp"));
  g_object_set(rtp_source, "caps", rtp.get(), nullptr);
  g_object_set(rtcp_source, "caps", rtcp.get(), nullptr);

  // Packets of others are dropped before anything looks at them.
  const bool secure = line.secure && line.decoder;
  probe_buffers(pad_of(rtp_source, "src").get(),
                [guard = line.guard, secure, connected = events_.connected](GstPadProbeInfo* info) {
                  const bool first = guard->packets() == 0;
                  const bool admitted = guard->admit(GST_PAD_PROBE_INFO_BUFFER(info), false);
                  if (admitted && first && !secure) connected();
                  return admitted;
                });
  if (secure) {
    probe_buffers(pad_of(line.decoder.get(), "rtp_src").get(),
                  [guard = line.guard, connected = events_.connected](GstPadProbeInfo* info) {
                    const bool first = guard->packets() == 0;
                    guard->proved(GST_PAD_PROBE_INFO_BUFFER(info));
                    if (first) connected();
                    return true;
                  });
  }
  probe_buffers(pad_of(rtcp_source, "src").get(), [guard = line.guard](GstPadProbeInfo* info) {
    return guard->admit(GST_PAD_PROBE_INFO_BUFFER(info), true);
  });
  line.destination = std::make_shared<RtpDestination>(Element::share(rtp_sink), Element::share(rtcp_sink));
  line.guard->on_moved([destination = line.destination, weak = std::weak_ptr<PeerGuard>(line.guard)] {
    if (const auto guard = weak.lock()) destination->follow(*guard);
  });

  build_sender(line, rtpbin);
  const std::string index = std::to_string(session);
  if (line.sending && !link_request(rtpbin, ("send_rtp_src_" + index).c_str(), rtp_sink, "sink")) {
    log::error("media", "A call's {} could not be linked to its transport.", line.kind);
  }
  link_request(rtp_source, "src", rtpbin, ("recv_rtp_sink_" + index).c_str());
  link_request(rtcp_source, "src", rtpbin, ("recv_rtcp_sink_" + index).c_str());
  link_request(rtpbin, ("send_rtcp_src_" + index).c_str(), rtcp_sink, "sink");
}

void RtpSession::build_sender(Line& line, GstElement* rtpbin) {
  const std::string index = std::to_string(line.session);
  SenderChain chain;
  if (line.kind == "audio") {
    chain = add_audio_sender(*pipeline_, *audio_codec_of(*line.format), line.format->payload_type, line.ssrc);
  } else {
    chain = add_video_sender(*pipeline_, Codec::h264, line.format->payload_type, line.ssrc);
  }
  if (chain.source == nullptr) return;
  const bool audio = line.kind == "audio";
  probe_buffers(pad_of(chain.payloader, "src").get(),
                [audio, dtmf = dtmf_out_, sent = line.sent](GstPadProbeInfo* info) {
                  ++*sent;
                  if (!audio) return true;
                  if (GstBuffer* instead = dtmf->replace(GST_PAD_PROBE_INFO_BUFFER(info)); instead != nullptr) {
                    gst_buffer_unref(GST_PAD_PROBE_INFO_BUFFER(info));
                    GST_PAD_PROBE_INFO_DATA(info) = instead;
                  }
                  return true;
                });
  if (!link_request(chain.payloader, "src", rtpbin, ("send_rtp_sink_" + index).c_str())) {
    log::error("media", "A call's {} could not be linked to its transport.", line.kind);
    return;
  }
  line.sender = chain;
  line.sending = line.format;
  if (audio) {
    feed_->set_audio_source(Element::share(chain.source));
    return;
  }
  feed_->set_video_source(Element::share(chain.source), {options_.stream, Codec::h264});
  watch_key_requests(chain.source, [weak = std::weak_ptr<LegFeed>(feed_)] {
    if (const auto feed = weak.lock()) feed->request_key();
  });
}

void RtpSession::remove_sender(Line& line) {
  feed_->set_audio_source({});
  const std::vector<GstElement*> chain = std::exchange(line.sender, {}).all;
  // The source first: nothing flows then.
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
    gst_element_set_state(*at, GST_STATE_NULL);
    gst_bin_remove(pipeline_->bin(), *at);  // unlinks it
  }
}

// A new offer may bring a line that was not there, and a peer that a proxy reached beside the first one speaks another
// codec.
Result<void> RtpSession::catch_up() {
  for (Line& line : lines_) {
    if (!line.used || !line.format) continue;
    if (!line.destination) {
      build_line(line, rtpbin_);
    } else if (line.sending && line.sending->encoding != line.format->encoding) {
      // The same source goes on: under SRTP its numbers must not begin anew.
      gst_element_set_state(line.sender.source, GST_STATE_NULL);  // the last one is known when nothing flows
      guint last = 0;
      g_object_get(line.sender.payloader, "seqnum", &last, nullptr);
      remove_sender(line);
      build_sender(line, rtpbin_);
      if (line.sender.payloader != nullptr)
        g_object_set(line.sender.payloader, "seqnum-offset", static_cast<gint>((last + 1) & 0xFFFFU), nullptr);
    } else if (line.sending && line.sending->payload_type != line.format->payload_type) {
      g_object_set(line.sender.payloader, "pt", static_cast<guint>(line.format->payload_type), nullptr);
      line.sending = line.format;
    }
  }
  gst_bin_sync_children_states(pipeline_->bin());
  if (pipeline_->ok()) return {};
  return Error{ErrorCode::unavailable, pipeline_->error(), {}, {}, {}};
}

// To be built anew on the same ports, for a peer that encrypts where another that rang beside it did not, or the other
// way round.
void RtpSession::take_down() {
  feed_->set_audio_source({});
  feed_->set_video_source({}, {});
  pipeline_->halt();
  for (Line& line : lines_) {
    line.destination.reset();
    line.sender = {};
    line.sending.reset();
    line.encoder = {};
    line.decoder = {};
    line.key_handler = 0;
    line.receivers.clear();
    line.ssrc = static_cast<std::uint32_t>(bytes::random_number());  // under SRTP no number comes twice (RFC 3711 §9.1)
  }
  pipeline_.reset();
}

// Streaming threads, while the pipeline lives.
GstElement* RtpSession::transform(guint session, bool outwards) {
  if (session >= lines_.size() || !lines_[session].secure) return nullptr;
  GstElement* element = (outwards ? lines_[session].encoder : lines_[session].decoder).get();
  return element == nullptr ? nullptr : GST_ELEMENT(gst_object_ref(element));
}

GstCaps* RtpSession::caps_of(guint session, guint payload_type) {
  if (session >= lines_.size()) return nullptr;
  const std::lock_guard lock(mutex_);
  for (const sdp::Format& format : lines_[session].formats) {
    if (format.payload_type == static_cast<int>(payload_type)) {
      return gst_caps_from_string(rtp_caps(lines_[session].kind, format).c_str());
    }
  }
  return nullptr;
}

}  // namespace lintel::media
