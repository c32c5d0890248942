// Settings of locks and keypad. Part of the one table: see table.hpp.
#pragma once

#include <array>

#include "settings/entry.hpp"
#include "settings/patterns.hpp"

namespace lintel::settings::declared {

inline constexpr std::array safe_states = {Choice{"fail_secure", "Stays locked without power"},
                                           Choice{"fail_safe", "Opens without power"}};
inline constexpr std::array contacts = {Choice{"normally_closed", "Closed while the door is shut"},
                                        Choice{"normally_open", "Open while the door is shut"}};
inline constexpr std::array reader_devices = {Choice{"none", "Nothing"}, Choice{"twin", "The built-in twin"}};
inline constexpr std::array which_lock = {Choice{"1", "Lock 1"}, Choice{"2", "Lock 2"}, Choice{"both", "Both locks"}};

// One setting a paragraph.
// clang-format off
inline constexpr std::array access = {
  Entry{.key = "lock1.name", .page = "locks", .title = "Lock 1: name",
    .help = "What the first lock is called on monitors, on the panel and in the journal.",
    .type = Type::text, .text = "Front door", .least_length = 1, .max_length = 40},
  // A03
  Entry{.key = "lock1.period", .page = "locks", .title = "Lock 1: unlock period",
    .help = "How long the first lock stays open after it was opened.",
    .type = Type::duration, .unit = Unit::seconds, .number = 3, .minimum = 1, .maximum = 300},
  // A02
  Entry{.key = "lock1.interval", .page = "locks", .title = "Lock 1: responding interval",
    .help = "After the first lock was opened, it opens again only when this time has passed. Zero switches the interval off.",
    .type = Type::duration, .unit = Unit::seconds, .number = 1, .minimum = 0, .maximum = 60},
  Entry{.key = "lock1.safe_state", .page = "locks", .title = "Lock 1: without power",
    .help = "Without power a strike stays locked and a magnet lets go. While the station runs both hold; at every start, and after a crash, the lock is driven to hold.",
    .type = Type::choice, .text = "fail_secure", .choices = safe_states},
  // A04
  Entry{.key = "lock1.sensor", .page = "locks", .title = "Lock 1: check the door sensor",
    .help = "With it the lock stays released until the door is shut again, and a door that is held open raises an alarm. Without it the lock closes after the period.",
    .type = Type::boolean, .number = 0},
  Entry{.key = "lock1.sensor_contact", .page = "locks", .title = "Lock 1: door sensor contact",
    .help = "How the door contact of the first lock is wired.",
    .type = Type::choice, .text = "normally_closed", .choices = contacts, .depends_on = "lock1.sensor", .depends_value = "true"},
  Entry{.key = "lock1.held_limit", .page = "locks", .title = "Lock 1: held open for",
    .help = "How long the first door may stay open before the alarm.",
    .type = Type::duration, .unit = Unit::seconds, .number = 60, .minimum = 5, .maximum = 9999, .depends_on = "lock1.sensor", .depends_value = "true"},
  Entry{.key = "lock2.name", .page = "locks", .title = "Lock 2: name",
    .help = "What the second lock is called on monitors, on the panel and in the journal.",
    .type = Type::text, .text = "Side door", .least_length = 1, .max_length = 40},
  // A03
  Entry{.key = "lock2.period", .page = "locks", .title = "Lock 2: unlock period",
    .help = "How long the second lock stays open after it was opened.",
    .type = Type::duration, .unit = Unit::seconds, .number = 3, .minimum = 1, .maximum = 300},
  // A02
  Entry{.key = "lock2.interval", .page = "locks", .title = "Lock 2: responding interval",
    .help = "After the second lock was opened, it opens again only when this time has passed. Zero switches the interval off.",
    .type = Type::duration, .unit = Unit::seconds, .number = 1, .minimum = 0, .maximum = 60},
  Entry{.key = "lock2.safe_state", .page = "locks", .title = "Lock 2: without power",
    .help = "Without power a strike stays locked and a magnet lets go. While the station runs both hold; at every start, and after a crash, the lock is driven to hold.",
    .type = Type::choice, .text = "fail_secure", .choices = safe_states},
  // A04
  Entry{.key = "lock2.sensor", .page = "locks", .title = "Lock 2: check the door sensor",
    .help = "With it the lock stays released until the door is shut again, and a door that is held open raises an alarm. Without it the lock closes after the period.",
    .type = Type::boolean, .number = 0},
  Entry{.key = "lock2.sensor_contact", .page = "locks", .title = "Lock 2: door sensor contact",
    .help = "How the door contact of the second lock is wired.",
    .type = Type::choice, .text = "normally_closed", .choices = contacts, .depends_on = "lock2.sensor", .depends_value = "true"},
  Entry{.key = "lock2.held_limit", .page = "locks", .title = "Lock 2: held open for",
    .help = "How long the second door may stay open before the alarm.",
    .type = Type::duration, .unit = Unit::seconds, .number = 60, .minimum = 5, .maximum = 9999, .depends_on = "lock2.sensor", .depends_value = "true"},
  // A08
  Entry{.key = "access.local_lock", .page = "locks", .title = "Codes and cards open",
    .help = "Which lock opens by what is done at the panel itself: by codes and cards. A code or card opens only those of them that it has the right to.",
    .type = Type::choice, .text = "1", .choices = which_lock},
  // A12
  Entry{.key = "access.exit_button_lock", .page = "locks", .title = "The exit button opens",
    .help = "Which lock the exit button inside opens.",
    .type = Type::choice, .text = "1", .choices = which_lock},
  // A05
  Entry{.key = "access.publish_sensor", .page = "locks", .title = "Send the door's state to the monitors",
    .help = "Monitors then show whether the door stands open. Needs a door sensor.",
    .type = Type::boolean, .number = 1},

  // A25
  Entry{.key = "keypad.tries", .page = "keypad", .title = "Wrong codes before the keypad is locked",
    .help = "So many wrong codes, each within the time below of the one before, lock the keypad. Cards, monitors, exit buttons and remote unlocking are never locked by this.",
    .type = Type::integer, .number = 5, .minimum = 2, .maximum = 20},
  Entry{.key = "keypad.window", .page = "keypad", .title = "Counted within",
    .help = "Wrong codes are forgotten after this time without a further one, but not before the lock is over.",
    .type = Type::duration, .unit = Unit::minutes, .number = 10, .minimum = 1, .maximum = 1440},
  Entry{.key = "keypad.lock_time", .page = "keypad", .title = "Locked for",
    .help = "How long the keypad takes no codes after too many wrong ones, the first time. Each further time is twice as long, up to 15 minutes or to what is set here.",
    .type = Type::duration, .unit = Unit::minutes, .number = 5, .minimum = 1, .maximum = 1440},
  Entry{.key = "keypad.input_time", .page = "keypad", .title = "Input is forgotten after",
    .help = "Digits that were typed and neither called nor finished with # are cleared after this pause.",
    .type = Type::duration, .unit = Unit::seconds, .number = 10, .minimum = 2, .maximum = 60},

  // A22
  Entry{.key = "reader.device", .page = "reader", .title = "Card reader",
    .help = "What reads cards at the panel. Without a reader the panel draws none, and no cards can be issued at it.",
    .type = Type::choice, .text = "twin", .choices = reader_devices},
  // H06
  Entry{.key = "reader.wait", .page = "reader", .title = "A new card is awaited for",
    .help = "How long the reader waits for the next unknown card after Issue a card was pressed, or a main card was held to it. A main card issues further cards of its room in this way, and opens no door itself; held a second time, it takes it back.",
    .type = Type::duration, .unit = Unit::seconds, .number = 30, .minimum = 5, .maximum = 120, .depends_on = "reader.device", .depends_value = "twin"},
};
// clang-format on

}  // namespace lintel::settings::declared
