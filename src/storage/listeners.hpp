// Who wants to hear of a change. Loop only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace lintel::storage {

// Ends the listening when destroyed; safe inside its own callback, and after the room it listened to has gone.
class Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::function<void()> end) : end_(std::move(end)) {}
  Subscription(Subscription&& other) noexcept : end_(std::exchange(other.end_, nullptr)) {}
  Subscription& operator=(Subscription&& other) noexcept {
    if (this != &other) {
      cancel();
      end_ = std::exchange(other.end_, nullptr);
    }
    return *this;
  }
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription() { cancel(); }

  void cancel() {
    if (auto end = std::exchange(end_, nullptr)) end();
  }

 private:
  std::function<void()> end_;
};

template <typename... Arguments>
class Listeners {
 public:
  using Listener = std::function<void(Arguments...)>;

  [[nodiscard]] Subscription add(Listener listener) {
    const std::uint64_t id = ++inner_->last_id;
    inner_->entries.push_back({id, std::make_shared<Listener>(std::move(listener))});
    return Subscription([weak = std::weak_ptr<Inner>(inner_), id] {
      if (const auto inner = weak.lock())
        std::erase_if(inner->entries, [id](const auto& entry) { return entry.id == id; });
    });
  }

  // In order of arrival. One that leaves meanwhile is not called any more; one that comes meanwhile waits for the next.
  void tell(Arguments... arguments) const {
    const auto inner = inner_;  // a listener may destroy what owns these listeners
    const auto entries = inner->entries;
    for (const auto& entry : entries) {
      const auto same = [&entry](const auto& other) { return other.id == entry.id; };
      if (std::any_of(inner->entries.begin(), inner->entries.end(), same)) (*entry.listener)(arguments...);
    }
  }

 private:
  struct Entry {
    std::uint64_t id;
    std::shared_ptr<Listener> listener;
  };
  struct Inner {
    std::uint64_t last_id = 0;
    std::vector<Entry> entries;
  };
  std::shared_ptr<Inner> inner_ = std::make_shared<Inner>();
};

}  // namespace lintel::storage
