#include "media/hub.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace lintel::media {
namespace {

class HubTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(init().ok()); }
  static Unit unit(GstClockTime time, bool key) {
    Unit made;
    made.buffer = Buffer::adopt(gst_buffer_new_allocate(nullptr, 100, nullptr));
    made.caps = Caps::adopt(gst_caps_new_empty_simple("video/x-h264"));
    made.key = key;
    made.running_time = time;
    return made;
  }
  std::shared_ptr<Hub> hub = Hub::create("test");
};

TEST_F(HubTest, givesAJoinerNothingBeforeAKeyAndAsksForOne) {
  std::vector<bool> heard;
  hub->deliver(unit(0, true));
  const auto joined = hub->join("a", [&](const Unit& got) { heard.push_back(got.key); });
  hub->deliver(unit(40 * GST_MSECOND, false));
  EXPECT_TRUE(heard.empty());
  EXPECT_TRUE(hub->take_key_request(300 * GST_MSECOND));
  hub->deliver(unit(300 * GST_MSECOND, true));
  hub->deliver(unit(340 * GST_MSECOND, false));
  EXPECT_EQ(heard, (std::vector<bool>{true, false}));
}

TEST_F(HubTest, keepsARequestInsideTheGapAndServesItAtItsEnd) {
  hub->request_key();
  EXPECT_TRUE(hub->take_key_request(GST_SECOND));
  hub->deliver(unit(GST_SECOND, true));
  hub->request_key();
  hub->request_key();
  EXPECT_FALSE(hub->take_key_request(GST_SECOND + 40 * GST_MSECOND));
  EXPECT_FALSE(hub->take_key_request(GST_SECOND + 249 * GST_MSECOND));
  EXPECT_TRUE(hub->take_key_request(GST_SECOND + 250 * GST_MSECOND));
  EXPECT_FALSE(hub->take_key_request(5 * GST_SECOND)) << "one request, one key";
}

TEST_F(HubTest, aKeyThatCameByItselfServesTheRequest) {
  hub->request_key();
  hub->deliver(unit(GST_SECOND, true));
  EXPECT_FALSE(hub->take_key_request(5 * GST_SECOND));
}

TEST_F(HubTest, restartsAConsumerThatLostItsPlaceAtAKey) {
  int heard = 0;
  const auto joined = hub->join("a", [&](const Unit&) { ++heard; });
  hub->deliver(unit(0, true));
  joined.restart_at_key();
  hub->deliver(unit(1, false));
  EXPECT_EQ(heard, 1);
  EXPECT_TRUE(hub->take_key_request(GST_SECOND));
  hub->deliver(unit(2, true));
  EXPECT_EQ(heard, 2);
}

TEST_F(HubTest, aConsumerMayLeaveInItsOwnCallAndAfterTheHub) {
  Subscription first, second;
  int heard = 0;
  first = hub->join("a", [&](const Unit&) {
    ++heard;
    first.end();
  });
  second = hub->join("b", [&](const Unit&) { ++heard; });
  hub->deliver(unit(0, true));
  hub->deliver(unit(1, true));
  EXPECT_EQ(heard, 3);
  EXPECT_EQ(hub->members(), 1U);
  hub.reset();
  second.end();
}

TEST_F(HubTest, countsWhatItDelivers) {
  const auto joined = hub->join("a", [](const Unit&) {});
  for (int frame = 0; frame < 60; ++frame)
    hub->deliver(unit(static_cast<GstClockTime>(frame) * 40 * GST_MSECOND, frame % 50 == 0));
  const auto statistics = hub->statistics();
  EXPECT_EQ(statistics.units, 60U);
  EXPECT_EQ(statistics.keys, 2U);
  EXPECT_EQ(statistics.bytes, 6000U);
  EXPECT_EQ(statistics.consumers, 1U);
  EXPECT_NEAR(statistics.units_per_second, 25, 2);
}

TEST_F(HubTest, refusesAMemberTooMany) {
  std::vector<Subscription> members;
  for (std::size_t count = 0; count < Hub::member_limit; ++count) members.push_back(hub->join("a", [](const Unit&) {}));
  EXPECT_FALSE(hub->join("one too many", [](const Unit&) {}));
  members.pop_back();
  EXPECT_TRUE(hub->join("again", [](const Unit&) {}));
}

TEST_F(HubTest, joinsAndLeavesWhileItDelivers) {
  std::atomic<bool> done{false};
  std::thread producer([&] {
    for (GstClockTime time = 0; !done; ++time) {
      hub->deliver(unit(time, true));
      std::this_thread::yield();
    }
  });
  for (int round = 0; round < 200; ++round) {
    auto heard = std::make_shared<std::atomic<int>>(0);
    const auto joined = hub->join("a", [heard](const Unit&) { ++*heard; });
    while (*heard == 0) std::this_thread::yield();
  }
  done = true;
  producer.join();
  EXPECT_EQ(hub->members(), 0U);
}

}  // namespace
}  // namespace lintel::media
