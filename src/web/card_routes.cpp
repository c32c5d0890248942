// Cards of rooms (H06): the list, and the issue of one at the reader. Their numbers are never told whole.
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

constexpr std::size_t longest_room = 16;  // the household says what is good; these bound what it is asked
constexpr std::size_t longest_number = 200;

const Error no_reader{.code = ErrorCode::unavailable, .message = "The reader is not there yet. Try again in a moment."};
const Error no_such_card{.code = ErrorCode::not_found, .message = "There is no such card."};

void list(Call& call) {
  const Result<PageWish> wish = page_wish(call.request);
  if (!wish.ok()) return call.reply.send(answer(wish.error()));
  const auto tell = [reply = call.reply](Result<household::CardPage> page) {
    reply.send(page_answer(page, [](const household::Card& card) { return to_json(card); }));
  };
  household::Household& household = call.house.house.household;
  std::string room = call.request.query_value("room").value_or("").substr(0, longest_room);
  if (wish->text.empty()) return tell(household.cards(room, wish->number(), wish->limit));
  household.search_cards(std::move(room), wish->text, wish->number(), wish->limit, tell);
}

journal::Details details_of(const household::Card& card) {
  return {.room = card.room, .fields = {{"name", card.label()}}};
}

void add_card(Call& call) {
  Body body(call.request);
  household::NewCard card{.number = body.secret("number", longest_number), .room = body.text("room", longest_room)};
  card.name = body.text("name", household::max_name, false);
  card.locks = body.maybe_integers("locks", 1, household::max_locks, household::max_locks).value_or(card.locks);
  card.main = body.maybe_boolean("main").value_or(false);
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  call.house.house.household.add_card(
      std::move(card), [reply = call.reply, who = call.who(), weak = call.weak](Result<household::Card> done) {
        if (!done.ok()) return reply.send(answer(done.error()));
        if (const auto house = weak.lock())
          house->journal(journal::events::operation_card_issued, who, details_of(*done));
        reply.send(answer(201, to_json(*done)));
      });
}

const household::Card* card_of(const Call& call) {
  const auto id = text::to_signed(call.request.parameter("id"));
  return id ? call.house.house.household.card(*id) : nullptr;
}

void change_card(Call& call) {
  const household::Card* before = card_of(call);
  if (before == nullptr) return call.reply.send(answer(no_such_card));
  Body body(call.request);
  household::CardPatch patch;
  patch.name = body.maybe_text("name", household::max_name);
  patch.room = body.maybe_text("room", longest_room);
  patch.locks = body.maybe_integers("locks", 1, household::max_locks, household::max_locks);
  patch.main = body.maybe_boolean("main");
  patch.lost = body.maybe_boolean("lost");
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  const bool otherwise = patch.name || patch.room || patch.locks || patch.main;
  call.house.house.household.change_card(
      before->id, std::move(patch),
      [reply = call.reply, who = call.who(), weak = call.weak, otherwise, was_lost = before->lost,
       id = before->id](const Result<household::Card>& done) {
        if (!in_force(done)) return reply.send(answer(done.error()));
        const auto house = weak.lock();
        const household::Card* card = house == nullptr ? nullptr : house->house.household.card(id);
        if (card != nullptr) {
          namespace events = journal::events;
          if (otherwise) house->journal(events::operation_card_changed, who, details_of(*card));
          if (card->lost != was_lost)
            house->journal(card->lost ? events::operation_card_lost : events::operation_card_found, who,
                           details_of(*card));
        }
        reply.send(done.ok() ? answer(200, to_json(*done)) : answer(done.error()));
      });
}

void remove_card(Call& call) {
  const household::Card* card = card_of(call);
  if (card == nullptr) return call.reply.send(answer(no_such_card));
  call.house.house.household.remove_card(card->id, [reply = call.reply, who = call.who(), weak = call.weak,
                                                    details = details_of(*card)](Result<void> done) {
    if (!in_force(done)) return reply.send(answer(done.error()));
    if (const auto house = weak.lock()) house->journal(journal::events::operation_card_removed, who, details);
    reply.no_content_or_error(done);
  });
}

void issue(Call& call) {
  if (call.house.house.cards == nullptr) return call.reply.send(answer(no_reader));
  call.reply.send(answer(200, to_json(call.house.house.cards->issue())));
}

void begin_issue(Call& call) {
  if (call.house.house.cards == nullptr) return call.reply.send(answer(no_reader));
  Body body(call.request);
  CardWish wish{.room = body.text("room", longest_room)};
  wish.locks = body.maybe_integers("locks", 1, household::max_locks, household::max_locks).value_or(wish.locks);
  if (const auto seconds = body.maybe_integer("seconds", 5, 120)) wish.wait = std::chrono::seconds(*seconds);
  if (auto refused = body.refusal()) return call.reply.send(std::move(*refused));
  const Result<CardIssue> done = call.house.house.cards->begin(call.who(), wish);
  call.reply.send(done.ok() ? answer(201, to_json(*done)) : answer(done.error()));
}

void end_issue(Call& call) {
  if (call.house.house.cards == nullptr) return call.reply.send(answer(no_reader));
  if (!call.house.house.cards->cancel())
    return call.reply.send(answer(Error{.code = ErrorCode::not_found, .message = "No card is awaited now."}));
  call.reply.no_content();
}

}  // namespace

void add_card_routes(http::Router& router, const std::shared_ptr<Context>& context) {
  const std::string card = "id:integer ending:string room:string name:string locks:integers main:boolean lost:boolean";
  const std::string progress =
      object_schema("state:string room:string by:string until?:time known?:object card?:object message?:string");
  add(router, context,
      {.method = Method::get,
       .pattern = "/cards",
       .callers = people,
       .summary = "Cards of the rooms (H06); of their numbers the ending.",
       .tag = "Access",
       .query = {{"room", "its number"},
                 {"text", "part of the holder's name, the room or the ending"},
                 {"cursor", "of the page before"},
                 {"limit", "1 to 500"}},
       .response_schema = list_schema(card, true)},
      list);
  add(router, context,
      {.method = Method::post,
       .pattern = "/cards",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Add a card whose number is known: 6 to 64 hexadecimal digits, as the reader gives it.",
       .tag = "Access",
       .request_schema = object_schema("number:secret room:string name?:string locks?:integers main?:boolean"),
       .response_schema = object_schema(card),
       .success = 201},
      add_card);
  add(router, context,
      {.method = Method::patch,
       .pattern = "/cards/{id}",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Name a card's holder, make it a main card, set it lost or found.",
       .tag = "Access",
       .request_schema = object_schema("name?:string room?:string locks?:integers main?:boolean lost?:boolean"),
       .response_schema = object_schema(card)},
      change_card);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/cards/{id}",
       .callers = people,
       .summary = "Delete a card.",
       .tag = "Access",
       .success = 204},
      remove_card);
  add(router, context,
      {.method = Method::get,
       .pattern = "/cards/issue",
       .callers = people,
       .summary = "How the issue of a card at the reader stands: idle, awaited, keeping, issued, expired, cancelled or "
                  "failed.",
       .tag = "Access",
       .response_schema = progress},
      issue);
  add(router, context,
      {.method = Method::post,
       .pattern = "/cards/issue",
       .callers = people,
       .body_limit = json_limit,
       .body_type = json_type,
       .summary = "Await a card: the next unknown one that is held to the reader becomes the room's. The event card "
                  "tells how it goes.",
       .tag = "Access",
       .request_schema = object_schema("room:string locks?:integers seconds?:integer"),
       .response_schema = progress,
       .success = 201},
      begin_issue);
  add(router, context,
      {.method = Method::delete_,
       .pattern = "/cards/issue",
       .callers = people,
       .summary = "Await no card any more.",
       .tag = "Access",
       .success = 204},
      end_issue);
}

}  // namespace lintel::web
