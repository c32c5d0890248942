// A WatchSet, and that serving it in between turns hides nothing from anybody else on the loop.
#include "base/watch_set.hpp"

#include <fcntl.h>
#include <glib.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace lintel {
namespace {
using namespace std::chrono_literals;
using Happened = WatchSet::Happened;

struct Event {  // a descriptor that is readable from ring() to quiet()
  int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  Event() = default;
  ~Event() { close(descriptor); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void ring() const { EXPECT_EQ(eventfd_write(descriptor, 1), 0); }
  void quiet() const {
    eventfd_t value = 0;
    eventfd_read(descriptor, &value);
  }
};

// A set whose one descriptor is always ready, so that the loop has no quiet moment; `each` is called each time.
struct Busy {
  Loop loop;
  Event event;
  WatchSet set;
  std::function<void(int)> each;
  int times = 0;
  Timer enough = loop.clock().after(5s, [this] {
    ADD_FAILURE() << "what was waited for did not come";
    end();
  });

  Busy() {
    set = WatchSet(loop, [this](std::span<const Happened> all) {
      for (const auto& one : all) EXPECT_EQ(one.id, 7U);
      if (++times >= 20 && each) each(times);
    });
    EXPECT_TRUE(set.add(event.descriptor, Ready::readable, 7));
    event.ring();
  }
  void end() {
    event.quiet();  // what is always ready leaves few turns to what is less urgent, and quit() is
    loop.quit();
  }
};

// How often GLib looked at its sources.
struct Turns {
  struct Source {
    GSource base;
    int* turns;
  };
  int turns = 0;
  GSource* source = nullptr;
  Turns() {
    static GSourceFuncs functions{
        [](GSource* self, gint* timeout) -> gboolean {
          *timeout = -1;
          ++*reinterpret_cast<Source*>(self)->turns;
          return FALSE;
        },
        [](GSource* /*self*/) -> gboolean { return FALSE; },
        [](GSource* /*self*/, GSourceFunc /*work*/, gpointer /*data*/) -> gboolean { return TRUE; },
        nullptr,
        nullptr,
        nullptr};
    source = g_source_new(&functions, sizeof(Source));
    reinterpret_cast<Source*>(source)->turns = &turns;
    g_source_attach(source, nullptr);
  }
  ~Turns() {
    g_source_destroy(source);
    g_source_unref(source);
  }
};

TEST(WatchSet, tellsWhichOfItsDescriptorsIsReadyAndHow) {
  Loop loop;
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  std::vector<std::pair<std::uint64_t, unsigned>> seen;
  WatchSet set;
  set = WatchSet(loop, [&](std::span<const Happened> all) {
    for (const auto& one : all) {
      seen.emplace_back(one.id, one.ready);
      set.remove(ends[one.id == 3 ? 1 : 0]);
    }
    loop.quit();
  });
  ASSERT_TRUE(set.add(ends[0], Ready::readable, 1));
  ASSERT_TRUE(set.add(ends[1], 0, 2));
  set.change(ends[1], Ready::writable, 3);
  loop.run();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0], std::pair(std::uint64_t{3}, unsigned{Ready::writable}));
  close(ends[1]);
  seen.clear();
  loop.run();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0], std::pair(std::uint64_t{1}, unsigned{Ready::hung_up}));
  close(ends[0]);
}

TEST(WatchSet, mayEndItselfInItsOwnCallback) {
  Loop loop;
  Event event;
  event.ring();
  int times = 0;
  WatchSet set;
  set = WatchSet(loop, [&](std::span<const Happened>) {
    if (++times == 5) set = WatchSet();
  });
  ASSERT_TRUE(set.add(event.descriptor, Ready::readable, 1));
  const Timer end = loop.clock().after(20ms, [&] { loop.quit(); });
  loop.run();
  EXPECT_EQ(times, 5);
}

TEST(WatchSet, isServedManyTimesATurn) {
  Busy busy;
  Turns turns;
  busy.each = [&](int times) {
    if (times == 1000) busy.end();
  };
  busy.loop.run();
  EXPECT_LT(turns.turns, 500);
}

TEST(WatchSet, givesWayToAnotherDescriptor) {
  Busy busy;
  Event door;
  const auto opened = [&](unsigned) {
    door.quiet();
    busy.end();
  };
  const Watch watch = busy.loop.watch(door.descriptor, Ready::readable, opened, Priority::door);
  int times = 0;
  busy.each = [&](int) {
    if (times++ == 0) door.ring();
  };
  busy.loop.run();
  EXPECT_LE(times, 2);
}

TEST(WatchSet, givesWayToTheEndOfAnotherDescriptor) {
  Busy busy;
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  unsigned seen = 0;
  Watch watch;
  const auto end = [&](unsigned ready) {
    seen = ready;
    watch = Watch();
    busy.end();
  };
  watch = busy.loop.watch(ends[0], Ready::readable, end, Priority::door);
  int times = 0;
  busy.each = [&](int) {
    if (times++ == 0) close(ends[1]);
  };
  busy.loop.run();
  EXPECT_EQ(seen, unsigned{Ready::hung_up});
  close(ends[0]);
}

TEST(WatchSet, givesWayToTimersAndPosts) {
  Busy busy;
  bool fired = false;
  Timer timer;
  std::thread other;
  busy.each = [&](int times) {
    if (times == 20) timer = busy.loop.clock().after(0ms, [&] { fired = true; });
    if (times != 25) return;
    EXPECT_TRUE(fired);
    const auto last = [&] { busy.end(); };
    const auto next = [&, last] {
      EXPECT_LT(busy.times, 30);
      other = std::thread([&, last] { busy.loop.post(last, Priority::door); });
    };
    busy.loop.post(next, Priority::door);
  };
  busy.loop.run();
  other.join();
}

// What waits is woken by one timer that runs over many waits, and not by a time-out of each.
TEST(WatchSet, isWokenForATimerThatIsDueBeforeTheOneItWaitedFor) {
  Busy busy;
  const Timer late = busy.loop.clock().after(3s, [] { ADD_FAILURE() << "only the later one woke the loop"; });
  Timer early;
  busy.each = [&](int) {
    busy.event.quiet();
    early = busy.loop.clock().after(2ms, [&] { busy.end(); });
  };
  busy.loop.run();
}

TEST(WatchSet, isWokenForATimerThatIsDueAfterOneThatWasTakenBack) {
  Busy busy;
  Timer early, late;
  busy.each = [&](int times) {
    if (times == 20) early = busy.loop.clock().after(2ms, [] { ADD_FAILURE() << "it was taken back"; });
    if (times != 21) return;
    early.cancel();
    busy.event.quiet();
    late = busy.loop.clock().after(20ms, [&] { busy.end(); });
  };
  busy.loop.run();
}

TEST(WatchSet, leavesTheLoopAsleepWhenItsTimerHasRung) {
  Busy busy;
  Turns turns;
  Timer early, late;
  busy.each = [&](int) {
    busy.event.quiet();
    early = busy.loop.clock().after(2ms, [&] { turns.turns = 0; });
    late = busy.loop.clock().after(60ms, [&] { busy.end(); });
  };
  busy.loop.run();
  EXPECT_LT(turns.turns, 20);
}

TEST(WatchSet, leavesGLibsOwnSourcesTheirTurn) {
  Busy busy;
  busy.each = [&](int times) {
    if (times != 20) return;
    g_idle_add_full(
        -60,
        [](gpointer which) -> gboolean {
          static_cast<Busy*>(which)->end();
          return G_SOURCE_REMOVE;
        },
        &busy, nullptr);
  };
  busy.loop.run();
}

// A descriptor that is closed leaves an epoll silently, and the next one that is opened has the same number.
TEST(WatchSet, hidesNoDescriptorThatTookTheNumberOfAnother) {
  Busy busy;
  auto before = std::make_unique<Event>();
  const int number = before->descriptor;
  Watch watch = busy.loop.watch(
      number, Ready::readable, [](unsigned) { ADD_FAILURE() << "it was never rung"; }, Priority::door);
  std::unique_ptr<Event> after;
  busy.each = [&](int times) {
    if (times == 20) {
      watch = Watch();
      before.reset();
      after = std::make_unique<Event>();
      ASSERT_EQ(after->descriptor, number);
      const auto end = [&](unsigned) {
        after->quiet();
        busy.end();
      };
      watch = busy.loop.watch(number, Ready::readable, end, Priority::door);
    }
    if (times == 40) after->ring();  // when it has long been believed again
  };
  busy.loop.run();
  EXPECT_LT(busy.times, 45);
}

// The same with the old one still open elsewhere, as in a child: it would go on to report under the number.
TEST(WatchSet, isNotKeptBusyByWhatAClosedDescriptorLeft) {
  Busy busy;
  auto before = std::make_unique<Event>();
  const int number = before->descriptor;
  const int elsewhere = dup(number);
  Watch watch = busy.loop.watch(
      number, Ready::readable, [](unsigned) { ADD_FAILURE() << "nobody watches it"; }, Priority::door);
  Turns turns;
  busy.each = [&](int times) {
    if (times == 20) {
      watch = Watch();
      before.reset();
      EXPECT_EQ(eventfd_write(elsewhere, 1), 0);
    }
    if (times == 1000) busy.end();
  };
  busy.loop.run();
  EXPECT_LT(turns.turns, 500);
  close(elsewhere);
}

TEST(WatchSet, isServedBesideADescriptorThatNoEpollTakes) {
  Busy busy;
  std::string name = testing::TempDir() + "lintel-watch-XXXXXX";
  const int file = mkstemp(name.data());
  ASSERT_GE(file, 0);
  unlink(name.c_str());
  const Watch watch = busy.loop.watch(file, Ready::hung_up, [](unsigned) {});
  Event door;
  const auto opened = [&](unsigned) {
    door.quiet();
    busy.end();
  };
  const Watch other = busy.loop.watch(door.descriptor, Ready::readable, opened, Priority::door);
  busy.each = [&](int times) {
    if (times == 50) door.ring();
  };
  busy.loop.run();
  EXPECT_GE(busy.times, 50);
  close(file);
}

// A flood of SIP, without any pause: the page of the resident, whose order to open is a post, is served all the same.
TEST(Loop, servesAPostInTheEndThoughASignalIsAlwaysReady) {
  Loop loop;
  Event event;
  event.ring();
  bool done = false;
  int times = 0;
  Watch flood = loop.watch(event.descriptor, Ready::readable, [&](unsigned) { ++times; }, Priority::signal);
  const Timer enough = loop.clock().after(5s, [&] {
    ADD_FAILURE() << "the post was not served while the flood went on";
    event.quiet();
    loop.quit();
  });
  loop.post([&] {
    done = true;
    event.quiet();
    loop.quit();
  });
  loop.run();
  EXPECT_TRUE(done);
  EXPECT_GT(times, 1) << "the flood goes first for a while";
}

TEST(WatchSet, takesTurnsWithAnother) {
  Busy busy;
  Event event;
  int others = 0;
  WatchSet other(busy.loop, [&](std::span<const Happened>) {
    if (++others < 20) return;
    event.quiet();
    busy.end();
  });
  ASSERT_TRUE(other.add(event.descriptor, Ready::readable, 1));
  busy.each = [&](int times) {
    if (times == 30) event.ring();
  };
  busy.loop.run();
  EXPECT_LT(busy.times, 100);
}

}  // namespace
}  // namespace lintel
