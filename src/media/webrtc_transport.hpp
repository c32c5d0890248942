// The way to one WebRTC peer: ICE lite (RFC 8445 §2.5) with its checks answered and its consent kept (RFC 7675), DTLS,
// and SRTP. Network thread only.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "media/datagrams.hpp"
#include "media/dtls.hpp"
#include "media/media.hpp"
#include "media/rtp_packet.hpp"
#include "media/srtp.hpp"
#include "media/stun.hpp"

namespace lintel::media {

class WebrtcHost;

class WebrtcTransport {
 public:
  static constexpr GstClockTime connect_limit = 20 * GST_SECOND;  // from connect() until DTLS is up
  static constexpr GstClockTime consent_limit = 30 * GST_SECOND;  // RFC 7675 §5.1: nothing is sent after

  struct Remote {
    std::string user, password, fingerprint;
    std::vector<Endpoint> candidates;
    bool lite = false;  // then the checks are ours to make
  };
  struct Events {
    std::function<void()> connected;                 // once
    std::function<void(std::string reason)> failed;  // once
    std::function<void(const RtpPacket&)> media;     // decrypted
    std::function<void(std::span<const std::uint8_t>)> control;
    // Each NetworkThread::tick_period, or slow_tick_period once it is connected and answered false.
    std::function<bool(GstClockTime now)> tick;
  };
  WebrtcTransport(WebrtcHost& host, Events events);  // any thread
  ~WebrtcTransport() { close(); }
  WebrtcTransport(const WebrtcTransport&) = delete;
  WebrtcTransport& operator=(const WebrtcTransport&) = delete;

  void open();   // credentials are made, and checks answered from here on; again: nothing
  void close();  // tells the peer, and is not heard any more

  [[nodiscard]] const std::string& user() const { return user_; }
  [[nodiscard]] const std::string& password() const { return password_; }
  // Another description of the peer may have other credentials (an ICE restart): then ours are new too.
  void connect(Remote remote, DtlsRole role);
  [[nodiscard]] std::optional<DtlsRole> role() const { return role_; }
  [[nodiscard]] bool connected() const { return srtp_.has_value(); }
  [[nodiscard]] GstClockTime last_heard() const { return last_heard_; }  // of what is authentic; zero: nothing yet
  [[nodiscard]] bool has_consent() const { return consent_; }            // the peer was heard lately

  // False: not connected, or no consent. The packet is in the batch that leaves at the end of this turn.
  bool send(const RtpHeader& header, std::span<const std::uint8_t> head, std::span<const std::uint8_t> body);
  bool send_control(std::span<const std::uint8_t> compound);
  [[nodiscard]] bool take_refused() { return std::exchange(refused_, false); }  // the socket was full

  // The host's:
  void check(const Path& path, const stun::Message& request);
  bool answered(const Path& path, const stun::Message& response);  // was it to a check of ours?
  void heard(const Path& path, std::span<std::uint8_t> datagram);
  bool tick(GstClockTime now);  // false: the next need not come soon

 private:
  static constexpr std::size_t paths_limit = 8;
  static constexpr std::size_t old_names_limit = 2;

  void name_anew();
  void admit(const Path& path, bool nominated);
  void check_peer();
  void begin_dtls();
  void follow_dtls();
  void fail(std::string reason);
  void send_plain(const Path& path, std::span<const std::uint8_t> datagram);

  WebrtcHost& host_;
  const Events events_;
  std::string user_, password_;
  struct OldName {
    std::string user, password;
  };
  std::deque<OldName> old_names_;  // until the peer knows the new ones
  std::optional<Remote> remote_;
  std::optional<DtlsRole> role_;
  std::deque<Path> paths_;
  std::optional<Path> selected_;
  std::unique_ptr<Dtls> dtls_;
  std::optional<Srtp> srtp_;
  const std::uint64_t tie_breaker_;
  stun::Transaction transaction_{};
  GstClockTime next_check_ = 0;
  GstClockTime connect_by_ = GST_CLOCK_TIME_NONE;
  GstClockTime closed_at_ = GST_CLOCK_TIME_NONE;
  GstClockTime last_check_ = 0;
  GstClockTime last_heard_ = 0;
  bool consent_ = false;
  bool open_ = false;
  bool failed_ = false;
  bool refused_ = false;
};

}  // namespace lintel::media
