// What a peer's packets become when some come late, twice, or not at all.
#include <gtest/gtest.h>

#include <cmath>
#include <future>

#include "media/audio_signal.hpp"
#include "media/h264_payload.hpp"
#include "media/video_receiver.hpp"
#include "media/voice_feed.hpp"
#include "media/voice_receiver.hpp"
#include "media/vp8_payload.hpp"

namespace lintel::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Packet {
  RtpHeader header;
  Bytes payload;
  [[nodiscard]] RtpPacket view() const { return {header, payload}; }
};

// A picture of `size` bytes, and its packets.
struct Film {
  std::uint16_t sequence = 65530;  // it will wrap
  std::uint32_t timestamp = 0;
  static Bytes unit(bool key, std::size_t size) {
    Bytes made{0, 0, 0, 1};
    made.push_back(key ? 0x65 : 0x41);
    for (std::size_t index = 1; index < size; ++index) made.push_back(static_cast<std::uint8_t>(index | 0x40U));
    return made;
  }
  std::vector<Packet> picture(const Bytes& bytes, Codec codec = Codec::h264) {
    std::vector<PayloadPiece> pieces;
    codec == Codec::h264 ? payload_h264(bytes, 100, pieces) : payload_vp8(bytes, 9, 100, pieces);
    std::vector<Packet> packets;
    timestamp += 3600;
    for (const PayloadPiece& piece : pieces) {
      Packet packet;
      packet.header = {packets.size() + 1 == pieces.size(), 102, sequence++, timestamp, 1};
      packet.payload.assign(piece.header.begin(), piece.header.begin() + piece.header_size);
      packet.payload.insert(packet.payload.end(), piece.body.begin(), piece.body.end());
      packets.push_back(packet);
    }
    return packets;
  }
};

class Pictures : public ::testing::Test {
 protected:
  std::vector<WholePicture> seen;
  VideoReceiver receiver{Codec::h264, [this](WholePicture picture) { seen.push_back(std::move(picture)); }};
  Film film;
  GstClockTime now = GST_SECOND;
};

TEST_F(Pictures, areMadeWholeAgainInAnyOrder) {
  const Bytes key = Film::unit(true, 950);
  const Bytes next = Film::unit(false, 450);
  auto packets = film.picture(key);
  const auto more = film.picture(next);
  packets.insert(packets.end(), more.begin(), more.end());
  std::swap(packets[2], packets[5]);
  std::swap(packets[8], packets[12]);
  for (const Packet& packet : packets) {
    receiver.packet(packet.view(), now);
    receiver.packet(packet.view(), now);  // twice is once
  }
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].data, key);
  EXPECT_TRUE(seen[0].key);
  EXPECT_EQ(seen[1].data, next);
  EXPECT_FALSE(seen[1].key);
}

TEST_F(Pictures, areRepairedByWhatIsAskedForAgain) {
  const auto packets = film.picture(Film::unit(true, 950));
  for (std::size_t index = 0; index < packets.size(); ++index) {
    if (index != 3 && index != 4) receiver.packet(packets[index].view(), now);
  }
  const auto lost = receiver.take_lost(now);
  EXPECT_EQ(lost, (std::vector<std::uint16_t>{packets[3].header.sequence, packets[4].header.sequence}));
  EXPECT_TRUE(receiver.take_lost(now).empty()) << "not twice at once";
  EXPECT_EQ(receiver.take_lost(now + 60 * GST_MSECOND).size(), 2U);
  EXPECT_TRUE(seen.empty());
  receiver.packet(packets[4].view(), now);
  receiver.packet(packets[3].view(), now);
  EXPECT_EQ(seen.size(), 1U);
}

// A page that lends its camera for weeks over a line that always has a gap open.
TEST_F(Pictures, rememberNothingOfWhatWasGivenUp) {
  std::size_t most = 0;
  for (int i = 0; i < 20'000; ++i) {
    Packet packet;
    packet.header = {false, 102, static_cast<std::uint16_t>(2 * i), 3600, 1};
    packet.payload = {0x41, 0x42};
    receiver.packet(packet.view(), now);
    if (i % 10 == 0) (void)receiver.take_lost(now);
    most = std::max(most, receiver.asked());
    now += 5 * GST_MSECOND;
  }
  EXPECT_GT(most, 0U);
  EXPECT_LE(most, 2 * VideoReceiver::held_limit);
}

TEST_F(Pictures, waitForAKeyAfterALossThatStays) {
  for (const Packet& packet : film.picture(Film::unit(true, 300))) receiver.packet(packet.view(), now);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_FALSE(receiver.take_key_wanted(now));
  auto packets = film.picture(Film::unit(false, 300));
  packets.erase(packets.begin() + 1);
  for (const Packet& packet : packets) receiver.packet(packet.view(), now);
  for (const Packet& packet : film.picture(Film::unit(false, 300))) receiver.packet(packet.view(), now);
  now += VideoReceiver::patience + GST_MSECOND;
  receiver.tick(now);
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_TRUE(receiver.take_key_wanted(now));
  EXPECT_FALSE(receiver.take_key_wanted(now)) << "not twice at once";
  for (const Packet& packet : film.picture(Film::unit(true, 300))) receiver.packet(packet.view(), now);
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_FALSE(receiver.take_key_wanted(now + GST_SECOND));
}

TEST_F(Pictures, ofVp8AreWholeToo) {
  std::vector<WholePicture> frames;
  VideoReceiver other{Codec::vp8, [&](WholePicture picture) { frames.push_back(std::move(picture)); }};
  Bytes frame(500, 0x22);  // the lowest bit of the first byte is zero: a key
  for (const Packet& packet : film.picture(frame, Codec::vp8)) other.packet(packet.view(), now);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].data, frame);
  EXPECT_TRUE(frames[0].key);
}

class Voices : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto speech = speech_like(2);
    OpusEncoding encoding;
    for (std::size_t at = 0; at + audio_frame <= speech.size(); at += audio_frame) {
      AudioFrame frame;
      std::copy_n(speech.begin() + static_cast<std::ptrdiff_t>(at), audio_frame, frame.begin());
      const auto packet = encoding.encode(frame);
      packets.emplace_back(packet.begin(), packet.end());
    }
  }
  std::vector<Bytes> packets;
  std::vector<std::int16_t> heard;
  VoiceReceiver receiver{[this](Samples samples) { heard.insert(heard.end(), samples.begin(), samples.end()); }};
};

// RFC 6716 §3.1: the first five bits name the coder; below 12 it is the voice coder, from 16 on the transform coder.
TEST(Voice, isRepairableWhileAListenerLosesPackets) {
  const auto speech = speech_like(2);
  std::size_t at = 0;
  OpusEncoding encoding;
  const auto coder_after = [&](int frames) {
    unsigned coder = 0;
    for (int count = 0; count < frames; ++count, at = (at + audio_frame) % (speech.size() - audio_frame)) {
      AudioFrame frame;
      std::copy_n(speech.begin() + static_cast<std::ptrdiff_t>(at), audio_frame, frame.begin());
      coder = encoding.encode(frame)[0] >> 3U;
    }
    return coder;
  };
  EXPECT_GE(coder_after(20), 16U);
  encoding.expect_loss(10);
  EXPECT_LT(coder_after(20), 12U);
  encoding.expect_loss(0);
  EXPECT_GE(coder_after(20), 16U);
}

TEST(Voice, preparesForLossAsLongAsItIsReported) {
  constexpr std::uint8_t tenth = 26, hundredth = 2;
  const auto feed = std::make_shared<VoiceFeed>(std::make_shared<WorkQueue>());
  feed->heard_loss(hundredth, 1 * GST_SECOND);
  EXPECT_EQ(feed->expected_loss(), 0);
  feed->heard_loss(tenth, 2 * GST_SECOND);
  EXPECT_EQ(feed->expected_loss(), 10);
  feed->heard_loss(0, 31 * GST_SECOND);  // of another listener, or for a moment
  EXPECT_EQ(feed->expected_loss(), 10);
  feed->heard_loss(255, 32 * GST_SECOND);
  EXPECT_EQ(feed->expected_loss(), 20);
  feed->heard_loss(0, 63 * GST_SECOND);
  EXPECT_EQ(feed->expected_loss(), 0);
}

class Listener final : public VoiceTaker {
 public:
  explicit Listener(bool conversing) : conversing_(conversing) {}
  [[nodiscard]] bool converses() const override { return conversing_; }
  void take(const VoicePacket& packet) override {
    const auto length = [](std::span<const std::uint8_t> opus) {
      return opus_packet_get_nb_samples(opus.data(), static_cast<opus_int32>(opus.size()), audio_rate) * 1000 /
             audio_rate;
    };
    milliseconds.push_back(length(packet.payload));
    silence.push_back(length(packet.silence));
    times.push_back(packet.time);
  }
  std::vector<int> milliseconds, silence;
  std::vector<GstClockTime> times;

 private:
  const bool conversing_;
};

TEST(Voice, comesInFewerPacketsWhileNobodyConverses) {
  NetworkThread thread;
  NetworkThread::Calls calls;
  calls.begin = calls.end = calls.done = [] {};
  calls.tick = [] { return NetworkThread::Ticks::none; };
  thread.start(std::move(calls));
  const auto feed = std::make_shared<VoiceFeed>(thread.queue());
  const auto hear = [&](int frames) {
    for (int count = 0; count < frames; ++count) feed->frame({});
    std::promise<void> delivered;
    thread.queue()->run([&] { delivered.set_value(); });
    delivered.get_future().wait();
  };
  Listener watcher(false), caller(true);
  feed->join(&watcher);
  hear(2);
  EXPECT_EQ(watcher.milliseconds, (std::vector{40}));
  EXPECT_EQ(watcher.silence, watcher.milliseconds);
  hear(1);  // waits for the next one
  feed->join(&caller);
  hear(3);
  EXPECT_EQ(caller.milliseconds, (std::vector{40, 20, 20}));
  EXPECT_EQ(caller.silence, caller.milliseconds);
  ASSERT_EQ(watcher.times.size(), 4U);
  EXPECT_EQ(watcher.times[3] - watcher.times[0], (40 + 40 + 20) * GST_MSECOND) << "no frame is missing between them";
  feed->leave(&caller);
  hear(2);
  EXPECT_EQ(watcher.milliseconds.back(), 40);
  feed->leave(&watcher);
}

TEST_F(Voices, keepTheirLengthWhenPacketsAreLost) {
  for (std::size_t index = 0; index < packets.size(); ++index) {
    if (index % 10 != 4) receiver.packet(static_cast<std::uint16_t>(65'500 + index), packets[index]);
  }
  EXPECT_EQ(heard.size(), packets.size() * audio_frame);
}

TEST_F(Voices, comeInOrderWhateverTheNetworkDoes) {
  std::vector<std::int16_t> straight;
  VoiceReceiver other{[&](Samples samples) { straight.insert(straight.end(), samples.begin(), samples.end()); }};
  for (std::size_t index = 0; index < packets.size(); ++index) {
    other.packet(static_cast<std::uint16_t>(index), packets[index]);
  }
  for (std::size_t index = 0; index < packets.size(); index += 2) {
    if (index == 0) receiver.packet(0, packets[0]), receiver.packet(1, packets[1]);
    if (index == 0) continue;
    if (index + 1 < packets.size()) receiver.packet(static_cast<std::uint16_t>(index + 1), packets[index + 1]);
    receiver.packet(static_cast<std::uint16_t>(index), packets[index]);
    receiver.packet(static_cast<std::uint16_t>(index), packets[index]);
  }
  EXPECT_EQ(heard, straight);
}

TEST_F(Voices, endureAnyBytes) {
  std::uint32_t seed = 1;
  for (int index = 0; index < 2000; ++index) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    Bytes noise(seed % 60);
    for (std::uint8_t& byte : noise)
      byte = static_cast<std::uint8_t>((seed = seed * 1'664'525U + 1'013'904'223U) >> 24);
    receiver.packet(static_cast<std::uint16_t>(seed >> 8), noise);
  }
  heard.clear();
  for (std::size_t index = 0; index < packets.size(); ++index) {
    receiver.packet(static_cast<std::uint16_t>(30'000 + index), packets[index]);
  }
  EXPECT_GE(heard.size(), packets.size() * audio_frame) << "and go on afterwards";
}

}  // namespace
}  // namespace lintel::media
