#include "settings/table.hpp"

#include "settings/settings.hpp"

namespace lintel::settings {

std::span<const Entry> table() {
  return all_entries;
}
std::span<const Page> pages() {
  return all_pages;
}

const Entry* find(std::string_view key) {
  for (const Entry& entry : all_entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

Value default_of(const Entry& entry) {
  switch (entry.type) {
    case Type::boolean:
      return entry.number != 0;
    case Type::integer:
    case Type::duration:
      return entry.number;
    case Type::text:
    case Type::choice:
    case Type::secret:
      break;
  }
  return std::string(entry.text);
}

const char* name_of(Type type) {
  switch (type) {
    case Type::boolean:
      return "boolean";
    case Type::integer:
      return "integer";
    case Type::duration:
      return "duration";
    case Type::text:
      return "text";
    case Type::choice:
      return "choice";
    case Type::secret:
      return "secret";
  }
  return "";
}

const char* name_of(Unit unit) {
  switch (unit) {
    case Unit::none:
      return "";
    case Unit::milliseconds:
      return "milliseconds";
    case Unit::seconds:
      return "seconds";
    case Unit::minutes:
      return "minutes";
    case Unit::days:
      return "days";
    case Unit::kilobits:
      return "kbit/s";
    case Unit::frames:
      return "frames/s";
    case Unit::percent:
      return "%";
  }
  return "";
}

}  // namespace lintel::settings
