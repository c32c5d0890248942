#include "media/video_receiver.hpp"

#include <algorithm>

#include "base/big_endian.hpp"
#include "media/vp8_payload.hpp"

namespace lintel::media {
namespace {

constexpr GstClockTime ask_again = 50 * GST_MSECOND;
constexpr int ask_limit = 5;
constexpr std::size_t asked_at_once = 64;
constexpr GstClockTime key_gap = 500 * GST_MSECOND;
constexpr int restart_distance = 2000;  // a jump of the sequence beyond this is a new beginning
constexpr std::uint64_t wrap = 0x10000;

enum Unit : std::uint8_t { key_slice = 5, aggregate = 24, fragment = 28 };

}  // namespace

void VideoReceiver::packet(const RtpPacket& packet, GstClockTime now) {
  const std::uint16_t sequence = packet.header.sequence;
  if (!expected_) {
    expected_ = highest_ = wrap + sequence;
  }
  const int distance = ahead_of(sequence, static_cast<std::uint16_t>(highest_));
  if (distance > restart_distance || distance < -restart_distance) {
    held_.clear();
    asked_.clear();
    expected_ = highest_ = wrap + sequence;
    give_up_gap();
  }
  const auto place = static_cast<std::uint64_t>(static_cast<std::int64_t>(highest_) +
                                                ahead_of(sequence, static_cast<std::uint16_t>(highest_)));
  highest_ = std::max(highest_, place);
  if (place < *expected_ || held_.contains(place)) return;
  if (place == *expected_ && held_.empty()) {  // the usual case, without a copy
    ++*expected_;
    return add(packet.header, packet.payload);
  }
  held_[place] = {packet.header, {packet.payload.begin(), packet.payload.end()}};
  asked_.erase(place);
  release(now);
}

void VideoReceiver::release(GstClockTime now) {
  while (!held_.empty()) {
    const auto first = held_.begin();
    if (first->first != *expected_) {
      if (!GST_CLOCK_TIME_IS_VALID(gap_since_)) gap_since_ = now;
      if (held_.size() < held_limit && now < gap_since_ + patience) return;
      give_up_gap();
      expected_ = first->first;
      asked_.erase(asked_.begin(), asked_.lower_bound(*expected_));
    }
    const Held one = std::move(first->second);
    held_.erase(first);
    gap_since_ = GST_CLOCK_TIME_NONE;
    ++*expected_;
    add(one.header, one.payload);
  }
  gap_since_ = GST_CLOCK_TIME_NONE;
  asked_.clear();
}

void VideoReceiver::give_up_gap() {
  damaged_ = true;
  in_fragment_ = false;
  gap_since_ = GST_CLOCK_TIME_NONE;
  waits_for_key_ = key_wanted_ = true;
}

void VideoReceiver::tick(GstClockTime now) {
  if (expected_) release(now);
}

std::vector<std::uint16_t> VideoReceiver::take_lost(GstClockTime now) {
  std::vector<std::uint16_t> lost;
  if (!expected_ || held_.empty()) return lost;
  const std::uint64_t end = held_.rbegin()->first;
  auto next_held = held_.begin();
  for (std::uint64_t place = *expected_; place < end && lost.size() < asked_at_once; ++place) {
    while (next_held != held_.end() && next_held->first < place) ++next_held;
    if (next_held != held_.end() && next_held->first == place) continue;
    Asked& asked = asked_[place];
    if (asked.times >= ask_limit || (asked.times > 0 && now < asked.last + ask_again)) continue;
    ++asked.times;
    asked.last = now;
    lost.push_back(static_cast<std::uint16_t>(place));
  }
  return lost;
}

bool VideoReceiver::take_key_wanted(GstClockTime now) {
  if (!key_wanted_ || (key_asked_ != 0 && now < key_asked_ + key_gap)) return false;
  key_asked_ = now;
  return true;
}

void VideoReceiver::add(const RtpHeader& header, std::span<const std::uint8_t> payload) {
  if (timestamp_ && *timestamp_ != header.timestamp) finish();
  timestamp_ = header.timestamp;
  if (picture_.data.size() + payload.size() > picture_limit) damaged_ = true;
  if (!payload.empty() && !damaged_) {
    if (codec_ == Codec::h264) {
      add_h264(payload);
    } else {
      bool begins = false;
      const auto frame = strip_vp8(payload, begins);
      if (begins && !frame.empty()) picture_.key = (frame[0] & 1U) == 0;
      picture_.data.insert(picture_.data.end(), frame.begin(), frame.end());
    }
  }
  if (header.marker) finish();
}

void VideoReceiver::add_h264(std::span<const std::uint8_t> payload) {
  const std::uint8_t type = payload[0] & 0x1FU;
  if (type >= 1 && type < aggregate) return add_unit(payload);
  if (type == aggregate) {  // STAP-A
    std::size_t at = 1;
    while (at + 2 <= payload.size()) {
      const std::size_t size = big_endian::read16(payload, at);
      at += 2;
      if (size == 0 || at + size > payload.size()) return;
      add_unit(payload.subspan(at, size));
      at += size;
    }
    return;
  }
  if (type != fragment || payload.size() < 3) return;
  const bool begins = (payload[1] & 0x80U) != 0;
  if (begins) {
    add_unit(payload.subspan(2), static_cast<std::uint8_t>((payload[0] & 0xE0U) | (payload[1] & 0x1FU)));
  } else if (in_fragment_) {
    picture_.data.insert(picture_.data.end(), payload.begin() + 2, payload.end());
  } else {
    damaged_ = true;
  }
  in_fragment_ = (payload[1] & 0x40U) == 0;
}

void VideoReceiver::add_unit(std::span<const std::uint8_t> unit, std::optional<std::uint8_t> first) {
  picture_.data.insert(picture_.data.end(), {0, 0, 0, 1});
  if (first) picture_.data.push_back(*first);
  picture_.data.insert(picture_.data.end(), unit.begin(), unit.end());
  if (((first ? *first : unit[0]) & 0x1FU) == key_slice) picture_.key = true;
}

void VideoReceiver::finish() {
  WholePicture whole = std::exchange(picture_, {});
  timestamp_.reset();
  in_fragment_ = false;
  if (std::exchange(damaged_, false)) {
    waits_for_key_ = key_wanted_ = true;
    return;
  }
  if (whole.data.empty() || (waits_for_key_ && !whole.key)) return;
  if (whole.key) waits_for_key_ = key_wanted_ = false;
  out_(std::move(whole));
}

}  // namespace lintel::media
