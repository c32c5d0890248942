#include <fmt/format.h>

#include "household/support.hpp"

namespace lintel::household::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Rooms : public HouseholdTest {
 protected:
  std::vector<std::string> numbers(const RoomPage& page) {
    std::vector<std::string> out;
    for (const Room& room : page.rooms) out.push_back(room.number);
    return out;
  }
};

TEST_F(Rooms, H03_areKeptOverARestart) {
  ASSERT_TRUE(add_room({"A12", "Ann", "O'Hara; DROP TABLE rooms", "☂"}).ok());
  open();
  const Room* room = household_->room("a12");
  ASSERT_NE(room, nullptr);
  EXPECT_EQ(room->number, "A12");
  EXPECT_EQ(room->first_name, "Ann");
  EXPECT_EQ(room->last_name, "O'Hara; DROP TABLE rooms");
  EXPECT_EQ(room->nick_name, "☂");
}

TEST_F(Rooms, H03_neverHaveTheNumberOfARoomAStationOrTheCentre) {
  ASSERT_TRUE(add_room({"101"}).ok());
  ASSERT_TRUE(ask<NewSecret>([](Household& h, auto then) { h.add_station({"8002"}, then); }).ok());
  for (const char* number : {"101", "8001", "8002", "888888"})
    expect_refused(add_room({number}), ErrorCode::conflict, "number");
  ASSERT_TRUE(add_room({"a1"}).ok());
  expect_refused(add_room({"A1"}), ErrorCode::conflict, "number");
  expect_refused(add_room({"1234567"}), ErrorCode::invalid, "number");
  expect_refused(add_room({"102", std::string(65, 'x')}), ErrorCode::invalid, "first_name");
  EXPECT_EQ(household_->room_count(), 2U);
}

TEST_F(Rooms, keepOneOwnerOfANumberWithWritesAtTheSameTime) {
  int good = 0;
  int conflicts = 0;
  for (int i = 0; i < 20; ++i)
    household_->add_room({"101"}, [&](const Result<Room>& result) {
      if (result.ok()) ++good;
      if (!result.ok() && result.error().code == ErrorCode::conflict) ++conflicts;
    });
  ASSERT_TRUE(storage::testing::turn_until(loop_, [&] { return good + conflicts == 20; }));
  EXPECT_EQ(good, 1);
}

TEST_F(Rooms, refuseMoreWaitingChangesThanTheQueueHolds) {
  int good = 0;
  int full = 0;
  for (int i = 0; i < 1000; ++i)
    household_->add_room({std::to_string(i)}, [&](const Result<Room>& result) {
      if (result.ok()) ++good;
      if (!result.ok() && result.error().code == ErrorCode::full) ++full;
    });
  ASSERT_TRUE(storage::testing::turn_until(loop_, [&] { return good + full == 1000; }));
  EXPECT_GE(good, 256);
  EXPECT_GT(full, 0);
}

TEST_F(Rooms, H05_areMadeInBatchAndSayWhichWereSkipped) {
  ASSERT_TRUE(add_room({"102", "Ann"}).ok());
  const auto result = ask<BatchResult>([](Household& h, auto then) { h.add_rooms({2, 3, "101", "201"}, then); });
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->created, ElementsAre("101", "103", "201", "202", "203"));
  ASSERT_EQ(result->skipped.size(), 1U);
  EXPECT_EQ(result->skipped[0].number, "102");
  EXPECT_THAT(result->skipped[0].reason, HasSubstr("A room"));
  EXPECT_EQ(household_->room("102")->first_name, "Ann");
  open();
  EXPECT_EQ(household_->room_count(), 6U);
}

TEST_F(Rooms, areListedByNumberWithTextAndCursor) {
  for (const char* number : {"10", "2", "101", "A1", "0101", "9"}) ASSERT_TRUE(add_room({number, "Ann", "Lee"}).ok());
  ASSERT_TRUE(add_room({"77", "Bob", {}, "Grandpa"}).ok());
  EXPECT_THAT(numbers(household_->rooms("", "", 100)), ElementsAre("2", "9", "10", "77", "101", "0101", "A1"));
  const RoomPage first = household_->rooms("ann lee", "", 4);
  EXPECT_THAT(numbers(first), ElementsAre("2", "9", "10", "101"));
  EXPECT_EQ(first.total, 6U);
  const RoomPage second = household_->rooms("ann lee", first.next_cursor, 4);
  EXPECT_THAT(numbers(second), ElementsAre("0101", "A1"));
  EXPECT_EQ(second.next_cursor, "");
  EXPECT_THAT(numbers(household_->rooms("GRANDPA", "", 4)), ElementsAre("77"));
  EXPECT_THAT(numbers(household_->rooms("nobody", "", 4)), IsEmpty());
}

TEST_F(Rooms, takeTheirCodesToANewNumberButNotTheirMonitors) {
  ASSERT_TRUE(add_room({"101"}).ok());
  const auto code = add_code({"Ann", "1234", "101"});
  ASSERT_TRUE(code.ok());
  const auto change = [&](std::string to) {
    return ask<Room>([&](Household& h, auto then) { h.change_room("101", {.number = to}, then); });
  };
  ASSERT_TRUE(change("103").ok());
  open();
  EXPECT_EQ(household_->room("101"), nullptr);
  EXPECT_EQ(household_->code(code->id)->room, "103");
  expect_refused(change("104"), ErrorCode::not_found, "number");
  ASSERT_TRUE(add_phone("103").ok());
  expect_refused(ask<Room>([](Household& h, auto then) { h.change_room("103", {.number = "104"}, then); }),
                 ErrorCode::conflict, "number");
  EXPECT_TRUE(ask<Room>([](Household& h, auto then) { h.change_room("103", {.nick_name = "Ann"}, then); }).ok());
}

TEST_F(Rooms, areKnownToTheirCodesWhateverBecomesOfBoth) {
  for (const char* number : {"101", "102"}) ASSERT_TRUE(add_room({number}).ok());
  const auto moved = add_code({"Ann", "1234", "101"});
  const auto left = add_code({"Bob", "5678", "101"});
  const auto gone = add_code({"Cy", "9999", "101"});
  ASSERT_TRUE(add_code({"Post", "4321"}).ok());
  ASSERT_TRUE(ask<Code>([&](Household& h, auto then) { h.change_code(moved->id, {.room = "102"}, then); }).ok());
  ASSERT_TRUE(ask<void>([&](Household& h, auto then) { h.remove_code(gone->id, then); }).ok());
  ASSERT_TRUE(ask<Room>([](Household& h, auto then) { h.change_room("101", {.number = "103"}, then); }).ok());
  EXPECT_EQ(household_->code(left->id)->room, "103");
  EXPECT_EQ(household_->code(moved->id)->room, "102");
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.remove_room("103", then); }).ok());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(household_->find_code("5678"), nullptr);
    EXPECT_NE(household_->find_code("1234"), nullptr);
    EXPECT_NE(household_->find_code("4321"), nullptr) << "of no room";
    open();
  }
  ASSERT_TRUE(ask<Code>([&](Household& h, auto then) { h.change_code(moved->id, {.room = ""}, then); }).ok());
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.remove_room("102", then); }).ok());
  EXPECT_NE(household_->find_code("1234"), nullptr) << "of no room any more";
}

// A house has 100,000 codes and as many cards: a name is edited without a look at them.
TEST_F(Rooms, areRenamedWithoutTouchingTheirCodesAndCards) {
  ASSERT_TRUE(add_room({"101"}).ok());
  ASSERT_TRUE(add_code({"Ann", "1234", "101"}).ok());
  ASSERT_TRUE(ask<Card>([](Household& h, auto then) { h.add_card({.number = "04A1B2C3", .room = "101"}, then); }).ok());
  const auto done = database_->wait([](storage::Transaction& transaction) -> Result<void> {
    for (const char* const table : {"codes", "cards"})
      LINTEL_CHECK(transaction.execute(fmt::format(
          "CREATE TRIGGER touched_{0} BEFORE UPDATE ON {0} BEGIN SELECT RAISE(ABORT, 'touched'); END", table)));
    return {};
  });
  ASSERT_TRUE(done.ok()) << done.error().message;
  const auto change = [&](RoomPatch patch) {
    return ask<Room>([&](Household& h, auto then) { h.change_room("101", patch, then); });
  };
  EXPECT_TRUE(change({.first_name = "Ann", .nick_name = "Grandma"}).ok());
  EXPECT_TRUE(change({.number = "101"}).ok()) << "the number that it has";
  EXPECT_FALSE(change({.number = "102"}).ok());
}

// With another number, or when they go, only their own codes and cards are looked at, on the disk too.
TEST_F(Rooms, areFoundInTheTablesByAnIndex) {
  for (const char* const table : {"codes", "cards", "monitors"}) {
    const auto plan = database_->wait_for<std::string>([&](storage::Transaction& transaction) -> Result<std::string> {
      LINTEL_TRY(
          const auto rows,
          transaction.query(
              fmt::format("EXPLAIN QUERY PLAN DELETE FROM {} WHERE room_key = :key", table), {std::string("101")},
              {storage::Column::integer, storage::Column::integer, storage::Column::integer, storage::Column::text}));
      return rows.front().text(3);
    });
    EXPECT_THAT(plan.value_or("nothing"), HasSubstr(fmt::format("{}_room", table)));
  }
}

TEST_F(Rooms, goWithTheirMonitorsCodesAndPairings) {
  ASSERT_TRUE(add_room({"101"}).ok());
  ASSERT_TRUE(add_room({"102"}).ok());
  ASSERT_TRUE(add_phone("101").ok());
  ASSERT_TRUE(add_phone("102").ok());
  ASSERT_TRUE(add_code({"Ann", "1234", "101"}).ok());
  const auto pairing = offer({MonitorKind::browser, "101", {}});
  std::vector<std::string> heard;
  const auto subscription = household_->on_change([&](const Change& change) { heard.push_back(change.key); });
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.remove_room("101", then); }).ok());
  EXPECT_THAT(heard, ElementsAre("101#0", "101"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(household_->monitor("101"), nullptr);
    EXPECT_NE(household_->monitor("102"), nullptr);
    EXPECT_EQ(household_->find_code("1234"), nullptr);
    expect_refused(take(pairing->token), ErrorCode::denied, "token");
    open();
  }
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.clear_rooms(then); }).ok());
  open();
  EXPECT_EQ(household_->room_count(), 0U);
  EXPECT_THAT(household_->monitors(), IsEmpty());
}

// Each listener looks through phones and sessions: told once a room, a large house would hold up the loop, and its
// doors.
TEST_F(Rooms, areClearedInOneGoAndToldOnce) {
  for (const char* number : {"101", "102", "103"}) {
    ASSERT_TRUE(add_room({number}).ok());
    ASSERT_TRUE(add_phone(number).ok());
    ASSERT_TRUE(offer({MonitorKind::browser, number, {}}).ok());
  }
  const auto panel = offer({MonitorKind::panel, {}, "Front"});
  ASSERT_TRUE(take(panel->token).ok());
  const auto later = offer({MonitorKind::panel, {}, "Back"});
  ASSERT_TRUE(add_code({"Ann", "1234", "101"}).ok());
  ASSERT_TRUE(add_code({"Post", "4321"}).ok());
  std::vector<std::pair<Collection, std::string>> heard;
  const auto subscription =
      household_->on_change([&](const Change& change) { heard.emplace_back(change.collection, change.key); });
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.clear_rooms(then); }).ok());
  EXPECT_THAT(heard,
              ElementsAre(std::pair(Collection::monitors, std::string()), std::pair(Collection::rooms, std::string())));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(household_->room_count(), 0U);
    ASSERT_EQ(household_->monitors().size(), 1U);
    EXPECT_EQ(household_->monitors().front()->account, "panel-1");
    EXPECT_EQ(household_->find_code("1234"), nullptr);
    EXPECT_NE(household_->find_code("4321"), nullptr) << "of no room";
    open();
  }
  EXPECT_TRUE(take(later->token).ok()) << "a panel is of no room";
}

TEST_F(Rooms, leaveNothingBehindWhenTheDiskIsFull) {
  open(1);  // not a page more than there are
  std::vector<std::string> changes;
  const auto subscription = household_->on_change([&](const Change& change) { changes.push_back(change.key); });
  const auto refused = ask<BatchResult>([](Household& h, auto then) { h.add_rooms({20, 100, "1001", "2001"}, then); });
  expect_refused(refused, ErrorCode::full, "");
  EXPECT_EQ(household_->room_count(), 0U);
  EXPECT_THAT(changes, IsEmpty());
  EXPECT_TRUE(add_room({"101"}).ok()) << "what fits is still taken";
}

TEST_F(Rooms, H01_stationsAreKeptApartFromRoomsAndTheOwnEntryStays) {
  ASSERT_TRUE(add_room({"101"}).ok());
  const auto add = [&](Station station) {
    return ask<NewSecret>([&](Household& h, auto then) { h.add_station(station, then); });
  };
  expect_refused(add({"101"}), ErrorCode::conflict, "number");
  expect_refused(add({"8001"}), ErrorCode::conflict, "number");
  expect_refused(add({"100000"}), ErrorCode::invalid, "number");
  const auto made = add({"8002", "Back", "10.0.0.2", true});
  ASSERT_TRUE(made.ok());
  EXPECT_GE(made->secret.size(), 20U);
  expect_refused(ask<void>([](Household& h, auto then) { h.remove_station("8001", then); }), ErrorCode::conflict,
                 "number");
  expect_refused(ask<Station>([](Household& h, auto then) { h.change_station("8001", {.name = "x"}, then); }),
                 ErrorCode::conflict, "number");
  const auto password_of = [&](const char* user) { return household_->sip_account(user)->ha1_md5; };
  ASSERT_TRUE(ask<Station>([](Household& h, auto then) { h.change_station("8002", {.number = "8003"}, then); }).ok());
  const std::string ha1 = password_of("8003");
  open();
  EXPECT_EQ(password_of("8003"), ha1);
  ASSERT_EQ(household_->stations().size(), 2U);
  EXPECT_TRUE(household_->stations()[0].own);
  EXPECT_EQ(household_->stations()[0].name, "Gate");
  EXPECT_FALSE(household_->stations()[1].own);
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.clear_stations(then); }).ok());
  open();
  EXPECT_EQ(household_->stations().size(), 1U);
}

TEST_F(Rooms, guardTheNumbersThatTheSettingsGive) {
  ASSERT_TRUE(add_room({"101"}).ok());
  expect_refused(household_->station_number_free("101"), ErrorCode::conflict, "station.number");
  expect_refused(household_->centre_number_free("101"), ErrorCode::conflict, "call.centre_number");
  EXPECT_TRUE(household_->station_number_free("8001").ok());
  EXPECT_TRUE(household_->station_number_free("8009").ok());
  household_->set_identity({.station_number = "8009"});
  expect_refused(add_room({"8009"}), ErrorCode::conflict, "number");
  EXPECT_TRUE(add_room({"8001"}).ok());
}

TEST_F(Rooms, H08_centresHaveAccounts) {
  const auto made = ask<NewSecret>([](Household& h, auto then) { h.add_centre({"888888", "Lodge", {}}, then); });
  ASSERT_TRUE(made.ok());
  open();
  EXPECT_EQ(household_->centres().size(), 1U);
  EXPECT_EQ(household_->sip_account("888888")->kind, SipAccount::Kind::centre);
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.remove_centre("888888", then); }).ok());
  EXPECT_FALSE(household_->sip_account("888888").has_value());
}

}  // namespace
}  // namespace lintel::household::testing
