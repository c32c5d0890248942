#include "media/audio.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdio>

#include "media/audio_echo.hpp"
#include "media/audio_mixer.hpp"
#include "media/audio_room.hpp"
#include "media/audio_signal.hpp"
#include "media/sound.hpp"
#include "scene.hpp"

namespace lintel::media {
namespace {

double energy(const AudioFrame& frame) {
  double sum = 0;
  for (const std::int16_t sample : frame) sum += static_cast<double>(sample) * sample;
  return sum;
}

struct Echo {
  double before = 0;  // echo at the microphone, while only the far end speaks
  double after = 0;
  double near = 0;  // the near end's own energy while both speak
  double kept = 0;
};

// Twelve seconds of the far end alone, then eight of both at once. No clock: frame after frame.
Echo talk_in_a_room(int delay_milliseconds) {
  const std::vector<std::int16_t> far = speech_like(10, 2);
  EchoCanceller canceller(256);
  RoomMicrophone quiet(delay_milliseconds, {});
  const std::vector<std::int16_t> voice = speech_like(8, 5);
  Echo echo;
  std::size_t at = 0;
  for (int tick = 0; tick < 1000; ++tick) {
    AudioFrame microphone;
    AudioFrame played;
    AudioFrame clean;
    quiet.take(microphone);
    for (std::int16_t& sample : played) sample = static_cast<std::int16_t>(far[at++ % far.size()] / 2);
    quiet.hear(played);
    if (tick < 600) {
      canceller.process(microphone, played, clean, true);
      if (tick >= 300) echo.before += energy(microphone), echo.after += energy(clean);
      continue;
    }
    AudioFrame near;
    for (std::size_t index = 0; index < audio_frame; ++index) {
      near[index] = voice[static_cast<std::size_t>(tick - 600) * audio_frame + index];
      microphone[index] = static_cast<std::int16_t>(std::clamp(microphone[index] + near[index], -32768, 32767));
    }
    canceller.process(microphone, played, clean, true);
    echo.near += energy(near);
    echo.kept += energy(clean);
  }
  return echo;
}

TEST(Echo, isThirtyDecibelsDownAndTheNearEndKeepsItsLevel) {  // C25
  for (const int delay : {20, 80, 160}) {
    const Echo echo = talk_in_a_room(delay);
    const double loss = 10 * std::log10(echo.before / std::max(echo.after, 1.0));
    const double change = 10 * std::log10(echo.kept / echo.near);
    RecordProperty("erle_" + std::to_string(delay), std::to_string(loss));
    RecordProperty("near_" + std::to_string(delay), std::to_string(change));
    EXPECT_GE(loss, 30) << "at " << delay << " ms";
    EXPECT_NEAR(change, 0, 3) << "at " << delay << " ms";
    std::printf("delay %d ms: echo %.1f dB down, near end %+.1f dB in double talk\n", delay, loss, change);
  }
}

TEST(Jitter, ridesOutABurstWithoutKeepingItAsDelay) {
  JitterQueue queue;
  AudioFrame frame;
  EXPECT_FALSE(queue.pop(frame));
  const std::vector<std::int16_t> burst(10 * audio_frame, 7);
  EXPECT_EQ(queue.push(burst), 0U);
  EXPECT_GT(queue.push(burst), 0U);
  int frames = 0;
  while (queue.pop(frame) && frame[0] == 7) ++frames;
  EXPECT_LE(frames, 10);
}

TEST(Canceller, restsWhileNobodyListensAndNothingIsPlayed) {
  Mixer mixer({});
  mixer.microphone = std::make_unique<RoomMicrophone>(20, speech_like(2, 5));
  const auto cleaned_in = [&mixer](int ticks) {
    const std::uint64_t before = mixer.figures.cleaned_frames;
    for (int tick = 0; tick < ticks; ++tick) mixer.tick();
    return mixer.figures.cleaned_frames - before;
  };
  cleaned_in(100);
  EXPECT_EQ(cleaned_in(100), 0U);

  mixer.bank[static_cast<std::size_t>(Sound::key)] =
      std::make_shared<const std::vector<std::int16_t>>(speech_like(1, 2));
  mixer.sounds.play(Sound::key);  // the canceller learns the room by it
  EXPECT_GE(cleaned_in(60), 60U);
  cleaned_in(100);
  EXPECT_EQ(cleaned_in(100), 0U);

  mixer.ports.push_back(std::make_shared<AudioPort::Inner>());
  EXPECT_EQ(cleaned_in(200), 200U);
}

TEST(Volume, eightyIsTheDevicesOwn) {
  EXPECT_DOUBLE_EQ(gain_of(80), 1.0);
  EXPECT_DOUBLE_EQ(gain_of(100), 2.0);
  EXPECT_DOUBLE_EQ(gain_of(0), 0.0);
  EXPECT_DOUBLE_EQ(gain_of(1000), 2.0);
}

TEST(Sounds, areShortSoftAndAllThere) {  // C27
  for (int index = 0; index < sound_count; ++index) {
    const auto sound = static_cast<Sound>(index);
    EXPECT_EQ(sound_named(name_of(sound)), sound);
    const std::vector<std::int16_t> samples = synthesise(sound);
    EXPECT_FALSE(samples.empty());
    EXPECT_LE(samples.size(), static_cast<std::size_t>(sound_seconds_limit) * audio_rate);
    EXPECT_LT(std::abs(static_cast<int>(samples.front())), 500) << name_of(sound);
    for (const std::int16_t sample : samples) ASSERT_LE(std::abs(static_cast<int>(sample)), 16384) << name_of(sound);
  }
}

TEST(DeviceNames, areUnderstoodOrRefusedByName) {
  EXPECT_EQ(parse_device_name("hw:1,0", true).value().kind, DeviceName::Kind::alsa);
  EXPECT_EQ(parse_device_name("/tmp/voice.wav", true).value().kind, DeviceName::Kind::file);
  EXPECT_EQ(parse_device_name("pipewire:", false).value().kind, DeviceName::Kind::pipewire);
  EXPECT_EQ(parse_device_name("gramophone", false).error().field, "speaker");
}

class Engine : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(init().ok()); }
  Loop loop;
};

TEST_F(Engine, saysThatADeviceIsMissingAndGoesOn) {
  AudioOptions options;
  options.microphone = "alsa:no_such_device";
  options.speaker = "test";
  AudioEngine engine(loop, options);
  ASSERT_TRUE(turn_until(loop, [&] { return engine.state().microphone == DeviceState::failed; }));
  EXPECT_NE(engine.state().message.find("microphone"), std::string::npos) << engine.state().message;
  const std::uint64_t frames = engine.figures().frames;
  EXPECT_TRUE(turn_until(loop, [&] { return engine.figures().frames > frames + 5; }));
  engine.set_devices("test", "test");
  EXPECT_TRUE(turn_until(loop, [&] { return engine.figures().microphone_level > 0.01; }));
  EXPECT_EQ(engine.state().message, "");
}

TEST_F(Engine, playsSoundsUnlessSwitchedOff) {  // C27
  AudioOptions options;
  options.microphone = "silence";
  options.speaker = "test";
  AudioEngine engine(loop, options);
  engine.set_sound_enabled(Sound::unlocked, false);
  engine.play(Sound::unlocked);
  const std::uint64_t frames = engine.figures().frames;
  ASSERT_TRUE(turn_until(loop, [&] { return engine.figures().frames > frames + 20; }));
  for (const std::int16_t sample : engine.recorded()) ASSERT_EQ(sample, 0);
  engine.play(Sound::ringback);
  EXPECT_TRUE(turn_until(loop, [&] { return engine.figures().speaker_level > 0.01; }));
  engine.stop_sounds();
  EXPECT_TRUE(turn_until(loop, [&] { return engine.figures().speaker_level == 0; }));
}

TEST_F(Engine, mixesFarEndsAndGivesSilenceWhenMuted) {
  AudioOptions options;
  options.microphone = "tone";
  options.speaker = "test";
  AudioEngine engine(loop, options);
  std::atomic<int> loud = 0;
  std::atomic<int> silent = 0;
  auto port = engine.join([&](const AudioFrame& frame) { ++(energy(frame) > 0 ? loud : silent); }).value();
  ASSERT_TRUE(turn_until(loop, [&] { return loud > 10; }));
  engine.set_muted(true);
  const int before = silent;
  EXPECT_TRUE(turn_until(loop, [&] { return silent > before + 10; }));
  const std::vector<std::int16_t> far = tone(440, 200, 0.3);
  port->push(far);
  EXPECT_TRUE(turn_until(loop, [&] { return engine.figures().speaker_level > 0.05; }));
}

TEST_F(Engine, writesAndReadsFiles) {
  const std::string path = testing::TempDir() + "lintel-audio-test.wav";
  std::remove(path.c_str());
  {
    AudioOptions options;
    options.microphone = "silence";
    options.speaker = path;
    AudioEngine engine(loop, options);
    engine.play(Sound::ringing);
    ASSERT_TRUE(turn_until(loop, [&] { return engine.figures().frames > 100; }));
  }
  const Result<std::vector<std::int16_t>> read = decode_audio_file(path, 10, false);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_GT(read.value().size(), static_cast<std::size_t>(audio_rate));
  EXPECT_GT(best_correlation(synthesise(Sound::ringing), {read.value().begin(), read.value().begin() + audio_rate}),
            0.5);
  EXPECT_FALSE(decode_audio_file(path + "-missing", 10, false).ok());
  EXPECT_FALSE(decode_audio_file(path, 1, true).ok());
  std::remove(path.c_str());
}

}  // namespace
}  // namespace lintel::media
