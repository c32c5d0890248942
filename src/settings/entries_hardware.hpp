// Settings of what drives the locks and what stands at the inputs. Part of the one table: see table.hpp.
#pragma once

#include <array>

#include "hardware/gpio_name.hpp"
#include "settings/entries_access.hpp"
#include "settings/entry.hpp"
#include "settings/patterns.hpp"

namespace lintel::settings::declared {

// Empty while none is chosen: a rule asks for one where it is needed.
constexpr bool gpio_line(std::string_view text) {
  return text.empty() || hardware::parse_gpio_name(text).has_value();
}
inline constexpr std::size_t longest_gpio_line = hardware::longest_gpio_chip + 5;

inline constexpr std::array relay_devices = {Choice{"twin", "The built-in twin"}, Choice{"gpio", "A GPIO line"}};
inline constexpr std::array input_devices = {Choice{"none", "Nothing"}, Choice{"twin", "The built-in twin"},
                                             Choice{"gpio", "A GPIO line"}};
inline constexpr std::array relay_levels = {Choice{"high", "At high level"}, Choice{"low", "At low level"}};
inline constexpr std::array key_contacts = {Choice{"normally_open", "Closed while it is pressed"},
                                            Choice{"normally_closed", "Open while it is pressed"}};
inline constexpr std::array contact_wirings = {Choice{"ground", "Ground (0 V)"},
                                               Choice{"supply", "The supply (3.3 V)"}};

// One setting a paragraph.
// clang-format off
inline constexpr std::array hardware = {
  // A01, A19
  Entry{.key = "lock1.relay", .page = "hardware", .title = "Lock 1: relay",
    .help = "What moves the first lock. The twin stands in where no relay is connected: it is seen and driven on the Hardware page.",
    .type = Type::choice, .text = "twin", .choices = relay_devices},
  Entry{.key = "lock1.relay_line", .page = "hardware", .title = "Lock 1: line of the relay",
    .help = "The chip and the number of its line, such as gpiochip0:17; gpioinfo lists them. The chip's label does as well, and does not change when another chip is plugged in.",
    .type = Type::text, .max_length = longest_gpio_line, .valid = gpio_line, .allowed = hardware::gpio_name_form, .depends_on = "lock1.relay", .depends_value = "gpio"},
  Entry{.key = "lock1.relay_level", .page = "hardware", .title = "Lock 1: the relay is energised",
    .help = "The level of the line that moves the relay. Many relay boards work at low level.",
    .type = Type::choice, .text = "high", .choices = relay_levels, .depends_on = "lock1.relay", .depends_value = "gpio"},
  Entry{.key = "lock2.relay", .page = "hardware", .title = "Lock 2: relay",
    .help = "What moves the second lock. The twin stands in where no relay is connected: it is seen and driven on the Hardware page.",
    .type = Type::choice, .text = "twin", .choices = relay_devices},
  Entry{.key = "lock2.relay_line", .page = "hardware", .title = "Lock 2: line of the relay",
    .help = "The chip and the number of its line, such as gpiochip0:27.",
    .type = Type::text, .max_length = longest_gpio_line, .valid = gpio_line, .allowed = hardware::gpio_name_form, .depends_on = "lock2.relay", .depends_value = "gpio"},
  Entry{.key = "lock2.relay_level", .page = "hardware", .title = "Lock 2: the relay is energised",
    .help = "The level of the line that moves the relay. Many relay boards work at low level.",
    .type = Type::choice, .text = "high", .choices = relay_levels, .depends_on = "lock2.relay", .depends_value = "gpio"},

  // A04
  Entry{.key = "lock1.sensor_input", .page = "hardware", .title = "Lock 1: door contact",
    .help = "Where the contact of the first door is connected. What is done with it, and how it is wired, is set under Doors and locks.",
    .type = Type::choice, .text = "twin", .choices = input_devices},
  Entry{.key = "lock1.sensor_line", .page = "hardware", .title = "Lock 1: line of the door contact",
    .help = "The chip and the number of its line, such as gpiochip0:5.",
    .type = Type::text, .max_length = longest_gpio_line, .valid = gpio_line, .allowed = hardware::gpio_name_form, .depends_on = "lock1.sensor_input", .depends_value = "gpio"},
  Entry{.key = "lock2.sensor_input", .page = "hardware", .title = "Lock 2: door contact",
    .help = "Where the contact of the second door is connected. What is done with it, and how it is wired, is set under Doors and locks.",
    .type = Type::choice, .text = "twin", .choices = input_devices},
  Entry{.key = "lock2.sensor_line", .page = "hardware", .title = "Lock 2: line of the door contact",
    .help = "The chip and the number of its line, such as gpiochip0:6.",
    .type = Type::text, .max_length = longest_gpio_line, .valid = gpio_line, .allowed = hardware::gpio_name_form, .depends_on = "lock2.sensor_input", .depends_value = "gpio"},

  // A12
  Entry{.key = "exit_button.input", .page = "hardware", .title = "Exit button",
    .help = "Where the exit button is connected. Which lock it opens is set under Doors and locks.",
    .type = Type::choice, .text = "twin", .choices = input_devices},
  Entry{.key = "exit_button.line", .page = "hardware", .title = "Exit button: line",
    .help = "The chip and the number of its line, such as gpiochip0:22.",
    .type = Type::text, .max_length = longest_gpio_line, .valid = gpio_line, .allowed = hardware::gpio_name_form, .depends_on = "exit_button.input", .depends_value = "gpio"},
  Entry{.key = "exit_button.contact", .page = "hardware", .title = "Exit button: contact",
    .help = "How the button is wired.",
    .type = Type::choice, .text = "normally_open", .choices = key_contacts, .depends_on = "exit_button.input", .depends_value = "gpio"},
  Entry{.key = "emergency_key.input", .page = "hardware", .title = "Emergency key",
    .help = "Where the emergency key is connected. Pressed, it is an alarm in the journal, and calls the centre where that can be called; a running call ends for it.",
    .type = Type::choice, .text = "twin", .choices = input_devices},
  Entry{.key = "emergency_key.line", .page = "hardware", .title = "Emergency key: line",
    .help = "The chip and the number of its line, such as gpiochip0:23.",
    .type = Type::text, .max_length = longest_gpio_line, .valid = gpio_line, .allowed = hardware::gpio_name_form, .depends_on = "emergency_key.input", .depends_value = "gpio"},
  Entry{.key = "emergency_key.contact", .page = "hardware", .title = "Emergency key: contact",
    .help = "How the key is wired. A normally closed one is noticed when its wire is cut.",
    .type = Type::choice, .text = "normally_open", .choices = key_contacts, .depends_on = "emergency_key.input", .depends_value = "gpio"},
  // A19
  Entry{.key = "inputs.wiring", .page = "hardware", .title = "A closed contact connects its line with",
    .help = "How the contacts at GPIO lines are wired. The chip's own resistor pulls the line the other way, where it has one.",
    .type = Type::choice, .text = "ground", .choices = contact_wirings},
};
// clang-format on

}  // namespace lintel::settings::declared
