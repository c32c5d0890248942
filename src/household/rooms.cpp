// Rooms (H03, H05).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "household/inner.hpp"

namespace lintel::household {
namespace {

Error no_room(std::string_view number) {
  return {ErrorCode::not_found, fmt::format("There is no room {}.", number.substr(0, 20)), "number",
          std::string(number.substr(0, 20))};
}

Error too_many() {
  return {ErrorCode::full,
          fmt::format("There are {} rooms already, as many as a station can hold.", max_rooms),
          "number",
          {},
          fmt::format("{} rooms", max_rooms)};
}

Result<void> check_names(const Room& room) {
  LINTEL_CHECK(check_name(room.first_name, "first_name"));
  LINTEL_CHECK(check_name(room.last_name, "last_name"));
  return check_name(room.nick_name, "nick_name");
}

storage::Statement to_insert(const Room& room) {
  return {
      "INSERT INTO rooms (key, number, first_name, last_name, nick_name) VALUES (:key, :number, :first_name, "
      ":last_name, :nick_name)",
      {comparable(room.number), room.number, room.first_name, room.last_name, room.nick_name}};
}

bool matches(const Room& room, std::string_view words) {
  if (words.empty()) return true;
  const std::string name = fmt::format("{} {}", room.first_name, room.last_name);
  return text::contains_ignoring_case(room.number, words) || text::contains_ignoring_case(name, words) ||
         text::contains_ignoring_case(room.nick_name, words);
}

}  // namespace

const Room* Household::room(std::string_view number) const {
  const auto found = inner_->rooms.find(comparable(number));
  return found == inner_->rooms.end() ? nullptr : &found->second;
}

std::size_t Household::room_count() const {
  return inner_->rooms.size();
}

RoomPage Household::rooms(std::string_view words, std::string_view cursor, std::size_t limit) const {
  RoomPage page;
  const std::string last = comparable(cursor);
  const NumberOrder before;
  for (const auto& [key, room] : inner_->rooms) {
    if (!matches(room, words)) continue;
    ++page.total;
    if (!last.empty() && !before(last, key)) continue;
    if (page.rooms.size() < limit)
      page.rooms.push_back(room);
    else if (page.next_cursor.empty() && !page.rooms.empty())
      page.next_cursor = page.rooms.back().number;
  }
  return page;
}

void Household::add_room(Room room, Then<Room> then) {
  inner_->submit<Room>(
      [inner = inner_.get(), room = std::move(room)]() -> Result<Plan<Room>> {
        LINTEL_CHECK(check_room_number(room.number));
        LINTEL_CHECK(check_names(room));
        LINTEL_CHECK(inner->number_free(room.number, "number"));
        if (inner->rooms.size() >= max_rooms) return too_many();
        return Plan<Room>{{to_insert(room)}, [inner, room] {
                            inner->rooms[comparable(room.number)] = room;
                            inner->tell(Collection::rooms, Done::added, room.number);
                            return room;
                          }};
      },
      std::move(then));
}

void Household::add_rooms(Batch batch, Then<BatchResult> then) {
  inner_->submit<BatchResult>(
      [inner = inner_.get(), batch = std::move(batch)]() -> Result<Plan<BatchResult>> {
        LINTEL_TRY(const auto numbers, numbers_of(batch));
        BatchResult result;
        Plan<BatchResult> plan;
        for (const std::string& number : numbers) {
          if (const auto free = inner->number_free(number, "number"); !free.ok()) {
            result.skipped.push_back({number, free.error().message});
            continue;
          }
          result.created.push_back(number);
          plan.statements.push_back(to_insert(Room{number}));
        }
        if (inner->rooms.size() + result.created.size() > max_rooms) return too_many();
        plan.in_force = [inner, result] {
          for (const std::string& number : result.created) inner->rooms[comparable(number)] = Room{number};
          if (!result.created.empty()) inner->tell(Collection::rooms, Done::added, {});
          return result;
        };
        return plan;
      },
      std::move(then));
}

void Household::change_room(std::string number, RoomPatch patch, Then<Room> then) {
  inner_->submit<Room>(
      [inner = inner_.get(), number = std::move(number), patch = std::move(patch)]() -> Result<Plan<Room>> {
        const std::string key = comparable(number);
        const auto found = inner->rooms.find(key);
        if (found == inner->rooms.end()) return no_room(number);
        Room room = found->second;
        if (patch.number) room.number = *patch.number;
        if (patch.first_name) room.first_name = *patch.first_name;
        if (patch.last_name) room.last_name = *patch.last_name;
        if (patch.nick_name) room.nick_name = *patch.nick_name;
        LINTEL_CHECK(check_room_number(room.number));
        LINTEL_CHECK(check_names(room));
        LINTEL_CHECK(inner->number_free(room.number, "number", key));
        const std::string new_key = comparable(room.number);
        const bool renumbered = room.number != found->second.number;
        if (renumbered && !inner->monitor_keys(key).empty())
          return Error{
              ErrorCode::conflict,
              fmt::format("Room {} has monitors that know it by this number; remove them first, then pair them again.",
                          number),
              "number", room.number, "unchanged while the room has monitors"};
        Plan<Room> plan;
        plan.statements = {
            {"UPDATE rooms SET key = :new_key, number = :number, first_name = :first_name, last_name = :last_name, "
             "nick_name = :nick_name "
             "WHERE key = :key",
             {new_key, room.number, room.first_name, room.last_name, room.nick_name, key}}};
        // Another name is the room's affair alone.
        if (renumbered)
          for (auto& moving : Inner::renumbering(key, new_key, room.number))
            plan.statements.push_back(std::move(moving));
        plan.in_force = [inner, key, new_key, room, renumbered] {
          inner->rooms.erase(key);
          inner->rooms[new_key] = room;
          if (renumbered) inner->renumber(key, room);
          inner->tell(Collection::rooms, Done::changed, room.number);
          return room;
        };
        return plan;
      },
      std::move(then));
}

std::vector<storage::Statement> Household::Inner::renumbering(const std::string& key, const std::string& new_key,
                                                              const std::string& number) {
  return {{"UPDATE codes SET room_key = :new_key, room = :number WHERE room_key = :key", {new_key, number, key}},
          {"UPDATE cards SET room_key = :new_key, room = :number WHERE room_key = :key", {new_key, number, key}},
          {"DELETE FROM pairings WHERE room_key = :key", {key}}};
}

void Household::Inner::renumber(const std::string& key, const Room& room) {
  move_codes(key, room);
  move_cards(key, room);
  std::erase_if(pairings, [&](const auto& entry) { return comparable(entry.second.pairing.room) == key; });
}

std::vector<storage::Statement> Household::Inner::forgetting(const std::string& key) {
  return {{"DELETE FROM monitors WHERE room_key = :key", {key}},
          {"DELETE FROM codes WHERE room_key = :key", {key}},
          {"DELETE FROM cards WHERE room_key = :key", {key}},
          {"DELETE FROM pairings WHERE room_key = :key", {key}},
          {"DELETE FROM rooms WHERE key = :key", {key}}};
}

void Household::Inner::forget_room(const std::string& key) {
  std::vector<std::string> accounts;
  for (const std::string& monitor : monitor_keys(key)) {
    accounts.push_back(monitors[monitor].monitor.account);
    monitors.erase(monitor);
  }
  if (const auto of_it = codes_by_room.find(key); of_it != codes_by_room.end())
    for (const std::int64_t id : std::set<std::int64_t>(of_it->second)) forget_code(id);
  if (const auto of_it = cards_by_room.find(key); of_it != cards_by_room.end())
    for (const std::int64_t id : std::set<std::int64_t>(of_it->second)) forget_card(id);
  std::erase_if(pairings, [&](const auto& entry) { return comparable(entry.second.pairing.room) == key; });
  const std::string number = rooms[key].number;
  rooms.erase(key);
  for (const std::string& account : accounts) tell(Collection::monitors, Done::removed, account);
  tell(Collection::rooms, Done::removed, number);
}

void Household::Inner::forget_rooms() {
  std::erase_if(monitors, [](const auto& entry) { return !entry.second.monitor.room.empty(); });
  std::erase_if(codes, [&](const auto& entry) {
    if (entry.second.code.room.empty()) return false;
    codes_by_hash.erase(entry.second.hash);
    return true;
  });
  codes_by_room.clear();
  cards.clear();
  cards_by_number.clear();
  cards_by_room.clear();
  std::erase_if(pairings, [](const auto& entry) { return !entry.second.pairing.room.empty(); });
  rooms.clear();
  tell(Collection::monitors, Done::removed, {});
  tell(Collection::rooms, Done::removed, {});
}

void Household::remove_room(std::string number, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), number = std::move(number)]() -> Result<Plan<void>> {
        const std::string key = comparable(number);
        if (!inner->rooms.contains(key)) return no_room(number);
        return Plan<void>{Inner::forgetting(key), [inner, key] { inner->forget_room(key); }, true};
      },
      std::move(then));
}

void Household::clear_rooms(Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get()]() -> Result<Plan<void>> {
        Plan<void> plan;
        if (inner->rooms.empty()) return plan;
        // All at once, and told once: room by room, a large house would hold up the loop for seconds.
        for (const char* table : {"monitors", "codes", "cards", "pairings"})
          plan.statements.push_back({fmt::format("DELETE FROM {} WHERE room_key <> :none", table), {std::string()}});
        plan.statements.push_back({"DELETE FROM rooms", {}});
        plan.in_force = [inner] { inner->forget_rooms(); };
        plan.takes_away = true;
        return plan;
      },
      std::move(then));
}

}  // namespace lintel::household
