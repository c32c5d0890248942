#include "base/bytes.hpp"
#include "household/support.hpp"

namespace lintel::household::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

class Monitors : public HouseholdTest {
 protected:
  Monitors() {
    EXPECT_TRUE(add_room({"101"}).ok());
    EXPECT_TRUE(add_room({"A2"}).ok());
  }
};

TEST_F(Monitors, H04_aRoomHasAMainMonitorAndTenExtensions) {
  for (unsigned i = 0; i <= max_extensions; ++i) {
    const auto added = add_phone("101");
    ASSERT_TRUE(added.ok());
    EXPECT_EQ(added->monitor.account, account_of("101", i));
  }
  const auto refused = add_phone("101");
  expect_refused(refused, ErrorCode::full, "room");
  EXPECT_EQ(refused.error().limit, "10 extensions");
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.remove_monitor("101#4", then); }).ok());
  EXPECT_EQ(add_phone("101")->monitor.account, "101#4");
  EXPECT_EQ(household_->monitors_of("101").size(), 11U);
  EXPECT_THAT(household_->monitors_of("10"), IsEmpty());
  expect_refused(add_phone("102"), ErrorCode::not_found, "room");
}

TEST_F(Monitors, H04_theRoomAloneMeansItsMainMonitor) {
  const auto added = add_phone("a2", "Kitchen");
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(added->monitor.account, "A2#0");
  EXPECT_EQ(household_->monitor("A2")->name, "Kitchen");
  EXPECT_EQ(household_->monitor("a2#0")->name, "Kitchen");
  EXPECT_EQ(household_->sip_account("A2")->user, "A2#0");
  EXPECT_EQ(household_->sip_account("a2#0")->user, "A2#0");
  EXPECT_FALSE(household_->sip_account("A2#1").has_value());
}

TEST_F(Monitors, giveTheDigestOfTheNameThatWasAskedFor) {
  const auto added = add_phone("101");
  const auto ha1 = [&](const std::string& user, const std::string& realm) {
    return bytes::to_hex(bytes::md5(user + ":" + realm + ":" + added->password));
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(household_->sip_account("101")->ha1_md5, ha1("101", "VDP"));
    EXPECT_EQ(household_->sip_account("101#0")->ha1_md5, ha1("101#0", "VDP"));
    EXPECT_EQ(household_->sip_account("101")->ha1_sha256, bytes::to_hex(bytes::sha256("101:VDP:" + added->password)));
    open();
  }
  household_->set_identity({.realm = "example.org"});
  EXPECT_EQ(household_->sip_account("101")->ha1_md5, ha1("101", "example.org"));
}

TEST_F(Monitors, logInWithTheirOwnPasswordOnly) {
  const auto first = add_phone("101");
  const auto second = add_phone("101");
  EXPECT_NE(first->password, second->password);
  EXPECT_GE(first->password.size(), 20U);
  EXPECT_EQ(household_->check_monitor("101", first->password)->account, "101#0");
  EXPECT_EQ(household_->check_monitor("101#0", second->password), nullptr);
  EXPECT_EQ(household_->check_monitor("101#0", ""), nullptr);
  EXPECT_EQ(household_->check_monitor("nobody", first->password), nullptr);
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.remove_monitor("101", then); }).ok());
  EXPECT_EQ(household_->check_monitor("101", first->password), nullptr);
  open();
  EXPECT_EQ(household_->check_monitor("101", first->password), nullptr);
  EXPECT_NE(household_->check_monitor("101#1", second->password), nullptr);
}

TEST_F(Monitors, keepNoReadableSecretOnDisk) {
  const auto phone = add_phone("101");
  const auto offered = offer({MonitorKind::panel, {}, "Front"});
  ASSERT_TRUE(add_code({"Ann", "73519462", "101"}).ok());
  const auto machine = ask<NewSecret>([](Household& h, auto then) { h.add_machine("nvr", 1, then); });
  const std::string disk = files();
  ASSERT_THAT(disk, HasSubstr("101#0"));
  for (const std::string& secret :
       {phone->password, offered->token, offered->short_code, std::string("73519462"), machine->secret,
        household_->own_sip_password(), bytes::to_hex(bytes::md5("101#0:VDP:" + phone->password))})
    EXPECT_EQ(disk.find(secret), std::string::npos);
}

TEST_F(Monitors, losesOnlyTheOneWhoseSecretWasAltered) {
  const auto phone = add_phone("101");
  const auto other = add_phone("A2");
  ASSERT_TRUE(
      database_
          ->wait([](storage::Transaction& transaction) -> Result<void> {
            LINTEL_CHECK(transaction.execute(
                "UPDATE monitors SET secret = (SELECT secret FROM monitors WHERE key = 'a2#0') WHERE key = '101#0'"));
            return {};
          })
          .ok());
  open();
  EXPECT_EQ(household_->check_monitor("101", other->password), nullptr);
  EXPECT_NE(household_->check_monitor("A2", other->password), nullptr);
}

TEST_F(Monitors, changeNameAndRights) {
  ASSERT_TRUE(add_phone("101").ok());
  const auto change = [&](MonitorPatch patch) {
    return ask<Monitor>([&](Household& h, auto then) { h.change_monitor("101", patch, then); });
  };
  expect_refused(change({.locks = std::vector<int>{99}}), ErrorCode::invalid, "locks");
  expect_refused(change({.name = "a\nb"}), ErrorCode::invalid, "name");
  ASSERT_TRUE(change({.name = "Hall", .locks = std::vector<int>{2}}).ok());
  open();
  EXPECT_EQ(household_->monitor("101")->name, "Hall");
  EXPECT_THAT(household_->monitor("101")->locks, ElementsAre(2));
}

TEST_F(Monitors, rememberWhenTheyWereSeen) {
  ASSERT_TRUE(add_phone("101").ok());
  household_->seen("101");
  const WallTime first = clock_.wall();
  clock_.advance(1min);
  household_->seen("101#0");
  EXPECT_EQ(household_->monitor("101")->last_seen, clock_.wall());
  open();
  EXPECT_EQ(household_->monitor("101")->last_seen, first) << "stored now and then only";
}

// When the power comes back all of them register at once, and the journal needs the disk.
TEST_F(Monitors, areStoredTogetherWhenManyAreSeenAtOnce) {
  for (unsigned i = 0; i <= max_extensions; ++i) ASSERT_TRUE(add_phone("101").ok());
  const WallTime first = clock_.wall();
  for (unsigned i = 0; i <= max_extensions; ++i) household_->seen(account_of("101", i));
  EXPECT_EQ(database_->waiting(), 0U);
  clock_.advance(10s);
  EXPECT_LE(database_->waiting(), 1U);
  clock_.advance(1h);
  household_->seen("101#3");  // and what waits is stored at a clean stop
  const WallTime last = clock_.wall();
  open();
  for (unsigned i = 0; i <= max_extensions; ++i)
    EXPECT_EQ(household_->monitor(account_of("101", i))->last_seen, i == 3 ? last : first) << i;
}

TEST_F(Monitors, areNotStoredWhenTheyAreRemovedMeanwhile) {
  ASSERT_TRUE(add_phone("101").ok());
  household_->seen("101");
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.remove_monitor("101", then); }).ok());
  ASSERT_TRUE(add_phone("101").ok());
  clock_.advance(10s);
  open();
  EXPECT_FALSE(household_->monitor("101")->last_seen.has_value());
}

TEST_F(Monitors, pairOnceWithTheToken) {
  const auto offered = offer({MonitorKind::browser, "101", {}});
  ASSERT_TRUE(offered.ok());
  EXPECT_GE(offered->token.size(), 32U);
  EXPECT_EQ(offered->short_code.size(), 8U);
  open();  // an offer survives a restart
  const auto paired = take(offered->token, "Ann's phone");
  ASSERT_TRUE(paired.ok());
  EXPECT_EQ(paired->monitor.account, "101#0");
  EXPECT_EQ(paired->monitor.kind, MonitorKind::browser);
  EXPECT_EQ(paired->monitor.name, "Ann's phone");
  EXPECT_EQ(paired->monitor.paired_at, clock_.wall());
  expect_refused(take(offered->token), ErrorCode::denied, "token");
  expect_refused(take_by_short_code(offered->short_code), ErrorCode::denied, "token");
  open();
  expect_refused(take(offered->token), ErrorCode::denied, "token");
  EXPECT_NE(household_->check_monitor("101", paired->password), nullptr);
}

TEST_F(Monitors, pairOnceEvenWhenTwoDevicesAskTogether) {
  const auto offered = offer({MonitorKind::browser, "101", {}});
  int good = 0;
  int bad = 0;
  const auto count = [&](const Result<Paired>& result) { ++(result.ok() ? good : bad); };
  household_->take_pairing(PairingProof::token, offered->token, "x", count);
  household_->take_pairing(PairingProof::short_code, offered->short_code, "x", count);
  ASSERT_TRUE(storage::testing::turn_until(loop_, [&] { return good + bad == 2; }));
  EXPECT_EQ(good, 1);
}

TEST_F(Monitors, pairWithTheShortCodeAsPeopleTypeIt) {
  const auto offered = offer({MonitorKind::browser, "101", "Kitchen"});
  const std::string grouped = " " + offered->short_code.substr(0, 4) + " " + offered->short_code.substr(4);
  const auto paired = take_by_short_code(grouped);
  ASSERT_TRUE(paired.ok());
  EXPECT_EQ(paired->monitor.name, "Kitchen");
}

// The limit on guessing short codes is one for all who guess; none is on tokens, which nobody guesses.
TEST_F(Monitors, takeNoShortCodeForATokenNorATokenForOne) {
  const auto offered = offer({MonitorKind::browser, "101", {}});
  expect_refused(take(offered->short_code), ErrorCode::denied, "token");
  expect_refused(take_by_short_code(offered->token), ErrorCode::denied, "token");
  EXPECT_TRUE(take(offered->token).ok()) << "neither used it up";
}

TEST_F(Monitors, refuseAPairingThatIsTooOldOrInvented) {
  const auto offered = offer({MonitorKind::browser, "101", {}});
  clock_.advance(Household::pairing_time);
  expect_refused(take(offered->token), ErrorCode::denied, "token");
  expect_refused(take(""), ErrorCode::denied, "token");
  expect_refused(take(std::string(100'000, 'x')), ErrorCode::denied, "token");
  expect_refused(take(offered->token, std::string(100, 'x')), ErrorCode::invalid, "device_name");
  expect_refused(offer({MonitorKind::browser, "999", {}}), ErrorCode::not_found, "room");
  expect_refused(offer({MonitorKind::browser, {}, {}}), ErrorCode::invalid, "room");
  expect_refused(offer({MonitorKind::phone, "101", {}}), ErrorCode::invalid, "kind");
}

TEST_F(Monitors, refuseAPairingOfAClockThatWasAhead) {
  const auto offered = offer({MonitorKind::browser, "101", {}});
  clock_.jump_wall(-24h);
  expect_refused(take(offered->token), ErrorCode::denied, "token");
}

TEST_F(Monitors, boundTheOpenPairingsAndForgetOldOnes) {
  for (std::size_t i = 0; i < max_pairings; ++i) ASSERT_TRUE(offer({MonitorKind::panel, {}, {}}).ok());
  expect_refused(offer({MonitorKind::panel, {}, {}}), ErrorCode::limited, "");
  clock_.advance(Household::pairing_time);
  EXPECT_TRUE(offer({MonitorKind::panel, {}, {}}).ok());
}

TEST_F(Monitors, aPanelIsPairedWithoutARoomAndOpensNothingByItself) {
  const auto paired = take(offer({MonitorKind::panel, {}, "Front"})->token);
  ASSERT_TRUE(paired.ok());
  EXPECT_EQ(paired->monitor.account, "panel-1");
  EXPECT_THAT(paired->monitor.locks, IsEmpty());
  EXPECT_FALSE(household_->sip_account("panel-1").has_value());
  EXPECT_EQ(household_->check_monitor("panel-1", paired->password)->kind, MonitorKind::panel);
  EXPECT_EQ(take(offer({MonitorKind::panel, {}, {}})->token)->monitor.account, "panel-2");
}

// A data folder that came back from a backup without its key: what was sealed is gone, and can be set again.
TEST_F(Monitors, whoseSecretsDoNotOpenCanBeMadeAnew) {
  ASSERT_TRUE(add_phone("101", "Old").ok());
  const auto add_station = [](Household& h, auto then) { h.add_station({"8002"}, then); };
  const auto add_centre = [](Household& h, auto then) { h.add_centre({"777777"}, then); };
  const auto add_machine = [](Household& h, auto then) { h.add_machine("recorder", 1, then); };
  ASSERT_TRUE(ask<NewSecret>(add_station).ok());
  ASSERT_TRUE(ask<NewSecret>(add_centre).ok());
  ASSERT_TRUE(ask<NewSecret>(add_machine).ok());
  vault_ = storage::Vault::ephemeral();
  open();
  EXPECT_EQ(household_->monitor("101"), nullptr);
  const auto phone = add_phone("101", "New");
  ASSERT_TRUE(phone.ok()) << phone.error().message;
  EXPECT_TRUE(ask<NewSecret>(add_station).ok());
  EXPECT_TRUE(ask<NewSecret>(add_centre).ok());
  EXPECT_TRUE(ask<NewSecret>(add_machine).ok());
  open();
  ASSERT_NE(household_->check_monitor("101", phone->password), nullptr);
  EXPECT_EQ(household_->monitor("101")->name, "New");
  EXPECT_NE(household_->machine("recorder"), nullptr);
}

TEST_F(Monitors, shareNoSecretBetweenTwoFreshInstallations) {
  const storage::testing::Folder other_folder;
  storage::Options options;
  options.folder = other_folder.data();
  options.schemas = {Household::schema()};
  auto database = storage::testing::open_database(loop_, options);
  const auto vault = storage::Vault::ephemeral();
  const auto other = Household::load(*database, vault, clock_, {});
  ASSERT_TRUE(other.ok());
  EXPECT_GE(household_->own_sip_password().size(), 20U);
  EXPECT_NE((*other)->own_sip_password(), household_->own_sip_password());
  const std::string before = household_->own_sip_password();
  open();
  EXPECT_EQ(household_->own_sip_password(), before);
  EXPECT_EQ(household_->sip_account("8001")->ha1_md5, bytes::to_hex(bytes::md5("8001:VDP:" + before)));
}

}  // namespace
}  // namespace lintel::household::testing
