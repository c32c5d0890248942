#include "media/camera_source.hpp"

#include <gtest/gtest.h>

namespace lintel::media {
namespace {

using Kind = CameraSource::Kind;

TEST(CameraSource, understandsWhatACameraMayBe) {
  const struct {
    const char* text;
    Kind kind;
    const char* location;
  } cases[] = {{"", Kind::automatic, ""},
               {" auto ", Kind::automatic, ""},
               {"test", Kind::test, ""},
               {"/dev/video2", Kind::device, "/dev/video2"},
               {"/home/door/street.avi", Kind::file, "/home/door/street.avi"},
               {"street.avi", Kind::file, "street.avi"},
               {"file:///tmp/a%20b.mp4", Kind::file, "/tmp/a b.mp4"},
               {"rtsp://10.0.0.5:554/main", Kind::rtsp, "rtsp://10.0.0.5:554/main"}};
  for (const auto& expected : cases) {
    const auto source = parse_camera_source(expected.text);
    ASSERT_TRUE(source.ok()) << expected.text;
    EXPECT_EQ(source->kind, expected.kind) << expected.text;
    EXPECT_EQ(source->location, expected.location) << expected.text;
  }
}

TEST(CameraSource, neverShowsThePasswordOfANetworkCamera) {
  for (const char* url :
       {"rtsp://admin:S3cret@10.0.0.5/main", "rtsp://admin:S3cr@et@10.0.0.5/main", "rtsps://S3cret@10.0.0.5",
        "rtsp://10.0.0.5/main?password=S3cret", "RTSP://admin:S3cret@10.0.0.5?x"}) {
    const auto source = parse_camera_source(url);
    ASSERT_TRUE(source.ok()) << url;
    EXPECT_EQ(source->location, url);
    EXPECT_EQ(source->description.find("S3cr"), std::string::npos) << source->description;
    EXPECT_NE(source->description.find("10.0.0.5"), std::string::npos) << source->description;
  }
}

TEST(CameraSource, refusesTheRestAndSaysWhatIsAllowed) {
  for (const std::string text : {"http://10.0.0.5/", "tset", "rtsp://", "rtsp:///main", "file://relative",
                                 "/dev/video0\n/x", "file:///a%00b", "file:///a%zz"}) {
    const auto source = parse_camera_source(text);
    ASSERT_FALSE(source.ok()) << text;
    EXPECT_EQ(source.error().code, ErrorCode::invalid);
    EXPECT_EQ(source.error().field, "camera");
  }
  EXPECT_FALSE(parse_camera_source(std::string(2000, 'a') + ".avi").ok());
}

TEST(CameraSource, aCameraThatCameBackUnderAnotherNumberIsFoundByWhatItCallsItself) {
  CameraSource wanted{CameraSource::Kind::device, "/dev/video0", "/dev/video0"};
  const std::vector<CaptureDevice> present{{"/dev/video1", "Other"}, {"/dev/video2", "Door cam"}};
  EXPECT_EQ(find_device(wanted, present), "") << "it was never seen: nothing is guessed";
  wanted.model = "Door cam";
  EXPECT_EQ(find_device(wanted, present), "/dev/video2");
  EXPECT_EQ(find_device(wanted, {{"/dev/video1", "Other"}}), "") << "somebody else's camera is not the door's";
  EXPECT_EQ(find_device(wanted, {{"/dev/video0", "Door cam"}, {"/dev/video2", "Door cam"}}), "/dev/video0");
}

}  // namespace
}  // namespace lintel::media
