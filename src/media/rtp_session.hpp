// Plain and SDES-SRTP legs on rtpbin. Job thread, but for what the streaming threads call.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media/leg_session.hpp"
#include "media/rtp_destination.hpp"
#include "media/rtp_dtmf.hpp"
#include "media/rtp_guard.hpp"

namespace lintel::media {

class RtpSession final : public MediaSession, public std::enable_shared_from_this<RtpSession> {
 public:
  RtpSession(Legs::Inner& legs, LegKind kind, LegOptions options);
  ~RtpSession() override;

  [[nodiscard]] Result<std::string> make_offer();
  [[nodiscard]] LegKind kind() const { return kind_; }
  [[nodiscard]] const LegOptions& options() const { return options_; }
  // Before another thread knows the session:
  void set_peer(const LegOptions& options);  // of who is called by an offer that was made for anybody
  // The descriptions name this address of the host from now on. False: the sockets that are open are of the other family.
  bool move_to(const std::string& address);
  void tell(SessionEvents events) { events_ = std::move(events); }

  void offer(Leg::SdpReady ready) override { ready(make_offer()); }
  void accept(const std::string& answer, Leg::Done done) override;
  void answer(const std::string& offer, Leg::SdpReady ready) override;
  void start(CallStage stage) override;
  void stop() override;
  void press(char digit, int milliseconds) override;
  void set_muted(bool muted) override { feed_->set_muted(muted); }
  void request_key_frame() override { feed_->request_key(); }
  [[nodiscard]] LegFigures figures() const override;
  [[nodiscard]] GstClockTime last_packet() const override;
  [[nodiscard]] bool expects_packets() const override { return answered_ && expects_; }

 private:
  // What is agreed about one m= line, or offered.
  struct Agreement {
    bool used = false;
    bool secure = false;  // of our offer: a key goes along
    std::string protocol;
    std::vector<sdp::Format> formats;   // what the peer may send
    std::optional<sdp::Format> format;  // what we send
    int event_type = -1;                // of telephone-event as we send it
    int event_rate = 8000;
    std::vector<int> event_rates;  // clock rates of the telephone-events that the peer lists
    std::optional<sdp::Crypto> local_key;
    std::optional<sdp::Crypto> remote_key;
    Direction direction = Direction::inactive;
    std::string host;
    int port = 0;
    int rtcp_port = 0;
  };
  // One m= line that is ours to fill.
  struct Line : Agreement {
    std::string kind;
    guint session = 0;
    PortPair ports;
    Direction wanted = Direction::send_receive;
    std::uint32_t ssrc = 0;
    std::shared_ptr<PeerGuard> guard = std::make_shared<PeerGuard>();
    std::shared_ptr<std::atomic<std::uint64_t>> sent = std::make_shared<std::atomic<std::uint64_t>>(0);
    std::shared_ptr<RtpDestination> destination;
    SenderChain sender;
    std::optional<sdp::Format> sending;  // what it sends
    Element encoder;         // srtpenc: each leg and line has a key of its own
    Element decoder;         // srtpdec
    gulong key_handler = 0;  // of the decoder: what gives it the peer's key
    std::vector<ReceiverChain> receivers;  // of the sources that are there
  };
  struct Slot {  // the m= lines in their order
    Line* line = nullptr;
    sdp::LocalMedia refusal;
    bool offered = false;  // by our offer in force: what each answer to it is about
  };

  Result<void> settle();
  [[nodiscard]] static PeerGuard::Terms terms_of(const Line& line);
  // rtp_negotiation.cpp
  Result<void> open(Line& line, bool secure);
  Result<std::string> make_answer(const std::string& offer);
  Result<void> take_offer(const sdp::Description& description);
  Result<void> take_answer(const std::string& answer);
  Result<void> agree(Line& line, const sdp::Media& remote, bool offered);
  [[nodiscard]] sdp::LocalMedia describe(const Line& line) const;
  [[nodiscard]] std::string write();
  // rtp_pipeline.cpp
  Result<void> build();
  void build_line(Line& line, GstElement* rtpbin);
  void build_sender(Line& line, GstElement* rtpbin);
  Result<void> catch_up();  // with what was agreed anew: another line, another codec
  void take_down();
  void remove_sender(Line& line);
  void secure_line(Line& line);
  void expect_key(Line& line);
  GstCaps* caps_of(guint session, guint payload_type);
  GstElement* transform(guint session, bool outwards);
  // rtp_receiving.cpp
  void received(GstPad* pad);
  bool has_room(Line& line);
  void connect(Line& line, GstPad* pad, const ReceiverChain& chain);
  void receive_audio(Line& line, GstPad* pad, const sdp::Format& format);

  Legs::Inner& legs_;
  const LegKind kind_;
  LegOptions options_;
  SessionEvents events_;
  std::string address_;
  std::string session_id_;
  std::uint64_t version_ = 0;
  std::array<Line, 2> lines_;  // audio, video
  std::vector<Slot> slots_;
  std::shared_ptr<LegFeed> feed_;
  std::shared_ptr<DtmfSender> dtmf_out_ = std::make_shared<DtmfSender>();
  std::atomic<bool> answered_ = false;  // the call is: until then a peer that rings may be silent
  std::atomic<bool> expects_ = false;
  std::atomic<bool> encrypted_ = false;
  bool started_ = false;
  bool other_keys_ = false;   // what was built is plain and the answer is not, or the other way round
  mutable std::mutex mutex_;  // formats and codec names, which streaming threads and the loop read
  std::unique_ptr<LegPipeline> pipeline_;
  GstElement* rtpbin_ = nullptr;  // in pipeline_
  std::mutex receivers_mutex_;    // streaming threads: what comes of each line
};

}  // namespace lintel::media
