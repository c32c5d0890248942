// Numbers, accounts and names as a stranger's REGISTER or request body may carry them.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "household/numbers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lintel::household;
  const std::string_view words(reinterpret_cast<const char*>(data), size);
  if (const auto account = parse_account(words)) {
    // What is taken for an account has one canonical spelling, which means the same.
    const std::string canonical = account_of(account->room, account->extension);
    const auto again = parse_account(canonical);
    if (!again || again->room != account->room || again->extension != account->extension) __builtin_trap();
    if (!check_room_number(account->room).ok() || account->extension > max_extension_number) __builtin_trap();
  }
  (void)check_name(words, "name");
  (void)check_email(words);
  (void)check_address(words);
  (void)check_code(words);
  if (size < 8) return 0;
  const auto number = [&](std::size_t at) { return unsigned{data[at]} * 256U + data[at + 1]; };
  const std::size_t half = (size - 4) / 2;
  const Batch batch{number(0), number(2), std::string(words.substr(4, half)), std::string(words.substr(4 + half))};
  if (const auto numbers = numbers_of(batch); numbers.ok()) {
    if (numbers->size() > max_batch) __builtin_trap();
    for (const std::string& made : *numbers)
      if (!check_room_number(made).ok()) __builtin_trap();
  }
  return 0;
}
