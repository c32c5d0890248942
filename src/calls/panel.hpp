// The front's logic: keys in, display, lights and sounds out (C01, C06, A10, A23). Loop only.
//
// Idle, digits gather a number: `call` or '#' dials it. '#' on an empty line starts a code, '#' ends it. '*' takes back
// the last character, on a code all of it. `hangup` clears, cancels or ends. `centre` and `emergency` call. A number or
// code left alone is cleared after input_limit. A typed code is never shown, told or kept: only its length is.
// A card that is held (H06, A21) ends no call and clears no number: its answer is a message, and the reader's light.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "calls/calls.hpp"
#include "calls/messages.hpp"
#include "calls/ports.hpp"
#include "hardware/front.hpp"

namespace lintel::calls {

enum class DisplayKind { idle, dialling, calling, talking, message, error };
[[nodiscard]] std::string_view name_of(DisplayKind kind);

// The card reader's light, and until when a new card is awaited there.
struct ReaderState {
  hardware::ReaderLight light = hardware::ReaderLight::ready;
  std::optional<WallTime> awaits_until{};
  friend bool operator==(const ReaderState&, const ReaderState&) = default;
};

// GET /panel, and the `panel` event.
struct PanelState {
  std::vector<Message> lines{};
  DisplayKind kind = DisplayKind::idle;
  hardware::LightsState lights;
  std::string input{};                     // the number as typed; of a code one '*' a digit
  std::string_view mode = "number";        // or "code"
  std::optional<WallTime> locked_until{};  // of the keypad, for codes
  std::optional<ReaderState> reader{};     // nothing where the front has none
  friend bool operator==(const PanelState&, const PanelState&) = default;
};

// The answer to a typed code. Implemented on access.
struct CodeAnswer {
  enum class Kind { opened, wrong, locked, too_soon, not_allowed, jammed };
  Kind kind = Kind::wrong;
  Duration wait{};  // locked, also with wrong when that one locked it: for how long
};
class CodeCheck {
 public:
  virtual ~CodeCheck() = default;
  virtual CodeAnswer try_code(std::string_view code) = 0;
  [[nodiscard]] virtual Duration locked_for() const = 0;  // zero: not locked
};

// What a card that was held to the reader came to, and how the issue of a new one ended. Told from access.
enum class CardNews {
  opened,   // locks_open() says it in words
  unknown,  // wait, where not zero: for how long unknown cards are not looked at
  lost,
  known,     // a new card was awaited, and this one is somebody's
  too_soon,  // wait says how long
  not_allowed,
  jammed,
  issued,
  expired,  // nobody held a card in time
  cancelled,
  room_full,  // a main card's room can have no further one
  not_kept,   // the new card could not be stored
};

// Where the front shows and sounds. Told after each change.
class PanelOutput {
 public:
  virtual ~PanelOutput() = default;
  virtual void panel_changed(const PanelState& state) = 0;
  virtual void play(SoundId sound) = 0;
};

struct PanelOptions {
  Duration input_limit = std::chrono::seconds(10);  // a number or code left alone
  Duration message_time = std::chrono::seconds(4);  // how long a message stands
  std::size_t longest_number = 9;                   // C06
  bool reader = true;                               // the front has a card reader
  std::string hint{};                               // the idle display's second line, plain text; empty: none
};

struct OpenLock {
  int number = 1;  // 1: the door that the front stands at; of another one the name is told
  std::string name{};
  friend bool operator==(const OpenLock&, const OpenLock&) = default;
};

class Panel final : public CallListener {
 public:
  // Registers itself with `calls`. All must outlive it.
  Panel(Clock& clock, Calls& calls, CodeCheck& codes, PanelOutput& output, PanelOptions options = {});

  void press(hardware::Key key);
  void call_happened(const CallEvent& event) override;
  // From access: the locks that are open now. One that was not before is heard, and takes a message's place.
  void locks_open(std::vector<OpenLock> open);
  void lock_jammed();
  // From access: a card was held to the reader, or the wait for one is over.
  void card_held(CardNews news, Duration wait = {});
  // A new card of that room is awaited, until then.
  void card_awaited(std::string room, WallTime until);
  void set_options(PanelOptions options);

  [[nodiscard]] const PanelState& state() const { return state_; }

 private:
  static constexpr std::size_t longest_code = 17;  // one more than a code may have: longer ones are wrong, not cut

  void press_digit(char digit);
  void press_hash();
  void press_star();
  void press_call();
  void press_hang_up();
  void press_emergency();
  void dial();
  void submit_code();
  void say_locked(Duration wait);
  void show_message(Message message, DisplayKind kind, SoundId sound);
  void clear_message();
  void clear_input();
  void watch_lock_out(Duration wait);
  void refresh();  // draws the state anew, and tells it if it changed
  // panel_calls.cpp
  void say(Start start, std::string_view number);
  void say_end_of(const CallEvent& event);
  void draw_call(PanelState& state, const CallView& call) const;
  // panel_cards.cpp
  void draw_awaited(PanelState& state) const;
  void draw_reader(PanelState& state) const;
  void show_light(hardware::ReaderLight light);

  Clock& clock_;
  Calls& calls_;
  CodeCheck& codes_;
  PanelOutput& output_;
  PanelOptions options_;
  PanelState state_;
  std::string input_;  // the number
  std::string code_;   // overwritten when cleared
  bool typing_code_ = false;
  std::vector<OpenLock> open_;
  std::optional<WallTime> locked_until_;
  std::optional<Message> message_;
  DisplayKind message_kind_ = DisplayKind::message;
  hardware::ReaderLight reader_light_ = hardware::ReaderLight::ready;  // while a card's answer stands
  std::string awaited_room_;
  std::optional<WallTime> awaited_until_;
  Timer reader_timer_;
  Timer input_timer_;
  Timer message_timer_;
  Timer lock_out_timer_;
};

}  // namespace lintel::calls
