#include "system/password.hpp"

#include <argon2.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::system {
namespace {

constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 19'456;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t longest_hash = 256;
constexpr int least_kinds = 2;
constexpr std::size_t least_name = 3;

Error broken(std::string message, std::string limit) {
  return {.code = ErrorCode::invalid,
          .message = std::move(message),
          .field = "password",
          .value = {},
          .limit = std::move(limit)};
}

int kinds_of(std::string_view password) {
  bool small = false, large = false, digit = false, other = false;
  for (const char c : password) {
    if (c >= 'a' && c <= 'z')
      small = true;
    else if (c >= 'A' && c <= 'Z')
      large = true;
    else if (c >= '0' && c <= '9')
      digit = true;
    else
      other = true;
  }
  return static_cast<int>(small) + static_cast<int>(large) + static_cast<int>(digit) + static_cast<int>(other);
}

constexpr std::size_t digit_run = 3, letter_run = 4, same_run = 3;

bool both_of(char first, char second, char low, char high) {
  return first >= low && first <= high && second >= low && second <= high;
}

// How long the run from `at` is in which each character is the one before plus `step`.
std::size_t run_from(std::string_view text, std::size_t at, int step) {
  std::size_t end = at + 1;
  const auto kin = [](char a, char b) { return a == b || both_of(a, b, 'a', 'z') || both_of(a, b, '0', '9'); };
  while (end < text.size() && text[end] == text[end - 1] + step && kin(text[end], text[end - 1])) ++end;
  return end - at;
}

// Three letters in order occur in ordinary words (first, student), so letters count from four on.
bool has_run(std::string_view lowered) {
  for (std::size_t at = 0; at < lowered.size(); ++at) {
    const std::size_t enough = both_of(lowered[at], lowered[at], 'a', 'z') ? letter_run : digit_run;
    if (run_from(lowered, at, 0) >= same_run || run_from(lowered, at, 1) >= enough ||
        run_from(lowered, at, -1) >= enough)
      return true;
  }
  return false;
}

// A real hash of a password nobody has, so that an unknown account costs as much as a known one.
const std::string& decoy() {
  static const std::string hash = hash_password(bytes::random_password(32)).value_or({});
  return hash;
}

}  // namespace

Result<void> check_password(std::string_view password, std::string_view user) {
  if (text::utf8_length(password) < shortest_password)
    return broken("The password is too short: use 8 characters or more.", "8 characters or more");
  if (password.size() > longest_password)
    return broken("The password is too long: use at most 128 bytes.", "at most 128 bytes");
  if (!text::printable(password))
    return broken("The password holds a character that cannot be typed; use letters, digits and signs.",
                  "no control characters");
  if (kinds_of(password) < least_kinds)
    return broken("Mix at least two kinds of characters: small letters, capitals, digits, signs.",
                  "two kinds of characters");
  const std::string lowered = text::lower(password);
  if (user.size() >= least_name) {
    const std::string name = text::lower(user);
    const std::string backwards(name.rbegin(), name.rend());
    if (lowered.find(name) != std::string::npos || lowered.find(backwards) != std::string::npos)
      return broken("The password must not hold the user name, forwards or backwards.", "without the user name");
  }
  if (has_run(lowered))
    return broken("The password must not hold a run such as 123, abcd or aaa.", "no runs such as 123, abcd, aaa");
  return {};
}

Result<std::string> hash_password(std::string_view password) {
  const std::string salt = bytes::random(salt_bytes);
  std::array<char, longest_hash> encoded{};
  const int outcome = argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(), salt.data(),
                                            salt.size(), hash_bytes, encoded.data(), encoded.size());
  if (outcome != ARGON2_OK)
    return Error{.code = ErrorCode::internal,
                 .message = "The password could not be hashed; memory may be short. Try again."};
  return std::string(encoded.data());
}

bool verify_password(std::string_view password, std::string_view hash) {
  const bool known = !hash.empty();
  const std::string encoded = known ? std::string(hash) : decoy();
  if (password.size() > longest_password || encoded.size() > longest_hash) return false;
  return argon2id_verify(encoded.c_str(), password.data(), password.size()) == ARGON2_OK && known;
}

}  // namespace lintel::system
