// The devices of the station's front: keypad, display, lights, reader. Loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lintel::hardware {

enum class Key : std::uint8_t {
  digit_0,
  digit_1,
  digit_2,
  digit_3,
  digit_4,
  digit_5,
  digit_6,
  digit_7,
  digit_8,
  digit_9,
  star,
  hash,
  call,
  hang_up,
  centre,
  emergency,
};

// "0".."9", "*", "#", "call", "hangup", "centre", "emergency": the words of POST /panel/keys.
[[nodiscard]] std::optional<Key> parse_key(std::string_view word);
[[nodiscard]] std::string_view name_of(Key key);
// '0'..'9' of a digit key; nothing for the others.
[[nodiscard]] std::optional<char> digit_of(Key key);

class Keypad {
 public:
  using Listener = std::function<void(Key)>;
  Keypad() = default;
  Keypad(const Keypad&) = delete;
  Keypad& operator=(const Keypad&) = delete;
  virtual ~Keypad() = default;
  void listen(Listener listener) { listener_ = std::move(listener); }

 protected:
  void tell(Key key) {
    if (listener_) listener_(key);
  }

 private:
  Listener listener_;
};

// Lines of UTF-8, top to bottom, already in the language of the station.
class Display {
 public:
  Display() = default;
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;
  virtual ~Display() = default;
  virtual void show(const std::vector<std::string>& lines) = 0;
};

struct LightsState {
  bool call = false;
  bool talk = false;
  bool unlock = false;
  friend bool operator==(const LightsState&, const LightsState&) = default;
};

class Lights {
 public:
  Lights() = default;
  Lights(const Lights&) = delete;
  Lights& operator=(const Lights&) = delete;
  virtual ~Lights() = default;
  virtual void set(const LightsState& state) = 0;
};

// The light of a card reader: what it says to whoever stands before it.
enum class ReaderLight : std::uint8_t {
  ready,     // cards are read
  awaiting,  // a new card is awaited
  accepted,
  refused,
};
[[nodiscard]] std::string_view name_of(ReaderLight light);  // "ready", "awaiting", …

// A card reader tells the card's number in upper-case hexadecimal, 6 to 64 digits, once each time a card is held to it:
// one that rests there is not told again until it was taken away. Wiegand and PC/SC readers fit behind it as the twin
// does; a facility code and a card's number come as the bits they are sent in.
class CardReader {
 public:
  using Listener = std::function<void(const std::string& card)>;
  static constexpr std::size_t shortest_card = 6, longest_card = 64;
  CardReader() = default;
  CardReader(const CardReader&) = delete;
  CardReader& operator=(const CardReader&) = delete;
  virtual ~CardReader() = default;
  void listen(Listener listener) { listener_ = std::move(listener); }
  // Never waits; a reader without lights does nothing.
  virtual void show(ReaderLight light) = 0;
  // False: the device is gone for good (a pulled plug), and has to be opened anew.
  [[nodiscard]] virtual bool present() const { return true; }

 protected:
  void tell(const std::string& card) {
    if (listener_) listener_(card);
  }

 private:
  Listener listener_;
};

}  // namespace lintel::hardware
