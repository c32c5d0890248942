// The inside of a leg: a session that lives on a job thread, and the outside that lives on the loop.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "media/leg.hpp"
#include "media/leg_feed.hpp"
#include "media/leg_thread.hpp"
#include "media/rtp_ports.hpp"
#include "media/rtp_ready.hpp"

namespace lintel::media {

// Told from any thread; what hears them posts to the loop.
struct SessionEvents {
  std::function<void()> connected;
  std::function<void(std::string reason)> failed;
  std::function<void(char digit)> dtmf;
  std::function<void(const ReceivedVideo&)> video;
};

// On the thread that its leg runs it on (a job thread, or WebRTC's network thread), unless said otherwise.
class MediaSession {
 public:
  virtual ~MediaSession() = default;
  virtual void offer(Leg::SdpReady ready) = 0;
  virtual void accept(const std::string& answer, Leg::Done done) = 0;
  virtual void answer(const std::string& offer, Leg::SdpReady ready) = 0;
  virtual void start(CallStage stage) = 0;
  virtual void stop() = 0;
  virtual void press(char /*digit*/, int /*milliseconds*/) {}
  virtual void set_muted(bool muted) = 0;
  virtual void request_key_frame() = 0;
  // Any thread:
  [[nodiscard]] virtual LegFigures figures() const = 0;
  [[nodiscard]] virtual GstClockTime last_packet() const = 0;  // running time; zero: none yet
  [[nodiscard]] virtual bool expects_packets() const = 0;      // by what was negotiated, and by the call's stage
};

class WebrtcHost;

struct Legs::Inner {
  Inner(Loop& house, AudioEngine* engine, Video* pictures, LegsOptions given);
  ~Inner();
  Loop& loop;
  Loop::Poster post;
  AudioEngine* audio;
  Video* video;
  LegsOptions options;
  PortRange ports;
  ReadyOffers ready{*this};
  std::shared_ptr<std::atomic<std::size_t>> living = std::make_shared<std::atomic<std::size_t>>(0);
  std::unique_ptr<WebrtcHost> webrtc;
  std::size_t next_thread = 0;
  std::vector<std::unique_ptr<JobThread>> threads;  // last: they end before the rest goes
};

struct WebrtcExtras {
  // A lender (WHIP): what it sends goes here instead of to the mixer, and what it hears comes by its feed.
  std::function<void(Samples)> lent_sound;
  std::function<void(GstBuffer*, GstCaps*)> lent_picture;
  // Before `connected` is told: how the lender is made to hear, and to give a key unit. Both are for any thread, and
  // may outlive the leg.
  using Hear = std::function<void(const AudioFrame&)>;
  std::function<void(Hear hear, std::function<void()> request_key)> lent_ready;
};

// A leg around a session: states and events on the loop, work on the session's thread.
[[nodiscard]] std::unique_ptr<Leg> make_leg(Legs::Inner& legs, LegKind kind, LegOptions options, LegEvents events,
                                            WebrtcExtras extras);

}  // namespace lintel::media
