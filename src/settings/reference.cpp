// docs/settings.md: the table, for people.
#include <fmt/format.h>

#include "settings/settings.hpp"

namespace lintel::settings {
namespace {

std::string in_cell(std::string_view words) {
  std::string out;
  for (const char c : words) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

// "1 second": units of time end in the letter of the plural.
std::string_view unit_of(const Entry& entry) {
  std::string_view name = name_of(entry.unit);
  if (entry.type == Type::duration && entry.number == 1) name.remove_suffix(1);
  return name;
}

std::string shown_default(const Entry& entry) {
  switch (entry.type) {
    case Type::boolean:
      return entry.number != 0 ? "on" : "off";
    case Type::integer:
    case Type::duration:
      return fmt::format("{}{}{}", entry.number, entry.unit == Unit::none ? "" : " ", unit_of(entry));
    case Type::secret:
      return "none";
    case Type::text:
    case Type::choice:
      break;
  }
  return entry.text.empty() ? "empty" : fmt::format("`{}`", entry.text);
}

std::string shown_bounds(const Entry& entry) {
  switch (entry.type) {
    case Type::boolean:
      return "on or off";
    case Type::integer:
    case Type::duration:
      return entry.allowed.empty() ? fmt::format("{} to {}", entry.minimum, entry.maximum) : std::string(entry.allowed);
    case Type::choice: {
      std::string all;
      for (const Choice& choice : entry.choices)
        all += fmt::format("{}`{}` ({})", all.empty() ? "" : ", ", choice.value, choice.title);
      return all;
    }
    case Type::text:
    case Type::secret:
      break;
  }
  return fmt::format("{} to {} characters{}{}", entry.least_length, entry.max_length, entry.allowed.empty() ? "" : ": ",
                     entry.allowed);
}

}  // namespace

std::string reference() {
  std::string out =
      "# Settings\n\n"
      "Every setting of the station, page by page as in the console. Made from the table in `src/settings` by\n"
      "`lintel_settings_reference`; a test holds that it is current.\n\n"
      "A change is checked as a whole and stored before it is acknowledged; a rejected one leaves everything as it was "
      "and\n"
      "names each field at fault. Secrets can be set and replaced, never read. *Restart*: in force after the next "
      "start.\n";
  for (const Page& page : pages()) {
    out += fmt::format("\n## {}: {}\n\n{}\n\n| Setting | Key | Default | Allowed | |\n|---|---|---|---|---|\n",
                       page.group, page.title, page.help);
    for (const Entry& entry : table()) {
      if (entry.page != page.id) continue;
      std::string help = in_cell(entry.help);
      if (!entry.depends_on.empty())
        help += fmt::format(" Matters only while `{}` is `{}`.", entry.depends_on, entry.depends_value);
      if (entry.applies == Applies::restart) help += " *Restart.*";
      out += fmt::format("| {} | `{}` | {} | {} | {} |\n", in_cell(entry.title), entry.key,
                         in_cell(shown_default(entry)), in_cell(shown_bounds(entry)), help);
    }
  }
  return out;
}

}  // namespace lintel::settings
