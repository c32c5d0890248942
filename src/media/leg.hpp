// A media leg: one peer's sound and picture. Everything is asynchronous and loop only: no call waits, results come on
// the loop by callback, and destroying a leg at any moment is fine (pending callbacks are then not called).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "media/encoder.hpp"
#include "media/encryption.hpp"
#include "media/sdp.hpp"

namespace lintel::media {

class AudioEngine;
class Legs;
class Video;

struct LegOptions {
  Direction audio = Direction::send_receive;
  Direction video = Direction::send_only;  // inactive: no picture is offered, an offered one is refused
  Profile stream = Profile::main;          // which stream of the station's picture is sent
  std::string address;  // of this host as the peer reaches it, for c= of RTP legs; empty: LegsOptions::address
  // Where the peer's SIP comes from, numeric; empty: not known. Beside the host in its SDP no other one's RTP is let
  // in; with `peer_is_server` sound may come from others, for a server elsewhere sends its phones' media from anywhere,
  // but keys do not (rtp_guard.hpp). WebRTC legs need neither.
  std::string peer_host;
  bool peer_is_server = false;
  std::vector<AudioCodec> codecs = {AudioCodec::opus, AudioCodec::g722, AudioCodec::pcma, AudioCodec::pcmu};
  Duration lost_after = std::chrono::seconds(20);  // without a packet while the peer is to send; zero: never
  Duration jitter = std::chrono::milliseconds(60);
  Encryption encryption = Encryption::off;
  bool operator==(const LegOptions&) const = default;
};

// How far the call is. Nobody has picked up at an early one, so its peer owes nothing: over RTP it may be silent for as
// long as it rings (RFC 3960). By WebRTC it shows signs of life from the start.
enum class CallStage { early, answered };

enum class LegState { idle, offering, answering, negotiated, connected, lost, stopped };

struct LegFigures {
  std::uint64_t audio_packets_sent = 0;
  std::uint64_t audio_packets_received = 0;
  std::uint64_t video_packets_sent = 0;
  std::uint64_t video_packets_received = 0;
  std::string audio_codec;  // "OPUS", "G722", "PCMA", "PCMU", or empty
  std::string video_codec;  // "H264", "VP8", or empty
  bool encrypted = false;   // all of it
};

// A received access unit of a video-receiving leg: H.264 byte stream, whole.
struct ReceivedVideo {
  std::vector<std::uint8_t> data;
  bool key = false;
};

// What a leg tells. Called on the loop unless said otherwise; each may be empty.
struct LegEvents {
  std::function<void()> connected;                  // the first packet arrived (RTP), or DTLS is up (WebRTC)
  std::function<void(std::string reason)> lost;     // silence for lost_after, or ICE/DTLS failed; once
  std::function<void(char digit)> dtmf;             // 0-9 * # A-D, RFC 4733, once a press; of the peer's own hosts
  std::function<void(const ReceivedVideo&)> video;  // on a media thread: return at once
};

class Leg {
 public:
  using SdpReady = std::function<void(Result<std::string>)>;
  using Done = std::function<void(Result<void>)>;

  virtual ~Leg() = default;  // stops; the teardown goes on in the background

  [[nodiscard]] virtual LegKind kind() const = 0;
  // Offerer: create_offer, then accept_answer. Answerer: create_answer. Doing it again on a negotiated leg is a
  // re-INVITE: directions and the peer's address may change, and a picture come or go; the codec stays while the peer
  // lists it.
  // A peer that refuses the picture leaves an audio leg; one that refuses audio too is an error.
  virtual void create_offer(SdpReady ready) = 0;  // error: unavailable (ports, elements)
  // Errors: invalid (unusable answer), denied (not encrypted where that is compulsory).
  virtual void accept_answer(std::string answer, Done done) = 0;
  // Errors: invalid (488), denied (not encrypted where that is compulsory), unavailable.
  virtual void create_answer(std::string offer, SdpReady ready) = 0;

  // Media flows only after start(). Receiving begins with the negotiation (early media), playing with start(). An early
  // leg is started again when its call is answered; it does not become early again.
  virtual void start(CallStage stage = CallStage::answered) = 0;
  virtual void stop() = 0;
  // RFC 4733 towards the peer; queued (at most 32) and sent one after the other. Ignored when the peer refused it.
  virtual void send_dtmf(char digit, Duration length = std::chrono::milliseconds(160)) = 0;
  virtual void set_muted(bool muted) = 0;  // the peer gets silence
  virtual void request_key_frame() = 0;    // the peer asked by INFO (RFC 5168); PLI and FIR are served without it

  [[nodiscard]] virtual LegState state() const = 0;
  [[nodiscard]] virtual LegFigures figures() const = 0;
};

struct LegsOptions {
  std::string address = "127.0.0.1";  // default of LegOptions::address
  std::uint16_t first_port = 0;       // RTP and ICE ports, inclusive, even first; zero: the system chooses
  std::uint16_t last_port = 0;
  bool loopback_candidates = false;  // tests: WebRTC on 127.0.0.1
  std::size_t leg_limit = 64;
};

class RtpSession;

// An RTP offer whose leg is made when somebody answers it (Legs::create): of all phones of a room one does. It counts
// as a leg. Loop only.
class Offered {
 public:
  Offered(Legs& legs, std::shared_ptr<RtpSession> session, std::string text);
  Offered(Offered&&) noexcept = default;
  Offered& operator=(Offered&&) = delete;
  ~Offered();  // its sockets are closed in the background
  [[nodiscard]] std::string& text() { return text_; }

 private:
  friend class Legs;
  Legs* legs_;
  std::shared_ptr<RtpSession> session_;  // none: moved from
  std::string text_;
};

// Makes the legs. Owns the threads that set RTP legs up and tear them down, and the one thread that carries all WebRTC
// legs. Loop only. Must outlive its legs.
class Legs {
 public:
  // `video` null: audio only. `audio` null: no sound is sent or played (tests).
  Legs(Loop& loop, AudioEngine* audio, Video* video, LegsOptions options);
  ~Legs();
  Legs(const Legs&) = delete;
  Legs& operator=(const Legs&) = delete;

  // Error: full, when leg_limit legs live.
  [[nodiscard]] Result<std::unique_ptr<Leg>> create(LegKind kind, LegOptions options, LegEvents events);
  // RTP legs like this will be called: some offers for them are kept ready.
  void expect(LegKind kind, const LegOptions& options);
  // Of an RTP leg, at once: one that is ready, else one that is made now. Errors: full, unavailable (ports).
  [[nodiscard]] Result<Offered> offer(LegKind kind, const LegOptions& options);
  // The leg that made the offer; accept_answer() is next.
  [[nodiscard]] std::unique_ptr<Leg> create(Offered offered, LegEvents events);
  // The kind that fits a peer's offer is sdp::kind_of(offer).
  [[nodiscard]] std::size_t living() const;

  struct Inner;
  [[nodiscard]] std::shared_ptr<Inner> inner() const { return inner_; }  // for LiveViews and Lendings

 private:
  [[nodiscard]] Result<void> has_room() const;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::media
