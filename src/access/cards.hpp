// The port to the cards (H06). The household keeps them, in memory by their numbers; access only asks. Loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "access/types.hpp"
#include "base/result.hpp"

namespace lintel::access {

struct Card {
  std::int64_t id = 0;
  std::string name;  // the holder, or what the card is called while it has none
  std::string room;
  LockSet locks = 1;  // which locks it opens, of those that take local methods (A08)
  bool main = false;  // issues further cards of its room, and opens nothing
  bool lost = false;
};

// What the next unknown card is to become.
struct CardOrder {
  std::string room{};
  LockSet locks = 1;
  std::string by{};       // who asked for it: an account, or the holder of a main card
  std::string address{};  // of who asked over the network
};

class Cards {
 public:
  virtual ~Cards() = default;
  // `number` as the reader gives it. Answers at once, whatever the number of cards.
  [[nodiscard]] virtual std::optional<Card> find(std::string_view number) const = 0;
  // What may be shown of a number: its ending.
  [[nodiscard]] virtual std::string ending(std::string_view number) const = 0;
  // Whether the room may have one more. keep() looks again: others may issue cards meanwhile.
  [[nodiscard]] virtual bool has_place(std::string_view room) const = 0;
  // Keeps it durably; `then` is called once, on the loop, at once or later. Errors as household::add_card().
  virtual void keep(const std::string& number, const CardOrder& order, std::function<void(Result<Card>)> then) = 0;
};

}  // namespace lintel::access
