// What answers without credentials: the station's state, set-up (S01), health, the root certificate, the API's
// description.
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "household/numbers.hpp"
#include "journal/events.hpp"
#include "settings/keys.hpp"
#include "system/password.hpp"
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/schemas.hpp"

namespace lintel::web {
namespace {

using http::Method;

Json session_json(const Context& house, const Identity* identity) {
  if (identity == nullptr || identity->session == nullptr) return nullptr;
  Json json{{"account", identity->who.account},
            {"role", name_of(identity->who.role)},
            {"csrf", identity->session->csrf},
            {"idle_minutes", house.house.settings.get(settings::security::session_idle).count()}};
  if (!identity->who.room.empty()) json["room"] = identity->who.room;
  if (const household::Person* person = house.house.household.person(identity->who.account))
    json["email"] = person->email;
  return json;
}

void state(Call& call) {
  const household::Household& homes = call.house.house.household;
  call.reply.send(
      answer(200, {{"initialised", homes.initialised()},
                   {"version", call.house.house.version},
                   {"station", {{"name", homes.identity().station_name},
                                {"number", homes.identity().station_number},
                                {"language", call.house.house.settings.get(settings::station::language)}}},
                   {"session", session_json(call.house, call.identity)}}));
}

// The one-time code, typed by hand: spaces and hyphens do not matter.
std::string plain_code(std::string_view typed) {
  std::string code;
  for (const char c : typed)
    if (c != ' ' && c != '-') code += c;
  return code;
}

void store_admin(const Call& call, const std::string& email, std::shared_ptr<Result<std::string>> hash) {
  const Reply reply = call.reply;
  const std::string address = call.request.remote_address;
  const std::weak_ptr<Context> weak = call.weak;
  call.house.house.household.add_person({.account = "admin", .email = email, .password_hash = std::move(*hash).value()},
                                        [reply, weak, address](Result<void> stored) {
                                          if (!stored.ok()) return reply.send(answer(stored.error()));
                                          if (const auto house = weak.lock()) {
                                            house->setup_code.clear();
                                            house->house.journal.record(
                                                journal::events::operation_initialised,
                                                {.subject = "admin", .fields = {{"address", address}}});
                                          }
                                          reply.send(answer(201, {{"account", "admin"}}));
                                        });
}

void set_up(Call& call) {
  Context& house = call.house;
  if (house.house.household.initialised())
    return call.reply.send(
        answer(Error{.code = ErrorCode::conflict, .message = "The station has been set up already. Log in."}));
  if (house.guess_wait("set-up", call.request.remote_address) > Duration::zero())
    return call.reply.send(
        answer(Error{.code = ErrorCode::limited, .message = "Too many wrong codes. Wait a minute, then try again."}));

  Body body(call.request);
  const std::string code = plain_code(body.secret("code", 32));
  const std::string password = body.secret("password");
  const std::string repeat = body.secret("password_repeat");
  const std::string email = body.text("email", 254);
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  if (house.setup_code.empty() || !bytes::equal_in_constant_time(code, house.setup_code)) {
    house.guess_failed("set-up", call.request.remote_address);
    house.house.journal.record(journal::events::operation_setup_refused,
                               {.subject = "admin", .fields = {{"address", call.request.remote_address}}});
    return call.reply.send(
        answer(Error{.code = ErrorCode::denied,
                     .message = "The one-time code is wrong. It was printed when the station started.",
                     .field = "code"}));
  }
  std::vector<Error> errors;
  if (const Result<void> good = system::check_password(password, "admin"); !good.ok()) errors.push_back(good.error());
  if (password != repeat)
    errors.push_back({.code = ErrorCode::invalid,
                      .message = "The two passwords differ.",
                      .field = "password_repeat",
                      .value = {},
                      .limit = "the same password"});
  if (const Result<void> good = household::check_email(email); !good.ok()) errors.push_back(good.error());
  if (!errors.empty()) return call.reply.send(answer(errors));

  auto hash = std::make_shared<Result<std::string>>(Error{});
  struct Kept {
    http::Request request;
    Reply reply;
  };
  auto kept = std::make_shared<Kept>(Kept{call.request, call.reply});
  kept->request.body.clear();
  const bool queued =
      house.house.workers.run([hash, password] { *hash = system::hash_password(password); },
                              [hash, kept, email, weak = call.weak] {
                                const auto still = weak.lock();
                                if (still == nullptr) return;
                                if (!hash->ok()) return kept->reply.send(answer(hash->error()));
                                store_admin({*still, weak, kept->request, kept->reply, nullptr}, email, hash);
                              });
  if (!queued)
    call.reply.send(
        answer(Error{.code = ErrorCode::unavailable, .message = "The station is busy. Try again in a moment."}));
}

void root_certificate(Call& call) {
  if (call.house.house.certificate == nullptr)
    return call.reply.send(answer(Error{.code = ErrorCode::unavailable, .message = "The station has no certificate."}));
  http::Response response =
      http::text_response(200, call.house.house.certificate->root_pem(), "application/x-x509-ca-cert");
  response.set("Content-Disposition", "attachment; filename=\"lintel-root.pem\"");
  call.reply.send(std::move(response));
}

}  // namespace

void add_start_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  add(router, context,
      {.method = Method::get,
       .pattern = "/state",
       .callers = http::anyone,
       .before_set_up = true,
       .summary = "Whether the station is set up, its name, and your session.",
       .tag = "Start",
       .response_schema = object_schema("initialised:boolean version:string station:object session?:object")},
      state);
  add(router, context,
      {.method = Method::post,
       .pattern = "/setup",
       .callers = http::anyone,
       .before_set_up = true,
       .without_csrf = true,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Set the owner's password with the one-time code (S01).",
       .tag = "Start",
       .request_schema = object_schema("code:secret password:secret password_repeat:secret email:string"),
       .response_schema = object_schema("account:string"),
       .success = 201},
      set_up);
  add(router, context,
      {.method = Method::get,
       .pattern = "/health",
       .callers = http::anyone,
       .before_set_up = true,
       .summary = "Answers while the station serves.",
       .tag = "Start",
       .response_schema = object_schema("ok:boolean")},
      [](Call& call) {
        call.reply.send(answer(200, {{"ok", true}}));
      });
  add(router, context,
      {.method = Method::get,
       .pattern = "/certificate/root.pem",
       .callers = http::anyone,
       .before_set_up = true,
       .summary = "The root certificate, to be trusted by browsers (S12).",
       .tag = "Start",
       .response_type = "application/x-x509-ca-cert"},
      root_certificate);
  add(router, context,
      {.method = Method::get,
       .pattern = "/openapi.json",
       .callers = http::anyone,
       .before_set_up = true,
       .summary = "This description.",
       .tag = "Start",
       .response_schema = R"({"type":"object"})"},
      [](Call& call) { call.reply.send(http::json_response(200, call.house.description)); });
}

}  // namespace lintel::web
