// What the service manager and the shell expect of the program.
#include "app/service.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>

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

// systemd's side: the socket that it listens at, and how long it waits for a word.
class WatchdogTest : public ::testing::Test {
 protected:
  WatchdogTest() {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const std::string path = "lintel-watchdog-" + std::to_string(getpid());  // abstract: no file
    path.copy(name.sun_path + 1, path.size());
    EXPECT_EQ(bind(heard_, reinterpret_cast<const sockaddr*>(&name),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + path.size())),
              0);
    setenv("NOTIFY_SOCKET", ("@" + path).c_str(), 1);
    setenv("WATCHDOG_USEC", "150000", 1);
    setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  }
  ~WatchdogTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
    close(heard_);
  }
  std::string next() const {
    std::array<char, 64> bytes{};
    const auto size = recv(heard_, bytes.data(), bytes.size(), 0);
    return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : std::string();
  }
  const int heard_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
};

// Of a process whose loop hangs while its other threads work on nobody would hear otherwise.
TEST_F(WatchdogTest, saysNothingWhileTheLoopHangs) {
  Loop loop;
  Watchdog watchdog(loop);
  watchdog.ready();
  EXPECT_EQ(next(), "READY=1");
  int beats = 0;
  bool hung = false;
  Timer hang;
  const Watch watch = loop.watch(heard_, Ready::readable, [&](unsigned) {
    EXPECT_EQ(next(), "WATCHDOG=1");
    if (++beats == 3) {
      hang = loop.clock().after(Duration::zero(), [&] {
        while (!next().empty()) {
        }
        pollfd word{heard_, POLLIN, 0};
        EXPECT_EQ(poll(&word, 1, 400), 0) << "a word in place of the loop";
        hung = true;
      });
    }
    if (beats == 6) loop.quit();
  });
  loop.run();
  EXPECT_TRUE(hung);
  EXPECT_GE(watchdog.recent_delay(), 300ms);
  EXPECT_EQ(watchdog.worst_delay(), watchdog.recent_delay());
}

}  // namespace
}  // namespace lintel::app
