#include "access/known_pairs.hpp"

#include <algorithm>
#include <utility>

namespace lintel::access {

std::uint64_t KnownPairs::print_of(std::string_view subject, std::string_view source) const {
  return std::max<std::uint64_t>(hash_.run().add(subject).add(source).finish(), 1);
}

std::size_t KnownPairs::slot_of(std::uint64_t print) const {
  const std::size_t mask = prints_.size() - 1;
  std::size_t slot = print & mask;
  while (prints_[slot] != 0 && prints_[slot] != print) slot = (slot + 1) & mask;
  return slot;
}

bool KnownPairs::contains(std::string_view subject, std::string_view source) const {
  return !prints_.empty() && prints_[slot_of(print_of(subject, source))] != 0;
}

std::optional<Monotonic> KnownPairs::touch(std::string_view subject, std::string_view source, Monotonic now,
                                           std::size_t limit) {
  const std::uint64_t print = print_of(subject, source);
  const auto seconds =
      static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  if (prints_.empty()) grow();
  std::size_t slot = slot_of(print);
  if (prints_[slot] != 0) return Monotonic{std::chrono::seconds{std::exchange(seen_[slot], seconds)}};
  if (size_ >= std::max<std::size_t>(limit, 1)) make_room();
  if ((size_ + 1) * 4 > prints_.size() * 3) grow();
  slot = slot_of(print);
  prints_[slot] = print;
  seen_[slot] = seconds;
  ++size_;
  return {};
}

void KnownPairs::grow() {
  constexpr std::size_t fewest = 16;
  const auto prints = std::exchange(prints_, std::vector<std::uint64_t>(std::max(fewest, prints_.size() * 2)));
  const auto seen = std::exchange(seen_, std::vector<std::uint32_t>(prints_.size()));
  for (std::size_t i = 0; i < prints.size(); ++i) {
    if (prints[i] == 0) continue;
    const std::size_t slot = slot_of(prints[i]);
    prints_[slot] = prints[i];
    seen_[slot] = seen[i];
  }
}

void KnownPairs::make_room() {
  constexpr int looked_at = 32;  // of those that are there, so that a crowd of newcomers stays cheap
  const std::size_t mask = prints_.size() - 1;
  std::size_t victim = prints_.size();
  for (int looked = 0; looked < looked_at && looked < static_cast<int>(size_); hand_ = (hand_ + 1) & mask) {
    if (prints_[hand_ & mask] == 0) continue;
    ++looked;
    if (victim == prints_.size() || seen_[hand_ & mask] < seen_[victim]) victim = hand_ & mask;
  }
  erase(victim);
}

// What lies behind it moves up, so that a search never ends too early.
void KnownPairs::erase(std::size_t slot) {
  const std::size_t mask = prints_.size() - 1;
  for (std::size_t next = (slot + 1) & mask; prints_[next] != 0; next = (next + 1) & mask) {
    const std::size_t home = prints_[next] & mask;
    if (((next - home) & mask) < ((next - slot) & mask)) continue;  // it would come to lie before its home
    prints_[slot] = prints_[next];
    seen_[slot] = seen_[next];
    slot = next;
  }
  prints_[slot] = 0;
  --size_;
}

}  // namespace lintel::access
