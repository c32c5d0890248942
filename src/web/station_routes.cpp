// Stations (H01).
#include "journal/events.hpp"
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/schemas.hpp"

namespace lintel::web {
namespace {

using http::Method;

constexpr std::size_t longest_number = 16, longest_address = 253;

Json station_json(const household::Station& station) {
  return {{"number", station.number}, {"name", station.name}, {"address", station.address}, {"own", station.own}};
}

void list(Call& call) {
  Json items = Json::array();
  for (const household::Station& station : call.house.house.household.stations())
    items.push_back(station_json(station));
  call.reply.send(answer(200, {{"items", items}}));
}

void note(const std::weak_ptr<Context>& weak, const Subject& who, const std::string& number) {
  if (const auto house = weak.lock())
    house->journal(journal::events::operation_station_changed, who, {.fields = {{"station", number}}});
}

void add_station(Call& call) {
  Body body(call.request);
  household::Station station{.number = body.text("number", longest_number),
                             .name = body.text("name", household::max_name, false),
                             .address = body.text("address", longest_address, false)};
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.household.add_station(
      station, [reply = call.reply, who = call.who(), weak = call.weak, station](Result<household::NewSecret> made) {
        if (!made.ok()) return reply.send(answer(made.error()));
        note(weak, who, station.number);
        Json json = station_json(station);
        json["password"] = made->secret;
        reply.send(answer(201, json));
      });
}

void change(Call& call) {
  Body body(call.request);
  household::StationPatch patch{.number = body.maybe_text("number", longest_number),
                                .name = body.maybe_text("name", household::max_name),
                                .address = body.maybe_text("address", longest_address)};
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.household.change_station(
      std::string(call.request.parameter("number")), std::move(patch),
      [reply = call.reply, who = call.who(), weak = call.weak](Result<household::Station> done) {
        if (!done.ok()) return reply.send(answer(done.error()));
        note(weak, who, done->number);
        reply.send(answer(200, station_json(*done)));
      });
}

void remove(Call& call) {
  const std::string number(call.request.parameter("number"));
  call.house.house.household.remove_station(
      number, [reply = call.reply, who = call.who(), weak = call.weak, number](Result<void> done) {
        if (!in_force(done)) return reply.send(answer(done.error()));
        note(weak, who, number);
        reply.no_content_or_error(done);
      });
}

}  // namespace

void add_station_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  const std::string station = object_schema("number:string name:string address:string own:boolean");
  add(router, context,
      {.method = Method::get,
       .pattern = "/stations",
       .callers = people,
       .summary = "Door stations; the own one first.",
       .tag = "Stations",
       .response_schema = list_schema("number:string name:string address:string own:boolean")},
      list);
  add(router, context,
      {.method = Method::post,
       .pattern = "/stations",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Add a station; its registration password is shown this once (H01).",
       .tag = "Stations",
       .request_schema = object_schema("number:string name?:string address?:string"),
       .response_schema = object_schema("number:string name:string address:string own:boolean password:secret"),
       .success = 201},
      add_station);
  add(router, context,
      {.method = Method::patch,
       .pattern = "/stations/{number}",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Change another station.",
       .tag = "Stations",
       .request_schema = object_schema("number?:string name?:string address?:string"),
       .response_schema = station},
      change);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/stations/{number}",
       .callers = people,
       .summary = "Delete another station.",
       .tag = "Stations",
       .success = 204},
      remove);
}

}  // namespace lintel::web
