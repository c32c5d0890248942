#include "access/reader_control.hpp"

#include <array>
#include <utility>

namespace lintel::access {
namespace {

using Kind = CardAnswer::Kind;
using State = CardProgress::State;

constexpr std::array<std::string_view, 7> state_names = {"idle",    "awaited",   "keeping", "issued",
                                                         "expired", "cancelled", "failed"};

CardAnswer answer_of(const Decision& decision) {
  if (granted(decision.outcome)) return {Kind::opened};
  switch (decision.outcome) {
    case Outcome::too_soon:
      return {Kind::too_soon, decision.wait};
    case Outcome::jammed:
      return {Kind::jammed};
    default:
      return {Kind::not_allowed};
  }
}

}  // namespace

std::string_view name_of(CardProgress::State state) {
  return state_names.at(static_cast<std::size_t>(state));
}

ReaderControl::ReaderControl(Clock& clock, Access& access, Cards& cards, AttemptLimiter& limiter,
                             AccessListener& listener)
    : clock_(clock), access_(access), cards_(cards), limiter_(limiter), listener_(listener) {}

ReaderControl::~ReaderControl() = default;

CardAnswer ReaderControl::held(std::string_view number) {
  const Monotonic now = clock_.monotonic();
  if (looked_at_ && now - *looked_at_ < flooded_pace && limiter_.wait({}, source) > Duration::zero())
    return {Kind::unknown, *looked_at_ + flooded_pace - now};
  looked_at_ = now;
  const std::optional<Card> card = cards_.find(number);
  if (!card) return unknown(number);
  const bool awaited = progress_.state == State::awaited;
  CardAnswer answer{Kind::lost};
  if (card->lost) {
    access_.refused(
        {.subject = card->name, .method = Method::card, .lock = 0, .room = card->room, .source = std::string(source)},
        Outcome::lost_card, {});
  } else if (card->main) {
    return main_card(*card, number);
  } else {
    answer = answer_of(access_.open_by_card(*card, source));
  }
  if (awaited) {
    CardProgress next = progress_;
    next.known = card;
    become(std::move(next));
    if (answer.kind != Kind::opened && answer.kind != Kind::jammed) answer.kind = Kind::known;
  }
  return answer;
}

CardAnswer ReaderControl::unknown(std::string_view number) {
  if (progress_.state == State::keeping && number == kept_) return {Kind::taken};
  if (progress_.state == State::awaited) {
    take(number);
    return {Kind::taken};
  }
  if (const Duration wait = limiter_.wait({}, source); wait > Duration::zero()) return {Kind::unknown, wait};
  const Duration wait = limiter_.failed({}, source);
  access_.refused({.subject = cards_.ending(number), .method = Method::card, .lock = 0, .source = std::string(source)},
                  Outcome::unknown_card, {});
  if (wait > Duration::zero()) {
    AccessEvent event;
    event.event = "access.reader_flooded";
    event.severity = Severity::warning;
    event.method = name_of(Method::card);
    event.source = source;
    event.wait = wait;
    listener_.access_happened(event);
  }
  return {Kind::unknown, wait};
}

CardAnswer ReaderControl::main_card(const Card& card, std::string_view number) {
  if (progress_.state == State::awaited) {
    if (main_card_ == number) {
      cancel();
      return {Kind::withdrawn};
    }
    CardProgress next = progress_;
    next.known = card;
    become(std::move(next));
    return {Kind::known};
  }
  if (progress_.state != State::keeping && !cards_.has_place(card.room)) return {Kind::room_full};
  if (!await({.room = card.room, .locks = card.locks, .by = card.name}).ok()) return {Kind::known};
  main_card_ = number;
  AccessEvent event;
  event.event = "access.main_card";
  event.subject = card.name;
  event.method = name_of(Method::card);
  event.room = card.room;
  event.source = source;
  access_.tell_attempt(event);
  return {Kind::awaited};
}

Result<void> ReaderControl::await(CardOrder order, std::optional<Duration> wait) {
  if (progress_.state == State::awaited || progress_.state == State::keeping)
    return Error{ErrorCode::conflict,
                 "A card is awaited already, for room " + progress_.order.room + ". Cancel that first, or wait.",
                 "room", order.room, "one card at a time"};
  const Duration time = wait.value_or(wait_);
  if (time < shortest_wait || time > longest_wait)
    return Error{ErrorCode::invalid, "A card is awaited for 5 to 120 seconds.", "seconds",
                 std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()), "5 to 120"};
  main_card_.clear();
  expiry_ = clock_.after(time, [this] { become({.state = State::expired, .order = progress_.order}); });
  become({.state = State::awaited,
          .order = std::move(order),
          .until = clock_.wall() + std::chrono::duration_cast<std::chrono::microseconds>(time)});
  return {};
}

bool ReaderControl::cancel() {
  if (progress_.state != State::awaited) return false;
  expiry_.cancel();
  become({.state = State::cancelled, .order = progress_.order});
  return true;
}

void ReaderControl::cards_changed() {
  if (progress_.state != State::awaited || main_card_.empty()) return;
  const std::optional<Card> card = cards_.find(main_card_);
  if (!card || card->lost || !card->main) cancel();
}

void ReaderControl::take(std::string_view number) {
  expiry_.cancel();
  const CardOrder order = progress_.order;
  kept_ = number;
  become({.state = State::keeping, .order = order});
  cards_.keep(std::string(number), order, [this, order, alive = std::weak_ptr<int>(alive_)](Result<Card> kept) {
    if (alive.expired()) return;
    if (!kept.ok()) return become({.state = State::failed, .order = order, .error = kept.error()});
    become({.state = State::issued, .order = order, .card = *kept});
  });
}

void ReaderControl::become(CardProgress next) {
  progress_ = std::move(next);
  if (changed_) changed_(progress_);
}

}  // namespace lintel::access
