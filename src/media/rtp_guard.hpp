// Who may send to a leg's port: the latched peer (symmetric RTP), one source at a time.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace lintel::media {

// The first source is believed (it is behind NAT as often as not, so the address in the SDP cannot be insisted on);
// from then on others are dropped until it has been silent for a while, but for one: what comes from the very place
// that the description names is the peer, and takes the line from a stranger who was quicker. New synchronisation
// sources are let in at a bounded pace, so that a flood of them cannot fill the session with state.
class PeerGuard {
 public:
  // Where the peer is: RTP and RTCP ports of one host.
  struct Place {
    std::string host;
    int port = 0;
    int control_port = 0;
    bool operator==(const Place&) const = default;
  };
  // Told once the peer is heard from another place than the one expected. Streaming thread.
  using Moved = std::function<void()>;

  // What the peer's description says. The same again leaves a latch as it is. Any thread.
  void expect(Place place);
  [[nodiscard]] Place place();  // the latched place, else the expected one; any thread
  void on_moved(Moved moved);
  // Whether to let this packet in. `control`: RTCP, whose source is not looked at.
  [[nodiscard]] bool admit(GstBuffer* packet, bool control);
  // A silenced guard lets in what was latched only.
  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  // RTP of the peer, or RTCP from its host: who is muted may send no sound, and tells that it is there by reports
  // alone.
  [[nodiscard]] GstClockTime last_heard() const { return last_heard_; }

 private:
  std::mutex mutex_;
  Place expected_;
  Place place_;
  bool latched_ = false;
  std::uint32_t ssrc_ = 0;
  bool has_ssrc_ = false;
  GstClockTime ssrc_since_ = 0;
  Moved moved_;
  std::atomic<std::uint64_t> packets_ = 0;
  GstClockTime last_packet_ = 0;  // RTP alone: what others have to wait for
  std::atomic<GstClockTime> last_heard_ = 0;
};

}  // namespace lintel::media
