// The network thread, and who stands in for it.
#include "media/network_thread.hpp"

#include <gtest/gtest.h>

#include <future>

namespace lintel::media {
namespace {

class NetworkThreadTest : public testing::Test {
 protected:
  void start() {
    NetworkThread::Calls calls;
    calls.begin = [] {};
    calls.end = [] {};
    calls.readable = [](std::uint32_t) {};
    calls.done = [this] { ++rounds_; };
    calls.tick = [] { return NetworkThread::Ticks::none; };
    thread_.start(std::move(calls));
  }
  // Once it has come so far; and it rests right after, unless there is more to do.
  void wait() {
    std::promise<void> reached;
    thread_.queue()->run([&reached] { reached.set_value(); });
    reached.get_future().wait();
  }
  WorkQueue::Turn take_turn() {
    for (;;) {
      if (WorkQueue::Turn turn = thread_.queue()->take_turn()) return turn;
      std::this_thread::yield();
    }
  }

  int rounds_ = 0;  // guarded by the turn
  NetworkThread thread_;
};

TEST_F(NetworkThreadTest, TakesNoTurnOfAThreadThatIsNotThere) {
  EXPECT_FALSE(thread_.queue()->take_turn());
  std::shared_ptr<WorkQueue> left;
  {
    NetworkThread gone;
    left = gone.queue();
    NetworkThread::Calls calls;
    calls.begin = calls.end = calls.done = [] {};
    calls.tick = [] { return NetworkThread::Ticks::none; };
    gone.start(std::move(calls));
  }
  EXPECT_FALSE(left->take_turn());
}

TEST_F(NetworkThreadTest, ATurnEndsAsItsOwnDo) {
  start();
  wait();
  int before = 0;
  {
    const auto turn = take_turn();
    before = rounds_;
  }
  const auto turn = take_turn();
  EXPECT_EQ(rounds_, before + 1);
}

TEST_F(NetworkThreadTest, NothingOfItsWorkIsDoneDuringATurn) {
  start();
  wait();
  bool done = false;
  {
    const auto turn = take_turn();
    thread_.queue()->run([&done] { done = true; });
    EXPECT_FALSE(done);
  }
  wait();
  EXPECT_TRUE(done);
}

TEST_F(NetworkThreadTest, NoTurnComesBeforeWorkThatWaits) {
  start();
  std::promise<void> entered, leave;
  thread_.queue()->run([&] {
    entered.set_value();
    leave.get_future().wait();
  });
  entered.get_future().wait();
  EXPECT_FALSE(thread_.queue()->take_turn());  // it is at work
  leave.set_value();
  wait();
  EXPECT_TRUE(take_turn());
}

}  // namespace
}  // namespace lintel::media
