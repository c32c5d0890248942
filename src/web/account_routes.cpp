// The owner's password and e-mail (S05); accounts of machines.
#include "household/numbers.hpp"
#include "journal/events.hpp"
#include "system/password.hpp"
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/password_check.hpp"
#include "web/schemas.hpp"
#include "web/session_cookie.hpp"

namespace lintel::web {
namespace {

using http::Method;

// The session goes on by another cookie: this one may be in other hands too, which is often why. The others end.
http::Response password_changed(Context& house, const Subject& who, const Session& own, bool secure) {
  http::Response response{.status = 204, .headers = {{"Cache-Control", "no-store"}}, .body = {}};
  std::string next;
  if (house.sessions.has(own.id)) {
    const Sessions::Begun begun = house.sessions.renew(own);
    next = begun.session->id;
    response.set("Set-Cookie", session_cookie(begun.token, secure));
  }
  house.sessions.end_all_of(who.account, next);
  house.journal(journal::events::operation_password_changed, who);
  return response;
}

void change_password(Call& call) {
  Body body(call.request);
  const std::string old_password = body.secret("old_password");
  const std::string password = body.secret("password");
  const std::string repeat = body.secret("password_repeat");
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  std::vector<Error> errors;
  if (const Result<void> good = system::check_password(password, call.who().account); !good.ok())
    errors.push_back(good.error());
  if (password != repeat)
    errors.push_back({.code = ErrorCode::invalid,
                      .message = "The two passwords differ.",
                      .field = "password_repeat",
                      .value = {},
                      .limit = "the same password"});
  if (!errors.empty()) return call.reply.send(answer(errors));

  with_password(call, "old_password", old_password,
                [password, reply = call.reply, who = call.who(), own = call.identity->session,
                 secure = call.request.secure, weak = call.weak](Context& house) {
                  auto hash = std::make_shared<Result<std::string>>(Error{});
                  const auto store = [hash, reply, who, own, secure, weak] {
                    const auto still = weak.lock();
                    if (still == nullptr) return;
                    if (!hash->ok()) return reply.send(answer(hash->error()));
                    still->house.household.change_password_hash(
                        who.account, std::move(*hash).value(), [reply, who, own, secure, weak](Result<void> stored) {
                          if (!stored.ok()) return reply.send(answer(stored.error()));
                          if (const auto again = weak.lock()) reply.send(password_changed(*again, who, *own, secure));
                        });
                  };
                  if (!house.house.workers.run([hash, password] { *hash = system::hash_password(password); }, store))
                    reply.send(answer(Error{.code = ErrorCode::unavailable,
                                            .message = "The station is busy. Try again in a moment."}));
                });
}

void change_email(Call& call) {
  Body body(call.request);
  const std::string email = body.text("email", 254);
  const std::string password = body.secret("password");
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  if (const Result<void> good = household::check_email(email); !good.ok()) return call.reply.send(answer(good.error()));
  with_password(call, "password", password,
                [email, reply = call.reply, who = call.who(), weak = call.weak](Context& house) {
                  house.house.household.change_email(who.account, email, [reply, who, weak](Result<void> stored) {
                    if (!stored.ok()) return reply.send(answer(stored.error()));
                    if (const auto still = weak.lock()) still->journal(journal::events::operation_email_changed, who);
                    reply.no_content();
                  });
                });
}

struct RightName {
  household::Right right;
  const char* name;
};
constexpr RightName right_names[] = {
    {household::Right::rtsp, "rtsp"}, {household::Right::api, "api"}, {household::Right::unlock, "unlock"}};

Json machine_json(const household::Machine& machine) {
  Json rights = Json::array();
  for (const auto& [right, name] : right_names)
    if (machine.may(right)) rights.push_back(name);
  return {{"name", machine.name}, {"rights", rights}, {"created_at", write_time(machine.created_at)}};
}

void list_machines(Call& call) {
  Json items = Json::array();
  for (const household::Machine& machine : call.house.house.household.machines())
    items.push_back(machine_json(machine));
  call.reply.send(answer(200, {{"items", items}}));
}

void add_machine(Call& call) {
  Body body(call.request);
  const std::string name = body.text("name", 64);
  unsigned rights = 0;
  for (const std::string& wanted : body.texts("rights", 16, 8)) {
    unsigned bit = 0;
    for (const auto& [right, known] : right_names)
      if (wanted == known) bit = static_cast<unsigned>(right);
    if (bit == 0) body.fail("rights", "There is no such right.", wanted.substr(0, 16), "rtsp, api, unlock");
    rights |= bit;
  }
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.household.add_machine(
      name, rights, [reply = call.reply, who = call.who(), weak = call.weak](Result<household::NewSecret> made) {
        if (!made.ok()) return reply.send(answer(made.error()));
        const auto house = weak.lock();
        if (house == nullptr) return;
        house->journal(journal::events::operation_machine_changed, who, {.fields = {{"name", made->account}}});
        Json json{{"name", made->account}, {"secret", made->secret}};
        if (const household::Machine* machine = house->house.household.machine(made->account))
          json["rights"] = machine_json(*machine)["rights"];
        reply.send(answer(201, json));
      });
}

void remove_machine(Call& call) {
  const std::string name(call.request.parameter("name"));
  call.house.house.household.remove_machine(
      name, [reply = call.reply, who = call.who(), name, weak = call.weak](Result<void> done) {
        if (!in_force(done)) return reply.send(answer(done.error()));
        if (const auto house = weak.lock())
          house->journal(journal::events::operation_machine_changed, who, {.fields = {{"name", name}}});
        reply.no_content_or_error(done);
      });
}

}  // namespace

void with_password(Call& call, const char* field, const std::string& password, std::function<void(Context&)> then) {
  const household::Person* person = call.house.house.household.person(call.who().account);
  const std::string hash = person == nullptr ? std::string() : person->password_hash;
  call.house.login.attempt(
      call.who().account, call.request.remote_address, false,
      [hash, password] { return system::verify_password(password, hash); },
      [field, reply = call.reply, weak = call.weak, then = std::move(then)](Result<Login::Outcome> outcome) {
        const auto house = weak.lock();
        if (house == nullptr) return;
        if (!outcome.ok()) return reply.send(answer(outcome.error()));
        if (outcome->right) return then(*house);
        reply.send(answer(Error{.code = ErrorCode::denied, .message = "The password is wrong.", .field = field}));
      });
}

void add_account_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  add(router, context,
      {.method = Method::post,
       .pattern = "/password",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Change your password; your other sessions end, and yours goes on with another cookie.",
       .tag = "Accounts",
       .request_schema = object_schema("old_password:secret password:secret password_repeat:secret"),
       .success = 204},
      change_password);
  add(router, context,
      {.method = Method::put,
       .pattern = "/email",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Change the e-mail address that password resets go to.",
       .tag = "Accounts",
       .request_schema = object_schema("email:string password:secret"),
       .success = 204},
      change_email);
  add(router, context,
      {.method = Method::get,
       .pattern = "/machine-accounts",
       .callers = people,
       .summary = "Accounts of machines.",
       .tag = "Accounts",
       .response_schema = list_schema("name:string rights:strings created_at:time")},
      list_machines);
  add(router, context,
      {.method = Method::post,
       .pattern = "/machine-accounts",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Make a machine account; its secret is shown this once.",
       .tag = "Accounts",
       .request_schema = object_schema("name:string rights:strings"),
       .response_schema = object_schema("name:string secret:secret rights:strings"),
       .success = 201},
      add_machine);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/machine-accounts/{name}",
       .callers = people,
       .summary = "Remove a machine account.",
       .tag = "Accounts",
       .success = 204},
      remove_machine);
}

}  // namespace lintel::web
