// Cards of a room (H06).
#include <fmt/format.h>

#include "household/support.hpp"

namespace lintel::household::testing {
namespace {

using ::testing::ElementsAre;

class Cards : public HouseholdTest {
 protected:
  Result<Card> add_card(NewCard card) {
    return ask<Card>([&](Household& h, auto then) { h.add_card(card, then); });
  }
  Result<Card> change(std::int64_t id, CardPatch patch) {
    return ask<Card>([&](Household& h, auto then) { h.change_card(id, patch, then); });
  }
  Result<void> remove(std::int64_t id) {
    return ask<void>([&](Household& h, auto then) { h.remove_card(id, then); });
  }
};

TEST_F(Cards, H06_areFoundByTheirNumberHoweverItIsWritten) {
  ASSERT_TRUE(add_room({"101"}).ok());
  const auto made = add_card({"04a1b2c3", "101", "Ann", {1, 2}});
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->number, "04A1B2C3");
  EXPECT_EQ(made->ending(), "B2C3");
  for (int i = 0; i < 2; ++i) {
    for (const char* written : {"04A1B2C3", "04:a1:b2:c3", "04-A1-B2-C3"}) {
      const Card* found = household_->find_card(written);
      ASSERT_NE(found, nullptr) << written;
      EXPECT_EQ(found->name, "Ann");
      EXPECT_EQ(found->room, "101");
      EXPECT_THAT(found->locks, ElementsAre(1, 2));
      EXPECT_FALSE(found->main || found->lost);
    }
    for (const char* other : {"", "04A1B2", "A1B2C3", "04A1B2C300", "04A1B2CG"})
      EXPECT_EQ(household_->find_card(other), nullptr) << other;
    open();
  }
}

// Who gets at the data folder alone, in a backup say, can copy no card.
TEST_F(Cards, H06_areSealedAtRest) {
  ASSERT_TRUE(add_room({"101"}).ok());
  ASSERT_TRUE(add_card({"04A1B2C3D4E5F6", "101", "Ann"}).ok());
  ASSERT_TRUE(change(1, {.name = "Ann Miller"}).ok());
  EXPECT_NE(files().find("Ann Miller"), std::string::npos);
  EXPECT_EQ(files().find("04A1B2C3D4E5F6"), std::string::npos);
}

TEST_F(Cards, H06_wrongOnesAreRefusedAndNothingIsKeptOfThem) {
  ASSERT_TRUE(add_room({"101"}).ok());
  ASSERT_TRUE(add_card({"04A1B2C3", "101"}).ok()) << "the holder's name may come later";
  expect_refused(add_card({"04:a1:b2:c3", "101"}), ErrorCode::conflict, "number");
  expect_refused(add_card({"04A1", "101"}), ErrorCode::invalid, "number");
  expect_refused(add_card({"04A1B2CG", "101"}), ErrorCode::invalid, "number");
  expect_refused(add_card({std::string(66, 'A'), "101"}), ErrorCode::invalid, "number");
  expect_refused(add_card({"04A1B2C4", "999"}), ErrorCode::not_found, "room");
  expect_refused(add_card({"04A1B2C4", ""}), ErrorCode::not_found, "room");
  expect_refused(add_card({"04A1B2C4", "101", std::string(65, 'x')}), ErrorCode::invalid, "name");
  expect_refused(add_card({"04A1B2C4", "101", "Ann", {}}), ErrorCode::invalid, "locks");
  expect_refused(add_card({"04A1B2C4", "101", "Ann", {0}}), ErrorCode::invalid, "locks");
  open();
  EXPECT_EQ(household_->cards({}, 0, 10).total, 1U);
}

TEST_F(Cards, H06_areNamedSetMainSetLostFoundAndDeleted) {
  ASSERT_TRUE(add_room({"101"}).ok());
  ASSERT_TRUE(add_room({"A1"}).ok());
  const auto card = add_card({"04A1B2C3", "101"});
  ASSERT_TRUE(change(card->id, {.name = "Ann", .room = "a1", .main = true, .lost = true}).ok());
  open();
  const Card* found = household_->find_card("04A1B2C3");
  EXPECT_EQ(found->name, "Ann");
  EXPECT_EQ(found->room, "A1") << "as the household spells it";
  EXPECT_TRUE(found->main);
  EXPECT_TRUE(found->lost);
  EXPECT_EQ(household_->cards("101", 0, 10).total, 0U);
  ASSERT_TRUE(change(card->id, {.lost = false}).ok());
  expect_refused(change(card->id, {.room = "999"}), ErrorCode::not_found, "room");
  expect_refused(change(99, {.lost = false}), ErrorCode::not_found, "id");
  open();
  EXPECT_FALSE(household_->find_card("04A1B2C3")->lost);
  ASSERT_TRUE(remove(card->id).ok());
  expect_refused(remove(card->id), ErrorCode::not_found, "id");
  EXPECT_EQ(household_->find_card("04A1B2C3"), nullptr);
  EXPECT_EQ(add_card({"04A1B2C3", "101"})->id, card->id + 1);
}

TEST_F(Cards, H06_followTheirRoomToAnotherNumberAndGoWithIt) {
  ASSERT_TRUE(add_room({"101"}).ok());
  ASSERT_TRUE(add_room({"102"}).ok());
  ASSERT_TRUE(add_card({"04A1B2C3", "101"}).ok());
  ASSERT_TRUE(add_card({"04A1B2C4", "102"}).ok());
  ASSERT_TRUE(ask<Room>([](Household& h, auto then) { h.change_room("101", {.number = "201"}, then); }).ok());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(household_->find_card("04A1B2C3")->room, "201");
    EXPECT_EQ(household_->cards("201", 0, 10).total, 1U);
    EXPECT_EQ(household_->cards("101", 0, 10).total, 0U);
    open();
  }
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.remove_room("201", then); }).ok());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(household_->find_card("04A1B2C3"), nullptr);
    EXPECT_NE(household_->find_card("04A1B2C4"), nullptr);
    open();
  }
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.clear_rooms(then); }).ok());
  EXPECT_EQ(household_->cards({}, 0, 10).total, 0U);
}

TEST_F(Cards, H06_comeInPagesAndAreSearched) {
  ASSERT_TRUE(add_room({"101"}).ok());
  ASSERT_TRUE(add_room({"102"}).ok());
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(add_card({fmt::format("04A1B2C{}", i), i < 2 ? "101" : "102", i == 4 ? "Zoë" : "Ann"}).ok());
  const CardPage first = household_->cards({}, 0, 3);
  EXPECT_EQ(first.total, 5U);
  ASSERT_EQ(first.records.size(), 3U);
  const CardPage second = household_->cards({}, first.next_cursor, 3);
  ASSERT_EQ(second.records.size(), 2U);
  EXPECT_EQ(second.next_cursor, 0);
  EXPECT_EQ(second.records.back().name, "Zoë");
  EXPECT_EQ(household_->cards("102", 0, 10).total, 3U);
  const auto search = [&](const std::string& room, const std::string& text, std::int64_t cursor = 0) {
    return found<Card>([&](auto then) { household_->search_cards(room, text, cursor, 3, then); });
  };
  EXPECT_EQ(search("", "zo").total, 1U);
  EXPECT_EQ(search("", "b2c3").total, 1U);
  EXPECT_EQ(search("", "04A1").total, 0U) << "only the ending is anybody's to look for";
  EXPECT_EQ(search("102", "ann").total, 2U);
  const CardPage anns = search("", "ann");
  EXPECT_EQ(anns.total, 4U);
  EXPECT_EQ(search("", "ann", anns.next_cursor).records.size(), 1U);
}

// S10: whoever wants in does not wait until somebody's search is through.
TEST_F(Cards, areSearchedWhileOtherThingsGoOn) {
  constexpr std::size_t cards = 1'200;
  for (std::size_t i = 0; i < cards; ++i) {
    const std::string room = std::to_string(101 + i / max_cards_of_room);
    if (i % max_cards_of_room == 0) {
      ASSERT_TRUE(add_room({room}).ok());
    }
    ASSERT_TRUE(add_card({fmt::format("04A1{:04X}", i), room, "Ann"}).ok());
  }
  std::vector<std::string> happened;
  household_->search_cards("", "ann", 0, 10,
                           [&](const Result<CardPage>& page) { happened.push_back(std::to_string(page->total)); });
  EXPECT_EQ(happened.size(), 0U) << "not in the turn that asks";
  std::vector<Timer> others;
  for (int i = 0; i < 3; ++i)
    others.push_back(clock_.after(Duration::zero(), [&] { happened.push_back("another thing"); }));
  clock_.advance(Duration::zero());
  EXPECT_THAT(happened, ::testing::ElementsAre("another thing", "another thing", "another thing", "1200"));
  // Those who ask are bounded, and hear so.
  int answered = 0, refused = 0;
  for (int i = 0; i < 20; ++i)
    household_->search_cards("", "ann", 0, 10,
                             [&](const Result<CardPage>& page) { ++(page.ok() ? answered : refused); });
  EXPECT_EQ(refused, 4);
  // One that somebody ends the household under is never answered.
  household_.reset();
  clock_.advance(Duration::zero());
  EXPECT_EQ(answered, 0);
}

TEST_F(Cards, H06_aRoomHasABoundOfThem) {
  ASSERT_TRUE(add_room({"101"}).ok());
  ASSERT_TRUE(add_room({"102"}).ok());
  for (std::size_t i = 0; i < max_cards_of_room; ++i) ASSERT_TRUE(add_card({fmt::format("{:08X}", i), "101"}).ok());
  expect_refused(add_card({"FFFFFFFF", "101"}), ErrorCode::full, "room");
  const auto other = add_card({"FFFFFFFF", "102"});
  ASSERT_TRUE(other.ok());
  expect_refused(change(other->id, {.room = "101"}), ErrorCode::full, "room");
  EXPECT_TRUE(change(household_->find_card("00000000")->id, {.name = "Ann"}).ok()) << "its own place is no other's";
}

// A data folder that knew no cards is brought up to date, and keeps what it had.
TEST_F(Cards, H06_comeToAFolderOfAnEarlierVersion) {
  household_.reset();
  database_.reset();
  storage::testing::Folder earlier;
  const auto options = [&](std::size_t steps) {
    storage::Schema schema = Household::schema();
    schema.steps.resize(steps);
    storage::Options made;
    made.folder = earlier.data();
    made.schemas = {schema};
    return made;
  };
  database_ = storage::testing::open_database(loop_, options(1));
  ASSERT_TRUE(database_
                  ->wait([](storage::Transaction& transaction) -> Result<void> {
                    LINTEL_CHECK(
                        transaction.execute("INSERT INTO rooms (key, number, first_name, last_name, nick_name) "
                                            "VALUES ('101', '101', '', '', '')"));
                    return {};
                  })
                  .ok());
  database_.reset();
  database_ = storage::testing::open_database(loop_, options(Household::schema().steps.size()));
  household_ = Household::load(*database_, vault_, clock_, {}).value();
  EXPECT_TRUE(add_card({"04A1B2C3", "101"}).ok());
  household_.reset();
  database_.reset();
}

}  // namespace
}  // namespace lintel::household::testing
