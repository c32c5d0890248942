// A WebRTC leg on webrtcbin: DTLS-SRTP, ICE with host candidates, one bundle (RFC 8829). Job thread, but for what
// webrtcbin's own threads call; those calls are handed to the job thread before they touch anything.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media/leg_session.hpp"

namespace lintel::media {

class WebrtcSession final : public MediaSession, public std::enable_shared_from_this<WebrtcSession> {
 public:
  WebrtcSession(Legs::Inner& legs, JobThread& thread, LegOptions options, SessionEvents events, WebrtcExtras extras);
  ~WebrtcSession() override;

  void offer(Leg::SdpReady ready) override;
  void accept(const std::string& answer, Leg::Done done) override;
  void answer(const std::string& offer, Leg::SdpReady ready) override;
  void hurry() override;
  void start() override;
  void stop() override;
  void set_muted(bool muted) override { feed_->set_muted(muted); }
  void request_key_frame() override { feed_->request_key(); }
  [[nodiscard]] LegFigures figures() const override;
  [[nodiscard]] GstClockTime last_packet() const override { return counters_->last; }
  [[nodiscard]] bool expects_packets() const override { return alive_; }  // whoever only watches still sends RTCP

 private:
  // What we send on one m= line.
  struct Track {
    bool wanted = false;
    std::optional<sdp::Format> format;
    std::uint32_t ssrc = 0;
    guint line = 0;
    Object<GstPad> sink;  // of webrtcbin
    Direction direction = Direction::inactive;
  };
  struct LentPicture {  // its receiver's end, to ask the lender for a key unit
    std::mutex mutex;
    Element sink;
    void request_key();
  };
  struct Counters {
    std::atomic<std::uint64_t> audio_sent = 0, audio_received = 0, video_sent = 0, video_received = 0;
    std::atomic<GstClockTime> last = 0;
  };

  Result<void> build();
  // A line of ours with the codecs it may have; then, once one is agreed, what is sent on it.
  Result<void> place(Track& track, const std::string& kind, const std::vector<sdp::Format>& formats);
  Result<void> fill(Track& track, const std::string& kind);
  Result<void> choose(const std::string& offer);
  // Sets a description; webrtcbin's answer comes on its thread and is handed to the job thread.
  void describe(const char* action, const std::string& type, const std::string& text,
                std::function<void(Result<void>)> then);
  void create(const char* action, std::function<void(Result<std::string>)> then);
  void finish_locally(const char* type, const std::string& text);
  void gathered();
  void received(GstPad* pad);
  void watch_connection();

  Legs::Inner& legs_;
  JobThread& thread_;
  LegOptions options_;
  SessionEvents events_;
  WebrtcExtras extras_;
  std::shared_ptr<LegFeed> feed_;
  std::shared_ptr<Counters> counters_ = std::make_shared<Counters>();
  std::shared_ptr<LentPicture> lent_picture_ = std::make_shared<LentPicture>();
  Track audio_;
  Track video_;
  Leg::SdpReady waiting_;  // for the candidates
  bool remote_set_ = false;
  bool started_ = false;
  bool connected_ = false;
  std::atomic<bool> alive_ = false;  // connected, as seen from the loop
  bool built_ = false;
  mutable std::mutex mutex_;  // codec names and offered formats, which others read
  std::vector<sdp::Media> offered_;
  std::string audio_codec_;
  std::string video_codec_;
  int receivers_ = 0;
  GstElement* webrtc_ = nullptr;
  std::unique_ptr<LegPipeline> pipeline_;
};

}  // namespace lintel::media
