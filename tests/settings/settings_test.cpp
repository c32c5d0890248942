#include "settings/settings.hpp"

#include <gmock/gmock.h>

#include "storage/support.hpp"

namespace lintel::settings {
namespace {

using storage::testing::Folder;
using storage::testing::open_database;
using storage::testing::turn_until;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() { open(); }

  void open(int page_limit = 0) {
    settings_.reset();
    database_.reset();
    storage::Options options;
    options.folder = folder_.data();
    options.schemas = {Settings::schema()};
    options.retry = std::chrono::milliseconds(20);
    options.page_limit = page_limit;
    database_ = open_database(loop_, options);
    auto loaded = Settings::load(*database_, vault_);
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    settings_ = std::move(loaded).value();
  }
  Outcome apply(Changes changes) {
    std::optional<Outcome> outcome;
    settings_->apply(std::move(changes), [&](const Outcome& result) { outcome = result; });
    turn_until(loop_, [&] { return outcome.has_value(); });
    return outcome.value_or(Outcome{});
  }
  void run(std::string sql, storage::Values values = {}) {
    ASSERT_TRUE(database_
                    ->wait([&](storage::Transaction& transaction) -> Result<void> {
                      LINTEL_CHECK(transaction.execute(sql, values));
                      return {};
                    })
                    .ok());
  }
  std::string stored(const std::string& key) {
    return database_
        ->wait_for<std::string>([&](storage::Transaction& transaction) -> Result<std::string> {
          LINTEL_TRY(const auto rows,
                     transaction.query("SELECT value FROM settings WHERE key = :key", {key}, {storage::Column::text}));
          return rows.empty() ? std::string("nothing") : rows.front().text(0);
        })
        .value_or("error");
  }

  Loop loop_;
  Folder folder_;
  storage::Vault vault_ = storage::Vault::ephemeral();
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<Settings> settings_;
};

TEST_F(SettingsTest, startWithTheDefaultsOfTheTable) {
  EXPECT_EQ(settings_->get(call::longest_ring), 30s);
  EXPECT_EQ(settings_->get(station::number), "8001");
  EXPECT_TRUE(settings_->get(sip_server::on));
  EXPECT_EQ(settings_->get(keypad::tries), 5);
  EXPECT_EQ(settings_->get(security::session_idle), 30min);
  for (const Entry& entry : table()) EXPECT_EQ(settings_->get(entry.key), default_of(entry)) << entry.key;
}

TEST_F(SettingsTest, survivesARestartWithEveryTypeUnchanged) {
  const Outcome outcome = apply({{"call.longest_ring", std::int64_t{45}},
                                 {"rtsp.on", false},
                                 {"station.name", std::string("Tür \"Süd\" <b>'; DROP TABLE settings; --")},
                                 {"video.main_size", std::string("352x288")},
                                 {"account.password", std::string("geheim | ☂")},
                                 {"keypad.tries", std::string("7")}});
  ASSERT_TRUE(outcome.ok()) << outcome.errors.front().message;
  EXPECT_EQ(outcome.changed.size(), 6U);
  open();
  EXPECT_EQ(settings_->get(call::longest_ring), 45s);
  EXPECT_FALSE(settings_->get(rtsp::on));
  EXPECT_EQ(settings_->get(station::name), "Tür \"Süd\" <b>'; DROP TABLE settings; --");
  EXPECT_EQ(settings_->get(video::main_size), "352x288");
  EXPECT_EQ(settings_->get(account::password), "geheim | ☂");
  EXPECT_EQ(settings_->get(keypad::tries), 7);
}

TEST_F(SettingsTest, refusesAllWhenOneFieldIsAtFaultAndNamesEach) {
  const Outcome outcome = apply({{"call.longest_ring", std::int64_t{4}},
                                 {"station.name", std::string("Gate")},
                                 {"station.number", std::string("123456")},
                                 {"no.such", true},
                                 {"web.http_port", std::int64_t{81}}});
  ASSERT_EQ(outcome.errors.size(), 4U);
  EXPECT_THAT(outcome.changed, IsEmpty());
  EXPECT_EQ(outcome.errors[0].field, "call.longest_ring");
  EXPECT_EQ(outcome.errors[0].value, "4");
  EXPECT_EQ(outcome.errors[0].limit, "5 to 300 seconds");
  EXPECT_EQ(outcome.errors[1].field, "no.such");
  EXPECT_EQ(outcome.errors[1].code, ErrorCode::not_found);
  EXPECT_EQ(outcome.errors[2].field, "station.number");
  EXPECT_EQ(outcome.errors[3].limit, "80 or 1025 to 65535");
  EXPECT_EQ(settings_->get(station::name), "Door station");
  EXPECT_EQ(stored("station.name"), "nothing");
}

TEST_F(SettingsTest, showsASecretToNobodyAndSealsItOnDisk) {
  ASSERT_TRUE(apply({{"account.password", std::string("very secret")}}).ok());
  EXPECT_EQ(settings_->get("account.password"), Value(std::string()));
  EXPECT_TRUE(settings_->is_set("account.password"));
  EXPECT_THAT(stored("account.password"), ::testing::Not(HasSubstr("secret")));
  const Outcome refused = apply({{"account.password", std::string(200, 'x')}});
  ASSERT_EQ(refused.errors.size(), 1U);
  EXPECT_EQ(refused.errors[0].value, "");
}

TEST_F(SettingsTest, doesNotUseASecretThatWasAltered) {
  ASSERT_TRUE(apply({{"account.password", std::string("very secret")}}).ok());
  run("UPDATE settings SET value = :value WHERE key = 'account.password'", {vault_.seal("other", "setting:other")});
  open();
  EXPECT_EQ(settings_->get(account::password), "");
  EXPECT_THAT(settings_->problems(), ElementsAre("account.password"));
}

TEST_F(SettingsTest, keepsKeysItDoesNotKnow) {
  run("INSERT INTO settings (key, value) VALUES ('later.feature', 'on')");
  open();
  EXPECT_THAT(settings_->unknown_keys(), ElementsAre("later.feature"));
  ASSERT_TRUE(apply({{"station.name", std::string("Gate")}}).ok());
  EXPECT_EQ(stored("later.feature"), "on");
}

TEST_F(SettingsTest, usesTheDefaultForAStoredValueThatDoesNotFit) {
  run("INSERT INTO settings (key, value) VALUES ('call.longest_ring', '100000')");
  open();
  EXPECT_EQ(settings_->get(call::longest_ring), 30s);
  EXPECT_THAT(settings_->problems(), ElementsAre("call.longest_ring"));
}

TEST_F(SettingsTest, tellsListenersOnceForEachChangeWhenAllAreInForce) {
  std::vector<std::string> heard;
  const auto subscription = settings_->on_change([&](const Change& change) {
    heard.emplace_back(change.entry.key);
    EXPECT_EQ(settings_->get(lock1::period), 9s);
    EXPECT_EQ(settings_->get(lock2::period), 8s);
    if (change.is(lock1::period)) heard.emplace_back("first");
  });
  ASSERT_TRUE(apply({{"lock1.period", std::int64_t{9}},
                     {"lock2.period", std::int64_t{8}},
                     {"lock1.name", std::string("Front door")}})
                  .ok());
  EXPECT_THAT(heard, ElementsAre("lock1.period", "first", "lock2.period"));
}

// The user agent listens there with the SIP server switched off too: on one port with the pages, the station would not
// start any more.
TEST_F(SettingsTest, keepsTheSipPortsFreeForAStationThatIsNoServer) {
  ASSERT_TRUE(apply({{"sip_server.on", false}}).ok());
  EXPECT_EQ(apply({{"web.https_port", std::int64_t{5061}}}).errors.at(0).field, "web.https_port");
  EXPECT_EQ(apply({{"web.http_port", std::int64_t{5060}}}).errors.at(0).code, ErrorCode::conflict);
}

// A port may be anybody's while its service is off; switched on, two would want it, and one of them would not start.
TEST_F(SettingsTest, switchesNoServiceOnWhosePortIsAnothers) {
  ASSERT_TRUE(apply({{"rtsp.tls_port", std::int64_t{5061}}}).ok());
  const Outcome refused = apply({{"rtsp.tls", true}});
  ASSERT_EQ(refused.errors.size(), 1U);
  EXPECT_EQ(refused.errors[0].code, ErrorCode::conflict);
  EXPECT_EQ(refused.errors[0].field, "rtsp.tls_port");
  ASSERT_TRUE(apply({{"sip_server.tls", false}, {"rtsp.tls", true}}).ok());
  EXPECT_EQ(apply({{"sip_server.tls", true}}).errors.at(0).field, "sip_server.tls_port");
  EXPECT_TRUE(apply({{"sip_server.tls", true}, {"sip_server.tls_port", std::int64_t{5062}}}).ok());
}

TEST_F(SettingsTest, saysWhetherARestartIsNeeded) {
  EXPECT_FALSE(apply({{"lock1.period", std::int64_t{9}}}).restart_needed);
  EXPECT_TRUE(apply({{"web.http_port", std::int64_t{8080}}}).restart_needed);
  EXPECT_FALSE(apply({{"web.http_port", std::int64_t{8080}}}).restart_needed);
}

TEST_F(SettingsTest, goesBackToTheDefault) {
  ASSERT_TRUE(apply({{"lock1.period", std::int64_t{9}}}).ok());
  EXPECT_THAT(apply({{"lock1.period", Default{}}}).changed, ElementsAre("lock1.period"));
  EXPECT_EQ(settings_->get(lock1::period), 3s);
  EXPECT_FALSE(settings_->is_set("lock1.period"));
}

TEST_F(SettingsTest, takesSeveralChangesOneAfterTheOther) {
  std::vector<int> order;
  settings_->apply({{"media.first_port", std::int64_t{30000}}, {"media.last_port", std::int64_t{31000}}},
                   [&](const Outcome& outcome) { order.push_back(outcome.ok() ? 1 : -1); });
  // Fits only after the first is in force.
  settings_->apply({{"media.last_port", std::int64_t{30100}}},
                   [&](const Outcome& outcome) { order.push_back(outcome.ok() ? 2 : -2); });
  ASSERT_TRUE(turn_until(loop_, [&] { return order.size() == 2; }));
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST_F(SettingsTest, keepsTheRulesOverSeveralSettings) {
  const auto refused = [&](Changes changes, const std::string& field) {
    const Outcome outcome = apply(std::move(changes));
    ASSERT_EQ(outcome.errors.size(), 1U) << field;
    EXPECT_EQ(outcome.errors[0].field, field);
    EXPECT_FALSE(outcome.errors[0].message.empty());
  };
  refused({{"web.http_port", std::int64_t{8554}}, {"rtsp.port", std::int64_t{8554}}}, "rtsp.port");
  refused({{"sip_server.port", std::int64_t{5061}}}, "sip_server.port");
  refused({{"media.first_port", std::int64_t{20001}}}, "media.first_port");
  refused({{"media.last_port", std::int64_t{20010}}}, "media.last_port");
  refused({{"sip_server.shortest_registration", std::int64_t{3000}}}, "sip_server.shortest_registration");
  refused({{"call.unlock_command_1", std::string("1")}, {"call.unlock_command_2", std::string("12")}},
          "call.unlock_command_2");
  refused({{"call.centre_number", std::string("8001")}}, "call.centre_number");
  EXPECT_TRUE(apply({{"call.unlock_command_2", std::string()}}).ok());
}

// '#' ends what a caller enters: such a command could be saved and never be entered.
TEST_F(SettingsTest, A06_anUnlockCommandHasTheHashAtItsEndOnly) {
  for (const std::string command : {"#9", "##", "4#7#", "12a"})
    for (const std::string key : {"call.unlock_command_1", "call.unlock_command_2"}) {
      const Outcome outcome = apply({{key, command}});
      ASSERT_EQ(outcome.errors.size(), 1U) << command;
      EXPECT_EQ(outcome.errors[0].field, key);
      EXPECT_EQ(outcome.errors[0].value, command);
      EXPECT_NE(outcome.errors[0].limit.find("# only as the last one"), std::string::npos) << outcome.errors[0].limit;
    }
  EXPECT_TRUE(apply({{"call.unlock_command_1", std::string("47*11#")}}).ok());
}

TEST_F(SettingsTest, A19_aGpioLineIsNamedWellAndHasOneUser) {
  const Outcome bad =
      apply({{"lock1.relay", std::string("gpio")}, {"lock1.relay_line", std::string("gpiochip0:9999")}});
  ASSERT_EQ(bad.errors.size(), 1U);
  EXPECT_EQ(bad.errors[0].field, "lock1.relay_line");
  EXPECT_EQ(bad.errors[0].value, "gpiochip0:9999");
  EXPECT_NE(bad.errors[0].limit.find("gpiochip0:17"), std::string::npos);
  const Outcome missing = apply({{"exit_button.input", std::string("gpio")}});
  ASSERT_EQ(missing.errors.size(), 1U);
  EXPECT_EQ(missing.errors[0].field, "exit_button.line");
  ASSERT_TRUE(apply({{"lock1.relay", std::string("gpio")}, {"lock1.relay_line", std::string("gpiochip0:17")}}).ok());
  const Outcome twice =
      apply({{"lock2.sensor_input", std::string("gpio")}, {"lock2.sensor_line", std::string("gpiochip0:17")}});
  ASSERT_EQ(twice.errors.size(), 1U);
  EXPECT_EQ(twice.errors[0].field, "lock2.sensor_line");
  EXPECT_EQ(twice.errors[0].code, ErrorCode::conflict);
  EXPECT_NE(twice.errors[0].message.find("Lock 1: line of the relay"), std::string::npos);
  EXPECT_TRUE(apply({{"lock2.sensor_line", std::string("gpiochip0:17")}}).ok())
      << "a line that is not used may be noted";
}

TEST_F(SettingsTest, A04_aCheckedDoorHasAContact) {
  ASSERT_TRUE(apply({{"lock1.sensor_input", std::string("none")}}).ok());
  const Outcome blind = apply({{"lock1.sensor", true}});
  ASSERT_EQ(blind.errors.size(), 1U);
  EXPECT_EQ(blind.errors[0].field, "lock1.sensor");
  ASSERT_TRUE(apply({{"lock1.sensor", true}, {"lock1.sensor_input", std::string("twin")}}).ok());
  const Outcome taken = apply({{"lock1.sensor_input", std::string("none")}});
  ASSERT_EQ(taken.errors.size(), 1U);
  EXPECT_EQ(taken.errors[0].field, "lock1.sensor_input");
}

TEST_F(SettingsTest, H02_changesTheNumberOnceSetOnlyWhileItIsNotTheSipServer) {
  ASSERT_TRUE(apply({{"station.number", std::string("8005")}}).ok());  // at set-up
  const Outcome refused = apply({{"station.number", std::string("8006")}});
  ASSERT_EQ(refused.errors.size(), 1U);
  EXPECT_EQ(refused.errors[0].code, ErrorCode::conflict);
  EXPECT_EQ(settings_->get(station::number), "8005");
  ASSERT_TRUE(apply({{"sip_server.on", false}}).ok());
  EXPECT_TRUE(apply({{"station.number", std::string("8006")}}).ok());
}

TEST_F(SettingsTest, asksTheGuardsOfOtherRooms) {
  settings_->add_guard([](const Candidate& candidate) -> std::vector<Error> {
    if (!candidate.changes(station::number)) return {};
    return {{ErrorCode::conflict, "Room 101 has this number.", "station.number", candidate.get(station::number),
             "a free number"}};
  });
  EXPECT_EQ(apply({{"station.number", std::string("101")}}).errors.size(), 1U);
  EXPECT_TRUE(apply({{"station.name", std::string("Gate")}}).ok());
}

TEST_F(SettingsTest, keepTheOldValuesWhenTheDiskIsFull) {
  open(20);
  int number = 0;
  for (const std::size_t size : {3000U, 200U, 1U})  // to the brim
    while (database_
               ->wait([&](storage::Transaction& transaction) -> Result<void> {
                 LINTEL_CHECK(transaction.execute("INSERT INTO settings (key, value) VALUES (:key, :value)",
                                                  {"unknown." + std::to_string(++number), std::string(size, 'x')}));
                 return {};
               })
               .ok()) {
    }
  const Outcome outcome = apply({{"station.name", std::string("Gate")}, {"account.server", std::string(250, 'x')}});
  ASSERT_EQ(outcome.errors.size(), 1U);
  EXPECT_EQ(outcome.errors[0].code, ErrorCode::full);
  EXPECT_EQ(settings_->get(station::name), "Door station");
  EXPECT_EQ(stored("station.name"), "nothing");
}

}  // namespace
}  // namespace lintel::settings
