// Locks and door codes (A10, A13).
#include "base/text.hpp"
#include "journal/events.hpp"
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/paging.hpp"
#include "web/schemas.hpp"
#include "web/states.hpp"

namespace lintel::web {
namespace {

using http::Method;

const Error no_locks{.code = ErrorCode::unavailable, .message = "The locks are not there yet. Try again in a moment."};
const Error no_such_lock{.code = ErrorCode::not_found, .message = "There is no such lock."};
const Error no_such_code{.code = ErrorCode::not_found, .message = "There is no such code."};

void list_locks(Call& call) {
  if (call.house.house.locks == nullptr) return call.reply.send(answer(no_locks));
  Json items = Json::array();
  for (const LockState& lock : call.house.house.locks->locks()) items.push_back(to_json(lock, call.who().role));
  call.reply.send(answer(200, {{"items", items}}));
}

void unlock(Call& call) {
  if (call.house.house.locks == nullptr) return call.reply.send(answer(no_locks));
  const auto number = text::to_unsigned(call.request.parameter("number"));
  if (!number || *number == 0 || *number > household::max_locks) return call.reply.send(answer(no_such_lock));
  if (call.who().role == Role::machine) {
    const household::Machine* machine = call.house.house.household.machine(call.who().account);
    if (machine == nullptr || !machine->may(household::Right::unlock))
      return call.reply.send(
          answer(Error{.code = ErrorCode::denied, .message = "This machine account has no right to open locks."}));
  }
  const Result<LockState> done = call.house.house.locks->unlock(call.who(), static_cast<std::uint32_t>(*number));
  call.reply.send(done.ok() ? answer(200, to_json(*done, call.who().role)) : answer(done.error()));
}

Json code_json(const household::Code& code) {
  return {{"id", code.id}, {"name", code.name}, {"room", code.room}, {"locks", code.locks}, {"active", code.active}};
}

void list_codes(Call& call) {
  const Result<PageWish> wish = page_wish(call.request);
  if (!wish.ok()) return call.reply.send(answer(wish.error()));
  const auto tell = [reply = call.reply](Result<household::CodePage> page) { reply.send(page_answer(page, code_json)); };
  household::Household& household = call.house.house.household;
  if (wish->text.empty()) return tell(household.codes(wish->number(), wish->limit));
  household.search_codes(wish->text, wish->number(), wish->limit, tell);
}

household::Then<household::Code> code_written(const Call& call, int status, std::int64_t changed = 0) {
  return
      [reply = call.reply, who = call.who(), weak = call.weak, status, changed](const Result<household::Code>& done) {
        if (!in_force(done)) return reply.send(answer(done.error()));
        const auto house = weak.lock();
        const household::Code* code =
            house == nullptr ? nullptr : house->house.household.code(done.ok() ? done->id : changed);
        if (code != nullptr)
          house->journal(journal::events::operation_code_changed, who,
                         {.room = code->room, .fields = {{"name", code->name}}});
        reply.send(done.ok() ? answer(status, code_json(*done)) : answer(done.error()));
      };
}

void add_code(Call& call) {
  Body body(call.request);
  household::NewCode code{.name = body.text("name", household::max_name), .code = body.secret("code", 32)};
  code.room = body.text("room", 16, false);
  code.locks = body.maybe_integers("locks", 1, household::max_locks, household::max_locks).value_or(code.locks);
  code.active = body.maybe_boolean("active").value_or(true);
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.household.add_code(std::move(code), code_written(call, 201));
}

std::optional<std::int64_t> id_of(const Call& call) {
  return text::to_signed(call.request.parameter("id"));
}

void change_code(Call& call) {
  const auto id = id_of(call);
  if (!id) return call.reply.send(answer(no_such_code));
  Body body(call.request);
  household::CodePatch patch;
  patch.name = body.maybe_text("name", household::max_name);
  if (body.has("code")) patch.code = body.secret("code", 32);
  patch.room = body.maybe_text("room", 16);
  patch.locks = body.maybe_integers("locks", 1, household::max_locks, household::max_locks);
  patch.active = body.maybe_boolean("active");
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.household.change_code(*id, std::move(patch), code_written(call, 200, *id));
}

void remove_code(Call& call) {
  const auto id = id_of(call);
  const household::Code* code = id ? call.house.house.household.code(*id) : nullptr;
  if (code == nullptr) return call.reply.send(answer(no_such_code));
  call.house.house.household.remove_code(*id, [reply = call.reply, who = call.who(), weak = call.weak,
                                               name = code->name, room = code->room](Result<void> done) {
    if (!in_force(done)) return reply.send(answer(done.error()));
    if (const auto house = weak.lock())
      house->journal(journal::events::operation_code_changed, who, {.room = room, .fields = {{"name", name}}});
    reply.no_content_or_error(done);
  });
}

}  // namespace

void add_access_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  const std::string lock = "number:integer name:string state:string held_open:boolean door_open?:boolean";
  const std::string code = "id:integer name:string room:string locks:integers active:boolean";
  add(router, context,
      {.method = Method::get,
       .pattern = "/locks",
       .callers = everybody | http::machine,
       .summary = "The locks and their states.",
       .tag = "Access",
       .response_schema = list_schema(lock)},
      list_locks);
  add(router, context,
      {.method = Method::post,
       .pattern = "/locks/{number}/unlock",
       .callers = people | http::monitor | http::machine,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Open a lock, if your rights say so (A13).",
       .tag = "Access",
       .response_schema = object_schema(lock)},
      unlock);
  add(router, context,
      {.method = Method::get,
       .pattern = "/codes",
       .callers = people,
       .summary = "Door codes, without the codes themselves.",
       .tag = "Access",
       .query = {{"text", "part of the name or the room"}, {"cursor", "of the page before"}, {"limit", "1 to 500"}},
       .response_schema = list_schema(code, true)},
      list_codes);
  add(router, context,
      {.method = Method::post,
       .pattern = "/codes",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Add a door code (A10).",
       .tag = "Access",
       .request_schema = object_schema("name:string code:secret room?:string locks?:integers active?:boolean"),
       .response_schema = object_schema(code),
       .success = 201},
      add_code);
  add(router, context,
      {.method = Method::patch,
       .pattern = "/codes/{id}",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Change a door code.",
       .tag = "Access",
       .request_schema = object_schema("name?:string code?:secret room?:string locks?:integers active?:boolean"),
       .response_schema = object_schema(code)},
      change_code);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/codes/{id}",
       .callers = people,
       .summary = "Delete a door code.",
       .tag = "Access",
       .success = 204},
      remove_code);
}

}  // namespace lintel::web
