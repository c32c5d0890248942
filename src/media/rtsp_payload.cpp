#include "media/rtsp_payload.hpp"

#include <algorithm>
#include <bit>

#include "base/big_endian.hpp"
#include "base/bytes.hpp"
#include "media/h264_payload.hpp"

namespace lintel::media {
namespace {

constexpr std::size_t frame_head = 4;  // '$', channel, length
constexpr std::size_t rtp_head = 12;
constexpr std::size_t payload_limit = rtp_packet_size - rtp_head;
constexpr std::size_t run_limit = 64;           // packets of one UDP_SEGMENT call
constexpr std::size_t run_bytes_limit = 64000;  // and its bytes, as one datagram may have

// Writes packets one behind the other.
class Writer {
 public:
  Writer(RtpBundle& bundle, RtpNumbers& numbers, std::uint8_t channel, int type, std::size_t room)
      : bundle_(bundle), numbers_(numbers), channel_(channel), type_(type) {
    bundle.bytes.reserve(room);
  }
  // A packet of the two pieces.
  void add(std::span<const std::uint8_t> head, std::span<const std::uint8_t> body) {
    const std::size_t size = rtp_head + head.size() + body.size(), at = bundle_.bytes.size();
    bundle_.bytes.resize(at + frame_head + size);
    std::uint8_t* out = bundle_.bytes.data() + at;
    out[0] = '$';
    out[1] = channel_;
    big_endian::write16(out + 2, size);
    out += frame_head;
    const std::uint16_t sequence = numbers_.next();
    if (starts_.empty()) bundle_.first_sequence = sequence;
    out[0] = 0x80;
    out[1] = static_cast<std::uint8_t>(type_);
    big_endian::write16(out + 2, sequence);
    big_endian::write32(out + 4, bundle_.rtp_time);
    big_endian::write32(out + 8, numbers_.ssrc());
    std::copy(body.begin(), body.end(), std::copy(head.begin(), head.end(), out + rtp_head));
    starts_.push_back({at + frame_head, size});
    bundle_.octets += head.size() + body.size();
  }
  void finish(bool marker) {
    if (starts_.empty()) return;
    if (marker) bundle_.bytes[starts_.back().first + 1] |= 0x80;
    bundle_.packets.reserve(starts_.size());
    std::size_t run_bytes = 0;
    for (const auto& [at, size] : starts_) {
      const auto index = static_cast<std::uint32_t>(bundle_.packets.size());
      auto* run = bundle_.runs.empty() ? nullptr : &bundle_.runs.back();
      const bool closed = run == nullptr || run->count == run_limit || size > run->segment ||
                          bundle_.packets.back().iov_len < run->segment || run_bytes + size > run_bytes_limit;
      if (closed) {
        bundle_.runs.push_back({index, 0, static_cast<std::uint16_t>(size)});
        run = &bundle_.runs.back();
        run_bytes = 0;
      }
      ++run->count;
      run_bytes += size;
      bundle_.packets.push_back({bundle_.bytes.data() + at, size});
    }
  }

 private:
  RtpBundle& bundle_;
  RtpNumbers& numbers_;
  std::uint8_t channel_;
  int type_;
  std::vector<std::pair<std::size_t, std::size_t>> starts_;  // of the packets and their sizes
};

}  // namespace

RtpNumbers::RtpNumbers(std::uint32_t clock_rate)
    : clock_rate_(clock_rate),
      ssrc_(static_cast<std::uint32_t>(bytes::random_number())),
      offset_(static_cast<std::uint32_t>(bytes::random_number())),
      sequence_(static_cast<std::uint16_t>(bytes::random_below(0x8000))) {}

std::uint32_t RtpNumbers::time_of(GstClockTime running_time) const {
  return offset_ + static_cast<std::uint32_t>(gst_util_uint64_scale(running_time, clock_rate_, GST_SECOND));
}

Bundle H264Payloader::take(std::span<const std::uint8_t> unit, bool key, GstClockTime running_time) {
  auto bundle = std::make_shared<RtpBundle>();
  bundle->video = true;
  bundle->key = key;
  bundle->running_time = running_time;
  bundle->rtp_time = numbers_.time_of(running_time);
  if (key) {
    std::vector<std::span<const std::uint8_t>> units;
    split_byte_stream(unit, units);
    for (const auto nal : units) {
      const int type = nal[0] & 0x1f;
      if (type == 7) parameters_.sequence.assign(reinterpret_cast<const char*>(nal.data()), nal.size());
      if (type == 8) parameters_.picture.assign(reinterpret_cast<const char*>(nal.data()), nal.size());
    }
  }
  std::vector<PayloadPiece> pieces;
  payload_h264(unit, payload_limit, pieces);
  Writer writer(*bundle, numbers_, rtp_video_channel, rtp_video_type,
                unit.size() + pieces.size() * (frame_head + rtp_head + 2));
  for (const PayloadPiece& piece : pieces) writer.add({piece.header.data(), piece.header_size}, piece.body);
  writer.finish(true);
  if (bundle->packets.empty()) return nullptr;
  return bundle;
}

std::uint8_t to_alaw(std::int16_t sample) {
  const int sign = sample >= 0 ? 0x80 : 0;
  const int magnitude = std::min(sample >= 0 ? sample : -(sample + 1), 32767);
  const int exponent = std::max(0, static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 8);
  const int mantissa = (magnitude >> (exponent == 0 ? 4 : exponent + 3)) & 0x0f;
  return static_cast<std::uint8_t>((sign | exponent << 4 | mantissa) ^ 0x55);
}

Bundle SoundPayloader::take(const AudioFrame& near, GstClockTime running_time) {
  // Half-band low pass, so that what G.711 cannot carry does not fold back; in 1/32768.
  static constexpr std::array<int, taps> filter{-112, 0, 636,   0, -2220, 0, 9886, 16388,
                                                9886, 0, -2220, 0, 636,   0, -112};
  if (gathered_.empty()) gathered_since_ = running_time;
  std::array<std::int16_t, taps - 1 + audio_frame> samples;
  std::copy(before_.begin(), before_.end(), samples.begin());
  std::copy(near.begin(), near.end(), samples.begin() + before_.size());
  std::copy(samples.end() - before_.size(), samples.end(), before_.begin());
  for (std::size_t at = 0; at < audio_frame; at += 2) {
    int sum = 0;
    for (std::size_t tap = 0; tap < taps; ++tap) sum += filter[tap] * samples[at + tap];
    gathered_.push_back(to_alaw(static_cast<std::int16_t>(std::clamp(sum / 32768, -32768, 32767))));
  }
  if (gathered_.size() < packet_samples) return nullptr;

  auto bundle = std::make_shared<RtpBundle>();
  // Samples are counted, for they come evenly however late; only a gap is jumped over.
  const std::uint32_t measured = numbers_.time_of(gathered_since_);
  const auto drift = next_time_ ? static_cast<std::int32_t>(measured - *next_time_) : INT32_MAX;
  const bool jumped = drift > 1600 || drift < -1600;  // 200 ms
  bundle->rtp_time = jumped ? measured : *next_time_;
  next_time_ = bundle->rtp_time + static_cast<std::uint32_t>(packet_samples);
  bundle->running_time = gathered_since_;
  Writer writer(*bundle, numbers_, rtp_audio_channel, rtp_audio_type, frame_head + rtp_head + packet_samples);
  writer.add({}, gathered_);
  writer.finish(jumped);  // the marker begins a talk spurt (RFC 3551 §4.1)
  gathered_.clear();
  return bundle;
}

void SoundPayloader::restart() {
  gathered_.clear();
  before_.fill(0);
  next_time_.reset();
}

}  // namespace lintel::media
