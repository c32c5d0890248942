// Cards of rooms (H06): kept by their numbers, looked up in memory.
#include <fmt/format.h>

#include "base/text.hpp"
#include "household/inner.hpp"

namespace lintel::household {
namespace {

Error no_card(std::int64_t id) {
  return {ErrorCode::not_found, "There is no such card.", "id", std::to_string(id)};
}

// Says nothing about the other card: who asks may only have guessed its number.
Error taken() {
  return {ErrorCode::conflict,
          "This card is known already; delete it first where it is, then issue it anew.",
          "number",
          {},
          "a card that nobody has"};
}

Error full(std::string field, std::string message, std::size_t limit) {
  return {ErrorCode::full, std::move(message), std::move(field), {}, fmt::format("{} cards", limit)};
}

// The room is stored as the household spells it. `room_before`: the key of the room that counts the card already.
Result<void> check(const Household::Inner& inner, Card& card, const std::string& room_before = {}) {
  LINTEL_CHECK(check_name(card.name, "name"));
  LINTEL_CHECK(check_locks(card.locks));
  if (card.locks.empty())
    return Error{ErrorCode::invalid, "A card must open at least one lock.", "locks", {}, "at least one lock"};
  const std::string key = comparable(card.room);
  const auto room = inner.rooms.find(key);
  if (room == inner.rooms.end())
    return Error{ErrorCode::not_found, fmt::format("There is no room {}.", card.room.substr(0, 20)), "room",
                 card.room.substr(0, 20)};
  card.room = room->second.number;
  const auto own = inner.cards_by_room.find(key);
  if (key != room_before && own != inner.cards_by_room.end() && own->second.size() >= max_cards_of_room)
    return full("room", fmt::format("Room {} has as many cards as a room can have; delete one first.", card.room),
                max_cards_of_room);
  return {};
}

storage::Values values_of(const storage::Vault& vault, const Card& card) {
  return {vault.seal(card.number, purpose_of_card(card.id)),
          comparable(card.room),
          card.room,
          card.name,
          packed_locks(card.locks),
          std::int64_t{card.main},
          std::int64_t{card.lost},
          card.id};
}

bool matches(const Card& card, std::string_view words) {
  return words.empty() || text::contains_ignoring_case(card.name, words) ||
         text::contains_ignoring_case(card.room, words) || text::contains_ignoring_case(card.ending(), words);
}

}  // namespace

void Household::Inner::keep_card(const Card& card) {
  forget_card(card.id);
  last_card = std::max(last_card, card.id);
  cards[card.id] = card;
  cards_by_number[card.number] = card.id;
  cards_by_room[comparable(card.room)].insert(card.id);
}

void Household::Inner::forget_card(std::int64_t id) {
  const auto found = cards.find(id);
  if (found == cards.end()) return;
  cards_by_number.erase(found->second.number);
  const auto held = cards_by_room.find(comparable(found->second.room));
  held->second.erase(id);
  if (held->second.empty()) cards_by_room.erase(held);
  cards.erase(found);
}

void Household::Inner::move_cards(const std::string& key, const Room& room) {
  const auto held = cards_by_room.find(key);
  if (held == cards_by_room.end()) return;
  auto moved = cards_by_room.extract(held);
  for (const std::int64_t id : moved.mapped()) cards[id].room = room.number;
  moved.key() = comparable(room.number);
  cards_by_room.insert(std::move(moved));
}

const Card* Household::find_card(std::string_view number) const {
  const std::string wanted = comparable_card(number);
  const auto found = inner_->cards_by_number.find(wanted);
  return found == inner_->cards_by_number.end() ? nullptr : card(found->second);
}

const Card* Household::card(std::int64_t id) const {
  const auto found = inner_->cards.find(id);
  return found == inner_->cards.end() ? nullptr : &found->second;
}

CardPage Household::cards(std::string_view room, std::int64_t cursor, std::size_t limit) const {
  CardPage page;
  if (!room.empty()) {
    const auto own = inner_->cards_by_room.find(comparable(room));
    if (own == inner_->cards_by_room.end()) return page;
    page.total = own->second.size();
    auto next = own->second.upper_bound(cursor);
    for (; next != own->second.end() && page.next_cursor == 0; ++next) page.take(inner_->cards.at(*next), limit);
    return page;
  }
  page.total = inner_->cards.size();
  auto next = inner_->cards.upper_bound(cursor);
  for (; next != inner_->cards.end() && page.next_cursor == 0; ++next) page.take(next->second, limit);
  return page;
}

void Household::search_cards(std::string room, std::string words, std::int64_t cursor, std::size_t limit,
                             Then<CardPage> then) {
  const bool begun = inner_->search([inner = inner_.get(), room = comparable(room), words = std::move(words), cursor,
                                     limit, then, page = CardPage{}, last = std::int64_t{0}]() mutable {
    const bool more = Inner::look(inner->cards, last, [&](const auto& record) {
      const Card& card = record.second;
      if (!matches(card, words) || (!room.empty() && comparable(card.room) != room)) return;
      ++page.total;
      if (card.id > cursor) page.take(card, limit);
    });
    if (!more) then(std::move(page));
    return more;
  });
  if (!begun) then(too_many_searches());
}

void Household::add_card(NewCard wanted, Then<Card> then) {
  inner_->submit<Card>(
      [inner = inner_.get(), wanted = std::move(wanted)]() -> Result<Plan<Card>> {
        LINTEL_CHECK(check_card(wanted.number));
        Card card{inner->last_card + 1, comparable_card(wanted.number), wanted.room, wanted.name, wanted.locks,
                  wanted.main};
        LINTEL_CHECK(check(*inner, card));
        if (inner->cards_by_number.contains(card.number)) return taken();
        if (inner->cards.size() >= max_cards)
          return full("number", "There are too many cards; delete one first.", max_cards);
        return Plan<Card>{{{"INSERT INTO cards (number, room_key, room, name, locks, main, lost, id) VALUES (:number, "
                            ":room_key, :room, :name, :locks, :main, :lost, :id)",
                            values_of(inner->vault, card)}},
                          [inner, card] {
                            inner->keep_card(card);
                            inner->tell(Collection::cards, Done::added, std::to_string(card.id));
                            return card;
                          }};
      },
      std::move(then));
}

void Household::change_card(std::int64_t id, CardPatch patch, Then<Card> then) {
  inner_->submit<Card>(
      [inner = inner_.get(), id, patch = std::move(patch)]() -> Result<Plan<Card>> {
        const auto found = inner->cards.find(id);
        if (found == inner->cards.end()) return no_card(id);
        Card card = found->second;
        const std::string room_before = comparable(card.room);
        if (patch.name) card.name = *patch.name;
        if (patch.room) card.room = *patch.room;
        if (patch.locks) card.locks = *patch.locks;
        if (patch.main) card.main = *patch.main;
        if (patch.lost) card.lost = *patch.lost;
        LINTEL_CHECK(check(*inner, card, room_before));
        return Plan<Card>{
            {{"UPDATE cards SET number = :number, room_key = :room_key, room = :room, name = :name, locks "
              "= :locks, main = :main, lost = :lost WHERE id = :id",
              values_of(inner->vault, card)}},
            [inner, card] {
              inner->keep_card(card);
              inner->tell(Collection::cards, Done::changed, std::to_string(card.id));
              return card;
            },
            card.lost && !found->second.lost};
      },
      std::move(then));
}

void Household::remove_card(std::int64_t id, Then<void> then) {
  inner_->submit<void>(
      [inner = inner_.get(), id]() -> Result<Plan<void>> {
        if (!inner->cards.contains(id)) return no_card(id);
        return Plan<void>{{{"DELETE FROM cards WHERE id = :id", {id}}},
                          [inner, id] {
                            inner->forget_card(id);
                            inner->tell(Collection::cards, Done::removed, std::to_string(id));
                          },
                          true};
      },
      std::move(then));
}

}  // namespace lintel::household
