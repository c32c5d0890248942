// Rooms (H03, H05).
#include <algorithm>

#include "base/text.hpp"
#include "journal/events.hpp"
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/password_check.hpp"
#include "web/paging.hpp"
#include "web/schemas.hpp"

namespace lintel::web {
namespace {

using http::Method;

constexpr std::size_t largest_page = 200;
constexpr std::size_t longest_name = household::max_name;
constexpr std::size_t longest_number = 16;  // the household says what a number may be; this bounds what it is asked

Json room_json(const Context& house, const household::Room& room) {
  std::size_t online = 0;
  const auto monitors = house.house.household.monitors_of(room.number);
  if (house.house.presence != nullptr)
    online = static_cast<std::size_t>(
        std::count_if(monitors.begin(), monitors.end(), [&house](const household::Monitor* monitor) {
          return house.house.presence->presence(monitor->account).online;
        }));
  return {{"number", room.number},       {"first_name", room.first_name}, {"last_name", room.last_name},
          {"nick_name", room.nick_name}, {"monitors", monitors.size()},   {"online", online}};
}

void list(Call& call) {
  const Result<PageWish> wish = page_wish(call.request, largest_page);
  if (!wish.ok()) return call.reply.send(answer(wish.error()));
  const household::RoomPage page = call.house.house.household.rooms(wish->text, wish->cursor, wish->limit);
  Json items = Json::array();
  for (const household::Room& room : page.rooms) items.push_back(room_json(call.house, room));
  call.reply.send(answer(200, page_json(std::move(items), page.next_cursor, page.total)));
}

// What happens after a write of one room: journalled and answered.
household::Then<household::Room> room_written(const Call& call, int status, const journal::Event& event) {
  return [reply = call.reply, who = call.who(), weak = call.weak, status, &event](Result<household::Room> written) {
    if (!written.ok()) return reply.send(answer(written.error()));
    const auto house = weak.lock();
    if (house == nullptr) return;
    house->journal(event, who, {.room = written->number});
    reply.send(answer(status, room_json(*house, *written)));
  };
}

void add_room(Call& call) {
  Body body(call.request);
  household::Room room{.number = body.text("number", longest_number)};
  room.first_name = body.text("first_name", longest_name, false);
  room.last_name = body.text("last_name", longest_name, false);
  room.nick_name = body.text("nick_name", longest_name, false);
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.household.add_room(std::move(room), room_written(call, 201, journal::events::operation_room_added));
}

void add_batch(Call& call) {
  Body body(call.request);
  household::Batch batch;
  batch.floors = static_cast<unsigned>(body.integer("floors", 1, 999));
  batch.rooms_per_floor = static_cast<unsigned>(body.integer("rooms_per_floor", 1, 999));
  batch.first_number = body.text("first_number", longest_number);
  batch.second_floor_first_number = body.text("second_floor_first_number", longest_number, false);
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.household.add_rooms(
      batch, [reply = call.reply, who = call.who(), weak = call.weak](Result<household::BatchResult> made) {
        if (!made.ok()) return reply.send(answer(made.error()));
        Json skipped = Json::array();
        for (const auto& one : made->skipped) skipped.push_back({{"number", one.number}, {"reason", one.reason}});
        if (const auto house = weak.lock(); house != nullptr && !made->created.empty())
          house->journal(journal::events::operation_rooms_added, who,
                         {.fields = {{"count", std::to_string(made->created.size())}}});
        reply.send(answer(200, {{"created", made->created}, {"skipped", skipped}}));
      });
}

void get(Call& call) {
  const household::Room* room = call.house.house.household.room(call.request.parameter("number"));
  if (room == nullptr)
    return call.reply.send(answer(Error{.code = ErrorCode::not_found, .message = "There is no such room."}));
  call.reply.send(answer(200, room_json(call.house, *room)));
}

void change(Call& call) {
  Body body(call.request);
  household::RoomPatch patch{.number = body.maybe_text("number", longest_number),
                             .first_name = body.maybe_text("first_name", longest_name),
                             .last_name = body.maybe_text("last_name", longest_name),
                             .nick_name = body.maybe_text("nick_name", longest_name)};
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.household.change_room(std::string(call.request.parameter("number")), std::move(patch),
                                         room_written(call, 200, journal::events::operation_room_changed));
}

void remove(Call& call) {
  const std::string number(call.request.parameter("number"));
  call.house.house.household.remove_room(
      number, [reply = call.reply, who = call.who(), weak = call.weak, number](Result<void> done) {
        if (!in_force(done)) return reply.send(answer(done.error()));
        if (const auto house = weak.lock())
          house->journal(journal::events::operation_room_removed, who, {.room = number});
        reply.no_content_or_error(done);
      });
}

void clear(Call& call) {
  Body body(call.request);
  const std::string password = body.secret("password");
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  with_password(call, "password", password, [reply = call.reply, who = call.who(), weak = call.weak](Context& house) {
    house.house.household.clear_rooms([reply, who, weak](Result<void> done) {
      if (!in_force(done)) return reply.send(answer(done.error()));
      if (const auto still = weak.lock()) still->journal(journal::events::operation_room_removed, who, {.room = "all"});
      reply.no_content_or_error(done);
    });
  });
}

}  // namespace

void add_room_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  const std::string fields = "number:string first_name?:string last_name?:string nick_name?:string";
  const std::string room = object_schema(
      "number:string first_name:string last_name:string nick_name:string monitors:integer online:integer");
  add(router, context,
      {.method = Method::get,
       .pattern = "/rooms",
       .callers = people | http::machine,
       .summary = "Rooms, by number; a page at a time.",
       .tag = "Rooms",
       .query = {{"text", "part of a number or name"}, {"cursor", "of the page before"}, {"limit", "1 to 200"}},
       .response_schema = list_schema(
           "number:string first_name:string last_name:string nick_name:string monitors:integer online:integer", true)},
      list);
  add(router, context,
      {.method = Method::post,
       .pattern = "/rooms",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Add a room (H03).",
       .tag = "Rooms",
       .request_schema = object_schema(fields),
       .response_schema = room,
       .success = 201},
      add_room);
  add(router, context,
      {.method = Method::post,
       .pattern = "/rooms/batch",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Add rooms floor by floor (H05).",
       .tag = "Rooms",
       .request_schema = object_schema(
           "floors:integer rooms_per_floor:integer first_number:string second_floor_first_number?:string"),
       .response_schema = object_schema("created:strings skipped:objects")},
      add_batch);
  add(router, context,
      {.method = Method::get,
       .pattern = "/rooms/{number}",
       .callers = people | http::machine,
       .summary = "One room.",
       .tag = "Rooms",
       .response_schema = room},
      get);
  add(router, context,
      {.method = Method::patch,
       .pattern = "/rooms/{number}",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Change a room.",
       .tag = "Rooms",
       .request_schema = object_schema("number?:string first_name?:string last_name?:string nick_name?:string"),
       .response_schema = room},
      change);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/rooms/{number}",
       .callers = people,
       .summary = "Delete a room with its monitors and codes.",
       .tag = "Rooms",
       .success = 204},
      remove);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/rooms",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Delete all rooms; asks for your password.",
       .tag = "Rooms",
       .request_schema = object_schema("password:secret"),
       .success = 204},
      clear);
}

}  // namespace lintel::web
