#include "base/loop.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "base/workers.hpp"

namespace lintel {
namespace {
using namespace std::chrono_literals;

TEST(Loop, runsPostsFromAnotherThreadOnItsOwn) {
  Loop loop;
  bool on_loop = false;
  std::thread other([&] {
    loop.post([&] {
      on_loop = loop.on_loop_thread();
      loop.quit();
    });
  });
  loop.run();
  other.join();
  EXPECT_TRUE(on_loop);
}

TEST(Loop, aPosterOutlivesItsLoop) {
  Loop::Poster poster;
  {
    Loop loop;
    poster = loop.poster();
  }
  bool ran = false;
  poster([&] { ran = true; });
  EXPECT_FALSE(ran);
}

TEST(Loop, servesDoorsBeforePaperwork) {
  Loop loop;
  std::string order;
  loop.post([&] { order += 'n'; });
  loop.post([&] { order += 'd'; }, Priority::door);
  while (order.size() < 2) loop.turn(true);
  EXPECT_EQ(order, "dn");
}

TEST(Loop, firesItsTimersAndLetsThemRearm) {
  Loop loop;
  int fired = 0;
  Timer again;
  std::function<void()> work = [&] {
    if (++fired == 3) return loop.quit();
    again = loop.clock().after(1ms, work);
  };
  again = loop.clock().after(0ms, work);
  loop.run();
  EXPECT_EQ(fired, 3);
}

TEST(Loop, aWatchMayEndItselfInItsOwnCallback) {
  Loop loop;
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  int seen = 0;
  Watch watch;
  watch = loop.watch(ends[0], Ready::readable, [&](unsigned) {
    ++seen;
    watch = Watch();
    loop.quit();
  });
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  loop.run();
  while (loop.turn(false)) {
  }
  EXPECT_EQ(seen, 1);
  close(ends[0]);
  close(ends[1]);
}

TEST(Workers, runTheJobElsewhereAndItsEndOnTheLoop) {
  Loop loop;
  Workers workers(loop, 1, 4);
  bool job_on_loop = true;
  bool then_on_loop = false;
  ASSERT_TRUE(workers.run([&] { job_on_loop = loop.on_loop_thread(); },
                          [&] {
                            then_on_loop = loop.on_loop_thread();
                            loop.quit();
                          }));
  loop.run();
  EXPECT_FALSE(job_on_loop);
  EXPECT_TRUE(then_on_loop);
}

}  // namespace
}  // namespace lintel
