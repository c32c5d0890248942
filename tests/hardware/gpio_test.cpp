#include "hardware/gpio.hpp"

#include <gtest/gtest.h>

#include <string>

#include "hardware/gpio_name.hpp"

namespace lintel::hardware {
namespace {

TEST(GpioName, A19_isAChipAndALine) {
  const auto plain = parse_gpio_name("gpiochip0:17");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->chip, "gpiochip0");
  EXPECT_EQ(plain->offset, 17u);
  EXPECT_EQ(parse_gpio_name("/dev/gpiochip1:4")->chip, "/dev/gpiochip1");
  EXPECT_EQ(parse_gpio_name("INT34C5:00:9")->chip, "INT34C5:00") << "a label of its own with a colon";
  EXPECT_EQ(parse_gpio_name("x:1023")->offset, 1023u);
}

TEST(GpioName, A19_isNothingElse) {
  const std::string long_chip(65, 'x');
  for (const std::string bad :
       {"", "17", "gpiochip0", "gpiochip0:", ":17", "gpiochip0:-1", "gpiochip0:1024", "gpiochip0:1x", "gpiochip0:1:low",
        "a\nb:1", "gpio chip:1", "gpiochip0:99999999999999999"})
    EXPECT_FALSE(parse_gpio_name(bad)) << bad;
  EXPECT_FALSE(parse_gpio_name(long_chip + ":1"));
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
  EXPECT_EQ(GpioInput::open(loop, {.chip = "no-such-chip", .offset = 4}, GpioInput::Pull::up).error().code,
            ErrorCode::unavailable);
}

}  // namespace
}  // namespace lintel::hardware
