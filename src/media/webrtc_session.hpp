// A WebRTC leg (RFC 8829): one bundle over one ICE-lite transport, H.264 or VP8 out and in, Opus both ways, always
// encrypted. Network thread only, unless said otherwise.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media/leg_session.hpp"
#include "media/webrtc_host.hpp"
#include "media/webrtc_receiver.hpp"
#include "media/webrtc_sender.hpp"
#include "media/webrtc_transport.hpp"

namespace lintel::media {

class WebrtcSession final : public MediaSession {
 public:
  // Any thread; the host outlives it.
  WebrtcSession(WebrtcHost& host, LegOptions options, SessionEvents events, WebrtcExtras extras);
  ~WebrtcSession() override;

  void offer(Leg::SdpReady ready) override;
  void accept(const std::string& answer, Leg::Done done) override;
  void answer(const std::string& offer, Leg::SdpReady ready) override;
  void start(CallStage stage) override;
  void stop() override;
  void press(char digit, int milliseconds) override { voice_->press(digit, milliseconds); }
  void set_muted(bool muted) override { voice_->set_muted(muted); }
  void request_key_frame() override { picture_->request_key(); }
  [[nodiscard]] LegFigures figures() const override;
  [[nodiscard]] GstClockTime last_packet() const override { return last_; }
  [[nodiscard]] bool expects_packets() const override { return alive_; }  // whoever only watches still sends RTCP

 private:
  // What flows on one m= line.
  struct Track {
    std::optional<std::size_t> line;  // its place in lines_
    Direction wanted = Direction::inactive;
    Direction direction = Direction::inactive;
    std::optional<sdp::Format> format;
    std::optional<sdp::Format> events;
  };
  [[nodiscard]] Result<std::string> write(const char* setup);
  Result<void> take_answer(const std::string& answer);
  Result<std::string> make_answer(const std::string& offer);
  void place_offered(Track& track, const char* kind, std::vector<sdp::Format> formats);
  // Does this line of an offer become ours?
  [[nodiscard]] bool takes(Track& track, const sdp::Media& media);
  void settle();  // the agreed directions and formats take effect
  void settle_picture();
  void connect(const sdp::Description& description, const sdp::Media& media);
  void connected();
  void flow();  // once connected and started
  void heard_control(std::span<const std::uint8_t> compound);
  bool tick(GstClockTime now);  // false: the next need not come soon
  void report(GstClockTime now);
  void picture_came(WholePicture picture);

  WebrtcHost& host_;
  const LegOptions options_;
  const SessionEvents events_;
  const WebrtcExtras extras_;
  const std::string session_id_;
  const std::string name_;
  std::uint64_t version_ = 0;
  Track audio_, video_;
  std::vector<sdp::LocalWebrtcMedia> lines_;  // as they were last said, in the offer's order
  std::shared_ptr<VoiceFeed> lent_voice_;     // what a lender hears
  std::shared_ptr<AudioPort> port_;           // what the peer says
  Codec codec_ = Codec::h264;
  std::shared_ptr<std::atomic<bool>> lent_key_wanted_ = std::make_shared<std::atomic<bool>>(false);  // any thread sets
  bool started_ = false;
  bool connected_ = false;
  bool stopped_ = false;
  GstClockTime next_report_ = 0;
  std::atomic<bool> alive_ = false;  // connected, as seen from the loop
  std::atomic<GstClockTime> last_ = 0;
  mutable std::mutex mutex_;  // guards the names below, which others read
  std::string audio_codec_, video_codec_;
  // In this order: senders and receiver use the transport.
  std::unique_ptr<WebrtcTransport> transport_;
  std::unique_ptr<PictureSender> picture_;
  std::unique_ptr<VoiceSender> voice_;
  std::unique_ptr<WebrtcReceiver> receiver_;
};

}  // namespace lintel::media
