// Relays and contacts on a GPIO chip that misbehaves. What stands here for libgpiod is an expander with one line; the
// kernel's own chips are tried by `make trial`. It checks: A12, A19.
#include <gpiod.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

#include "hardware/gpio.hpp"

namespace {

// The chip, and what the kernel believes of it.
struct Expander {
  bool drives = false;  // the pin is an output
  int latch = 0;        // what an output has
  int pulled_to = 0;    // what an input reads
  bool known_as_output = false;
  int edges = -1;   // an event descriptor
  int pending = 0;  // edges that wait at each reading
  void lose_power() { drives = false; }
  bool stuck = false;  // by a short circuit, to what is pulled_to
  [[nodiscard]] int level() const { return drives && !stuck ? latch : pulled_to; }
} expander;

char a_chip, a_line;

}  // namespace

extern "C" {
gpiod_chip* gpiod_chip_open_lookup(const char* name) {
  errno = ENOENT;
  return std::string_view(name) == "expander" ? reinterpret_cast<gpiod_chip*>(&a_chip) : nullptr;
}
void gpiod_chip_close(gpiod_chip* /*chip*/) {}
gpiod_line* gpiod_chip_get_line(gpiod_chip* /*chip*/, unsigned /*offset*/) {
  return reinterpret_cast<gpiod_line*>(&a_line);
}
unsigned gpiod_line_offset(gpiod_line* /*line*/) {
  return 17;
}
int gpiod_line_request(gpiod_line* /*line*/, const gpiod_line_request_config* /*how*/, int /*level*/) {
  return 0;
}
int gpiod_line_direction(gpiod_line* /*line*/) {
  return expander.known_as_output ? GPIOD_LINE_DIRECTION_OUTPUT : GPIOD_LINE_DIRECTION_INPUT;
}
int gpiod_line_get_value(gpiod_line* /*line*/) {
  return expander.level();
}
int gpiod_line_set_value(gpiod_line* /*line*/, int value) {
  expander.latch = value;
  return 0;
}
int gpiod_line_set_direction_input(gpiod_line* /*line*/) {
  expander.drives = expander.known_as_output = false;
  return 0;
}
int gpiod_line_set_direction_output(gpiod_line* /*line*/, int value) {
  if (!expander.known_as_output) expander.drives = true;  // else the driver thinks that there is nothing to do
  expander.known_as_output = true;
  expander.latch = value;
  return 0;
}
int gpiod_line_request_both_edges_events_flags(gpiod_line* /*line*/, const char* /*consumer*/, int /*flags*/) {
  return 0;
}
int gpiod_line_event_get_fd(gpiod_line* /*line*/) {
  return expander.edges;
}
int gpiod_line_event_read_multiple(gpiod_line* /*line*/, gpiod_line_event* /*events*/, unsigned /*most*/) {
  return expander.pending;
}
}

namespace lintel::hardware {
namespace {

class GpioExpander : public ::testing::Test {
 protected:
  void SetUp() override {
    expander = {};
    relay = GpioRelay::open({.chip = "expander", .offset = 17}).value();
    relay->listen([this](RelayReport report) { reports.push_back(report); });
  }
  std::unique_ptr<GpioRelay> relay;
  std::vector<RelayReport> reports;
};

// A strike's coil pulls its supply down for a moment.
TEST_F(GpioExpander, A19_thatLostItsPowerStillOpensTheDoor) {
  expander.lose_power();
  relay->energise();
  EXPECT_EQ(expander.level(), 1);
  EXPECT_EQ(reports, std::vector{RelayReport::energised});
}

TEST_F(GpioExpander, A19_thatLostItsPowerWhileItHeldIsNoticed) {
  relay->energise();
  EXPECT_TRUE(relay->present());
  expander.lose_power();
  EXPECT_FALSE(relay->present()) << "the magnet is free, and would be shown as locked";
  relay->energise();
  EXPECT_TRUE(relay->present());
  EXPECT_EQ(expander.level(), 1);
}

// Else it would be opened anew, and told as driven to its safe state, every two seconds.
TEST_F(GpioExpander, A19_aLineThatCannotFollowIsThereAllTheSame) {
  expander.stuck = true;
  relay->energise();
  EXPECT_EQ(reports, std::vector{RelayReport::failed});
  EXPECT_TRUE(relay->present());
}

// A wire that floats beside a switching supply: its edges are there again whenever they are asked for.
TEST(GpioChatter, A19_leavesTheLoopTimeForAllElse) {
  Loop loop;
  expander = {.edges = eventfd(1, EFD_CLOEXEC), .pending = 16};
  {
    const auto input = GpioInput::open(loop, {.chip = "expander", .offset = 17}, GpioInput::Pull::up).value();
    int told = 0;
    bool done = false;
    input->listen([&](bool /*active*/) { ++told; });
    const Timer timer = loop.clock().after(std::chrono::milliseconds(100), [&] { done = true; });
    for (int turn = 0; turn < 10'000'000 && !done; ++turn) loop.turn(true);
    EXPECT_TRUE(done);
    EXPECT_GE(told, 2) << "and the level is read now and then";
    EXPECT_LE(told, 20);
  }
  close(expander.edges);
}

}  // namespace
}  // namespace lintel::hardware
