#include "hardware/gpio.hpp"

#include <gtest/gtest.h>

namespace lintel::hardware {
namespace {

TEST(GpioLine, isReadFromItsText) {
  const auto plain = parse_gpio_line("gpiochip0:17");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->chip, "gpiochip0");
  EXPECT_EQ(plain->offset, 17u);
  EXPECT_FALSE(plain->active_low);
  const auto low = parse_gpio_line("/dev/gpiochip1:4:low");
  ASSERT_TRUE(low.ok());
  EXPECT_TRUE(low->active_low);
}

TEST(GpioLine, refusesWhatIsNone) {
  for (const char* bad : {"", "17", "gpiochip0", "gpiochip0:", ":17", "gpiochip0:-1", "gpiochip0:1024", "gpiochip0:1x",
                          "gpiochip0:1:high", "gpiochip0:1:low:low", "a\nb:1", "gpiochip0:99999999999999999999"}) {
    EXPECT_EQ(parse_gpio_line(bad).error().field, "line") << bad;
  }
}

TEST(GpioRelay, saysWhichLineIsNotThere) {
  const auto relay = GpioRelay::open({.chip = "no-such-chip", .offset = 17});
  ASSERT_FALSE(relay.ok());
  EXPECT_EQ(relay.error().code, ErrorCode::unavailable);
  EXPECT_EQ(relay.error().value, "no-such-chip:17");
  EXPECT_NE(relay.error().message.find("no-such-chip line 17"), std::string::npos);
}

TEST(GpioInput, saysWhichLineIsNotThere) {
  Loop loop;
  EXPECT_EQ(GpioInput::open(loop, {.chip = "no-such-chip", .offset = 4}).error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace lintel::hardware
