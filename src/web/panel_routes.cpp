// The panel's keys and display, the hardware's twins, calls.
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/schemas.hpp"
#include "web/states.hpp"

namespace lintel::web {
namespace {

using http::Method;

Error not_there(const char* what) {
  return {.code = ErrorCode::unavailable, .message = std::string(what) + " is not there yet. Try again in a moment."};
}

void panel(Call& call) {
  if (call.house.house.panel == nullptr) return call.reply.send(answer(not_there("The panel")));
  call.reply.send(answer(200, to_json(call.house.house.panel->state())));
}

void press(Call& call) {
  if (call.house.house.panel == nullptr) return call.reply.send(answer(not_there("The panel")));
  Body body(call.request);
  const std::string key = body.choice(
      "key", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", "call", "hangup", "centre", "emergency"});
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  const Result<PanelState> done = call.house.house.panel->press(call.who(), key);
  call.reply.send(done.ok() ? answer(200, to_json(*done)) : answer(done.error()));
}

Json twin_json(const Twin& twin) {
  return {{"name", twin.name}, {"kind", twin.kind}, {"state", twin.state}, {"actions", twin.actions}};
}

void list_twins(Call& call) {
  if (call.house.house.twins == nullptr) return call.reply.send(answer(not_there("The hardware")));
  Json items = Json::array();
  for (const Twin& twin : call.house.house.twins->twins()) items.push_back(twin_json(twin));
  call.reply.send(answer(200, {{"items", items}}));
}

void act(Call& call) {
  if (call.house.house.twins == nullptr) return call.reply.send(answer(not_there("The hardware")));
  Body body(call.request);
  const std::string action = body.text("action", 200);
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  const std::string name(call.request.parameter("name"));
  const Result<Twin> done = call.house.house.twins->act(call.who(), name, action);
  // Without what it was given: a card's number is nobody's business.
  if (done.ok())
    call.house.journal(journal::events::operation_twin_used, call.who(),
                       {.fields = {{"device", name}, {"action", action.substr(0, action.find(':'))}}});
  call.reply.send(done.ok() ? answer(200, twin_json(*done)) : answer(done.error()));
}

void list_calls(Call& call) {
  if (call.house.house.calls == nullptr) return call.reply.send(answer(not_there("The telephone")));
  Json items = Json::array();
  for (const CallState& one : call.house.house.calls->calls())
    if (call.who().role != Role::monitor || one.room == call.who().room) items.push_back(to_json(one));
  call.reply.send(answer(200, {{"items", items}}));
}

void start_call(Call& call) {
  if (call.house.house.calls == nullptr) return call.reply.send(answer(not_there("The telephone")));
  Body body(call.request);
  const std::string to = body.text("to", 64);
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  const Result<CallState> done = call.house.house.calls->call(call.who(), to);
  call.reply.send(done.ok() ? answer(201, to_json(*done)) : answer(done.error()));
}

void end_call(Call& call) {
  if (call.house.house.calls == nullptr) return call.reply.send(answer(not_there("The telephone")));
  const Result<void> done = call.house.house.calls->hang_up(call.who(), call.request.parameter("id"));
  if (!done.ok()) return call.reply.send(answer(done.error()));
  call.reply.no_content();
}

}  // namespace

void add_panel_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  const std::string state =
      object_schema("display:object lights:object input:string mode:string reader?:object locked_until?:time");
  const std::string twin = "name:string kind:string state:string actions:strings";
  const std::string one = "id:string state:string room:string peer:string since:time";
  add(router, context,
      {.method = Method::get,
       .pattern = "/panel",
       .callers = people | http::panel,
       .summary = "The station's display and lights.",
       .tag = "Panel",
       .response_schema = state},
      panel);
  add(router, context,
      {.method = Method::post,
       .pattern = "/panel/keys",
       .callers = people | http::panel,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Press a key of the station.",
       .tag = "Panel",
       .request_schema = object_schema("key:string"),
       .response_schema = state},
      press);
  add(router, context,
      {.method = Method::get,
       .pattern = "/twins",
       .callers = people,
       .summary = "The hardware's twins.",
       .tag = "Twins",
       .response_schema = list_schema(twin)},
      list_twins);
  add(router, context,
      {.method = Method::post,
       .pattern = "/twins/{name}",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Play a twin: press the exit button, open the door, hold a card to the reader, let a lock fail.",
       .tag = "Twins",
       .request_schema = object_schema("action:string"),
       .response_schema = object_schema(twin)},
      act);
  add(router, context,
      {.method = Method::get,
       .pattern = "/calls",
       .callers = everybody | http::machine,
       .summary = "Calls that run now; a monitor sees its own room's.",
       .tag = "Calls",
       .response_schema = list_schema(one)},
      list_calls);
  add(router, context,
      {.method = Method::post,
       .pattern = "/calls",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Call a room from the station.",
       .tag = "Calls",
       .request_schema = object_schema("to:string"),
       .response_schema = object_schema(one),
       .success = 201},
      start_call);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/calls/{id}",
       .callers = people,
       .summary = "End a call.",
       .tag = "Calls",
       .success = 204},
      end_call);
}

}  // namespace lintel::web
