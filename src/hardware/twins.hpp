// Twins: devices without metal that ship in the product. They are driven from the console, told to fail and to heal,
// and record what they were told. Loop only.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace lintel::hardware {

struct TwinNote {
  WallTime time{};
  std::string text{};  // "energise", "press", "fail", "show Please wait", …
};

class Twin {
 public:
  static constexpr std::size_t notes_kept = 200;  // the oldest go first

  Twin(Clock& clock, std::string name, std::string kind);
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;
  virtual ~Twin() = default;

  [[nodiscard]] const std::string& name() const { return name_; }  // unique: "lock-1", "exit-button", "reader"
  [[nodiscard]] const std::string& kind() const {
    return kind_;
  }                                                     // "relay", "input", "keypad", "display", "lights", "reader"
  [[nodiscard]] virtual std::string state() const = 0;  // one word or line for the console
  [[nodiscard]] virtual std::vector<std::string> actions() const = 0;  // what act() takes now
  // Does what a hand or a fault would. `invalid` (field "action") when it is not one of actions(); an action that ends
  // in ":…" takes an argument of its own, such as "card:04A1B2C3" or "key:5".
  [[nodiscard]] virtual Result<void> act(std::string_view action) = 0;

  [[nodiscard]] const std::deque<TwinNote>& notes() const { return notes_; }
  [[nodiscard]] bool was_told(std::string_view text) const;  // for tests

 protected:
  void note(std::string text);  // records it and says that the twin changed
  [[nodiscard]] Error no_such_action(std::string_view action) const;
  [[nodiscard]] Clock& clock() const { return clock_; }

 private:
  friend class Twins;
  Clock& clock_;
  std::string name_;
  std::string kind_;
  std::deque<TwinNote> notes_;
  std::function<void(const Twin&)> changed_;
};

// All twins of this station, in the order they were added.
class Twins {
 public:
  // Owns the twin and gives a reference to it: `auto& relay = twins.add<TwinRelay>(clock, "lock-1");`
  template <typename T, typename... Arguments>
  T& add(Arguments&&... arguments) {
    auto twin = std::make_unique<T>(std::forward<Arguments>(arguments)...);
    T& reference = *twin;
    adopt(std::move(twin));
    return reference;
  }

  [[nodiscard]] const std::vector<std::unique_ptr<Twin>>& list() const { return twins_; }
  [[nodiscard]] Twin* find(std::string_view name) const;
  // `not_found` (field "name"), or what Twin::act() says.
  [[nodiscard]] Result<void> act(std::string_view name, std::string_view action);
  // Called after each note of any twin.
  void listen(std::function<void(const Twin&)> listener) { listener_ = std::move(listener); }

 private:
  void adopt(std::unique_ptr<Twin> twin);

  std::vector<std::unique_ptr<Twin>> twins_;
  std::function<void(const Twin&)> listener_;
};

}  // namespace lintel::hardware
