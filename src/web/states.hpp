// The ports' plain states as JSON: for answers and for the event stream alike. Private to the room; .cpp files only.
#pragma once

#include "journal/entry.hpp"
#include "web/json.hpp"
#include "web/ports.hpp"

namespace lintel::web {

[[nodiscard]] Json to_json(const PanelState& state);
[[nodiscard]] Json to_json(const LockState& state, Role asker);  // A05: monitors may not be told of the door itself
[[nodiscard]] Json to_json(const household::Card& card);         // with the ending of its number only
[[nodiscard]] Json to_json(const CardIssue& issue);
[[nodiscard]] Json to_json(const CallState& state);
[[nodiscard]] Json to_json(const PartState& state);
[[nodiscard]] Json entry_json(const journal::Entry& entry);

}  // namespace lintel::web
