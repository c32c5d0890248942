// What flows between a leg's pipeline and the house: the near end and the picture into its appsrcs, the far end out of
// it into the mixer. Any thread; whoever holds it may let go at any moment.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "media/audio.hpp"
#include "media/leg.hpp"
#include "media/leg_gst.hpp"
#include "media/video.hpp"

namespace lintel::media {

class LegFeed : public std::enable_shared_from_this<LegFeed> {
 public:
  LegFeed(AudioEngine* audio, Video* video) : audio_(audio), video_(video) {}
  ~LegFeed() { stop(); }

  // Where the near end and the picture go; empty: nowhere. The codec says which stream of the camera is joined.
  void set_audio_source(Element appsrc);
  void set_video_source(Element appsrc, StreamKey stream);
  void set_sending(bool audio, bool video);  // by the negotiated directions; a picture goes on with a key
  void set_hearing(bool hearing);
  void set_muted(bool muted) { muted_ = muted; }

  Result<void> start();  // joins mixer and hub; again after a change: joins what is missing
  void stop();           // leaves both
  void far(Samples samples);
  void request_key();

 private:
  void near(const AudioFrame& frame);
  void picture(const Unit& unit);

  AudioEngine* const audio_;
  Video* const video_;
  std::mutex mutex_;
  std::shared_ptr<AudioPort> port_;
  std::shared_ptr<Subscription> subscription_;
  Element audio_source_;
  Element video_source_;
  StreamKey stream_;
  bool started_ = false;
  bool waits_for_key_ = true;  // what the source was given last does not lead to what comes
  std::atomic<bool> send_audio_ = false;
  std::atomic<bool> send_video_ = false;
  std::atomic<bool> hearing_ = true;
  std::atomic<bool> muted_ = false;
  GstClockTime next_pts_ = GST_CLOCK_TIME_NONE;  // audio thread
};

// Pieces of pipelines. Each adds its elements to `pipeline` and answers the end to be linked; null on failure (see
// pipeline.error()). Call on a job thread or in a signal handler of the pipeline.
struct SenderChain {
  GstElement* source = nullptr;  // appsrc
  GstElement* payloader = nullptr;
  std::vector<GstElement*> all;
};
[[nodiscard]] SenderChain add_audio_sender(LegPipeline& pipeline, AudioCodec codec, int payload_type,
                                           std::uint32_t ssrc);
[[nodiscard]] SenderChain add_video_sender(LegPipeline& pipeline, Codec codec, int payload_type, std::uint32_t ssrc);
// Calls `on_key_request` when the peer asks for a key unit (PLI, FIR): it comes upstream as an event.
void watch_key_requests(GstElement* source, std::function<void()> on_key_request);

struct ReceiverChain {
  GstElement* first = nullptr;  // the depayloader
  std::vector<GstElement*> all;
};
[[nodiscard]] ReceiverChain add_audio_receiver(LegPipeline& pipeline, AudioCodec codec,
                                               std::function<void(Samples)> far);
// Whole access units, H.264 byte stream or VP8 frames.
[[nodiscard]] ReceiverChain add_video_receiver(LegPipeline& pipeline, Codec codec,
                                               std::function<void(GstBuffer*, GstCaps*)> picture);
// Links `pad` to the chain and brings it up; on failure the chain is taken out again. Garbage from the peer breaks no
// more than the chain, which goes on with the next packet that it can read.
bool connect_receiver(LegPipeline& pipeline, GstPad* pad, const ReceiverChain& chain);
// Whether an error is such a chain's own. Each is logged once.
[[nodiscard]] bool is_of_a_receiver(GstMessage* error);

[[nodiscard]] std::optional<AudioCodec> audio_codec_of(const sdp::Format& format);
[[nodiscard]] std::string rtp_caps(const std::string& kind, const sdp::Format& format);  // application/x-rtp,…

}  // namespace lintel::media
