// What is seen: stills, files that loop, the street clip, a lent camera.
#include "media_video/picture.hpp"

#include <algorithm>
#include <fstream>

#include "media_video/video_fixture.hpp"

namespace lintel::media {
namespace {

class PictureTest : public VideoTest {
 protected:
  Result<Snapshot> still(Video& video, SnapshotOptions options = {}) {
    std::optional<Result<Snapshot>> result;
    video.snapshot(options, [&](Result<Snapshot> got) { result = std::move(got); });
    EXPECT_FALSE(result.has_value()) << "never before snapshot() returned";
    if (!until([&] { return result.has_value(); })) return Error{ErrorCode::timeout, "no answer", {}, {}, {}};
    return *result;
  }
  Picture decoded(const Snapshot& still) {
    const std::string file = folder.file("still.jpg");
    std::ofstream(file, std::ios::binary) << *still.jpeg;
    auto pictures = decode(file, 1);
    return pictures.empty() ? Picture{} : pictures.front();
  }
  // Two seconds of a moving pattern, ten pictures a second.
  std::string make_clip() {
    const std::string file = folder.file("clip.avi");
    auto pipeline = Pipeline::parse(
        "videotestsrc num-buffers=20 pattern=ball ! video/x-raw,width=320,height=240,framerate=10/1 ! jpegenc ! avimux "
        "! "
        "filesink name=target");
    g_object_set((*pipeline)->find("target").get(), "location", file.c_str(), nullptr);
    std::atomic<bool> ended{false};
    (*pipeline)->listen([&](const Pipeline::Notice&) { ended = true; });
    EXPECT_TRUE((*pipeline)->play());
    EXPECT_TRUE(until([&] { return ended.load(); }));
    return file;
  }

  Folder folder;
};

// V06
TEST_F(PictureTest, aStillIsAJpegOfTheSizeAskedFor) {
  Video video(loop, options());
  const auto whole = still(video);
  ASSERT_TRUE(whole.ok()) << whole.error().message;
  EXPECT_EQ(whole->width, 320);
  const Picture picture = decoded(*whole);
  EXPECT_EQ(picture.width, 320);
  EXPECT_EQ(picture.height, 240);
  const auto small = still(video, {100, 100});
  ASSERT_TRUE(small.ok());
  EXPECT_EQ(decoded(*small).width, 100);
  EXPECT_EQ(decoded(*small).height, 74) << "the camera's shape, even numbers";
  const auto large = still(video, {3000, 2000});
  ASSERT_TRUE(large.ok());
  EXPECT_EQ(large->width, 320) << "never enlarged";
  EXPECT_EQ(still(video, {-1, 0}).error().code, ErrorCode::invalid);
  ASSERT_TRUE(until([&] { return video.camera().state == CameraState::asleep; })) << "it sleeps again";
}

// V02. Both come and go while somebody watches.
TEST_F(PictureTest, timeAndNameStandOnThePictureWhereTheyAreWanted) {
  Video video(loop, options());
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->units > 1; }));
  const auto corners = [&] {
    const Picture picture = decoded(*still(video));
    std::pair<std::vector<std::uint8_t>, std::vector<std::uint8_t>> both;
    for (std::size_t row = 0; row < 5; ++row)
      for (std::size_t column = 0; column < 64; ++column)
        (column < 28 ? both.first : both.second).push_back(picture.grey.at(row * 64 + column));
    return both;
  };
  const auto plain = corners();
  const auto becomes = [&](OverlaySettings overlay, bool name, bool time) {
    video.set_overlay(std::move(overlay));
    for (int tries = 0; tries < 60; ++tries) {
      const auto now = corners();
      if ((difference(now.first, plain.first) > 1) == name && (difference(now.second, plain.second) > 1) == time)
        return true;
      const auto seen = viewer->units.load();
      (void)until([&] { return viewer->units > seen + 10; }, 2s);  // a still may be as old as half a second
    }
    return false;
  };
  EXPECT_TRUE(becomes({true, false, "Main entrance"}, false, true));
  EXPECT_TRUE(becomes({true, true, "Main entrance"}, true, true));
  EXPECT_TRUE(becomes({false, true, "Main entrance"}, true, false));
  EXPECT_TRUE(becomes({false, true, ""}, false, false));
}

// The first look at the camera writes no name; who comes while it lasts sees the text all the same.
TEST_F(PictureTest, whoWatchesDuringTheFirstLookSeesTheText) {
  auto given = options();
  given.camera.sleep_grace = 20s;
  const auto corner = [this](Video& video) {  // the upper left, where the name stands
    const Picture picture = decoded(*still(video));
    std::vector<std::uint8_t> grey;
    for (std::size_t row = 1; row < 6; ++row)
      for (std::size_t column = 2; column < 24; ++column) grey.push_back(picture.grey.at(row * 64 + column));
    return grey;
  };
  Video without(loop, given);
  given.camera.overlay.show_name = true;
  given.camera.overlay.name = "Main entrance";
  Video with(loop, given);
  for (Video* video : {&without, &with}) {
    video->start();
    ASSERT_TRUE(until([&] { return video->camera().state == CameraState::running; }));
  }
  // A frame of the first look may still be on its way.
  double seen = 0;
  for (int tries = 0; tries < 20 && seen < 1; ++tries) seen = difference(corner(with), corner(without));
  EXPECT_GT(seen, 1);
}

TEST_F(PictureTest, manyAskersShareOneStillAndTheRestAreRefused) {
  Video video(loop, options());
  std::size_t given = 0, refused = 0;
  std::vector<const std::string*> pictures;
  for (std::size_t asker = 0; asker < Stills::waiting_limit + 10; ++asker)
    video.snapshot({}, [&](const Result<Snapshot>& got) {
      if (got.ok()) pictures.push_back(got->jpeg.get());
      got.ok() ? ++given : ++refused;
    });
  ASSERT_TRUE(until([&] { return given + refused == Stills::waiting_limit + 10; }));
  EXPECT_EQ(refused, 10U);
  EXPECT_EQ(std::count(pictures.begin(), pictures.end(), pictures.front()), static_cast<long>(pictures.size()));
}

TEST_F(PictureTest, aFileIsPlayedForever) {
  Video video(loop, options(make_clip()));
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->units > 50; })) << "20 pictures a round";
  EXPECT_TRUE(viewer->time_grew);
  EXPECT_TRUE(viewer->began_with_key);
  EXPECT_EQ(video.camera().state, CameraState::running);
}

TEST_F(PictureTest, aFileThatHoldsNoPictureIsSaid) {
  const std::string file = folder.file("text.avi");
  std::ofstream(file) << "This is no film.\n";
  Video video(loop, options(file));
  video.start();
  ASSERT_TRUE(until([&] { return video.camera().state == CameraState::lost; }));
  EXPECT_NE(video.camera().message.find("no picture that can be read"), std::string::npos) << video.camera().message;
}

// The street clip of Debian's opencv-doc: what is encoded and decoded again is the street.
TEST_F(PictureTest, theStreetClipArrivesRecognisable) {
  const std::string clip = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";
  const auto frames = decode(clip, 60);
  ASSERT_EQ(frames.size(), 60U) << clip;
  auto given = options(clip);
  given.main = {640, 480, 25, 1500};
  Video video(loop, given);

  auto decoder =
      Pipeline::parse(std::string("appsrc name=source is-live=true format=time ! h264parse ! avdec_h264") + grey_tail);
  ASSERT_TRUE(decoder.ok());
  const auto source = (*decoder)->find("source");
  const auto sink = (*decoder)->find("sink");
  ASSERT_TRUE((*decoder)->play());
  auto joined = video.subscribe({}, "decoder", [source](const Unit& unit) {
    gst_app_src_set_caps(GST_APP_SRC(source.get()), unit.caps.get());
    gst_app_src_push_buffer(GST_APP_SRC(source.get()), gst_buffer_ref(unit.buffer.get()));
  });
  ASSERT_TRUE(joined.ok());
  double worst = 0, strange = 255;
  int seen = 0;
  ASSERT_TRUE(until([&] {
    while (const Sample sample = Sample::adopt(gst_app_sink_try_pull_sample(GST_APP_SINK(sink.get()), 0))) {
      const auto grey = grey_of(sample.get());
      double best = 255;
      for (const Picture& frame : frames) best = std::min(best, difference(grey, frame.grey));
      worst = std::max(worst, best);
      std::vector<std::uint8_t> reversed(grey.rbegin(), grey.rend());
      strange = std::min(strange, difference(reversed, frames.front().grey));
      ++seen;
    }
    return seen >= 20;
  }));
  EXPECT_LT(worst, 5.0) << "every frame is close to one of the clip's";
  EXPECT_GT(strange, 20.0) << "the measure tells pictures apart";
  RecordProperty("worst_difference", std::to_string(worst));
  joined = Subscription();
}

TEST_F(PictureTest, aLentCameraTakesOverAndGivesBack) {
  Video video(loop, options());
  auto viewer = watch(video);
  ASSERT_TRUE(until([&] { return viewer->units > 2; }));

  // The lender: what a browser would send, encoded.
  auto lender = Pipeline::parse(
      "videotestsrc is-live=true pattern=white ! video/x-raw,width=160,height=120,framerate=15/1 ! x264enc "
      "tune=zerolatency "
      "key-int-max=15 ! h264parse config-interval=-1 ! video/x-h264,stream-format=byte-stream,alignment=au ! appsink "
      "name=sink "
      "sync=false");
  ASSERT_TRUE(lender.ok());
  auto lent = video.lend("the panel");
  std::atomic<int> asked{0};
  lent->on_key_needed([&] { ++asked; });
  take_samples((*lender)->find("sink").get(), [lent](const Sample& sample) {
    lent->push(Buffer::share(gst_sample_get_buffer(sample.get())), Caps::share(gst_sample_get_caps(sample.get())));
  });
  ASSERT_TRUE((*lender)->play());
  ASSERT_TRUE(until([&] { return video.camera().lent && video.camera().state == CameraState::running; }));
  EXPECT_EQ(video.camera().width, 160);
  EXPECT_GE(asked, 1);
  ASSERT_TRUE(until([&] { return viewer->width == 160; })) << "the viewer stays and sees the lent picture";
  const auto picture = still(video);
  ASSERT_TRUE(picture.ok());
  const auto grey = decoded(*picture).grey;
  EXPECT_GT(*std::min_element(grey.begin(), grey.end()), 200) << "white";

  *lender = nullptr;
  lent.reset();
  ASSERT_TRUE(until([&] { return !video.camera().lent && video.camera().state == CameraState::running; }));
  ASSERT_TRUE(until([&] { return viewer->width == 320; }));
  EXPECT_TRUE(viewer->time_grew);
}

}  // namespace
}  // namespace lintel::media
