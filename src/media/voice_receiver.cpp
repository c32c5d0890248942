#include "media/voice_receiver.hpp"

#include <algorithm>

#include "media/rtp_packet.hpp"

namespace lintel::media {
namespace {

constexpr int restart_distance = 100;  // a jump of the sequence beyond this is a new beginning

}  // namespace

VoiceReceiver::VoiceReceiver(Out out) : out_(std::move(out)) {
  int error = 0;
  decoder_.reset(opus_decoder_create(audio_rate, 1, &error));
}

void VoiceReceiver::packet(std::uint16_t sequence, std::span<const std::uint8_t> payload) {
  if (!decoder_ || payload.size() > payload_limit) return;
  const int distance = running_ ? ahead_of(sequence, expected_) : 0;
  if (!running_ || distance > restart_distance || distance < -restart_distance) {
    held_.clear();
    expected_ = sequence;
    running_ = true;
  } else if (distance < 0) {
    return;  // too late
  }
  const auto at = std::ranges::find_if(held_, [&](const Held& one) { return ahead_of(one.sequence, sequence) >= 0; });
  if (at != held_.end() && at->sequence == sequence) return;
  held_.insert(at, {sequence, {payload.begin(), payload.end()}});
  release();
}

void VoiceReceiver::release() {
  while (!held_.empty()) {
    const int missing = ahead_of(held_.front().sequence, expected_);
    if (missing > 0) {
      if (held_.size() < held_limit) return;
      conceal(missing, held_.front());
    }
    decode(held_.front().payload);
    expected_ = static_cast<std::uint16_t>(held_.front().sequence + 1);
    held_.erase(held_.begin());
  }
}

void VoiceReceiver::decode(std::span<const std::uint8_t> payload) {
  if (payload.empty()) return;
  const int count = opus_decode(decoder_.get(), payload.data(), static_cast<opus_int32>(payload.size()),
                                samples_.data(), static_cast<int>(samples_.size()), 0);
  if (count <= 0) return;  // no Opus
  frame_ = count;
  out_(std::span(samples_).first(static_cast<std::size_t>(count)));
}

void VoiceReceiver::conceal(int missing, const Held& next) {
  for (int index = 0; index < std::min(missing, concealed_limit); ++index) {
    // The last one before `next` may be told again in it.
    const bool told_again = index == missing - 1 && !next.payload.empty();
    const int count = told_again ? opus_decode(decoder_.get(), next.payload.data(),
                                               static_cast<opus_int32>(next.payload.size()), samples_.data(), frame_, 1)
                                 : opus_decode(decoder_.get(), nullptr, 0, samples_.data(), frame_, 0);
    if (count > 0) out_(std::span(samples_).first(static_cast<std::size_t>(count)));
  }
}

}  // namespace lintel::media
