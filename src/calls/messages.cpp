#include "calls/messages.hpp"

#include <array>
#include <utility>

namespace lintel::calls {
namespace {

// '%' stands for the first argument.
constexpr std::array<std::pair<std::string_view, std::string_view>, 39> words = {{
    {"panel.idle", "Dial a room and press Call"},
    {"panel.text", "%"},
    {"panel.enter_number", "Room number"},
    {"panel.enter_code", "Code, then #"},
    {"panel.dialling", "Calling %…"},
    {"panel.ringing", "Ringing at %"},
    {"panel.talking", "Talking to %"},
    {"panel.centre", "Management centre"},
    {"panel.emergency", "Emergency call"},
    {"panel.arriving", "% is calling. Press Call to answer"},
    {"panel.being_watched", "A resident is looking"},
    {"panel.door_open", "The door is open"},
    {"panel.lock_open", "% is open"},
    {"panel.no_such_room", "There is no room %"},
    {"panel.nobody_available", "Nobody is available"},
    {"panel.busy", "Busy"},
    {"panel.outside_period", "No calls are taken at this time"},
    {"panel.no_answer", "Nobody answers"},
    {"panel.refused", "The call was not taken"},
    {"panel.call_ended", "The call has ended"},
    {"panel.connection_lost", "The connection was lost"},
    {"panel.no_encryption", "The call cannot be encrypted"},
    {"panel.wrong_code", "Wrong code"},
    {"panel.keypad_locked", "Too many wrong codes. Wait % s"},
    {"panel.code_too_soon", "The door opened just now. Wait % s"},
    {"panel.not_allowed", "This code does not open this door"},
    {"panel.card_awaited", "Hold the new card of room % to the reader"},
    {"panel.card_issued", "The card is issued"},
    {"panel.card_known", "This card is somebody's already. Hold another one"},
    {"panel.card_expired", "No card was held in time"},
    {"panel.card_cancelled", "No card is issued now"},
    {"panel.card_room_full", "This room has as many cards as it can have"},
    {"panel.card_not_kept", "The card could not be stored. Try again"},
    {"panel.card_unknown", "This card is not known"},
    {"panel.card_flooded", "Too many unknown cards. Wait % s"},
    {"panel.card_lost", "This card was reported lost"},
    {"panel.card_too_soon", "The door opened just now. Wait % s"},
    {"panel.card_not_allowed", "This card does not open this door"},
    {"panel.lock_jammed", "The lock does not answer"},
}};

}  // namespace

std::string in_english(const Message& message) {
  for (const auto& [id, pattern] : words) {
    if (id != message.id) continue;
    std::string text;
    for (const char c : pattern) {
      if (c != '%') {
        text += c;
      } else if (!message.arguments.empty()) {
        text += message.arguments.front();
      }
    }
    return text;
  }
  return message.id;
}

}  // namespace lintel::calls
