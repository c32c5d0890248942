// Log in and out; who is logged in (S02, S04).
#include "base/bytes.hpp"
#include "journal/events.hpp"
#include "system/password.hpp"
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/schemas.hpp"
#include "web/session_cookie.hpp"

namespace lintel::web {
namespace {

using http::Method;

struct Attempt {
  std::string account, address, browser;
  bool secure = false;
  std::optional<household::Monitor> device;  // set when its password was right
  std::string hash;                          // of the person's password, when the attempt came
};

// The password may have been changed while the attempt was slowed and hashed.
bool still_right(const Context& house, const Attempt& attempt) {
  if (attempt.device) return true;  // was compared just now
  const household::Person* person = house.house.household.person(attempt.account);
  return person != nullptr && person->password_hash == attempt.hash;
}

void let_in(Context& house, const Attempt& attempt, const Reply& reply) {
  Subject who{.account = attempt.account, .role = Role::admin, .room = {}, .address = attempt.address};
  if (attempt.device) {
    who.account = attempt.device->account;
    who.role = attempt.device->kind == household::MonitorKind::panel ? Role::panel : Role::monitor;
    who.room = attempt.device->room;
    house.house.household.seen(who.account);
  }
  const Sessions::Begun begun = house.sessions.begin(who, attempt.browser);
  house.journal_session(journal::events::operation_login, who);
  Json json{{"account", who.account},
            {"role", name_of(who.role)},
            {"csrf", begun.session->csrf},
            {"idle_minutes", house.house.settings.get(settings::security::session_idle).count()}};
  if (!who.room.empty()) json["room"] = who.room;
  http::Response response = answer(200, json);
  response.set("Set-Cookie", session_cookie(begun.token, attempt.secure));
  reply.send(std::move(response));
}

void keep_out(Context& house, const Attempt& attempt, bool locked_now, const Reply& reply) {
  const std::string subject = attempt.account.substr(0, 64);
  house.house.journal.record(journal::events::operation_login_failed,
                             {.subject = subject, .fields = {{"address", attempt.address}}});
  if (locked_now) {
    const auto minutes = house.house.settings.get(settings::security::login_lock).count();
    house.house.journal.record(
        journal::events::operation_login_locked,
        {.subject = subject, .fields = {{"address", attempt.address}, {"minutes", std::to_string(minutes)}}});
  }
  reply.send(answer(Error{.code = ErrorCode::unauthenticated, .message = "The account or the password is wrong."}));
}

void log_in(Call& call) {
  Body body(call.request);
  auto attempt = std::make_shared<Attempt>();
  attempt->account = body.text("account", 64);
  const std::string password = body.secret("password");
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  attempt->address = call.request.remote_address;
  attempt->browser = call.request.header("User-Agent");
  attempt->secure = call.request.secure;

  household::Household& homes = call.house.house.household;
  const household::Person* person = homes.person(attempt->account);
  // Devices have random passwords, which need no slow hash. By the name's form, so that time does not tell which exist.
  const bool device =
      person == nullptr && (attempt->account.find('#') != std::string::npos || attempt->account.starts_with("panel-"));
  Login::Check check;
  if (device) {
    check = [attempt, &homes, password] {  // runs at once or by a timer, on the loop
      const household::Monitor* monitor = homes.check_monitor(attempt->account, password);
      if (monitor != nullptr) attempt->device = *monitor;
      return monitor != nullptr;
    };
  } else {
    if (person != nullptr) attempt->hash = person->password_hash;
    check = [hash = attempt->hash, password] { return system::verify_password(password, hash); };
  }
  // A name that is no account's is slowed as one, but not by what else has that name in the common limit ("door-code").
  const std::string subject = person != nullptr || device ? attempt->account : "no account: " + attempt->account;
  call.house.login.attempt(subject, attempt->address, device, std::move(check),
                           [attempt, reply = call.reply, weak = call.weak](Result<Login::Outcome> outcome) {
                             const auto house = weak.lock();
                             if (house == nullptr) return;
                             if (!outcome.ok()) return reply.send(answer(outcome.error()));
                             if (outcome->right && still_right(*house, *attempt))
                               return let_in(*house, *attempt, reply);
                             keep_out(*house, *attempt, outcome->locked_now, reply);
                           });
}

void log_out(Call& call) {
  const Subject who = call.who();
  call.house.sessions.end(call.identity->session->id);
  call.house.journal_session(journal::events::operation_logout, who);
  http::Response response{.status = 204, .headers = {{"Cache-Control", "no-store"}}, .body = {}};
  response.set("Set-Cookie", no_session_cookie(call.request.secure));
  call.reply.send(std::move(response));
}

void list(Call& call) {
  Json items = Json::array();
  for (const auto& session : call.house.sessions.list())
    items.push_back({{"id", session->id},
                     {"account", session->who.account},
                     {"role", name_of(session->who.role)},
                     {"room", session->who.room},
                     {"address", session->who.address},
                     {"browser", session->browser},
                     {"began", write_time(session->began)},
                     {"current", session == call.identity->session}});
  call.reply.send(answer(200, {{"items", items}}));
}

void end(Call& call) {
  if (!call.house.sessions.end(call.request.parameter("id")))
    return call.reply.send(
        answer(Error{.code = ErrorCode::not_found, .message = "There is no such session; it may have ended."}));
  call.reply.no_content();
}

}  // namespace

void add_session_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  add(router, context,
      {.method = Method::post,
       .pattern = "/login",
       .callers = http::anyone,
       .without_csrf = true,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Begin a session. The cookie is set; the token goes into X-Lintel-CSRF of each change.",
       .tag = "Sessions",
       .request_schema = object_schema("account:string password:secret"),
       .response_schema = object_schema("account:string role:string room?:string csrf:string idle_minutes:integer")},
      log_in);
  add(router, context,
      {.method = Method::post,
       .pattern = "/logout",
       .callers = everybody,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "End your session.",
       .tag = "Sessions",
       .success = 204},
      log_out);
  add(router, context,
      {.method = Method::get,
       .pattern = "/sessions",
       .callers = people,
       .summary = "Who is logged in.",
       .tag = "Sessions",
       .response_schema = list_schema("id:string account:string role:string room:string address:string browser:string "
                                      "began:time current:boolean")},
      list);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/sessions/{id}",
       .callers = people,
       .summary = "End a session.",
       .tag = "Sessions",
       .success = 204},
      end);
}

}  // namespace lintel::web
