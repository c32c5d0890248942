// The one table of settings. A declaration that breaks a rule of the table does not compile.
#pragma once

#include <algorithm>
#include <array>

#include "settings/entries_access.hpp"
#include "settings/entries_hardware.hpp"
#include "settings/entries_intercom.hpp"
#include "settings/entries_system.hpp"
#include "settings/entries_video.hpp"
#include "settings/entry.hpp"
#include "settings/pages.hpp"

namespace lintel::settings {

// Each answers nothing or stops the compiler with what is wrong.
consteval void check_default(const Entry& entry) {
  if (entry.type == Type::boolean && entry.number != 0 && entry.number != 1) throw "a boolean's default is 0 or 1";
  if (entry.type == Type::integer || entry.type == Type::duration) {
    if (entry.minimum > entry.maximum) throw "the minimum is above the maximum";
    if (entry.number < entry.minimum || entry.number > entry.maximum) throw "the default is outside its bounds";
    if (!entry.valid_number(entry.number)) throw "the default is not what is allowed";
  }
  if (entry.type == Type::duration && (entry.unit == Unit::none || entry.unit > Unit::days))
    throw "a duration needs a unit of time";
  if (entry.type == Type::text || entry.type == Type::secret) {
    if (entry.max_length == 0 || entry.least_length > entry.max_length) throw "a text needs bounds of its length";
    if (entry.text.size() < entry.least_length || entry.text.size() > entry.max_length)
      throw "the default's length is outside its bounds";
    if (!entry.valid(entry.text)) throw "the default is not what is allowed";
  }
  if (entry.type == Type::secret && !entry.text.empty())
    throw "a secret has no default: it would be the same everywhere";
  if (entry.type == Type::choice && std::none_of(entry.choices.begin(), entry.choices.end(),
                                                 [&](const Choice& choice) { return choice.value == entry.text; }))
    throw "the default is none of the choices";
}

template <std::size_t... Sizes>
consteval auto joined(const std::array<Entry, Sizes>&... parts) {
  std::array<Entry, (Sizes + ...)> all;
  std::size_t next = 0;
  const auto append = [&](const auto& part) {
    for (const Entry& entry : part) all[next++] = entry;
  };
  (append(parts), ...);
  for (const Entry& entry : all) {
    check_default(entry);
    if (std::count_if(all.begin(), all.end(), [&](const Entry& other) { return other.key == entry.key; }) != 1)
      throw "a key twice";
    if (std::none_of(all_pages.begin(), all_pages.end(), [&](const Page& page) { return page.id == entry.page; }))
      throw "no such page";
    if (!entry.depends_on.empty() &&
        std::none_of(all.begin(), all.end(), [&](const Entry& other) { return other.key == entry.depends_on; }))
      throw "it depends on a setting that does not exist";
  }
  return all;
}

inline constexpr auto all_entries =
    joined(declared::access, declared::hardware, declared::intercom, declared::video, declared::station);

}  // namespace lintel::settings
