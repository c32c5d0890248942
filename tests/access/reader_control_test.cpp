// What a held card means. It checks: H06, A08, A21.
#include "access/reader_control.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "access/relay_driver.hpp"
#include "hardware/twin_devices.hpp"

namespace lintel::access {
namespace {
using namespace std::chrono_literals;
using Kind = CardAnswer::Kind;
using State = CardProgress::State;

struct NoRights final : Rights {
  [[nodiscard]] LockSet locks_of(std::string_view subject, Method) const override {
    return subject == "101#1" ? all_locks : LockSet{0};
  }
};
struct OneCode final : Codes {
  [[nodiscard]] std::optional<Code> find(std::string_view digits) const override {
    return digits == "1234" ? std::optional(Code{"Anna", "101", 1}) : std::nullopt;
  }
};

struct Heard final : AccessListener {
  struct One {
    std::string event, subject, method, room, reason, source;
    LockNumber lock;
    bool relay_moved;
  };
  std::vector<One> events;
  hardware::TwinRelay* relay = nullptr;
  void access_happened(const AccessEvent& event) override {
    events.push_back({std::string(event.event), event.subject, std::string(event.method), event.room,
                      std::string(event.reason), event.source, event.lock, relay->energised() == true});
  }
  void lock_changed(const LockView&) override {}
  [[nodiscard]] auto count(std::string_view event) const {
    return std::count_if(events.begin(), events.end(), [&](const One& one) { return one.event == event; });
  }
};

struct Drawer final : Cards {
  std::map<std::string, Card, std::less<>> cards;
  std::vector<std::function<void()>> waiting;  // what the disk has not answered yet
  std::optional<Error> fault;
  bool slow = false;
  std::string full_room;
  [[nodiscard]] bool has_place(std::string_view room) const override { return room != full_room; }
  [[nodiscard]] std::optional<Card> find(std::string_view number) const override {
    const auto found = cards.find(number);
    return found == cards.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::string ending(std::string_view number) const override {
    return "…" + std::string(number.substr(number.size() - 4));
  }
  void keep(const std::string& number, const CardOrder& order, std::function<void(Result<Card>)> then) override {
    auto work = [this, number, order, then = std::move(then)] {
      if (fault) return then(*fault);
      const Card card{static_cast<std::int64_t>(cards.size()) + 1, ending(number), order.room, order.locks};
      cards[number] = card;
      then(card);
    };
    slow ? waiting.push_back(work) : work();
  }
};

struct ReaderTest : testing::Test {
  SimulatedClock clock;
  NoRights rights;
  OneCode codes;
  AttemptLimiter limiter{clock};
  Heard heard;
  Drawer drawer;
  hardware::TwinRelay relay_1{clock, "lock-1"}, relay_2{clock, "lock-2"};
  RelayDriver driver_1{relay_1}, driver_2{relay_2};
  Access access{clock, rights, codes, limiter, heard};
  ReaderControl reader{clock, access, drawer, limiter, heard};
  std::vector<State> states;

  void SetUp() override {
    heard.relay = &relay_1;
    ASSERT_TRUE(
        access.add_lock({.number = 1, .name = "Front door", .period = 3s, .responding_interval = 5s}, driver_1).ok());
    ASSERT_TRUE(
        access.add_lock({.number = 2, .name = "Gate", .responding_interval = 0s, .local_methods = false}, driver_2)
            .ok());
    driver_1.connect(access, 1);
    driver_2.connect(access, 2);
    access.start();
    heard.events.clear();
    drawer.cards["0000AAAA"] = {1, "Ann", "101", lock_bit(1) | lock_bit(2)};
    drawer.cards["0000BBBB"] = {2, "Bob", "102", lock_bit(2)};
    drawer.cards["0000CCCC"] = {.id = 3, .name = "Cy", .room = "103", .lost = true};
    drawer.cards["0000DDDD"] = {.id = 4, .name = "Dee", .room = "104", .locks = 3, .main = true};
    reader.listen([this](const CardProgress& progress) { states.push_back(progress.state); });
  }
};

TEST_F(ReaderTest, H06_aCardOpensWhatItMayAndTheJournalHearsAfterTheRelay) {
  EXPECT_EQ(reader.held("0000AAAA").kind, Kind::opened);
  EXPECT_EQ(relay_1.energised(), true);
  ASSERT_EQ(heard.count("access.unlocked"), 1);
  const auto& event = heard.events.front();
  EXPECT_EQ(event.subject, "Ann");
  EXPECT_EQ(event.method, "card");
  EXPECT_EQ(event.room, "101");
  EXPECT_EQ(event.source, "reader");
  EXPECT_TRUE(event.relay_moved);
  EXPECT_EQ(reader.held("0000AAAA").kind, Kind::opened) << "it is open already";
  ASSERT_EQ(heard.count("access.let_in"), 1) << "each attempt is written down (A21)";
  EXPECT_EQ(heard.events.back().subject, "Ann");
  EXPECT_EQ(heard.count("access.unlocked"), 1);
}

TEST_F(ReaderTest, A08_aCardOpensOnlyLocksThatTakeLocalMethods) {
  EXPECT_EQ(reader.held("0000AAAA").kind, Kind::opened);
  EXPECT_EQ(relay_2.energised(), false);
  EXPECT_EQ(reader.held("0000BBBB").kind, Kind::not_allowed);
  EXPECT_EQ(heard.events.back().event, "access.refused");
  EXPECT_EQ(heard.events.back().subject, "Bob");
  LockOptions gate = access.lock(2)->options();
  gate.local_methods = true;
  ASSERT_TRUE(access.set_lock_options(gate).ok());
  EXPECT_EQ(reader.held("0000BBBB").kind, Kind::opened);
  EXPECT_EQ(relay_2.energised(), true);
}

TEST_F(ReaderTest, A02_theRespondingIntervalHoldsForCards) {
  EXPECT_EQ(reader.held("0000AAAA").kind, Kind::opened);
  clock.advance(3s);
  const CardAnswer answer = reader.held("0000AAAA");
  EXPECT_EQ(answer.kind, Kind::too_soon);
  EXPECT_EQ(answer.wait, 2s);
}

TEST_F(ReaderTest, A21_lostAndUnknownCardsAreRefusedAndJournalled) {
  EXPECT_EQ(reader.held("0000CCCC").kind, Kind::lost);
  EXPECT_EQ(heard.events.back().reason, "lost_card");
  EXPECT_EQ(heard.events.back().subject, "Cy");
  EXPECT_EQ(heard.events.back().room, "103");
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::unknown);
  EXPECT_EQ(heard.events.back().reason, "unknown_card");
  EXPECT_EQ(heard.events.back().subject, "…ABCD") << "the number is nowhere whole";
  EXPECT_EQ(relay_1.energised(), false);
  ASSERT_TRUE(drawer.cards.contains("0000CCCC"));
  drawer.cards["0000CCCC"].lost = false;
  EXPECT_EQ(reader.held("0000CCCC").kind, Kind::opened) << "found again";
}

TEST_F(ReaderTest, A21_unknownCardsCostOnlyThemselves) {
  CardAnswer answer;
  int tried = 0;
  for (; tried < 20 && answer.wait == Duration::zero(); ++tried) answer = reader.held("1234ABCD");
  EXPECT_EQ(heard.count("access.reader_flooded"), 1);
  EXPECT_EQ(heard.count("access.refused"), tried);
  EXPECT_GT(reader.held("1234ABCD").wait, Duration::zero());
  EXPECT_EQ(heard.count("access.refused"), tried) << "no further entry of each";

  clock.advance(1s);
  EXPECT_EQ(reader.held("0000CCCC").kind, Kind::lost) << "what is known is looked at";
  clock.advance(1s);
  EXPECT_EQ(reader.held("0000AAAA").kind, Kind::opened);
  EXPECT_EQ(access.keypad_wait(), Duration::zero());
  clock.advance(10s);
  EXPECT_EQ(access.try_code("1234").outcome, Outcome::opened);
  clock.advance(10s);
  EXPECT_EQ(access.unlock({.subject = "101#1"}).outcome, Outcome::opened);
  clock.advance(3s);
  EXPECT_EQ(access.unlock({.method = Method::exit_button}).outcome, Outcome::opened);
  ASSERT_TRUE(reader.await({.room = "101", .by = "admin"}).ok());
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::taken) << "nor is the issue of a card stopped";
}

// A stuck reader, or somebody who does not give up, does not push all else out of the journal.
TEST_F(ReaderTest, A21_theSameCardOverAndOverIsWrittenDownNowAndThen) {
  for (int tried = 0; tried < 600; ++tried, clock.advance(100ms)) EXPECT_EQ(reader.held("0000CCCC").kind, Kind::lost);
  ASSERT_EQ(heard.count("access.refused"), 10) << "in a minute";
  ASSERT_EQ(heard.count("access.repeated"), 1);
  const auto& told = heard.events.back();
  EXPECT_EQ(told.event, "access.repeated");
  EXPECT_EQ(told.subject, "Cy");
  EXPECT_EQ(told.room, "103");
  EXPECT_EQ(told.method, "card");
  EXPECT_EQ(told.reason, "lost_card");

  EXPECT_EQ(reader.held("0000BBBB").kind, Kind::not_allowed);
  EXPECT_EQ(heard.events.back().subject, "Bob") << "another's is another matter";
  drawer.cards["0000CCCC"].lost = false;
  drawer.cards["0000CCCC"].locks = 2;
  EXPECT_EQ(reader.held("0000CCCC").kind, Kind::not_allowed);
  EXPECT_EQ(heard.events.back().reason, "no_right") << "and so is another answer";
  drawer.cards["0000CCCC"] = {.id = 3, .name = "Cy", .room = "103", .lost = true};

  heard.events.clear();
  for (int minute = 0; minute < 24 * 60; ++minute, clock.advance(50s))
    for (int tried = 0; tried < 10; ++tried, clock.advance(1s)) static_cast<void>(reader.held("0000CCCC"));
  EXPECT_LE(heard.events.size(), 1200u) << "a day of it";
  EXPECT_GE(heard.events.size(), 500u) << "but it is seen that it goes on";
  clock.advance(1h);
  heard.events.clear();
  for (int tried = 0; tried < 5; ++tried) static_cast<void>(reader.held("0000CCCC"));
  EXPECT_EQ(heard.count("access.refused"), 5) << "another evening begins anew";
}

TEST_F(ReaderTest, A21_aRightOrMainCardOverAndOverIsWrittenDownNowAndThenAndOpensAlways) {
  int opened = 0;
  for (int tried = 0; tried < 600; ++tried, clock.advance(100ms)) {
    const bool was_open = relay_1.energised() == true;
    static_cast<void>(reader.held("0000AAAA"));
    if (!was_open && relay_1.energised() == true) ++opened;
  }
  EXPECT_EQ(opened, 12);
  EXPECT_EQ(heard.count("access.unlocked"), opened) << "each opening is written down";
  EXPECT_LE(heard.count("access.let_in"), 10);
  EXPECT_LE(heard.count("access.refused"), 10);
  EXPECT_EQ(heard.count("access.repeated"), 2);
  for (int tried = 0; tried < 100; ++tried) static_cast<void>(reader.held("0000DDDD"));
  EXPECT_EQ(heard.count("access.main_card"), 10);
  EXPECT_EQ(heard.count("access.repeated"), 3);
}

TEST_F(ReaderTest, A21_aMachineFindsNoNumberSoonerThanAHand) {  // security.md 8
  while (reader.held("1234ABCD").wait == Duration::zero()) {
  }
  int looked_at = 0;
  for (int tried = 0; tried < 600; ++tried, clock.advance(100ms))
    if (reader.held("0000CCCC").kind == Kind::lost) ++looked_at;
  EXPECT_LE(looked_at, 60) << "in a minute";
  EXPECT_GE(looked_at, 50) << "but looked at all the same";
}

TEST_F(ReaderTest, A25_aLockedKeypadStopsNoCard) {
  while (access.keypad_wait() == Duration::zero()) static_cast<void>(access.try_code("9999"));
  EXPECT_EQ(reader.held("0000AAAA").kind, Kind::opened);
}

TEST_F(ReaderTest, H06_theNextUnknownCardBecomesTheRooms) {
  ASSERT_TRUE(reader.await({.room = "101", .locks = 1, .by = "admin"}, 20s).ok());
  EXPECT_EQ(reader.progress().state, State::awaited);
  EXPECT_EQ(reader.progress().until, clock.wall() + 20s);
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::taken);
  EXPECT_EQ(states, (std::vector{State::awaited, State::keeping, State::issued}));
  EXPECT_EQ(reader.progress().card->room, "101");
  EXPECT_EQ(heard.count("access.refused"), 0);
  EXPECT_EQ(relay_1.energised(), false) << "it does not open when it is issued";
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::opened);
  clock.advance(1min);
  EXPECT_EQ(reader.progress().state, State::issued);
}

TEST_F(ReaderTest, H06_aKnownCardEndsNoWaitAndOpensAsAlways) {
  ASSERT_TRUE(reader.await({.room = "101", .by = "admin"}).ok());
  EXPECT_EQ(reader.held("0000AAAA").kind, Kind::opened) << "no unlock waits for an office";
  EXPECT_EQ(reader.progress().known->name, "Ann");
  EXPECT_EQ(reader.held("0000BBBB").kind, Kind::known);
  EXPECT_EQ(reader.held("0000CCCC").kind, Kind::known);
  EXPECT_EQ(heard.events.back().reason, "lost_card") << "journalled all the same";
  EXPECT_EQ(reader.held("0000DDDD").kind, Kind::known) << "a main card does not interfere";
  EXPECT_EQ(reader.progress().state, State::awaited);
  EXPECT_EQ(reader.progress().order.room, "101");
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::taken);
}

TEST_F(ReaderTest, H06_oneAtATimeWithinBoundsAndNoLongerThanSaid) {
  EXPECT_EQ(reader.await({.room = "101"}, 4s).error().field, "seconds");
  EXPECT_EQ(reader.await({.room = "101"}, 121s).error().code, ErrorCode::invalid);
  ASSERT_TRUE(reader.await({.room = "101"}).ok());
  EXPECT_EQ(reader.await({.room = "102"}).error().code, ErrorCode::conflict);
  clock.advance(30s);
  EXPECT_EQ(reader.progress().state, State::expired);
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::unknown);
  ASSERT_TRUE(reader.await({.room = "102"}).ok());
  EXPECT_TRUE(reader.cancel());
  EXPECT_FALSE(reader.cancel());
  EXPECT_EQ(reader.progress().state, State::cancelled);
  clock.advance(1min);
  EXPECT_EQ(reader.progress().state, State::cancelled);
}

TEST_F(ReaderTest, H06_aCardThatCannotBeKeptIsSaidAndIsNobodys) {
  drawer.fault = Error{ErrorCode::full, "The disk is full."};
  ASSERT_TRUE(reader.await({.room = "101"}).ok());
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::taken);
  EXPECT_EQ(reader.progress().state, State::failed);
  EXPECT_EQ(reader.progress().error->code, ErrorCode::full);
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::unknown);
}

TEST_F(ReaderTest, H06_whileOneIsKeptNoOtherIsTaken) {
  drawer.slow = true;
  ASSERT_TRUE(reader.await({.room = "101"}).ok());
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::taken);
  EXPECT_EQ(reader.held("5678ABCD").kind, Kind::unknown);
  EXPECT_EQ(heard.count("access.refused"), 1);
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::taken) << "held twice in one movement it is no stranger's";
  EXPECT_EQ(heard.count("access.refused"), 1);
  EXPECT_EQ(reader.await({.room = "102"}).error().code, ErrorCode::conflict);
  EXPECT_EQ(reader.held("0000DDDD").kind, Kind::known) << "a main card has to wait too";
  EXPECT_FALSE(reader.cancel());
  drawer.waiting.front()();
  EXPECT_EQ(reader.progress().state, State::issued);
}

TEST_F(ReaderTest, H06_aMainCardIssuesForItsRoomAndOpensNothing) {
  EXPECT_EQ(reader.held("0000DDDD").kind, Kind::awaited);
  EXPECT_EQ(relay_1.energised(), false);
  ASSERT_EQ(heard.events.size(), 1u);
  EXPECT_EQ(heard.events[0].event, "access.main_card");
  EXPECT_EQ(heard.events[0].subject, "Dee");
  EXPECT_EQ(heard.events[0].room, "104");
  EXPECT_EQ(reader.progress().order.by, "Dee");
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::taken);
  EXPECT_EQ(reader.progress().card->room, "104");
  EXPECT_EQ(reader.progress().card->locks, 3) << "as many doors as the main card's";
  EXPECT_FALSE(reader.progress().card->main);
}

TEST_F(ReaderTest, H06_aMainCardOfAFullRoomSaysSoBeforeANewCardIsInHand) {
  drawer.full_room = "104";
  EXPECT_EQ(reader.held("0000DDDD").kind, Kind::room_full);
  EXPECT_EQ(reader.progress().state, State::idle);
  EXPECT_TRUE(heard.events.empty());
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::unknown);
  drawer.full_room.clear();
  EXPECT_EQ(reader.held("0000DDDD").kind, Kind::awaited);
}

TEST_F(ReaderTest, H06_aStolenMainCardThatIsSetLostIssuesNothingMore) {
  const Card dee = drawer.cards["0000DDDD"];
  const std::vector<std::function<void(Card&)>> ends = {[](Card& card) { card.lost = true; },
                                                        [](Card& card) { card.main = false; }};
  for (const auto& end : ends) {
    EXPECT_EQ(reader.held("0000DDDD").kind, Kind::awaited);
    reader.cards_changed();
    EXPECT_EQ(reader.progress().state, State::awaited) << "another card's change ends nothing";
    end(drawer.cards["0000DDDD"]);
    reader.cards_changed();
    EXPECT_EQ(reader.progress().state, State::cancelled);
    EXPECT_EQ(reader.held("1234ABCD").kind, Kind::unknown);
    drawer.cards["0000DDDD"] = dee;
  }
  EXPECT_EQ(reader.held("0000DDDD").kind, Kind::awaited);
  drawer.cards.erase("0000DDDD");
  reader.cards_changed();
  EXPECT_EQ(reader.progress().state, State::cancelled);
  ASSERT_TRUE(reader.await({.room = "104", .by = "admin"}).ok());
  reader.cards_changed();
  EXPECT_EQ(reader.progress().state, State::awaited) << "a person's word needs no card";
}

TEST_F(ReaderTest, H06_aMainCardHeldTwiceTakesItBack) {
  EXPECT_EQ(reader.held("0000DDDD").kind, Kind::awaited);
  EXPECT_EQ(reader.held("0000DDDD").kind, Kind::withdrawn);
  EXPECT_EQ(reader.progress().state, State::cancelled);
  EXPECT_EQ(reader.held("1234ABCD").kind, Kind::unknown);
  drawer.cards["0000DDDD"].lost = true;
  EXPECT_EQ(reader.held("0000DDDD").kind, Kind::lost) << "a lost main card issues nothing";
}

}  // namespace
}  // namespace lintel::access
