// What a relay is to the house. Loop only.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace lintel::hardware {

// What the device says happened. Orders are wishes; only reports are facts.
enum class RelayReport {
  energised,
  released,
  failed,  // the device answered that it could not obey
};

[[nodiscard]] std::string_view name_of(RelayReport report);

// 1. energise() and release() never wait. The answer comes by the listener: inside the call, later, or (a jammed
// device)
//    never. 2. Ordering the position it has already is answered all the same. 3. One listener; setting replaces it.
class Relay {
 public:
  using Listener = std::function<void(RelayReport)>;

  Relay() = default;
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  virtual ~Relay() = default;

  virtual void energise() = 0;
  virtual void release() = 0;
  // The position as the device tells it now, not as it was ordered; nothing when the device cannot say.
  [[nodiscard]] virtual std::optional<bool> energised() const = 0;

  // False: the device is gone for good (a pulled plug), or forgot what it was told, and has to be opened anew.
  [[nodiscard]] virtual bool present() const { return true; }

  void looked_at() {}
  void listen(Listener listener) { listener_ = std::move(listener); }

 protected:
  void tell(RelayReport report) {
    if (listener_) listener_(report);
  }

 private:
  Listener listener_;
};

}  // namespace lintel::hardware
