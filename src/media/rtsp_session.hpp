// A viewer's session: which stream it watches, and how each track reaches it. And RTCP (RFC 3550 §6).
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "media/encoder.hpp"
#include "media/rtsp_payload.hpp"
#include "media/rtsp_udp.hpp"

namespace lintel::media {

struct RtspClient;

struct RtspTrack {
  bool set_up = false;
  std::shared_ptr<RtspDestination> udp;  // null: inside the connection
  std::uint8_t rtp_channel = 0, rtcp_channel = 0;
  std::uint32_t packets = 0, octets = 0;  // sent, as sender reports tell them
  Monotonic report_due{};
};

//   ready --PLAY--> starting --a key is there--> playing
//     ^---------- PAUSE -----------'----------------'
struct RtspSession {
  enum class State { ready, starting, playing };
  static constexpr std::size_t video = 0, audio = 1;  // tracks, as "stream=0" and "stream=1"

  std::string id;
  std::string user, ha1;  // whose it is: nobody else may touch it
  Profile profile = Profile::main;
  State state = State::ready;
  // Over TCP: the connection that carries it, and that it ends with. Over UDP: the one that spoke of it last, or null.
  RtspClient* client = nullptr;
  bool over_udp = false;
  bool needs_key = false;  // it lost frames: nothing but a key is of use
  std::array<RtspTrack, 2> tracks;
  Monotonic heard{};  // the last sign of the viewer
};

// A sender report with the station's name for the source, at the present of `newest`, which was sent last.
[[nodiscard]] std::string sender_report(std::uint32_t ssrc, const RtpBundle& newest, std::uint32_t clock_rate,
                                        const RtspTrack& track, std::string_view name, GstClockTime now, WallTime wall);
// Is this an RTCP packet of a viewer that is there (anything but a BYE)?
[[nodiscard]] bool is_report(std::string_view packet);

}  // namespace lintel::media
