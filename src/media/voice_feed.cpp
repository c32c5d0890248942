#include "media/voice_feed.hpp"

namespace lintel::media {
namespace {

constexpr int waiting_limit = 25;                          // frames on their way to this thread: half a second
constexpr GstClockTime resynchronise = 100 * GST_MSECOND;  // beyond, the frames' own time is given up
constexpr GstClockTime frame_time = 20 * GST_MSECOND;

}  // namespace

OpusEncoding::OpusEncoding() {
  int error = 0;
  encoder_.reset(opus_encoder_create(audio_rate, 1, OPUS_APPLICATION_VOIP, &error));
  if (!encoder_) return;
  opus_encoder_ctl(encoder_.get(), OPUS_SET_BITRATE(32'000));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_COMPLEXITY(5));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_INBAND_FEC(1));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_PACKET_LOSS_PERC(5));
}

std::span<const std::uint8_t> OpusEncoding::encode(const AudioFrame& frame) {
  if (!encoder_) return {};
  const int size = opus_encode(encoder_.get(), frame.data(), static_cast<int>(frame.size()), packet_.data(),
                               static_cast<opus_int32>(packet_.size()));
  return std::span(packet_).first(size > 0 ? static_cast<std::size_t>(size) : 0);
}

VoiceFeed::VoiceFeed(std::shared_ptr<WorkQueue> queue) : queue_(std::move(queue)) {
  OpusEncoding quiet;
  const auto packet = quiet.encode(AudioFrame{});
  silence_.assign(packet.begin(), packet.end());
}

Result<void> VoiceFeed::join(VoiceTaker* taker, AudioEngine& engine) {
  if (!port_) {
    LINTEL_TRY(port_, engine.join([weak = weak_from_this()](const AudioFrame& near) {
      if (const auto self = weak.lock()) self->frame(near);
    }));
  }
  takers_.push_back(taker);
  return {};
}

void VoiceFeed::leave(VoiceTaker* taker) {
  std::erase(takers_, taker);
  if (takers_.empty()) port_.reset();
}

void VoiceFeed::frame(const AudioFrame& frame) {
  if (*waiting_ >= waiting_limit) return;
  ++*waiting_;
  queue_->run([weak = weak_from_this(), waiting = waiting_, frame, now = running_time()] {
    --*waiting;
    if (const auto self = weak.lock()) self->deliver(frame, now);
  });
}

void VoiceFeed::deliver(const AudioFrame& frame, GstClockTime now) {
  if (takers_.empty()) return;
  // Even timestamps while the frames come evenly, so that the peer's jitter buffer sees our clock and not our
  // scheduler.
  if (!GST_CLOCK_TIME_IS_VALID(next_) || now > next_ + resynchronise || now + resynchronise < next_) next_ = now;
  const VoicePacket packet{encoding_.encode(frame), silence_, next_};
  next_ += frame_time;
  if (packet.payload.empty()) return;
  for (VoiceTaker* taker : takers_) taker->take(packet);
}

}  // namespace lintel::media
