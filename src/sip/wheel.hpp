// Timers for tens of thousands of transactions on one timer of the Clock: a hashed wheel of 20 ms steps. An entry lives
// inside its owner and leaves the wheel when that goes. Never early, up to one step late. Loop only.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <functional>

#include "base/clock.hpp"

namespace lintel::sip {

class Wheel {
 public:
  class Entry {
   public:
    Entry() = default;
    ~Entry() { unlink(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    [[nodiscard]] bool armed() const { return previous_ != nullptr; }

    std::uint64_t owner = 0;  // what fire gets back
    std::uint8_t kind = 0;

   private:
    friend class Wheel;
    void unlink() {
      if (previous_ == nullptr) return;
      previous_->next_ = next_;
      if (next_ != nullptr) next_->previous_ = previous_;
      previous_ = next_ = nullptr;
    }
    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;
    std::uint64_t due_ = 0;  // in steps
  };

  static constexpr Duration step = std::chrono::milliseconds(20);

  Wheel(Clock& clock, std::function<void(std::uint64_t owner, std::uint8_t kind)> fire)
      : clock_(clock), fire_(std::move(fire)), passed_(steps(clock.monotonic())) {}

  void arm(Entry& entry, Duration delay) {
    entry.unlink();
    const Monotonic due = clock_.monotonic() + delay + step - Duration(1);
    entry.due_ = std::max(steps(due), passed_ + 1);
    link(slots_[entry.due_ % slots], entry);
    mark(entry.due_ % slots);
    if (wake_ == 0 || entry.due_ < wake_) wake_at(entry.due_);
  }
  static void cancel(Entry& entry) { entry.unlink(); }

 private:
  static constexpr std::size_t slots = 1024;

  static std::uint64_t steps(Monotonic time) { return static_cast<std::uint64_t>(time.time_since_epoch() / step); }
  static void link(Entry& head, Entry& entry) {
    entry.previous_ = &head;
    entry.next_ = head.next_;
    if (head.next_ != nullptr) head.next_->previous_ = &entry;
    head.next_ = &entry;
  }
  void mark(std::size_t slot) { used_[slot / 64] |= std::uint64_t{1} << (slot % 64); }

  void wake_at(std::uint64_t due) {
    wake_ = due;
    timer_ = clock_.after(Monotonic(Duration(step * static_cast<Duration::rep>(due))) - clock_.monotonic(),
                          [this] { turn(); });
  }

  void turn() {
    const std::uint64_t now = steps(clock_.monotonic());
    // Slots that were passed since; after a long sleep each slot once.
    const std::uint64_t from = now - passed_ >= slots ? now - slots + 1 : passed_ + 1;
    passed_ = now;
    for (std::uint64_t at = from; at <= now; ++at) {
      Entry& head = slots_[at % slots];
      if (head.next_ == nullptr) {
        used_[(at % slots) / 64] &= ~(std::uint64_t{1} << (at % slots % 64));
        continue;
      }
      // What is due moves to a list of its own first: firing may arm and end others, in this slot too.
      Entry due;
      for (Entry* entry = head.next_; entry != nullptr;) {
        Entry* const next = entry->next_;
        if (entry->due_ <= now) {
          entry->unlink();
          link(due, *entry);
        }
        entry = next;
      }
      while (due.next_ != nullptr) {
        Entry& entry = *due.next_;
        const auto owner = entry.owner;
        const auto kind = entry.kind;
        entry.unlink();
        fire_(owner, kind);
      }
    }
    sleep();
  }

  void sleep() {
    for (std::uint64_t ahead = 1; ahead <= slots;) {
      const std::size_t slot = (passed_ + ahead) % slots;
      const std::uint64_t word = used_[slot / 64] >> (slot % 64);
      if (word == 0) {
        ahead += 64 - slot % 64;
        continue;
      }
      ahead += static_cast<std::uint64_t>(std::countr_zero(word));
      if (ahead > slots) break;
      const std::size_t found = (passed_ + ahead) % slots;
      if (slots_[found].next_ != nullptr) {
        wake_at(passed_ + ahead);
        return;
      }
      used_[found / 64] &= ~(std::uint64_t{1} << (found % 64));
      ++ahead;
    }
    timer_ = {};
    wake_ = 0;
  }

  Clock& clock_;
  std::function<void(std::uint64_t, std::uint8_t)> fire_;
  std::uint64_t passed_;    // steps that are over
  std::uint64_t wake_ = 0;  // what timer_ waits for; 0: nothing
  Timer timer_;
  std::array<Entry, slots> slots_;  // heads
  std::array<std::uint64_t, slots / 64> used_{};
};

}  // namespace lintel::sip
