// Door codes in memory, found by a keyed hash (A10). Loop only.
// A code itself is never kept: who reads this memory, or the database, without the key learns no code. The first eight
// bytes of the digest choose the place, all 32 are compared in constant time; without the key nobody can aim at a place.
// 100,000 codes: one hash and one probe, a few microseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/types.hpp"
#include "base/result.hpp"

namespace lintel::access {

struct Code {
  std::string id{};      // the credential's id in the database
  std::string name{};    // whom it was issued to
  std::string room{};    // or empty
  LockSet locks = 1;   // which locks it opens, of those that take local methods (A08)
  bool active = true;
  std::string digest{};  // CodeBook::digest_of(the code), 32 bytes
};

class CodeBook {
 public:
  static constexpr std::size_t shortest = 4;   // digits
  static constexpr std::size_t longest = 16;

  // `key`: 32 random bytes of this installation.
  explicit CodeBook(std::string key);

  // `invalid` (field "code") unless it is 4 to 16 digits.
  [[nodiscard]] static Result<void> check(std::string_view code);
  [[nodiscard]] std::string digest_of(std::string_view code) const;

  // Adds or replaces the code with this id. `conflict` (field "code") when another id has the same code: a code must
  // say who came. The message names nobody.
  Result<void> put(Code code);
  void remove(std::string_view id);
  void clear();
  [[nodiscard]] std::size_t size() const { return by_place_.size(); }

  // The active code that is this one, or nullptr. Valid until the next put() or remove().
  [[nodiscard]] const Code* find(std::string_view code) const;

 private:
  struct Place {
    std::size_t operator()(std::uint64_t place) const { return static_cast<std::size_t>(place); }  // uniform already
  };
  [[nodiscard]] static std::uint64_t place_of(std::string_view digest);

  std::string key_;
  std::unordered_multimap<std::uint64_t, Code, Place> by_place_;
  std::unordered_map<std::string, std::uint64_t> place_by_id_;
};

}  // namespace lintel::access
