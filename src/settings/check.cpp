// One given value against one entry of the table.
#include <fmt/format.h>

#include "base/text.hpp"
#include "settings/settings.hpp"

namespace lintel::settings {
namespace {

std::string shown(const Given& given) {
  if (const auto* flag = std::get_if<bool>(&given)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&given)) return std::to_string(*number);
  if (const auto* words = std::get_if<std::string>(&given)) return words->substr(0, 200);
  return {};
}

Error refusal(const Entry& entry, const Given& given, std::string message, std::string limit) {
  return {ErrorCode::invalid, std::move(message), std::string(entry.key),
          entry.type == Type::secret ? std::string() : shown(given), std::move(limit)};
}

Result<Value> check_boolean(const Entry& entry, const Given& given) {
  if (const auto* flag = std::get_if<bool>(&given)) return Value(*flag);
  if (const auto* words = std::get_if<std::string>(&given); words != nullptr && (*words == "true" || *words == "false"))
    return Value(*words == "true");
  return refusal(entry, given, fmt::format("{} is either on or off.", entry.title), "true or false");
}

Result<Value> check_number(const Entry& entry, const Given& given) {
  const std::string_view unit = name_of(entry.unit);
  std::string limit = fmt::format("{} to {}", entry.minimum, entry.maximum);
  if (!unit.empty()) limit = fmt::format("{} to {} {}", entry.minimum, entry.maximum, unit);
  if (!entry.allowed.empty()) limit = entry.allowed;
  std::optional<std::int64_t> number;
  if (const auto* whole = std::get_if<std::int64_t>(&given)) number = *whole;
  if (const auto* words = std::get_if<std::string>(&given)) number = text::to_signed(*words);
  if (!number || *number < entry.minimum || *number > entry.maximum || !entry.valid_number(*number))
    return refusal(entry, given, fmt::format("{} must be a whole number, {}.", entry.title, limit), limit);
  return Value(*number);
}

Result<Value> check_choice(const Entry& entry, const Given& given) {
  std::string limit;
  const auto* words = std::get_if<std::string>(&given);
  for (const Choice& choice : entry.choices) {
    if (words != nullptr && *words == choice.value) return Value(*words);
    limit += fmt::format("{}{}", limit.empty() ? "" : ", ", choice.value);
  }
  return refusal(entry, given, fmt::format("{} must be one of: {}.", entry.title, limit), limit);
}

Result<Value> check_text(const Entry& entry, const Given& given) {
  const auto* words = std::get_if<std::string>(&given);
  const std::string limit = fmt::format("{} to {} characters{}{}", entry.least_length, entry.max_length,
                                        entry.allowed.empty() ? "" : ": ", entry.allowed);
  if (words == nullptr || !text::printable(*words))
    return refusal(entry, given, fmt::format("{} must be text without control characters.", entry.title), limit);
  const std::size_t length = text::utf8_length(*words);
  if (length < entry.least_length || length > entry.max_length)
    return refusal(entry, given,
                   fmt::format("{} must have {} to {} characters.", entry.title, entry.least_length, entry.max_length),
                   limit);
  if (!entry.valid(*words))
    return refusal(entry, given, fmt::format("{} may only be {}.", entry.title, entry.allowed), limit);
  return Value(*words);
}

}  // namespace

Result<Value> check(const Entry& entry, const Given& given) {
  if (std::holds_alternative<Default>(given)) return default_of(entry);
  switch (entry.type) {
    case Type::boolean:
      return check_boolean(entry, given);
    case Type::integer:
    case Type::duration:
      return check_number(entry, given);
    case Type::choice:
      return check_choice(entry, given);
    case Type::text:
    case Type::secret:
      return check_text(entry, given);
  }
  return Error{ErrorCode::internal, "A setting has no type."};
}

}  // namespace lintel::settings
