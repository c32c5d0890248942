// Which numbers and names are allowed. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "household/records.hpp"

namespace lintel::household {

// Each answers an error with field, value and limit. `field` is the name the API uses.
Result<void> check_room_number(std::string_view number, std::string_view field = "number");     // H03
Result<void> check_station_number(std::string_view number, std::string_view field = "number");  // H01, H02
Result<void> check_centre_number(std::string_view number, std::string_view field = "number");   // C06
Result<void> check_name(std::string_view name, std::string_view field, bool required = false);  // max_name, printable
Result<void> check_code(std::string_view code);                                                 // A10
// H06: 6 to 64 hexadecimal digits; blanks, colons and hyphens between them count for nothing.
Result<void> check_card(std::string_view number);
// How the numbers of cards are kept and compared: upper-case digits alone. Empty for what is no number of a card.
[[nodiscard]] std::string comparable_card(std::string_view number);
Result<void> check_address(std::string_view address, std::string_view field = "address");  // host or IP, or empty
Result<void> check_email(std::string_view email);
Result<void> check_account_name(std::string_view name, std::string_view field = "name");  // machines, people
Result<void> check_locks(const std::vector<int>& locks);

// An account is a room's number and the monitor's: H04. "101" and "101#0" are the same, "101#7" is the extension 7.
struct Account {
  std::string room;
  unsigned extension = 0;
};
[[nodiscard]] std::optional<Account> parse_account(std::string_view user);
[[nodiscard]] std::string account_of(std::string_view room, unsigned extension);
// How numbers and accounts are compared: without regard to case.
[[nodiscard]] std::string comparable(std::string_view number);

// H05: the numbers of a batch, floor by floor. Floor f, place p (from 0) is first_number + f * step + p, where step is
// second_floor_first_number - first_number; leading zeros of the first number are kept.
struct Batch {
  unsigned floors = 1;
  unsigned rooms_per_floor = 1;
  std::string first_number;
  std::string second_floor_first_number = {};  // needed for two floors and more
};
Result<std::vector<std::string>> numbers_of(const Batch& batch);

}  // namespace lintel::household
