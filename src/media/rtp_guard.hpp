// Who may send to a leg's port: the peer, from one place (symmetric RTP) and one source at a time.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <bitset>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace lintel::media {

// The peer's own hosts are the one that its description names and the one that its SIP comes from. Of a phone whose SIP
// comes from itself nothing else is let in. Behind a server elsewhere, or where nothing is known, the first source is
// believed (media may come from anywhere, so the address in the SDP cannot be insisted on); from then on others are
// dropped until it has been silent for a while, but for one: what comes from the very place that the description names
// is the peer, and takes the line from a stranger who was quicker. Keys of the peer, which open doors, come from its
// own hosts alone, and so does whatever moves a line that only sends. Where packets are encrypted their key says whose
// they are, and nothing moves before it did. New synchronisation sources are let in at a bounded pace, so that a flood
// of them cannot fill the session with state. Hosts are compared by address, not by spelling; an IPv4 address mapped to
// IPv6 is that IPv4 address.
class PeerGuard {
 public:
  // Where the peer is: RTP and RTCP ports of one host.
  struct Place {
    std::string host;
    int port = 0;
    int control_port = 0;
    bool operator==(const Place&) const = default;
  };
  // What was agreed with the peer.
  struct Terms {
    bool receives = true;         // we do; else the line only sends, or rests
    bool encrypted = false;       // proved() tells what is genuine
    std::bitset<128> events;      // payload types that are telephone events (RFC 4733)
    std::bitset<128> peer_sends;  // … those of them that the peer agreed to
  };
  // Told once the peer is heard from another place than the one expected. Streaming thread.
  using Moved = std::function<void()>;

  // Where the peer's SIP comes from, numeric, or empty; `server`: that is a server's host. Before the first packet.
  void set_signalling(std::string host, bool server);
  // What the peer's description says. The same again leaves a latch as it is. Any thread.
  void expect(Place place);
  void agree(const Terms& terms);
  [[nodiscard]] Place place();  // the latched place, else the expected one; any thread
  void on_moved(Moved moved);
  // Whether to let this packet in. `control`: RTCP, whose source is not looked at.
  [[nodiscard]] bool admit(GstBuffer* packet, bool control);
  // A packet of RTP that was let in is genuine: on encrypted lines, after its decryption.
  void proved(GstBuffer* packet);
  // A silenced guard lets in what was latched only.
  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  // RTP of the peer, or RTCP from its host: who is muted may send no sound, and tells that it is there by reports
  // alone.
  [[nodiscard]] GstClockTime last_heard() const { return last_heard_; }

 private:
  struct Source {
    std::string host;
    int port = 0;
  };
  [[nodiscard]] static Source source_of(GstBuffer* packet);
  // With the lock held:
  [[nodiscard]] bool is_place(const Source& source) const;
  [[nodiscard]] bool is_as_said(const Source& source) const;
  [[nodiscard]] bool is_own_host(const std::string& host) const;
  [[nodiscard]] bool is_paced(std::uint32_t ssrc, GstClockTime now);
  [[nodiscard]] Moved take(const Source& source, GstClockTime now);  // what is to be called without the lock

  std::mutex mutex_;
  std::string signalling_host_;
  bool by_server_ = false;
  Terms terms_;
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
