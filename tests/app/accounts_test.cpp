// The accounts that the SIP server asks for: worked out once, until somebody comes or goes.
#include "app/accounts.hpp"

#include <gtest/gtest.h>

#include "household/support.hpp"

namespace lintel::app {
namespace {

using household::Household;

class AccountsTest : public household::testing::HouseholdTest {
 protected:
  AccountsTest() {
    EXPECT_TRUE(add_room({.number = "101"}).ok());
    EXPECT_TRUE(add_phone("101").ok());
  }
  // Whether the account is the same one as before `change`, looked at while the change is told.
  bool kept_over(const std::function<void()>& change) {
    const sip::Account* const before = accounts_.find("101");
    EXPECT_NE(before, nullptr);
    bool kept = false;
    const auto told = household_->on_change([&](const household::Change&) { kept = accounts_.find("101") == before; });
    change();
    return kept;
  }

  Accounts accounts_{loop_, *household_, [] { return true; }};
};

// A list of 5,000 people with their codes and cards is taken in while the house registers and rings.
TEST_F(AccountsTest, theyAreNotWorkedOutAnewForACodeOrACard) {
  EXPECT_TRUE(kept_over([this] { EXPECT_TRUE(add_code({.name = "Cleaner", .code = "471100"}).ok()); }));
  EXPECT_TRUE(kept_over([this] {
    EXPECT_TRUE(ask<household::Card>([](Household& h, auto then) {
                  h.add_card({.number = "04A1B2C3", .room = "101"}, then);
                }).ok());
  }));
  EXPECT_TRUE(
      kept_over([this] { EXPECT_TRUE(ask<void>([](Household& h, auto then) { h.remove_card(1, then); }).ok()); }));
}

TEST_F(AccountsTest, theyAreWorkedOutAnewForWhoComesAndGoes) {
  EXPECT_FALSE(kept_over([this] { EXPECT_TRUE(add_phone("101").ok()); }));
  EXPECT_NE(accounts_.find("101#1"), nullptr);
  EXPECT_TRUE(ask<void>([](Household& h, auto then) { h.remove_monitor("101#1", then); }).ok());
  EXPECT_EQ(accounts_.find("101#1"), nullptr);
  EXPECT_FALSE(kept_over([this] { household_->set_identity({.station_number = "8009"}); }));
  EXPECT_NE(accounts_.find("8009"), nullptr);
}

// Digest hashes the name as it was typed into the phone.
TEST_F(AccountsTest, H04_hashesEachSpellingOfTheNameForItself) {
  const sip::Account* const account = accounts_.find("101%230");
  ASSERT_NE(account, nullptr);
  EXPECT_EQ(account->name, "101#0");
  const auto hash = [&](std::string_view user) {
    const auto ha1 = accounts_.ha1(*account, user, lintel::digest::Algorithm::md5);
    return ha1 ? std::string(ha1->view()) : std::string();
  };
  const auto right = [&](std::string_view user) { return household_->sip_account(user)->ha1_md5; };
  for (int times = 0; times < 2; ++times)
    for (const char* user : {"101", "101%230", "101#0", "101%230", "101"}) EXPECT_EQ(hash(user), right(user)) << user;
  EXPECT_NE(right("101%230"), right("101#0"));
  EXPECT_EQ(accounts_.find("101%2"), nullptr);
  EXPECT_EQ(accounts_.find("102%230"), nullptr);
}

}  // namespace
}  // namespace lintel::app
