#include "household/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace lintel::household {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alphanumeric(char c) {
  return is_digit(c) || is_letter(c);
}
bool all(std::string_view words, bool (*good)(char)) {
  return std::all_of(words.begin(), words.end(), good);
}

Error invalid(std::string message, std::string_view field, std::string_view value, std::string limit) {
  return {ErrorCode::invalid, std::move(message), std::string(field), std::string(value.substr(0, 100)),
          std::move(limit)};
}

Result<void> check_digits(std::string_view number, std::string_view what, std::size_t longest, std::string_view field) {
  if (!number.empty() && number.size() <= longest && all(number, is_digit)) return {};
  const std::string limit = fmt::format("1 to {} digits", longest);
  return invalid(fmt::format("The number of a {} must have {}.", what, limit), field, number, limit);
}

}  // namespace

const char* name_of(MonitorKind kind) {
  switch (kind) {
    case MonitorKind::browser:
      return "browser";
    case MonitorKind::phone:
      return "phone";
    case MonitorKind::panel:
      return "panel";
  }
  return "";
}

Result<void> check_room_number(std::string_view number, std::string_view field) {
  if (!number.empty() && number.size() <= max_room_number && all(number, is_alphanumeric)) return {};
  const std::string limit = fmt::format("1 to {} letters or digits", max_room_number);
  return invalid(fmt::format("A room's number must have {}.", limit), field, number, limit);
}

Result<void> check_station_number(std::string_view number, std::string_view field) {
  return check_digits(number, "station", max_station_number, field);
}

Result<void> check_centre_number(std::string_view number, std::string_view field) {
  return check_digits(number, "centre", max_centre_number, field);
}

Result<void> check_name(std::string_view name, std::string_view field, bool required) {
  const std::string limit = fmt::format("{} to {} characters", required ? 1 : 0, max_name);
  // Bytes first: the length in characters of 4 MB need not be counted.
  if (name.size() > 4 * max_name || !text::printable(name) || text::utf8_length(name) > max_name ||
      (required && text::trim(name).empty()))
    return invalid(fmt::format("A name must have {} and no control characters.", limit), field,
                   name.size() > 4 * max_name ? "" : name, limit);
  return {};
}

Result<void> check_code(std::string_view code) {
  if (code.size() >= min_code && code.size() <= max_code && all(code, is_digit)) return {};
  const std::string limit = fmt::format("{} to {} digits", min_code, max_code);
  return invalid(fmt::format("A door code must have {}.", limit), "code", {},
                 limit);  // never shown again, also when wrong
}

std::string comparable_card(std::string_view number) {
  std::string digits;
  if (number.size() > 3 * max_card) return digits;  // not even with a separator behind each byte
  for (const char c : number) {
    if (c == ' ' || c == ':' || c == '-') continue;
    const char upper = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    if (!is_digit(upper) && (upper < 'A' || upper > 'F')) return {};
    digits += upper;
  }
  return digits.size() >= min_card && digits.size() <= max_card ? digits : std::string();
}

Result<void> check_card(std::string_view number) {
  if (!comparable_card(number).empty()) return {};
  const std::string limit = fmt::format("{} to {} hexadecimal digits", min_card, max_card);
  return invalid(fmt::format("The number of a card must have {}.", limit), "number", {}, limit);  // as a code, not shown again
}

Result<void> check_address(std::string_view address, std::string_view field) {
  const auto good = [](char c) { return is_alphanumeric(c) || c == '.' || c == ':' || c == '-'; };
  if (address.size() <= 255 && std::all_of(address.begin(), address.end(), good)) return {};
  return invalid("The address must be a host name or an IP address.", field, address,
                 "a host name or an IP address, 255 characters at most");
}

Result<void> check_email(std::string_view email) {
  const std::size_t at = email.find('@');
  const bool good = email.size() <= 254 && text::printable(email) && at != std::string_view::npos && at > 0 &&
                    at + 1 < email.size() && email.find('@', at + 1) == std::string_view::npos &&
                    email.find_first_of(" ,;<>\"()") == std::string_view::npos;
  if (good) return {};
  return invalid("The e-mail address must look like name@example.org.", "email", email,
                 "name@domain, 254 characters at most");
}

Result<void> check_account_name(std::string_view name, std::string_view field) {
  const auto good = [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; };
  if (!name.empty() && name.size() <= 32 && is_alphanumeric(name.front()) &&
      std::all_of(name.begin(), name.end(), good))
    return {};
  const std::string limit = "1 to 32 letters, digits, dots, hyphens and underscores, beginning with a letter or digit";
  return invalid("An account's name must have " + limit + ".", field, name, limit);
}

Result<void> check_locks(const std::vector<int>& locks) {
  for (std::size_t i = 0; i < locks.size(); ++i)
    if (locks[i] < 1 || locks[i] > static_cast<int>(max_locks) || std::count(locks.begin(), locks.end(), locks[i]) != 1)
      return invalid("Locks are given by their numbers, each once.", "locks", std::to_string(locks[i]),
                     fmt::format("1 to {}, each once", max_locks));
  return {};
}

std::optional<Account> parse_account(std::string_view user) {
  const std::size_t hash = user.find('#');
  Account account{std::string(user.substr(0, hash)), 0};
  if (!check_room_number(account.room).ok()) return std::nullopt;
  if (hash == std::string_view::npos) return account;
  const std::string_view digits = user.substr(hash + 1);
  const auto number = text::to_unsigned(digits);
  // One spelling only: "101#01" is nobody.
  if (!number || *number > max_extension_number || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  account.extension = static_cast<unsigned>(*number);
  return account;
}

std::string account_of(std::string_view room, unsigned extension) {
  return fmt::format("{}#{}", room, extension);
}
std::string comparable(std::string_view number) {
  return text::lower(number);
}

Result<std::vector<std::string>> numbers_of(const Batch& batch) {
  const auto in_digits = [](std::string_view number, std::string_view field) -> Result<std::uint64_t> {
    const auto value = text::to_unsigned(number);
    if (!value || number.size() > max_room_number || !all(number, is_digit)) {
      const std::string limit = fmt::format("1 to {} digits", max_room_number);
      return invalid("The first number of a floor must have " + limit + ".", field, number, limit);
    }
    return *value;
  };
  const auto at_least_one = [](unsigned count, std::string_view field) -> Result<void> {
    if (count >= 1 && count <= max_batch) return {};
    return invalid("There must be at least one, and not too many.", field, std::to_string(count),
                   fmt::format("1 to {}", max_batch));
  };
  LINTEL_CHECK(at_least_one(batch.floors, "floors"));
  LINTEL_CHECK(at_least_one(batch.rooms_per_floor, "rooms_per_floor"));
  if (std::uint64_t{batch.floors} * batch.rooms_per_floor > max_batch)
    return invalid(fmt::format("One batch makes at most {} rooms.", max_batch), "rooms_per_floor",
                   std::to_string(std::uint64_t{batch.floors} * batch.rooms_per_floor),
                   fmt::format("{} rooms in all", max_batch));
  LINTEL_TRY(const std::uint64_t first, in_digits(batch.first_number, "first_number"));
  std::uint64_t step = 0;
  if (batch.floors > 1) {
    LINTEL_TRY(const std::uint64_t second, in_digits(batch.second_floor_first_number, "second_floor_first_number"));
    if (second < first + batch.rooms_per_floor)
      return invalid("The second floor must begin above the last room of the first.", "second_floor_first_number",
                     batch.second_floor_first_number, fmt::format("at least {}", first + batch.rooms_per_floor));
    step = second - first;
  }
  const std::size_t width = batch.first_number.front() == '0' ? batch.first_number.size() : 1;
  std::vector<std::string> numbers;
  for (std::uint64_t floor = 0; floor < batch.floors; ++floor)
    for (std::uint64_t place = 0; place < batch.rooms_per_floor; ++place) {
      numbers.push_back(fmt::format("{:0{}}", first + floor * step + place, width));
      if (numbers.back().size() > max_room_number)
        return invalid(
            fmt::format("The batch would reach {}, which is longer than {} digits.", numbers.back(), max_room_number),
            "floors", std::to_string(batch.floors), fmt::format("numbers of {} digits at most", max_room_number));
    }
  return numbers;
}

}  // namespace lintel::household
