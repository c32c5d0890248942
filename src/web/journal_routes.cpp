// The journal, the event stream, the overview.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "web/context.hpp"
#include "web/json.hpp"
#include "web/schemas.hpp"
#include "web/states.hpp"

namespace lintel::web {
namespace {

using http::Method;

constexpr std::array kinds{journal::Kind::call, journal::Kind::unlock, journal::Kind::alarm, journal::Kind::operation,
                           journal::Kind::system};
constexpr std::size_t catch_up_page = 50;       // which takes less than a millisecond of the loop
constexpr std::int64_t most_caught_up = 1'000;  // ids back; whoever missed more asks for the journal
constexpr std::size_t longest_filter = 100;
constexpr std::size_t longest_event_list = 4096;

Error wrong(const char* field, const std::string& value, const char* limit) {
  return {.code = ErrorCode::invalid,
          .message = std::string("'") + field + "' must be " + limit + ".",
          .field = field,
          .value = value.substr(0, 64),
          .limit = limit};
}

// The query's fields; every wrong one is named.
journal::Query read_query(const http::Request& request, std::vector<Error>& errors) {
  journal::Query query;
  for (const auto& [name, value] : request.query) {
    if (value.empty()) continue;
    if (name == "from" || name == "to") {
      const auto time = read_time(value);
      if (!time)
        errors.push_back(
            wrong(name == "from" ? "from" : "to", value, "a time such as 2026-01-31T12:00:00Z, or a date"));
      (name == "from" ? query.from : query.to) = time;
    } else if (name == "kind") {
      const auto found = std::find_if(kinds.begin(), kinds.end(),
                                      [&value](journal::Kind kind) { return value == journal::name_of(kind); });
      if (found == kinds.end())
        errors.push_back(wrong("kind", value, "call, unlock, alarm, operation or system"));
      else
        query.kind = *found;
    } else if (name == "cursor") {
      const auto before = text::to_signed(value);
      if (!before || *before <= 0)
        errors.push_back(wrong("cursor", value, "the cursor of the page before"));
      else
        query.before = *before;
    } else if (name == "limit") {
      const auto limit = text::to_unsigned(value);
      if (!limit || *limit == 0 || *limit > journal::Journal::page_limit)
        errors.push_back(wrong("limit", value, "1 to 500"));
      else
        query.limit = *limit;
    } else if (name == "room" || name == "door" || name == "text" || name == "event") {
      if (value.size() > longest_filter) errors.push_back(wrong(name.c_str(), value, "at most 100 bytes"));
      std::string& target = name == "room"   ? query.room
                            : name == "door" ? query.door
                            : name == "text" ? query.text
                                             : query.event;
      target = value;
    } else if (name == "or_events") {
      if (value.size() > longest_event_list) errors.push_back(wrong("or_events", value, "at most 4096 bytes"));
      for (const std::string_view event : text::split(value, ',')) query.or_events.emplace_back(event);
    } else {
      errors.push_back(wrong(name.substr(0, 32).c_str(), value,
                             "one of from, to, kind, room, door, event, text, or_events, cursor, limit"));
    }
  }
  return query;
}

void search(Call& call) {
  std::vector<Error> errors;
  journal::Query query = read_query(call.request, errors);
  if (!errors.empty()) return call.reply.send(answer(errors));
  // A monitor sees its own room's entries, whatever it asks for (security.md 10).
  if (call.who().role == Role::monitor) query.room = call.who().room;
  call.house.house.journal.search(std::move(query), [reply = call.reply, who = call.who()](Result<journal::Page> page) {
    if (!page.ok()) return reply.send(answer(page.error()));
    Json items = Json::array();
    for (const journal::Entry& entry : page->entries)
      if (who.role == Role::machine || may_see(who, entry)) items.push_back(entry_json(entry));
    Json json{{"items", items}, {"next_cursor", nullptr}, {"damaged", page->damaged}};
    if (page->next_before != 0) json["next_cursor"] = std::to_string(page->next_before);
    reply.send(answer(200, json));
  });
}

Json hello(const Context& context, const Subject& who) {
  const Dependencies& house = context.house;
  Json json{{"account", who.account}, {"role", name_of(who.role)}, {"last_id", house.journal.last_id()}};
  if (house.panel != nullptr && who.role != Role::monitor) json["panel"] = to_json(house.panel->state());
  json["locks"] = Json::array();
  if (house.locks != nullptr)
    for (const LockState& lock : house.locks->locks()) json["locks"].push_back(to_json(lock, who.role));
  json["calls"] = Json::array();
  if (house.calls != nullptr)
    for (const CallState& one : house.calls->calls())
      if (who.role != Role::monitor || one.room == who.room) json["calls"].push_back(to_json(one));
  if (house.overview != nullptr) json["camera"] = to_json(house.overview->camera());
  return json;
}

// Page after page of what the clients missed, then what came meanwhile; of all that wait one page at a time, in turn,
// so that the loop has time for the doors in between.
void catch_up(const std::weak_ptr<Context>& weak) {
  const auto house = weak.lock();
  if (house == nullptr) return;
  auto& waiting = house->catching_up;
  while (!waiting.empty() && !waiting.front().client->stream->open()) waiting.pop_front();
  if (house->catches_up || waiting.empty()) return;
  house->catches_up = true;
  const Context::CatchUp next = std::move(waiting.front());
  waiting.pop_front();
  const auto& client = next.client;
  const std::string room = client->who.role == Role::monitor ? client->who.room : std::string();
  house->house.journal.after(next.from, room, catch_up_page, [weak, client](Result<std::vector<journal::Entry>> page) {
    const auto there = weak.lock();
    if (there == nullptr) return;
    there->catches_up = false;
    if (!page.ok()) {
      client->stream->close();  // it comes back
    } else {
      const bool open = std::ranges::all_of(*page, [&](const auto& entry) { return EventHub::send(*client, entry); });
      if (open && page->size() < catch_up_page)
        EventHub::caught_up(*client);
      else if (open)
        there->catching_up.push_back({client, page->back().id});
    }
    catch_up(weak);
  });
}

void events(Call& call) {
  const std::shared_ptr<Session>& session = call.identity->session;
  if (call.house.hub.full(*session))
    return call.reply.send(answer(
        Error{.code = ErrorCode::limited, .message = "Too many pages of this session listen already. Close some."}));
  std::string since(call.request.header("Last-Event-ID"));
  if (since.empty()) since = call.request.query_value("last_event_id").value_or("");
  const auto last = text::to_signed(since);
  const bool catching_up = last.has_value() && *last >= 0 && may_see_some(call.who());
  const auto client = call.house.hub.open(call.reply.stream(), session, catching_up);
  client->stream->send("hello", {}, write_json(hello(call.house, call.who())));
  if (!catching_up) return;
  call.house.catching_up.push_back({client, std::max(*last, call.house.house.journal.last_id() - most_caught_up)});
  catch_up(call.weak);
}

void overview(Call& call) {
  const Dependencies& house = call.house.house;
  const OverviewState state = house.overview == nullptr ? OverviewState{} : house.overview->overview();
  const household::Household::Identity& station = house.household.identity();
  Json attention = Json::array(), hours = Json::array(), locks = Json::array();
  for (const Attention& one : state.attention) {
    Json json{{"id", one.id}, {"severity", one.severity}, {"message", one.message}};
    if (!one.action.empty()) json["action"] = one.action;
    attention.push_back(std::move(json));
  }
  for (const OverviewState::Hour& hour : state.by_hour)
    hours.push_back({{"hour", hour.hour}, {"calls", hour.calls}, {"openings", hour.openings}});
  if (house.locks != nullptr)
    for (const LockState& lock : house.locks->locks()) locks.push_back(to_json(lock, call.who().role));
  const auto milliseconds = [](Duration delay) { return std::chrono::duration<double, std::milli>(delay).count(); };
  const auto uptime = std::chrono::floor<std::chrono::seconds>(house.clock.monotonic() - call.house.began).count();
  call.reply.send(answer(200, {{"station", {{"name", station.station_name}, {"number", station.station_number}}},
                               {"version", house.version},
                               {"uptime_seconds", uptime},
                               {"camera", to_json(state.camera)},
                               {"monitors", {{"online", call.house.online_monitors()}, {"total", house.household.monitor_count()}}},
                               {"calls_today", state.calls_today},
                               {"openings_today", state.openings_today},
                               {"by_hour", hours},
                               {"loop_delay_ms", {{"recent", milliseconds(state.recent_loop_delay)}, {"worst", milliseconds(state.worst_loop_delay)}}},
                               {"attention", attention},
                               {"locks", locks},
                               {"storage", to_json(state.storage)}}));
}

}  // namespace

void add_journal_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  const std::string entry =
      "id:integer time:time kind:string event:string severity:string message:string help:string room:string door:string "
      "subject:string fields:objects";
  add(router, context,
      {.method = Method::get,
       .pattern = "/journal",
       .callers = people | http::monitor | http::machine,
       .summary = "The journal, newest first; a monitor sees its own room's.",
       .tag = "Journal",
       .query = {{"from", "time or date, included"},
                 {"to", "time or date, not included"},
                 {"kind", "call, unlock, alarm, operation or system"},
                 {"room", "its number"},
                 {"door", "its name or number"},
                 {"event", "an event's id"},
                 {"text", "part of the message, subject or fields"},
                 {"or_events", "ids of events, with commas: found beside those with the text"},
                 {"cursor", "of the page before"},
                 {"limit", "1 to 500"}},
       .response_schema = list_schema(entry, true)},
      search);
  add(router, context,
      {.method = Method::get,
       .pattern = "/events",
       .callers = everybody,
       .summary = "Server-Sent Events: hello, journal, panel, card, lock, call, monitor, camera, setting; what your role may "
                  "hear. Last-Event-ID catches up.",
       .tag = "Journal",
       .query = {{"last_event_id", "where a client cannot send the header"},
                 {"unattended", "1: does not count as use of a person's session"}},
       .response_type = "text/event-stream"},
      events);
  add(router, context,
      {.method = Method::get,
       .pattern = "/overview",
       .callers = people | http::machine,
       .summary = "The station at a glance.",
       .tag = "Journal",
       .response_schema = object_schema(
           "station:object version:string uptime_seconds:integer camera:object monitors:object calls_today:integer "
           "openings_today:integer by_hour:objects loop_delay_ms:object attention:objects locks:objects storage:object")},
      overview);
}

}  // namespace lintel::web
