// V07: what is taken away from somebody is taken away, whatever the disk says.
#include "household/support.hpp"

namespace lintel::household::testing {
namespace {

class Owed : public HouseholdTest {
 protected:
  Owed() {
    open(400);
    execute("CREATE TABLE filler (bytes BLOB)");
    EXPECT_TRUE(add_room({"101"}).ok());
    EXPECT_TRUE(ask<Card>([](Household& h, auto then) { h.add_card({"04A1B2C3", "101", "Ann"}, then); }).ok());
    EXPECT_TRUE(add_code({"Ann", "4711"}).ok());
    phone_ = add_phone("101").value().monitor.account;
  }
  void execute(const std::string& statement) {
    ASSERT_TRUE(
        storage::testing::turn_until(loop_, [this] { return database_->health().state == storage::State::working; }));
    const auto done = storage::testing::answer<void>(loop_, [&](auto then) {
      database_->write({{statement, {}}}, std::move(then));
    });
    ASSERT_TRUE(done.ok()) << statement << ": " << done.error().message;
  }
  static constexpr const char* full =
      "INSERT INTO filler VALUES (zeroblob(8000000))";  // more than the file may grow by
  static constexpr const char* spoilt = "SELECT RAISE(ABORT, 'this row is damaged')";
  void refuse(std::initializer_list<const char*> tables, const char* how) {
    for (const char* table : tables)
      for (const char* what : {"DELETE", "UPDATE", "INSERT"}) {
        const std::string name = std::string("no_") + what + "_" + table;
        execute("CREATE TRIGGER " + name + " BEFORE " + what + " ON " + table + " BEGIN " + how + "; END");
        refused_.push_back(name);
      }
  }
  void disk_is_full() { refuse({"cards", "codes", "monitors", "rooms"}, full); }
  void mend() {
    for (const std::string& name : refused_) execute("DROP TRIGGER " + name);
    refused_.clear();
  }
  Result<Card> change_card(CardPatch patch) {
    return ask<Card>([&](Household& h, auto then) { h.change_card(1, patch, then); });
  }
  Result<void> remove_card() {
    return ask<void>([](Household& h, auto then) { h.remove_card(1, then); });
  }
  Result<void> remove_code(std::int64_t id = 1) {
    return ask<void>([&](Household& h, auto then) { h.remove_code(id, then); });
  }
  Result<void> remove_phone() {
    return ask<void>([&](Household& h, auto then) { h.remove_monitor(phone_, then); });
  }
  std::string phone_;
  std::vector<std::string> refused_;
};

TEST_F(Owed, V07_whatIsTakenAwayIsInForceThoughTheDiskRefusesAndTheAnswerSaysSo) {
  disk_is_full();
  const auto lost = change_card({.lost = true});
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code, ErrorCode::not_kept);
  EXPECT_NE(lost.error().message.find("asks the disk again"), std::string::npos) << lost.error().message;
  EXPECT_TRUE(household_->find_card("04A1B2C3")->lost);
  EXPECT_EQ(remove_code().error().code, ErrorCode::not_kept);
  EXPECT_EQ(household_->find_code("4711"), nullptr);
  EXPECT_EQ(remove_phone().error().code, ErrorCode::not_kept);
  EXPECT_EQ(household_->monitor(phone_), nullptr);
  EXPECT_TRUE(household_->owes_the_disk());
}

// A worn card takes a minute for a write before it refuses, and whoever found the key ring is at the door by then.
TEST_F(Owed, V07_nobodyWaitsForTheDiskWithIt) {
  household_->remove_code(1, {});
  EXPECT_EQ(household_->find_code("4711"), nullptr) << "before the loop has turned";
}

TEST_F(Owed, V07_nothingIsGivenToAnybodyThatTheDiskDoesNotKeep) {
  ASSERT_TRUE(change_card({.lost = true}).ok());
  disk_is_full();
  EXPECT_FALSE(change_card({.lost = false}).ok());
  EXPECT_TRUE(household_->find_card("04A1B2C3")->lost);
  EXPECT_EQ(change_card({.name = "Ben"}).error().code, ErrorCode::full) << "a lost one's name takes nothing away";
  EXPECT_FALSE(add_code({"Ben", "1234"}).ok());
  EXPECT_EQ(household_->find_code("1234"), nullptr);
  EXPECT_FALSE(household_->owes_the_disk());
}

// What is owed goes before the next change: a code that is given anew is not taken away by the debt of the old one, nor
// does the old one stand in its way.
TEST_F(Owed, V07_theDiskHasItAllInOrderOnceThereIsRoom) {
  disk_is_full();
  EXPECT_FALSE(remove_card().ok());
  EXPECT_FALSE(remove_code().ok());
  EXPECT_FALSE(remove_phone().ok());
  mend();
  EXPECT_TRUE(add_code({"Ben", "4711"}).ok());
  EXPECT_FALSE(household_->owes_the_disk());
  const auto anew = add_phone("101");
  ASSERT_TRUE(anew.ok());
  EXPECT_EQ(anew->monitor.account, phone_) << "the number that became free";
  open();
  EXPECT_EQ(household_->find_card("04A1B2C3"), nullptr);
  ASSERT_NE(household_->find_code("4711"), nullptr);
  EXPECT_EQ(household_->find_code("4711")->name, "Ben");
  EXPECT_NE(household_->check_monitor(phone_, anew->password), nullptr);
}

TEST_F(Owed, V07_theDiskIsAskedAgainUntilThereIsRoom) {
  disk_is_full();
  EXPECT_FALSE(remove_card().ok());
  for (int times = 0; times < 3; ++times) {
    ASSERT_TRUE(
        storage::testing::turn_until(loop_, [this] { return database_->health().state == storage::State::working; }));
    clock_.advance(std::chrono::seconds(5));
    ASSERT_TRUE(
        storage::testing::turn_until(loop_, [this] { return database_->health().state == storage::State::full; }));
  }
  mend();
  clock_.advance(std::chrono::seconds(5));
  EXPECT_TRUE(storage::testing::turn_until(loop_, [this] { return !household_->owes_the_disk(); }));
  open();
  EXPECT_EQ(household_->find_card("04A1B2C3"), nullptr);
}

// A worn card takes a minute to refuse: what the station asks of it meanwhile does not fill the queue.
TEST_F(Owed, V07_aSlowDiskKeepsNobodyFromTakingAway) {
  disk_is_full();
  EXPECT_FALSE(remove_card().ok());
  clock_.advance(std::chrono::hours(1));  // the disk answers nothing meanwhile
  EXPECT_EQ(remove_code().error().code, ErrorCode::not_kept);
  EXPECT_EQ(household_->find_code("4711"), nullptr);
}

TEST_F(Owed, V07_theEndAsksOnceMore) {
  refuse({"cards"}, spoilt);
  EXPECT_FALSE(remove_card().ok());
  mend();
  open();
  EXPECT_EQ(household_->find_card("04A1B2C3"), nullptr);
}

TEST_F(Owed, V07_oneThatCanNeverBeStoredStandsInNobodysWay) {
  refuse({"cards"}, spoilt);
  const auto removed = remove_card();
  ASSERT_EQ(removed.error().code, ErrorCode::not_kept);
  EXPECT_NE(removed.error().message.find("taken away again"), std::string::npos) << removed.error().message;
  refuse({"codes"}, full);
  EXPECT_FALSE(remove_code().ok());
  mend();
  refuse({"codes"}, spoilt);
  ASSERT_TRUE(add_room({"102"}).ok()) << "tried with the debts, and then alone";
  ASSERT_TRUE(add_room({"103"}).ok());
  EXPECT_TRUE(household_->owes_the_disk());
  EXPECT_EQ(household_->find_code("4711"), nullptr);
  open();
  EXPECT_NE(household_->room("102"), nullptr);
}

TEST_F(Owed, V07_theEndUndoesNothingThatWasStoredLater) {
  refuse({"monitors"}, spoilt);
  EXPECT_FALSE(remove_phone().ok());
  mend();
  const auto anew = add_phone("101");
  ASSERT_TRUE(anew.ok());
  ASSERT_EQ(anew->monitor.account, phone_);
  open();
  EXPECT_NE(household_->check_monitor(phone_, anew->password), nullptr);
}

TEST_F(Owed, V07_aChangeThatFailsByItselfKeepsNoDebtFromBeingAskedAgain) {
  refuse({"codes"}, spoilt);
  EXPECT_FALSE(remove_code().ok());
  refuse({"cards"}, full);
  EXPECT_FALSE(remove_card().ok());
  mend();
  EXPECT_EQ(add_code({"Ben", "4711"}).error().code, ErrorCode::conflict) << "the disk has the old one still";
  clock_.advance(std::chrono::seconds(5));
  ASSERT_TRUE(add_room({"102"}).ok()) << "behind the payment";
  open();
  EXPECT_EQ(household_->find_card("04A1B2C3"), nullptr);
}

TEST_F(Owed, V07_whatIsOwedIsBounded) {
  open();
  for (int i = 0; i < 1'001; ++i) ASSERT_TRUE(add_code({"Guest", std::to_string(100'000 + i)}).ok());
  refuse({"codes"}, spoilt);
  for (int i = 0; i < 1'001; ++i) EXPECT_FALSE(remove_code(2 + i).ok());
  EXPECT_EQ(household_->find_code("100999"), nullptr);
  ASSERT_NE(household_->find_code("101000"), nullptr) << "one beyond stays, and the answer says that it was refused";
}

}  // namespace
}  // namespace lintel::household::testing
