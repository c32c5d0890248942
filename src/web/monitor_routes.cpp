// Monitors of rooms, and pairing them (design.md, Monitors in a browser).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "journal/events.hpp"
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/schemas.hpp"

namespace lintel::web {
namespace {

using http::Method;

constexpr std::size_t most_asked = 4;  // pairings looked up at once

SipReach reach_of(const Context& house) {
  return house.house.sip == nullptr ? SipReach{} : house.house.sip->reach();
}

Json monitor_json(const Context& house, const household::Monitor& monitor) {
  const Presence presence =
      house.house.presence == nullptr ? Presence{} : house.house.presence->presence(monitor.account);
  Json json{{"account", monitor.account},
            {"room", monitor.room},
            {"kind", household::name_of(monitor.kind)},
            {"name", monitor.name},
            {"locks", monitor.locks},
            {"online", presence.online},
            {"address", presence.address},
            {"paired_at", write_time(monitor.paired_at)}};
  const std::optional<WallTime> seen = presence.last_seen ? presence.last_seen : monitor.last_seen;
  if (seen) json["last_seen"] = write_time(*seen);
  return json;
}

void list(Call& call) {
  const household::Household& homes = call.house.house.household;
  // A monitor sees its own room, whatever it asks for (security.md 10).
  const std::optional<std::string> room =
      call.who().role == Role::monitor ? call.who().room : call.request.query_value("room");
  Json items = Json::array();
  for (const household::Monitor* monitor : room && !room->empty() ? homes.monitors_of(*room) : homes.monitors())
    items.push_back(monitor_json(call.house, *monitor));
  call.reply.send(answer(200, {{"items", items}}));
}

void add_phone(Call& call) {
  Body body(call.request);
  const std::string room = body.text("room", 16);
  (void)body.choice("kind", {"phone"});
  const std::string name = body.text("name", household::max_name, false);
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.household.add_phone(
      room, name, [reply = call.reply, weak = call.weak](Result<household::Paired> made) {
        if (!made.ok()) return reply.send(answer(made.error()));
        const auto house = weak.lock();
        if (house == nullptr) return;
        house->house.journal.record(journal::events::monitor_paired,
                                    {.room = made->monitor.room, .subject = made->monitor.account});
        const SipReach reach = reach_of(*house);
        Json ports = Json::object();
        for (const auto& [transport, port] :
             {std::pair("udp", reach.udp_port), std::pair("tcp", reach.tcp_port), std::pair("tls", reach.tls_port)})
          if (port != 0) ports[transport] = port;
        Json json = monitor_json(*house, made->monitor);
        json["user"] = made->monitor.account;
        json["password"] = made->password;
        json["domain"] = reach.domain;
        json["server"] = reach.server;
        json["ports"] = ports;
        reply.send(answer(201, json));
      });
}

void change(Call& call) {
  Body body(call.request);
  household::MonitorPatch patch{.name = body.maybe_text("name", household::max_name),
                                .locks = body.maybe_integers("locks", 1, 16, household::max_locks)};
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  const household::Monitor* known = call.house.house.household.monitor(call.request.parameter("account"));
  call.house.house.household.change_monitor(
      std::string(call.request.parameter("account")), std::move(patch),
      [reply = call.reply, who = call.who(), weak = call.weak,
       before = known == nullptr ? std::vector<int>() : known->locks](Result<household::Monitor> done) {
        if (!done.ok()) return reply.send(answer(done.error()));
        const auto house = weak.lock();
        if (!house) return;
        if (done->locks != before)
          house->journal(
              journal::events::operation_monitor_changed, who,
              {.room = done->room,
               .fields = {{"monitor", done->account}, {"locks", fmt::format("{}", fmt::join(done->locks, ", "))}}});
        reply.send(answer(200, monitor_json(*house, *done)));
      });
}

void remove(Call& call) {
  const household::Monitor* monitor = call.house.house.household.monitor(call.request.parameter("account"));
  if (monitor == nullptr)
    return call.reply.send(answer(Error{.code = ErrorCode::not_found, .message = "There is no such monitor."}));
  const std::string account = monitor->account, room = monitor->room;
  call.house.house.household.remove_monitor(
      account, [reply = call.reply, weak = call.weak, account, room](Result<void> done) {
        if (!in_force(done)) return reply.send(answer(done.error()));
        if (const auto house = weak.lock()) {
          house->sessions.end_all_of(account);
          if (house->house.presence != nullptr) house->house.presence->revoked(account);
          house->house.journal.record(journal::events::monitor_revoked, {.room = room, .subject = account});
        }
        reply.no_content_or_error(done);
      });
}

void offer(Call& call) {
  Body body(call.request);
  household::NewPairing pairing;
  const bool panel = body.choice("kind", {"monitor", "panel"}) == "panel";
  pairing.kind = panel ? household::MonitorKind::panel : household::MonitorKind::browser;
  pairing.room = body.text("room", 16, !panel);
  pairing.name = body.text("name", household::max_name, false);
  if (panel && !pairing.room.empty()) body.fail("room", "A panel belongs to no room.", pairing.room, "none");
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  const std::string room = pairing.room;
  call.house.house.household.offer_pairing(std::move(pairing), [reply = call.reply, who = call.who(), weak = call.weak,
                                                                panel, room](Result<household::PairingOffer> made) {
    if (!made.ok()) return reply.send(answer(made.error()));
    if (const auto house = weak.lock())
      house->journal(journal::events::operation_pairing_offered, who,
                     {.room = room, .fields = {{"device", panel ? "a panel" : "a monitor of room " + room}}});
    reply.send(answer(201, {{"token", made->token},
                            {"short_code", made->short_code},
                            {"path", std::string(panel ? "/panel" : "/monitor") + "#pair=" + made->token},
                            {"expires_at", write_time(made->expires_at)}}));
  });
}

Json paired_json(const Context& house, const household::Paired& paired) {
  const household::Household::Identity& station = house.house.household.identity();
  const bool panel = paired.monitor.kind == household::MonitorKind::panel;
  Json json{{"kind", panel ? "panel" : "monitor"}, {"account", paired.monitor.account}, {"password", paired.password}};
  if (!paired.monitor.room.empty()) json["room"] = paired.monitor.room;
  if (!panel) {
    const std::string domain = reach_of(house).domain;
    json["sip"] = {{"uri", "sip:" + text::percent_encode(paired.monitor.account) + "@" + domain},
                   {"user", paired.monitor.account},
                   {"password", paired.password},
                   {"domain", domain},
                   {"ws_path", "/sip"}};
  }
  json["station"] = {{"name", station.station_name}, {"number", station.station_number}};
  return json;
}

void pair(Call& call) {
  Context& house = call.house;
  Body body(call.request);
  const bool by_token = body.has("token");
  // The short code is short: wrong ones cost their source, and all sources together. A token cannot be guessed, so
  // those who guess short codes keep nobody from using one.
  const std::string subject = by_token ? std::string() : "pair";
  if (house.guess_wait(subject, call.request.remote_address) > Duration::zero() || house.pairings_asked >= most_asked)
    return call.reply.send(
        answer(Error{.code = ErrorCode::limited, .message = "Too many wrong codes. Wait a minute, then try again."}));
  const std::string proof = by_token ? body.secret("token", 64) : body.secret("short_code", 16);
  const std::string name = body.text("device_name", household::max_name, false);
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  std::string plain;
  for (const char c : proof)
    if (c != ' ' && c != '-') plain += c;
  ++house.pairings_asked;  // few at once, so that they cannot overrun the limit
  house.house.household.take_pairing(
      by_token ? household::PairingProof::token : household::PairingProof::short_code, plain, name,
      [reply = call.reply, weak = call.weak, subject,
       address = call.request.remote_address](Result<household::Paired> made) {
        const auto still = weak.lock();
        if (still == nullptr) return;
        --still->pairings_asked;
        if (!made.ok()) {
          if (made.error().code == ErrorCode::denied) still->guess_failed(subject, address);
          still->house.journal.record(
              journal::events::monitor_pairing_refused,
              {.subject = address, .fields = {{"address", address}, {"reason", made.error().message}}});
          return reply.send(answer(made.error()));
        }
        still->guesses.succeeded(subject, {http::source_of(address), address});
        still->house.journal.record(journal::events::monitor_paired,
                                    {.room = made->monitor.room, .subject = made->monitor.account});
        reply.send(answer(200, paired_json(*still, *made)));
      });
}

}  // namespace

void add_monitor_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  const std::string fields =
      "account:string room:string kind:string name:string locks:integers online:boolean address:string paired_at:time "
      "last_seen?:time";
  add(router, context,
      {.method = Method::get,
       .pattern = "/monitors",
       .callers = people | http::monitor | http::machine,
       .summary = "Monitors, phones and panels; a monitor sees its own room's.",
       .tag = "Monitors",
       .query = {{"room", "of one room"}},
       .response_schema = list_schema(fields)},
      list);
  add(router, context,
      {.method = Method::post,
       .pattern = "/monitors",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Add a SIP phone to a room; its password is shown this once.",
       .tag = "Monitors",
       .request_schema = object_schema("room:string kind:string name?:string"),
       .response_schema =
           object_schema("account:string user:string password:secret domain:string server:string ports:object"),
       .success = 201},
      add_phone);
  add(router, context,
      {.method = Method::patch,
       .pattern = "/monitors/{account}",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Change a monitor's name or the locks it may open.",
       .tag = "Monitors",
       .request_schema = object_schema("name?:string locks?:integers"),
       .response_schema = object_schema(fields)},
      change);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/monitors/{account}",
       .callers = people,
       .summary = "Revoke a monitor, phone or panel.",
       .tag = "Monitors",
       .success = 204},
      remove);
  add(router, context,
      {.method = Method::post,
       .pattern = "/pairings",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Offer a pairing: a token for the QR code and a short code, good once for ten minutes.",
       .tag = "Monitors",
       .request_schema = object_schema("kind:string room?:string name?:string"),
       .response_schema = object_schema("token:secret short_code:secret path:string expires_at:time"),
       .success = 201},
      offer);
  add(router, context,
      {.method = Method::post,
       .pattern = "/pair",
       .callers = http::anyone,
       .without_csrf = true,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "A device trades a token or short code for its own account.",
       .tag = "Monitors",
       .request_schema = object_schema("token?:secret short_code?:secret device_name?:string"),
       .response_schema =
           object_schema("kind:string account:string password:secret room?:string sip?:object station:object")},
      pair);
}

}  // namespace lintel::web
