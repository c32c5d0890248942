#include "media/voice_feed.hpp"

#include <algorithm>

namespace lintel::media {
namespace {

constexpr int waiting_limit = 25;                          // packets on their way to this thread: half a second
constexpr GstClockTime resynchronise = 100 * GST_MSECOND;  // beyond, the frames' own time is given up
constexpr GstClockTime frame_time = 20 * GST_MSECOND;
constexpr int bit_rate = 40'000;
constexpr int complexity = 5;
constexpr std::uint8_t loss_that_counts = 5;            // of 256: 2 %
constexpr GstClockTime lossy_period = 30 * GST_SECOND;  // after the last report of such a loss
constexpr int most_loss = 20;                           // percent; beyond, repair would take all the bits

}  // namespace

OpusEncoding::OpusEncoding() {
  int error = 0;
  encoder_.reset(opus_encoder_create(audio_rate, 1, OPUS_APPLICATION_VOIP, &error));
  if (!encoder_) return;
  opus_encoder_ctl(encoder_.get(), OPUS_SET_BITRATE(bit_rate));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_COMPLEXITY(complexity));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_SIGNAL(OPUS_SIGNAL_MUSIC));
}

void OpusEncoding::expect_loss(int percent) {
  if (!encoder_ || percent == loss_) return;
  loss_ = percent;
  // The signal's kind is what the library chooses the coder by.
  opus_encoder_ctl(encoder_.get(), OPUS_SET_SIGNAL(percent > 0 ? OPUS_SIGNAL_VOICE : OPUS_SIGNAL_MUSIC));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_INBAND_FEC(percent > 0 ? 1 : 0));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_PACKET_LOSS_PERC(percent));
}

std::span<const std::uint8_t> OpusEncoding::encode(Samples samples) {
  if (!encoder_) return {};
  const int size = opus_encode(encoder_.get(), samples.data(), static_cast<int>(samples.size()), packet_.data(),
                               static_cast<opus_int32>(packet_.size()));
  return std::span(packet_).first(size > 0 ? static_cast<std::size_t>(size) : 0);
}

VoiceFeed::VoiceFeed(std::shared_ptr<WorkQueue> queue) : queue_(std::move(queue)) {
  for (std::size_t frames = 1; frames <= packet_frames; ++frames) {
    OpusEncoding quiet;
    const auto packet = quiet.encode(Samples(pair_).first(frames * audio_frame));
    silence_[frames - 1].assign(packet.begin(), packet.end());
  }
}

Result<void> VoiceFeed::join(VoiceTaker* taker, AudioEngine& engine) {
  if (!port_) {
    LINTEL_TRY(port_, engine.join([weak = weak_from_this()](const AudioFrame& near) {
      if (const auto self = weak.lock()) self->frame(near);
    }));
  }
  join(taker);
  return {};
}

void VoiceFeed::join(VoiceTaker* taker) {
  takers_.push_back(taker);
  count_takers();
}

void VoiceFeed::leave(VoiceTaker* taker) {
  std::erase(takers_, taker);
  count_takers();
  if (takers_.empty()) port_.reset();
}

void VoiceFeed::count_takers() {
  conversing_ = static_cast<std::size_t>(std::ranges::count_if(takers_, &VoiceTaker::converses));
  listeners_ = takers_.size();
}

void VoiceFeed::heard_loss(std::uint8_t fraction, GstClockTime now) {
  if (fraction >= loss_that_counts) {
    lossy_until_ = now + lossy_period;
    loss_ = std::min(std::max<int>(loss_, fraction * 100 / 256), most_loss);
  } else if (now > lossy_until_) {
    loss_ = 0;
  }
}

void VoiceFeed::frame(const AudioFrame& frame) {
  if (listeners_ == 0) {
    half_ = false;
    return;
  }
  if (!half_ && conversing_ > 0) return send(frame);
  std::ranges::copy(frame, pair_.begin() + (half_ ? audio_frame : 0));
  half_ = !half_;
  if (!half_) send(pair_);
}

void VoiceFeed::send(Samples samples) {
  if (*waiting_ >= waiting_limit) return;
  encoding_.expect_loss(loss_);
  const auto packet = encoding_.encode(samples);
  if (packet.empty()) return;
  const std::size_t frames = samples.size() / audio_frame;
  const GstClockTime now = running_time();
  const GstClockTime begin = now - std::min(now, (frames - 1) * frame_time);
  if (listeners_ <= few) {
    if (const auto turn = queue_->take_turn()) return deliver(packet, frames, begin);
  }
  ++*waiting_;
  std::array<std::uint8_t, OpusEncoding::packet_limit> payload;
  std::ranges::copy(packet, payload.begin());
  queue_->run([weak = weak_from_this(), waiting = waiting_, begin, frames, payload, size = packet.size()] {
    --*waiting;
    if (const auto self = weak.lock()) self->deliver(std::span(payload).first(size), frames, begin);
  });
}

void VoiceFeed::deliver(std::span<const std::uint8_t> payload, std::size_t frames, GstClockTime begin) {
  // Even timestamps while the frames come evenly, so that the peer's jitter buffer sees our clock and not our
  // scheduler.
  if (!GST_CLOCK_TIME_IS_VALID(next_) || begin > next_ + resynchronise || begin + resynchronise < next_) next_ = begin;
  const VoicePacket packet{payload, silence_[frames - 1], next_};
  next_ += frames * frame_time;
  for (VoiceTaker* taker : takers_) taker->take(packet);
}

}  // namespace lintel::media
