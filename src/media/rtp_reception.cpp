#include "media/rtp_reception.hpp"

#include <algorithm>
#include <cmath>

namespace lintel::media {

void RtpReception::packet(const RtpHeader& header, GstClockTime now) {
  if (received_ == 0 || header.source != source_) {
    *this = RtpReception(clock_rate_);
    source_ = header.source;
    base_ = highest_ = header.sequence;
  } else {
    const int ahead = ahead_of(header.sequence, static_cast<std::uint16_t>(highest_));
    if (ahead > 0) highest_ += static_cast<std::uint32_t>(ahead);
  }
  const auto arrival = static_cast<std::uint32_t>(gst_util_uint64_scale(now, clock_rate_, GST_SECOND));
  const std::uint32_t transit = arrival - header.timestamp;
  if (received_ > 0) {
    const double distance = std::abs(static_cast<double>(static_cast<std::int32_t>(transit - transit_)));
    jitter_ += (distance - jitter_) / 16;
  }
  transit_ = transit;
  ++received_;
}

void RtpReception::sender_report(std::uint32_t middle_time, GstClockTime now) {
  last_report_ = middle_time;
  report_came_ = now;
}

rtcp::ReceptionReport RtpReception::report(GstClockTime now) {
  const std::uint64_t expected = std::uint64_t{highest_} - base_ + 1;
  const std::uint64_t expected_now = expected - expected_before_;
  const std::uint64_t received_now = received_ - received_before_;
  expected_before_ = expected;
  received_before_ = received_;
  rtcp::ReceptionReport report;
  report.source = source_;
  if (expected_now > received_now) {
    report.fraction_lost =
        static_cast<std::uint8_t>(std::min<std::uint64_t>(255, (expected_now - received_now) * 256 / expected_now));
  }
  if (expected > received_)
    report.lost = static_cast<std::uint32_t>(std::min<std::uint64_t>(0x7FFFFF, expected - received_));
  report.highest = highest_;
  report.jitter = static_cast<std::uint32_t>(jitter_);
  report.last_report = last_report_;
  if (last_report_ != 0)
    report.delay = static_cast<std::uint32_t>(gst_util_uint64_scale(now - report_came_, 65'536, GST_SECOND));
  return report;
}

}  // namespace lintel::media
