#include <gst/app/gstappsrc.h>

#include <optional>

#include "media/pipeline.hpp"
#include "media_video/video_fixture.hpp"

namespace lintel::media {
namespace {

TEST_F(VideoTest, startsTheEncoderForTheFirstViewerAndStopsItAfterTheLast) {
  Video video(loop, options());
  EXPECT_EQ(stream(video).state, EncoderState::stopped);
  auto first = watch(video);
  ASSERT_TRUE(until([&] { return first->units > 5; }));
  EXPECT_TRUE(first->began_with_key);
  EXPECT_TRUE(first->time_grew);
  EXPECT_EQ(first->width, 320);
  EXPECT_EQ(stream(video).state, EncoderState::running);
  EXPECT_EQ(stream(video, {Profile::sub, Codec::h264}).state, EncoderState::stopped);
  EXPECT_EQ(video.camera().state, CameraState::running);
  EXPECT_EQ(video.camera().width, 320);
  auto second = watch(video);
  ASSERT_TRUE(until([&] { return second->units > 5; }));
  EXPECT_TRUE(second->began_with_key);
  first->subscription.end();
  const int so_far = second->units;
  ASSERT_TRUE(until([&] { return second->units > so_far + 5; }));
  second->subscription.end();
  ASSERT_TRUE(until([&] { return stream(video).state == EncoderState::stopped; }));
  ASSERT_TRUE(until([&] { return video.camera().state == CameraState::asleep; }));
  auto third = watch(video);
  ASSERT_TRUE(until([&] { return third->units > 2; }));
  EXPECT_TRUE(third->began_with_key);
}

TEST_F(VideoTest, servesAKeyRequestInsideTheGapWithoutAskingAgain) {
  Video video(loop, options());
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->keys == 1; }));
  viewer->subscription.request_key();  // right after a key: inside the gap
  ASSERT_TRUE(until([&] { return viewer->keys == 2; }));
  EXPECT_GE(stream(video).hub.keys_forced, 1U);
}

TEST_F(VideoTest, encodesVp8OnlyOnDemand) {
  Video video(loop, options());
  auto viewer = watch(video, {Profile::sub, Codec::vp8});
  ASSERT_TRUE(until([&] { return viewer->units > 3; }));
  EXPECT_TRUE(viewer->began_with_key);
  EXPECT_EQ(viewer->width, 160);
  EXPECT_EQ(stream(video, {Profile::sub, Codec::h264}).state, EncoderState::stopped);
  EXPECT_EQ(stream(video, {Profile::sub, Codec::vp8}).encoder, "vp8enc");
}

// V01
TEST_F(VideoTest, changesAProfileWhileItRuns) {
  Video video(loop, options());
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->units > 3; }));
  ASSERT_TRUE(video.set_profile(Profile::main, {160, 120, 10, 256}).ok());
  ASSERT_TRUE(until([&] { return viewer->width == 160 && viewer->height == 120; }));
  EXPECT_TRUE(viewer->time_grew);
  ASSERT_TRUE(video.set_profile(Profile::main, {160, 120, 10, 128}).ok());
  const int so_far = viewer->units;
  ASSERT_TRUE(until([&] { return viewer->units > so_far + 3; }));
  EXPECT_EQ(video.profile(Profile::main).kilobits_per_second, 128);
}

TEST_F(VideoTest, asksTheCameraForMoreWhenAProfileGrows) {
  Video video(loop, options());
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->width == 320; }));
  ASSERT_TRUE(video.set_profile(Profile::main, {640, 480, 25, 512}).ok());
  ASSERT_TRUE(until([&] { return viewer->width == 640; }));
  EXPECT_EQ(video.camera().width, 640);
  EXPECT_TRUE(viewer->time_grew);
}

TEST_F(VideoTest, refusesAProfileOutOfBounds) {
  Video video(loop, options());
  const auto refused = video.set_profile(Profile::main, {320, 240, 0, 512});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_EQ(refused.error().field, "frames_per_second");
  EXPECT_FALSE(video.set_profile(Profile::sub, {321, 240, 10, 512}).ok());
  EXPECT_EQ(video.profile(Profile::main).frames_per_second, 25);
}

TEST_F(VideoTest, aStalledConsumerHurtsNobody) {
  Video video(loop, options());
  // Its pipeline takes one frame in two seconds; its appsrc drops what is too old.
  auto stalled = Pipeline::parse(
      "appsrc name=source is-live=true format=time max-buffers=5 leaky-type=downstream ! identity sleep-time=2000000 "
      "! fakesink async=false");
  ASSERT_TRUE(stalled.ok());
  share_time(GST_PIPELINE((*stalled)->get()));
  const auto source = (*stalled)->find("source");
  ASSERT_TRUE((*stalled)->play());
  std::atomic<int> given{0};
  auto joined = video.subscribe({}, "stalled", [source, &given](const Unit& unit) {
    gst_app_src_set_caps(GST_APP_SRC(source.get()), unit.caps.get());
    gst_app_src_push_buffer(GST_APP_SRC(source.get()), gst_buffer_ref(unit.buffer.get()));
    ++given;
  });
  ASSERT_TRUE(joined.ok());
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->units > 30; }));
  EXPECT_GT(given, 25);
  guint64 kept = 0;
  g_object_get(source.get(), "current-level-buffers", &kept, nullptr);
  EXPECT_LE(kept, 6U) << "bounded";
  joined = Subscription();
}

// An element that is not installed, as far as GStreamer can tell.
class Uninstalled {
 public:
  explicit Uninstalled(const char* name)
      : feature_(Object<GstPluginFeature>::adopt(gst_registry_lookup_feature(gst_registry_get(), name))) {
    if (feature_) gst_registry_remove_feature(gst_registry_get(), feature_.get());
  }
  ~Uninstalled() {
    if (feature_) gst_registry_add_feature(gst_registry_get(), feature_.get());
  }
  Uninstalled(const Uninstalled&) = delete;
  Uninstalled& operator=(const Uninstalled&) = delete;

 private:
  Object<GstPluginFeature> feature_;
};

TEST_F(VideoTest, takesAnotherEncoderWhereTheFirstIsNotInstalled) {
  const Uninstalled x264("x264enc");
  Video video(loop, options());
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->units > 3; }));
  EXPECT_EQ(stream(video).encoder, "openh264enc");
  EXPECT_TRUE(viewer->began_with_key);
  viewer->subscription.request_key();
  ASSERT_TRUE(until([&] { return viewer->keys > 1; }));
}

TEST_F(VideoTest, namesThePackageOfAMissingEncoderAndTheRestWorks) {
  const Uninstalled x264("x264enc"), openh264("openh264enc"), va("vah264enc"), v4l2("v4l2h264enc");
  Video video(loop, options());
  const auto refused = video.subscribe({}, "viewer", [](const Unit&) {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_NE(refused.error().message.find("gstreamer1.0-plugins-ugly"), std::string::npos) << refused.error().message;
  auto viewer = watch(video, {Profile::main, Codec::vp8});
  ASSERT_TRUE(until([&] { return viewer->units > 3; }));
  std::optional<bool> still;
  video.snapshot({}, [&](const Result<Snapshot>& got) { still = got.ok(); });
  ASSERT_TRUE(until([&] { return still.has_value(); }));
  EXPECT_TRUE(*still);
}

TEST_F(VideoTest, showsThePictureWithoutTextWhereTheOverlayIsNotInstalled) {
  const Uninstalled text("textoverlay");
  auto given = options();
  given.camera.overlay = {true, true, "Main entrance"};
  Video video(loop, given);
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->units > 1; }));
}

TEST_F(VideoTest, saysThatTheCameraIsLostAndComesBackByItself) {
  Video video(loop, options());
  std::vector<CameraState> states;
  std::string lost_message;
  video.on_camera([&](const CameraStatus& status) {
    if (states.empty() || states.back() != status.state) states.push_back(status.state);
    if (status.state == CameraState::lost) lost_message = status.message;
  });
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->units > 3; }));
  ASSERT_TRUE(video.unplug(true).ok());
  EXPECT_EQ(video.camera().state, CameraState::lost);
  EXPECT_NE(lost_message.find("unplugged"), std::string::npos);
  ASSERT_TRUE(until([&] { return video.camera().message.find("again in 0.2") != std::string::npos; })) << "backs off";
  ASSERT_TRUE(video.unplug(false).ok());
  const int so_far = viewer->units;
  ASSERT_TRUE(until([&] { return viewer->units > so_far + 3; })) << "the viewer stays and sees the camera again";
  EXPECT_EQ(states, (std::vector<CameraState>{CameraState::opening, CameraState::running, CameraState::lost,
                                              CameraState::running}));
}

TEST_F(VideoTest, runsOnWithoutACameraThatDoesNotOpen) {
  Video video(loop, options("/dev/lintel-no-such-camera"));
  video.start();
  ASSERT_TRUE(until([&] { return video.camera().state == CameraState::lost; }));
  EXPECT_NE(video.camera().message.find("not plugged in"), std::string::npos) << video.camera().message;
  auto viewer = watch(video);
  ASSERT_TRUE(video.set_camera("test").ok());
  ASSERT_TRUE(until([&] { return viewer->units > 2; }));
  EXPECT_FALSE(video.set_camera("http://example.net/").ok());
}

TEST_F(VideoTest, looksOnceAtTheCameraAndLetsItSleep) {
  Video video(loop, options());
  video.start();
  ASSERT_TRUE(until([&] { return video.camera().state == CameraState::running; }));
  ASSERT_TRUE(until([&] { return video.camera().state == CameraState::asleep; }));
}

TEST_F(VideoTest, takesTheTestPictureWhereThereIsNoCamera) {
  if (!capture_devices().empty()) return;  // shown where there is none
  Video video(loop, options("auto"));
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->units > 2; }));
  EXPECT_NE(video.camera().message.find("test picture"), std::string::npos);
}

TEST_F(VideoTest, leavesNothingBehindFiftyViewers) {
  Video video(loop, options());
  auto staying = watch(video);
  ASSERT_TRUE(until([&] { return staying->units > 3; }));
  const int descriptors = open_descriptors();
  const int running = threads();
  for (int round = 0; round < 50; ++round) {
    const auto viewer = watch(video);
    if (round % 10 == 0) {
      ASSERT_TRUE(until([&] { return viewer->units > 0; }));
      EXPECT_TRUE(viewer->began_with_key);
    }
  }
  (void)until([&] { return open_descriptors() <= descriptors && threads() <= running; }, 5s);
  EXPECT_LE(open_descriptors(), descriptors);
  EXPECT_LE(threads(), running);
}

TEST_F(VideoTest, mayGoWhileEverythingRuns) {
  std::shared_ptr<Viewer> viewer;
  {
    Video video(loop, options());
    viewer = watch(video);
    video.snapshot({}, [](const Result<Snapshot>&) { FAIL() << "nobody is there to hear it"; });
  }
  {
    Video video(loop, options());
    viewer = watch(video);
    ASSERT_TRUE(until([&] { return viewer->units > 2; }));
  }
  viewer->subscription.request_key();
  viewer->subscription.end();
}

}  // namespace
}  // namespace lintel::media
