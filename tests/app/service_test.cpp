// What the service manager and the shell expect of the program.
#include "app/service.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>

#include "base/watch_set.hpp"

namespace lintel::app {
namespace {
using namespace std::chrono_literals;

// The station's process blocks them for all its threads; here it is this test alone.
class SignalsTest : public ::testing::Test {
 protected:
  SignalsTest() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, &before_);
  }
  ~SignalsTest() override { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// A flood of SIP without a pause keeps its sockets ready at every turn.
TEST_F(SignalsTest, endTheProgramInOrderThoughAFloodNeverPauses) {
  Loop loop;
  const int flood = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
  const auto end = [&] {
    eventfd_t value = 0;
    eventfd_read(flood, &value);
    loop.quit();
  };
  int times = 0, stops = 0;
  const Signals signals(loop, [&] {
    ++stops;
    end();
  });
  WatchSet sockets(loop, [&](std::span<const WatchSet::Happened>) {
    if (++times == 20) pthread_kill(pthread_self(), SIGTERM);
  });
  ASSERT_TRUE(sockets.add(flood, Ready::readable, 1));
  const Timer enough = loop.clock().after(5s, end);
  loop.run();
  EXPECT_EQ(stops, 1);
  EXPECT_LT(times, 1'000);
  close(flood);
}

}  // namespace
}  // namespace lintel::app
