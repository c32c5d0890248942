// What the panel says: ids with arguments, for pages to translate; English here, for plain displays. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lintel::calls {

// Ids and their arguments:
//   panel.idle                        panel.enter_number            panel.enter_code
//   panel.dialling {number}           panel.ringing {number}        panel.talking {number}
//   panel.centre                      panel.emergency               panel.arriving {who}    panel.being_watched
//   panel.door_open                   panel.lock_open {name}
//   panel.no_such_room {number}       panel.nobody_available        panel.busy              panel.outside_period
//   panel.no_answer                   panel.refused                 panel.call_ended        panel.connection_lost
//   panel.no_encryption
//   panel.wrong_code                  panel.keypad_locked {seconds} panel.code_too_soon     panel.not_allowed
//   panel.card_awaited {room}         panel.card_issued             panel.card_known        panel.card_expired
//   panel.card_cancelled              panel.card_not_kept           panel.card_unknown      panel.card_flooded
//   {seconds} panel.card_lost                   panel.card_too_soon {seconds} panel.card_not_allowed panel.lock_jammed
//   panel.card_room_full
//   panel.text {words}: as they are
struct Message {
  std::string id{};
  std::vector<std::string> arguments{};
  friend bool operator==(const Message&, const Message&) = default;
};

[[nodiscard]] std::string in_english(const Message& message);

// Sounds to play at the front, by id (C27).
//   sound.key  sound.calling (until sound.stop)  sound.ringing (until sound.stop)  sound.stop
//   sound.unlocked  sound.wrong  sound.no_such_room  sound.nobody_available  sound.busy  sound.no_answer
//   sound.call_ended
using SoundId = std::string_view;

}  // namespace lintel::calls
