// One that watches by WebRTC, with a socket and a thread of its own as a browser has them, but without decoding: it counts what comes and puts
// pictures together, asks for what was lost, and reports. Made of the station's own media parts.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "media/sdp.hpp"
#include "media/webrtc_host.hpp"
#include "media/webrtc_receiver.hpp"
#include "media/webrtc_transport.hpp"

namespace lintel::bench {

class Viewer {
 public:
  // Called on the viewer's thread.
  struct Events {
    std::function<void(std::string text)> described;  // its offer or answer
    std::function<void()> connected;
    std::function<void()> key;  // the first whole key frame
    std::function<void(std::string reason)> failed;
  };
  explicit Viewer(Events events);
  ~Viewer();
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  // Any thread; answers come as events.
  void offer(bool with_sound);     // to be received; a picture always
  void accept(std::string answer);
  void answer(std::string offer);  // takes what is offered of both

  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t pictures() const { return pictures_; }

 private:
  void write(const char* setup);
  void take(const media::sdp::Description& description);
  void tick(GstClockTime now);

  const Events events_;
  std::atomic<std::uint64_t> packets_ = 0, bytes_ = 0, pictures_ = 0;
  bool key_seen_ = false;
  GstClockTime next_report_ = 0;
  std::vector<media::sdp::LocalWebrtcMedia> lines_;
  std::unique_ptr<media::WebrtcHost> host_;
  std::unique_ptr<media::WebrtcReceiver> receiver_;
  std::unique_ptr<media::WebrtcTransport> transport_;
};

}  // namespace lintel::bench
