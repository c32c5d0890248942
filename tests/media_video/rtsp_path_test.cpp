#include <gtest/gtest.h>

#include "media/rtsp.hpp"

namespace lintel::media {
namespace {

TEST(RtspPath, knowsTheStreamsAndTheirAliases) {
  const struct {
    const char *path, *query;
    Profile profile;
    const char* rest;
  } cases[] = {
      {"/main", "", Profile::main, ""},
      {"/sub/", "", Profile::sub, ""},
      {"/main/stream=0", "", Profile::main, "/stream=0"},
      {"/live/ch00_0", "", Profile::main, ""},
      {"/live/ch00_1/stream=1", "", Profile::sub, "/stream=1"},
      {"/cam/realmonitor", "channel=1&subtype=0", Profile::main, ""},
      {"/cam/realmonitor", "subtype=1&channel=1", Profile::sub, ""},
      {"/cam/realmonitor", "channel=1&subtype=1&unicast=true&proto=Onvif", Profile::sub, ""},
      {"/cam/realmonitor", "channel=1", Profile::main, ""},
      {"/cam/realmonitor", "channel=1&subtype=1/stream=0", Profile::sub, "/stream=0"},
  };
  for (const auto& expected : cases) {
    const auto path = parse_rtsp_path(expected.path, expected.query);
    ASSERT_TRUE(path.has_value()) << expected.path << "?" << expected.query;
    EXPECT_EQ(path->profile, expected.profile) << expected.path << "?" << expected.query;
    EXPECT_EQ(path->rest, expected.rest) << expected.path << "?" << expected.query;
  }
}

TEST(RtspPath, refusesEverythingElse) {
  EXPECT_FALSE(parse_rtsp_path("", ""));
  EXPECT_FALSE(parse_rtsp_path("/", ""));
  EXPECT_FALSE(parse_rtsp_path("/mainly", ""));
  EXPECT_FALSE(parse_rtsp_path("/MAIN", ""));
  EXPECT_FALSE(parse_rtsp_path("/cam/realmonitor", ""));
  EXPECT_FALSE(parse_rtsp_path("/cam/realmonitor", "channel=2&subtype=0"));
  EXPECT_FALSE(parse_rtsp_path("/cam/realmonitor", "channel=1&subtype=2"));
  EXPECT_FALSE(parse_rtsp_path("/main\n", ""));
  EXPECT_FALSE(parse_rtsp_path("/main/" + std::string(600, 'a'), ""));
}

}  // namespace
}  // namespace lintel::media
