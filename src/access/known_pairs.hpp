// Who was right from where: pairs of subject and source. Thousands of phones say so with each registration, so that a pair
// is kept as twelve bytes, a hash that nobody outside can aim at and when it was seen last. Loop only; internal to the room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/keyed_hash.hpp"

namespace lintel::access {

class KnownPairs {
 public:
  [[nodiscard]] bool contains(std::string_view subject, std::string_view source) const;
  // Enters it, or notes that it was seen again; answers when it was before, to the second. With `limit` pairs one that has
  // not been seen for long goes: the one unused for longest of a few.
  std::optional<Monotonic> touch(std::string_view subject, std::string_view source, Monotonic now, std::size_t limit);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  [[nodiscard]] std::uint64_t print_of(std::string_view subject, std::string_view source) const;
  [[nodiscard]] std::size_t slot_of(std::uint64_t print) const;  // where it is, or would be
  void grow();
  void make_room();
  void erase(std::size_t slot);

  KeyedHash hash_;
  std::vector<std::uint64_t> prints_;  // a power of two, or empty; 0: nothing there
  std::vector<std::uint32_t> seen_;    // seconds of the monotonic clock
  std::size_t size_ = 0;
  std::size_t hand_ = 0;  // where make_room() looks next
};

}  // namespace lintel::access
