// What a receiver reports of one stream (RFC 3550 §6.4.1 and appendix A). One thread.
#pragma once

#include <cstdint>

#include "media/media.hpp"
#include "media/rtcp.hpp"
#include "media/rtp_packet.hpp"

namespace lintel::media {

class RtpReception {
 public:
  explicit RtpReception(unsigned clock_rate) : clock_rate_(clock_rate) {}
  void packet(const RtpHeader& header, GstClockTime now);
  void sender_report(std::uint32_t middle_time, GstClockTime now);
  [[nodiscard]] bool heard() const { return received_ > 0; }
  [[nodiscard]] std::uint32_t source() const { return source_; }
  [[nodiscard]] rtcp::ReceptionReport report(GstClockTime now);  // of the time since the last

 private:
  unsigned clock_rate_;
  std::uint32_t source_ = 0;
  std::uint64_t received_ = 0;
  std::uint32_t base_ = 0, highest_ = 0;  // extended
  double jitter_ = 0;
  std::uint32_t transit_ = 0;
  std::uint64_t expected_before_ = 0, received_before_ = 0;
  std::uint32_t last_report_ = 0;
  GstClockTime report_came_ = 0;
};

}  // namespace lintel::media
