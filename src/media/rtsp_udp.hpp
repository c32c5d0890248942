// The one pair of UDP ports that carries RTP and RTCP of all viewers. A frame goes to all of them with as few calls as
// the kernel allows: UDP_SEGMENT cuts runs of packets, sendmmsg takes many viewers. The server's thread only.
#pragma once

#include <sys/socket.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "media/rtp_ports.hpp"
#include "media/rtsp_payload.hpp"

namespace lintel::media {

// Where a viewer takes packets.
struct RtspDestination {
  sockaddr_storage rtp{}, rtcp{};
  bool segments = true;  // false: the way there takes no UDP_SEGMENT
};

class RtspUdp {
 public:
  static constexpr std::size_t waiting_limit = 1024;  // bundles that wait for the socket, over all viewers

  // Error: unavailable, when no pair is free.
  [[nodiscard]] static Result<std::unique_ptr<RtspUdp>> open(PortRange& range, const std::string& address);

  [[nodiscard]] int rtp_port() const { return ports_.port; }
  [[nodiscard]] int rtp_socket() const { return ports_.rtp.descriptor(); }
  [[nodiscard]] int rtcp_socket() const { return ports_.rtcp.descriptor(); }

  // Answers those of `to` that did not get it, because too much waits already.
  using Destination = std::shared_ptr<RtspDestination>;
  std::vector<Destination> send(const Bundle& bundle, const std::vector<Destination>& to);
  void report(std::string_view packet, const RtspDestination& to);  // RTCP
  void flush();                                                     // the socket takes more
  [[nodiscard]] bool wants_write() const { return !waiting_.empty(); }

  // Reads what came on the RTCP port, at most 64 packets; on the RTP port come packets that open firewalls: forgotten.
  void receive(const std::function<void(const sockaddr_storage& from, std::string_view packet)>& take);
  void discard();

 private:
  explicit RtspUdp(PortPair ports);
  struct Waiting {
    Bundle bundle;
    Destination to;
    std::size_t packet = 0;  // the next one to go
  };
  enum class Sent { all, blocked };
  Sent send_rest(Waiting& waiting);

  PortPair ports_;
  socklen_t address_size_ = 0;
  std::deque<Waiting> waiting_;
  std::vector<mmsghdr> messages_;  // kept between calls
  std::vector<std::size_t> owners_;
  std::vector<char> controls_;
};

// The same address and port, be it written as IPv4 or mapped into IPv6.
[[nodiscard]] bool same_endpoint(const sockaddr_storage& left, const sockaddr_storage& right);
[[nodiscard]] sockaddr_storage with_port(sockaddr_storage address, std::uint16_t port);

}  // namespace lintel::media
