// What a card that is held to the reader means: it opens (A08, A21), it becomes a room's card (H06), or it is refused.
// Loop only.
//
// A card is *awaited* for a while after an administrator, or a main card, asked for one: the next unknown card becomes
// the room's. One is awaited at a time. A known card opens as always meanwhile, and does not end the waiting; a main
// card that is held while it made one awaited ends it.
//
// Unknown cards cost only themselves: past a number of them further ones are refused without an entry of the journal
// each, for a while, and one number a second is looked at meanwhile, whosever it is: a machine that tries out numbers
// finds somebody's no sooner than a hand would. Codes, buttons and monitors are stopped by nothing here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/access.hpp"
#include "access/cards.hpp"
#include "base/clock.hpp"

namespace lintel::access {

// What a held card came to.
struct CardAnswer {
  enum class Kind {
    opened,   // or opens, or is open already
    unknown,  // wait, where not zero: for how long unknown ones are not looked at any more
    lost,
    known,      // a new card was awaited, and this one is somebody's already; it opens nothing that it could not before
    awaited,    // a main card made one awaited
    room_full,  // a main card whose room can have no further one: said now, not when the new card is in hand
    withdrawn,  // … and it, held again, ended that
    taken,      // it is being kept as a new card, or was already; progress says how that ends
    too_soon,   // wait says how long
    not_allowed,
    jammed,
  };
  Kind kind = Kind::unknown;
  Duration wait{};
};

// How the issue of a card stands.
struct CardProgress {
  enum class State {
    idle,     // none was asked for since the start
    awaited,  // until `until`
    keeping,  // a card was held and is being stored
    issued,   // `card` is new
    expired,  // nobody held a card in time
    cancelled,
    failed,  // it could not be kept; `error` says why
  };
  State state = State::idle;
  CardOrder order{};
  WallTime until{};
  std::optional<Card> known{};  // awaited: somebody's card was held meanwhile, this one
  std::optional<Card> card{};
  std::optional<Error> error{};
};
[[nodiscard]] std::string_view name_of(CardProgress::State state);  // "awaited", … stable

class ReaderControl {
 public:
  static constexpr std::string_view source = "reader";  // of the journal and the limiter
  static constexpr Duration shortest_wait = std::chrono::seconds(5);
  static constexpr Duration longest_wait = std::chrono::minutes(2);
  static constexpr Duration flooded_pace = std::chrono::seconds(1);  // between two looks, after too many unknown cards

  // All must outlive it. `limiter` is the common one.
  ReaderControl(Clock& clock, Access& access, Cards& cards, AttemptLimiter& limiter, AccessListener& listener);
  ~ReaderControl();

  // How long a main card makes one awaited; an administrator may say otherwise.
  void set_wait(Duration wait) { wait_ = wait; }
  // Called after each change of progress().
  void listen(std::function<void(const CardProgress&)> listener) { changed_ = std::move(listener); }

  // A card was held. The relay is ordered before anybody is told.
  CardAnswer held(std::string_view number);

  // `conflict`: one is awaited already, or being kept; the message says for which room. `invalid` (field "seconds").
  Result<void> await(CardOrder order, std::optional<Duration> wait = {});
  bool cancel();  // false: none is awaited
  // Somebody changed a card: a wait that a main card began ends when that one is lost, deleted, or a main card no more.
  void cards_changed();
  [[nodiscard]] const CardProgress& progress() const { return progress_; }

 private:
  CardAnswer unknown(std::string_view number);
  CardAnswer main_card(const Card& card, std::string_view number);
  void take(std::string_view number);
  void become(CardProgress next);

  Clock& clock_;
  Access& access_;
  Cards& cards_;
  AttemptLimiter& limiter_;
  AccessListener& listener_;
  Duration wait_ = std::chrono::seconds(30);
  std::function<void(const CardProgress&)> changed_;
  CardProgress progress_;
  std::string main_card_;               // the number of the one that made one awaited; empty: a person did
  std::string kept_;                    // the number that is being kept
  std::optional<Monotonic> looked_at_;  // when a card was looked at last
  Timer expiry_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // a card that was kept after the end finds nobody
};

}  // namespace lintel::access
