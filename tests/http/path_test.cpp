// security.md 4: a target becomes a path once, and only if it means one thing to everybody.
#include "http/path.hpp"

#include <gtest/gtest.h>

#include "http/origin.hpp"

namespace lintel::http {
namespace {

std::string path_of(std::string_view target) {
  const std::optional<Target> result = normalise(target);
  return result ? result->path : "refused";
}

TEST(Path, decodesOnce) {
  EXPECT_EQ(path_of("/"), "/");
  EXPECT_EQ(path_of("/api/v1/rooms"), "/api/v1/rooms");
  EXPECT_EQ(path_of("/api/v1/monitors/101%231"), "/api/v1/monitors/101#1");
  EXPECT_EQ(path_of("/a/%2561"), "/a/%61");  // never decoded again
  EXPECT_EQ(path_of("/%41pi"), "/Api");
  EXPECT_EQ(path_of("/gr%C3%BCn"), "/grün");
}

TEST(Path, refusesWhatTwoReadersCouldReadDifferently) {
  for (const char* target : {"",
                             "api",
                             "*",
                             "http://host/api",
                             "//",
                             "//api/v1/rooms",
                             "/api//v1",
                             "/api/./v1",
                             "/api/../v1",
                             "/..",
                             "/.",
                             "/api/..",
                             "/api/..%2frooms",
                             "/api%2Fv1",
                             "/api/%2e%2e/rooms",
                             "/api/%2E./x",
                             "/a%5cb",
                             "/a\\b",
                             "/rooms;admin=1",
                             "/rooms%3badmin",
                             "/a%00b",
                             "/a%0d%0ab",
                             "/a%7fb",
                             "/a%ff",
                             "/a%c0%af",
                             "/a%",
                             "/a%2",
                             "/a%zz",
                             "/a b",
                             "/a#b",
                             "/a\tb",
                             "/caf\xc3\xa9"})
    EXPECT_EQ(path_of(target), "refused") << target;
  EXPECT_EQ(path_of("/" + std::string(4096, 'a')), "refused");
}

TEST(Path, keepsTheCase) {
  EXPECT_EQ(path_of("/API/v1/Rooms"), "/API/v1/Rooms");
}

TEST(Path, readsTheQuery) {
  const std::optional<Target> target = normalise("/a?text=caf%C3%A9+au&empty&x=1=2&&y=%2f");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->query, (Fields{{"text", "café au"}, {"empty", ""}, {"x", "1=2"}, {"y", "/"}}));
  EXPECT_FALSE(normalise("/a?x=%"));
  EXPECT_FALSE(normalise("/a?x=%00"));
  std::string many = "/a?";
  for (int i = 0; i < 65; ++i) many += "a=1&";
  EXPECT_FALSE(normalise(many));
}

TEST(Origin, isTheSameOnlyForThisVeryHost) {
  EXPECT_TRUE(same_origin("https://door.local:8443", "door.local:8443", true));
  EXPECT_TRUE(same_origin("https://DOOR.local", "door.local", true));
  EXPECT_TRUE(same_origin("", "door.local", true));
  EXPECT_FALSE(same_origin("http://door.local", "door.local", true));
  EXPECT_FALSE(same_origin("https://evil.example", "door.local", true));
  EXPECT_FALSE(same_origin("null", "door.local", true));
  EXPECT_FALSE(same_origin("https://", "", true));
}

TEST(Origin, knowsTheHostsOfThisMachine) {
  EXPECT_TRUE(is_local_host("localhost:8080"));
  EXPECT_TRUE(is_local_host("127.0.0.1"));
  EXPECT_TRUE(is_local_host("[::1]:80"));
  EXPECT_FALSE(is_local_host("localhost.evil.example"));
  EXPECT_FALSE(is_local_host("192.0.2.1"));
  EXPECT_FALSE(plain_host("door.local\r\nX: y"));
  EXPECT_FALSE(plain_host("door.local/evil"));
}

}  // namespace
}  // namespace lintel::http
