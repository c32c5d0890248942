// The relays and contacts of a station as the house knows them, whatever stands behind them now: a twin, a line, or
// nothing. Loop only.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "hardware/input.hpp"
#include "hardware/relay.hpp"
#include "hardware/slot.hpp"

namespace lintel::hardware {

// Orders to a relay that is away are answered 'failed' at once, and not kept: who ordered is told by `replaced` when
// another device stands here, and orders anew.
class RelayPoint final : public Relay {
 public:
  RelayPoint(Clock& clock, std::function<void()> replaced);

  // The one before is released first: nobody drives it any more.
  void use(Relay& device);
  void open(Slot<Relay>::Open open);
  void clear();  // nothing drives it: every order fails

  void energise() override;
  void release() override;
  [[nodiscard]] std::optional<bool> energised() const override;
  [[nodiscard]] bool present() const override { return slot_.device() != nullptr; }
  [[nodiscard]] const std::string& problem() const { return slot_.problem(); }

 private:
  void let_go();
  void changed(Relay* device);

  std::function<void()> replaced_;
  Slot<Relay> slot_;
};

// The settled level of a contact that may be away.
class InputPoint {
 public:
  // `level`: nothing when the contact is away; problem() says why, or is empty where it was taken away. `found`: it is
  // the first since the contact came; nobody saw it change.
  using Listener = std::function<void(std::optional<bool> level, bool found)>;

  InputPoint(Clock& clock, Listener listener, Duration settle = DebouncedInput::default_settle);

  void use(Input& device);
  void open(Slot<Input>::Open open);
  void clear();

  [[nodiscard]] std::optional<bool> level() const;
  [[nodiscard]] const std::string& problem() const { return slot_.problem(); }

 private:
  void changed(Input* device);

  Clock& clock_;
  Listener listener_;
  Duration settle_;
  Slot<Input> slot_;
  std::optional<DebouncedInput> settled_;
  Timer settling_;
};

}  // namespace lintel::hardware
