#include "app/cards.hpp"

#include "app/lock_sets.hpp"
#include "journal/events.hpp"

namespace lintel::app {
namespace {

// Unknown cards at the reader: past these, further ones are refused without an entry each.
constexpr access::SourceRule unknown_cards{.free_failures = 10,
                                           .lock_out = std::chrono::minutes(1),
                                           .longest_lock_out = std::chrono::minutes(15),
                                           .forget_after = std::chrono::minutes(10)};

access::Card card_of(const household::Card& card) {
  return {card.id, card.label(), card.room, lock_set(card.locks), card.main, card.lost};
}

calls::CardNews news_of(access::CardAnswer::Kind kind) {
  using Kind = access::CardAnswer::Kind;
  switch (kind) {
    case Kind::opened: return calls::CardNews::opened;
    case Kind::lost: return calls::CardNews::lost;
    case Kind::known: return calls::CardNews::known;
    case Kind::too_soon: return calls::CardNews::too_soon;
    case Kind::not_allowed: return calls::CardNews::not_allowed;
    case Kind::jammed: return calls::CardNews::jammed;
    case Kind::room_full: return calls::CardNews::room_full;
    default: return calls::CardNews::unknown;
  }
}

}  // namespace

Cards::Cards(Loop& loop, household::Household& household, settings::Settings& settings, journal::Journal& journal, Doors& doors,
             access::AttemptLimiter& guesses)
    : doors_(doors),
      household_(household),
      settings_(settings),
      journal_(journal),
      control_(loop.clock(), doors.access(), *this, guesses, doors) {
  guesses.set_rule(access::ReaderControl::source, unknown_cards);
  apply_settings();
  settings_changes_ = settings_.on_change([this](const settings::Change&) { apply_settings(); });
  household_changes_ = household_.on_change([this](const household::Change&) { household_changed(); });
  control_.listen([this](const access::CardProgress& progress) { progressed(progress); });
  doors.reader().listen([this](const std::string& number) { held(number); });
}

void Cards::apply_settings() {
  control_.set_wait(settings_.get(settings::reader::wait));
  if (!doors_.has_reader()) control_.cancel();
}

// Nobody waits for a card of a room that is no more, or by the word of a main card that was set lost meanwhile.
void Cards::household_changed() {
  control_.cards_changed();
  if (household_.room(control_.progress().order.room) == nullptr) control_.cancel();
}

void Cards::held(const std::string& number) {
  const access::CardAnswer answer = control_.held(number);
  using Kind = access::CardAnswer::Kind;
  // progressed() has told of these.
  if (answer.kind == Kind::taken || answer.kind == Kind::awaited || answer.kind == Kind::withdrawn) return;
  if (on_news) on_news(news_of(answer.kind), answer.wait);
}

void Cards::progressed(const access::CardProgress& progress) {
  using State = access::CardProgress::State;
  const auto news = [this](calls::CardNews what) {
    if (on_news) on_news(what, {});
  };
  switch (progress.state) {
    case State::awaited:
      if (!progress.known && on_awaited) on_awaited(progress.order.room, progress.until);
      break;
    case State::issued: news(calls::CardNews::issued); break;
    case State::expired: news(calls::CardNews::expired); break;
    case State::cancelled: news(calls::CardNews::cancelled); break;
    case State::failed: news(calls::CardNews::not_kept); break;
    case State::idle: case State::keeping: break;
  }
  if (on_issue) on_issue(issue());
}

std::optional<access::Card> Cards::find(std::string_view number) const {
  const household::Card* card = household_.find_card(number);
  return card == nullptr ? std::nullopt : std::optional(card_of(*card));
}

std::string Cards::ending(std::string_view number) const { return household::Card{.number = std::string(number), .room = {}}.label(); }

bool Cards::has_place(std::string_view room) const {
  return household_.cards(std::string(room), 0, 0).total < household::max_cards_of_room;
}

void Cards::keep(const std::string& number, const access::CardOrder& order, std::function<void(Result<access::Card>)> then) {
  household_.add_card({.number = number, .room = order.room, .locks = lock_list(order.locks)},
                      [this, order, then = std::move(then)](Result<household::Card> kept) {
                        if (!kept.ok()) return then(kept.error());
                        journal::Details details{.room = kept->room, .subject = order.by, .fields = {{"name", kept->label()}}};
                        if (!order.address.empty()) details.fields.push_back({"address", order.address});
                        journal_.record(journal::events::operation_card_issued, std::move(details));
                        then(card_of(*kept));
                      });
}

web::CardIssue Cards::issue() const {
  const access::CardProgress& progress = control_.progress();
  web::CardIssue out;
  out.state = access::name_of(progress.state);
  out.room = progress.order.room;
  out.by = progress.order.by;
  if (progress.state == access::CardProgress::State::awaited) out.until = progress.until;
  const auto record = [this](const std::optional<access::Card>& card) -> std::optional<household::Card> {
    const household::Card* found = card ? household_.card(card->id) : nullptr;
    return found == nullptr ? std::nullopt : std::optional(*found);
  };
  out.known = record(progress.known);
  out.card = record(progress.card);
  if (progress.error) out.message = progress.error->message;
  return out;
}

Result<web::CardIssue> Cards::begin(const web::Subject& who, const web::CardWish& wish) {
  if (!doors_.has_reader())
    return Error{ErrorCode::unavailable, "There is no card reader to hold a card to. Choose one under Access, Card reader."};
  const household::Room* room = household_.room(wish.room);
  if (room == nullptr) return Error{ErrorCode::not_found, "There is no such room.", "room", wish.room.substr(0, 20)};
  LINTEL_CHECK(household::check_locks(wish.locks));
  if (wish.locks.empty()) return Error{ErrorCode::invalid, "A card must open at least one lock.", "locks", {}, "at least one lock"};
  // Said now, and not when somebody stands at the reader with the card in hand.
  if (!has_place(room->number))
    return Error{ErrorCode::full, "Room " + room->number + " has as many cards as a room can have; delete one first.", "room", room->number,
                 std::to_string(household::max_cards_of_room) + " cards"};
  LINTEL_CHECK(control_.await({.room = room->number, .locks = lock_set(wish.locks), .by = who.account, .address = who.address}, wish.wait));
  return issue();
}

bool Cards::cancel() { return control_.cancel(); }

}  // namespace lintel::app
