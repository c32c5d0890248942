#include <gtest/gtest.h>

#include <atomic>

#include "media/audio_signal.hpp"
#include "media/sound.hpp"
#include "media/video.hpp"
#include "media/whep.hpp"
#include "media/whip.hpp"
#include "scene.hpp"

namespace lintel::media {
namespace {

AudioOptions test_audio() {
  AudioOptions options;
  options.microphone = "test";
  options.speaker = "test";
  return options;
}

Video::Options test_video() {
  Video::Options options;
  options.camera.source = "test";
  options.camera.width = 320;
  options.camera.height = 240;
  options.camera.frames_per_second = 15;
  options.main = {320, 240, 15, 256};
  options.sub = {160, 120, 15, 128};
  return options;
}

LegsOptions on_loopback() {
  LegsOptions options;
  options.loopback_candidates = true;
  return options;
}

// A station with a camera, and another that stands for the browser.
class StationAndBrowser : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(init().ok()); }
  static bool loud(const AudioEngine& engine) {
    const std::vector<std::int16_t> recorded = engine.recorded();
    double sum = 0;
    const std::size_t count = std::min<std::size_t>(recorded.size(), audio_rate);
    for (std::size_t index = recorded.size() - count; index < recorded.size(); ++index) {
      sum += static_cast<double>(recorded[index]) * recorded[index];
    }
    return count > 0 && std::sqrt(sum / static_cast<double>(count)) > 500;
  }
  LegEvents browser_events() {
    LegEvents events;
    events.video = [this](const ReceivedVideo& received) {
      ++pictures;
      if (received.key) ++keys;
    };
    events.connected = [this] { browser_connected = true; };
    events.lost = [this](const std::string& reason) { lost = reason; };
    return events;
  }

  Loop loop;
  AudioEngine station_audio{loop, test_audio()};
  AudioEngine browser_audio{loop, test_audio()};
  Video video{loop, test_video()};
  Legs station{loop, &station_audio, &video, on_loopback()};
  Legs browser{loop, &browser_audio, nullptr, on_loopback()};
  std::atomic<int> pictures = 0, keys = 0;
  bool browser_connected = false;
  std::string lost, problem;
};

// RFC 3264 §8.3.2: a number keeps its codec, but a codec may come under another number.
TEST_F(StationAndBrowser, answerANewOfferByTheNumbersThatItHas) {
  std::string digest = "AA";
  for (int index = 0; index < 31; ++index) digest += ":AA";
  const auto offer = [&](const std::string& sound, const std::string& picture, const std::string& formats) {
    const std::string common =
        "a=setup:actpass\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=rtcp-mux\r\n"
        "a=fingerprint:sha-256 " +
        digest + "\r\n";
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF " +
           sound + "\r\na=mid:0\r\na=rtpmap:" + sound + " opus/48000/2\r\n" + common + "m=video 9 UDP/TLS/RTP/SAVPF " +
           picture + "\r\na=mid:1\r\n" + formats + common;
  };
  auto leg = station.create(LegKind::webrtc, {}, {}).value();
  const auto answer = [&](const std::string& text) {
    std::string made;
    leg->create_answer(text,
                       [&](Result<std::string> answered) { made = answered ? *answered : answered.error().message; });
    EXPECT_TRUE(turn_until(loop, [&] { return !made.empty(); }));
    return made;
  };
  const std::string first = answer(offer("111", "96", "a=rtpmap:96 VP8/90000\r\n"));
  EXPECT_NE(first.find("a=rtpmap:111 opus"), std::string::npos) << first;
  EXPECT_NE(first.find("a=rtpmap:96 VP8"), std::string::npos) << first;
  const std::string again = answer(offer("109", "120 121",
                                         "a=rtpmap:120 H264/90000\r\na=fmtp:120 packetization-mode=1\r\n"
                                         "a=rtpmap:121 VP8/90000\r\n"));
  EXPECT_NE(again.find("a=rtpmap:109 opus"), std::string::npos) << again;
  EXPECT_NE(again.find("a=rtpmap:121 VP8"), std::string::npos) << again;
  EXPECT_EQ(again.find("H264"), std::string::npos) << "the picture goes on as it is";
}

TEST_F(StationAndBrowser, callWithSoundBothWaysAndAPicture) {
  bool done = false;
  std::string offer_text, answer_text;
  auto caller = station.create(LegKind::webrtc, {}, {}).value();
  LegOptions options;
  options.video = Direction::receive_only;
  auto callee = browser.create(LegKind::webrtc, options, browser_events()).value();
  caller->create_offer([&](Result<std::string> offer) {
    if (!offer) return void(problem = offer.error().message);
    offer_text = *offer;
    callee->create_answer(*offer, [&](Result<std::string> answer) {
      if (!answer) return void(problem = answer.error().message);
      answer_text = *answer;
      caller->accept_answer(*answer, [&](Result<void> accepted) {
        if (!accepted) return void(problem = accepted.error().message);
        caller->start();
        callee->start();
        done = true;
      });
    });
  });
  ASSERT_TRUE(turn_until(loop, [&] { return done || !problem.empty(); }));
  ASSERT_EQ(problem, "") << offer_text << answer_text;
  EXPECT_TRUE(turn_until(loop, [&] { return pictures > 20 && loud(station_audio) && loud(browser_audio); }))
      << pictures << offer_text << answer_text;
  EXPECT_GE(keys, 1);
  EXPECT_EQ(caller->figures().video_codec, "H264");
  EXPECT_EQ(caller->state(), LegState::connected);
}

class PhoneOfKind : public StationAndBrowser, public ::testing::WithParamInterface<LegKind> {};

TEST_P(PhoneOfKind, showsThePicture) {  // C25
  LegOptions options;
  options.video = Direction::receive_only;
  auto caller = station.create(GetParam(), {}, {}).value();
  auto phone = browser.create(GetParam(), options, browser_events()).value();
  caller->create_offer([&](Result<std::string> offer) {
    if (!offer) return void(problem = offer.error().message);
    phone->create_answer(*offer, [&](Result<std::string> answer) {
      if (!answer) return void(problem = answer.error().message);
      caller->accept_answer(*answer, [&](Result<void> accepted) {
        if (!accepted) problem = accepted.error().message;
        caller->start();
        phone->start();
      });
    });
  });
  EXPECT_TRUE(turn_until(loop, [&] { return (pictures > 20 && loud(browser_audio)) || !problem.empty(); })) << pictures;
  EXPECT_EQ(problem, "");
  EXPECT_GE(keys, 1);
}
INSTANTIATE_TEST_SUITE_P(Rtp, PhoneOfKind, ::testing::Values(LegKind::plain_rtp, LegKind::sdes_srtp));

TEST_F(StationAndBrowser, watchWithoutACall) {  // C28
  LiveViews views{loop, station, {}};
  LegOptions options;
  options.audio = Direction::receive_only;
  options.video = Direction::receive_only;
  auto viewer = browser.create(LegKind::webrtc, options, browser_events()).value();
  std::string id;
  viewer->create_offer([&](Result<std::string> offer) {
    if (!offer) return void(problem = offer.error().message);
    views.open(Profile::sub, "101#0", *offer, [&](Result<LiveView> view) {
      if (!view) return void(problem = view.error().message);
      id = view.value().id;
      viewer->accept_answer(view.value().answer, [&](Result<void> accepted) {
        if (!accepted) problem = accepted.error().message;
        viewer->start();
      });
    });
  });
  EXPECT_TRUE(turn_until(loop, [&] { return (pictures > 20 && loud(browser_audio)) || !problem.empty(); }));
  EXPECT_EQ(problem, "");
  EXPECT_EQ(views.viewers(), 1U);
  ASSERT_TRUE(views.close(id).ok());
  EXPECT_FALSE(views.close(id).ok());
  EXPECT_TRUE(turn_until(loop, [&] { return station.living() == 0; }));
}

TEST_F(StationAndBrowser, refuseMoreViewersThanAllowed) {
  LiveViews views{loop, station, {.viewer_limit = 0}};
  std::optional<ErrorCode> code;
  views.open(Profile::main, "101#0", "v=0", [&](Result<LiveView> view) { code = view.error().code; });
  EXPECT_EQ(code, ErrorCode::full);
  views.set_viewer_limit(1);
  views.open(Profile::main, "101#0", "v=0", [&](Result<LiveView> view) { code = view.error().code; });
  EXPECT_EQ(code, ErrorCode::invalid);
}

TEST(LiveViewPlaces, oneHasAQuarterOrFourButNeverTheLast) {  // C28
  EXPECT_EQ(places_of_one(1), 1U);
  EXPECT_EQ(places_of_one(2), 1U);
  EXPECT_EQ(places_of_one(4), 3U);
  EXPECT_EQ(places_of_one(16), 4U);
  EXPECT_EQ(places_of_one(256), 64U);
}

TEST_F(StationAndBrowser, leaveAPictureToOthersHoweverOftenOneWatches) {  // C28
  LiveViews views{loop, station, {.viewer_limit = 3}};
  const auto watch = [&](const std::string& viewer) {
    LegOptions options;
    options.audio = Direction::receive_only;
    options.video = Direction::receive_only;
    auto leg = browser.create(LegKind::webrtc, options, {}).value();
    std::optional<Result<LiveView>> view;
    leg->create_offer([&](Result<std::string> offer) {
      views.open(Profile::sub, viewer, offer.value(), [&](Result<LiveView> got) { view = std::move(got); });
    });
    EXPECT_TRUE(turn_until(loop, [&] { return view.has_value(); }));
    return std::move(*view);
  };
  const Result<LiveView> first = watch("gateway");
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(watch("gateway").ok());
  const Result<LiveView> third = watch("gateway");
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code, ErrorCode::full);
  EXPECT_EQ(third.error().limit, "2");
  EXPECT_TRUE(watch("101#0").ok()) << "a place is left";
  ASSERT_TRUE(views.close(first.value().id).ok());
  EXPECT_TRUE(watch("gateway").ok());
}

TEST_F(StationAndBrowser, lendAVoiceAndHearTheStation) {
  // The lender here has a voice alone; its picture is shown by the browser tests.
  Lendings lendings{loop, station, &station_audio, &video};
  LegOptions options;
  options.video = Direction::inactive;
  auto lender = browser.create(LegKind::webrtc, options, browser_events()).value();
  std::string id;
  lender->create_offer([&](Result<std::string> offer) {
    if (!offer) return void(problem = offer.error().message);
    lendings.open(*offer, [&](Result<Lending> lending) {
      if (!lending) return void(problem = lending.error().message);
      id = lending.value().id;
      lender->accept_answer(lending.value().answer, [&](Result<void>) { lender->start(); });
    });
  });
  ASSERT_TRUE(turn_until(loop, [&] { return lendings.lent() || !problem.empty(); }));
  EXPECT_EQ(problem, "");
  EXPECT_TRUE(station_audio.state().lent);
  station_audio.play(Sound::ringing);
  EXPECT_TRUE(turn_until(loop, [&] { return loud(browser_audio) && station_audio.figures().microphone_level > 0.01; }));
  ASSERT_TRUE(lendings.close(id).ok());
  EXPECT_FALSE(station_audio.state().lent);
}

TEST_F(StationAndBrowser, makeLegsThatLeaveNothingBehind) {
  const auto count = [](const char* folder) {
    std::size_t entries = 0;
    GDir* directory = g_dir_open(folder, 0, nullptr);
    while (g_dir_read_name(directory) != nullptr) ++entries;
    g_dir_close(directory);
    return entries;
  };
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  for (int round = 0; round < 30; ++round) {
    auto leg = station.create(LegKind::webrtc, {}, {}).value();
    bool offered = false;
    leg->create_offer([&](Result<std::string> offer) { offered = offer.ok(); });
    ASSERT_TRUE(turn_until(loop, [&] { return offered; }));
    leg.reset();
    ASSERT_TRUE(turn_until(loop, [&] { return station.living() == 0; }));
    if (round == 5) descriptors = count("/proc/self/fd"), threads = count("/proc/self/task");
  }
  EXPECT_LE(count("/proc/self/fd"), descriptors + 2);
  EXPECT_LE(count("/proc/self/task"), threads + 2);
}

}  // namespace
}  // namespace lintel::media
