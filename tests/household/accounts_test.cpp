#include <fmt/format.h>

#include "base/bytes.hpp"
#include "household/support.hpp"

namespace lintel::household::testing {
namespace {

using ::testing::ElementsAre;

class Accounts : public HouseholdTest {};

TEST_F(Accounts, S01_setUpHappensOnce) {
  EXPECT_FALSE(household_->initialised());
  const auto add = [&](Person person) {
    return ask<void>([&](Household& h, auto then) { h.add_person(person, then); });
  };
  expect_refused(add({"admin", "not mail", "$argon2id$x"}), ErrorCode::invalid, "email");
  expect_refused(add({"admin", "a@b.c", ""}), ErrorCode::internal, "");
  ASSERT_TRUE(add({"admin", "a@b.c", "$argon2id$x"}).ok());
  expect_refused(add({"admin", "d@e.f", "$argon2id$y"}), ErrorCode::conflict, "account");
  open();
  EXPECT_TRUE(household_->initialised());
  EXPECT_EQ(household_->person("admin")->password_hash, "$argon2id$x");
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.change_password_hash("admin", "$argon2id$z", then); }).ok());
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.change_email("admin", "new@b.c", then); }).ok());
  open();
  EXPECT_EQ(household_->person("admin")->password_hash, "$argon2id$z");
  EXPECT_EQ(household_->person("admin")->email, "new@b.c");
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.remove_person("admin", then); }).ok());
  open();
  EXPECT_FALSE(household_->initialised());
}

TEST_F(Accounts, machinesHaveRightsAndADigestForAnyRealm) {
  const auto add = [&](std::string name, unsigned rights) {
    return ask<NewSecret>([&](Household& h, auto then) { h.add_machine(name, rights, then); });
  };
  expect_refused(add("", 1), ErrorCode::invalid, "name");
  expect_refused(add("a b", 1), ErrorCode::invalid, "name");
  expect_refused(add("nvr", 0), ErrorCode::invalid, "rights");
  expect_refused(add("nvr", 8), ErrorCode::invalid, "rights");
  const auto made = add("nvr", static_cast<unsigned>(Right::rtsp));
  ASSERT_TRUE(made.ok());
  expect_refused(add("nvr", 1), ErrorCode::conflict, "name");
  for (const char* panel : {"panel-1", "Panel-1"}) expect_refused(add(panel, 1), ErrorCode::invalid, "name");
  open();
  EXPECT_TRUE(household_->machine("nvr")->may(Right::rtsp));
  EXPECT_FALSE(household_->machine("nvr")->may(Right::unlock));
  EXPECT_EQ(household_->machine_ha1_md5("nvr", "lintel"), bytes::to_hex(bytes::md5("nvr:lintel:" + made->secret)));
  EXPECT_EQ(household_->machine_ha1_sha256("nvr", "lintel"),
            bytes::to_hex(bytes::sha256("nvr:lintel:" + made->secret)));
  EXPECT_FALSE(household_->machine_ha1_md5("other", "lintel").has_value());
  ASSERT_TRUE(ask<void>([](Household& h, auto then) { h.remove_machine("nvr", then); }).ok());
  open();
  EXPECT_EQ(household_->machine("nvr"), nullptr);
}

TEST_F(Accounts, A10_codesAreFoundByTheirDigitsOnly) {
  ASSERT_TRUE(add_room({"101"}).ok());
  const auto made = add_code({"Ann", "1234", "101", {1, 2}});
  ASSERT_TRUE(made.ok());
  for (int i = 0; i < 2; ++i) {
    const Code* found = household_->find_code("1234");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, "Ann");
    EXPECT_THAT(found->locks, ElementsAre(1, 2));
    EXPECT_EQ(household_->find_code("12345"), nullptr);
    EXPECT_EQ(household_->find_code("0123"), nullptr);
    EXPECT_EQ(household_->find_code(""), nullptr);
    open();
  }
  expect_refused(add_code({"Bob", "1234"}), ErrorCode::conflict, "code");
  expect_refused(add_code({"", "5678"}), ErrorCode::invalid, "name");
  expect_refused(add_code({"Bob", "123"}), ErrorCode::invalid, "code");
  expect_refused(add_code({"Bob", "5678", "999"}), ErrorCode::not_found, "room");
  expect_refused(add_code({"Bob", "5678", {}, {}}), ErrorCode::invalid, "locks");
}

TEST_F(Accounts, A10_codesAreChangedAndRemoved) {
  const auto ann = add_code({"Ann", "1234"});
  const auto bob = add_code({"Bob", "5678"});
  const auto change = [&](std::int64_t id, CodePatch patch) {
    return ask<Code>([&](Household& h, auto then) { h.change_code(id, patch, then); });
  };
  expect_refused(change(bob->id, {.code = "1234"}), ErrorCode::conflict, "code");
  expect_refused(change(99, {.code = "1234"}), ErrorCode::not_found, "id");
  ASSERT_TRUE(change(ann->id, {.code = "1234", .active = false}).ok()) << "its own code is no conflict";
  ASSERT_TRUE(change(bob->id, {.code = "9999"}).ok());
  open();
  EXPECT_FALSE(household_->find_code("1234")->active);
  EXPECT_EQ(household_->find_code("5678"), nullptr);
  EXPECT_EQ(household_->find_code("9999")->name, "Bob");
  ASSERT_TRUE(ask<void>([&](Household& h, auto then) { h.remove_code(bob->id, then); }).ok());
  EXPECT_EQ(household_->find_code("9999"), nullptr);
  EXPECT_GT(add_code({"Cy", "9999"})->id, bob->id);
}

TEST_F(Accounts, A10_codesAreToldPageByPage) {
  ASSERT_TRUE(add_room({"101"}).ok());
  for (int i = 0; i < 7; ++i)
    ASSERT_TRUE(add_code({"Cleaner " + std::to_string(i), "500" + std::to_string(i), i % 2 == 0 ? "101" : ""}).ok());
  const CodePage first = household_->codes(0, 3);
  EXPECT_EQ(first.total, 7U);
  ASSERT_EQ(first.records.size(), 3U);
  EXPECT_EQ(first.next_cursor, first.records.back().id);
  const CodePage second = household_->codes(first.next_cursor, 3);
  EXPECT_EQ(second.records.front().name, "Cleaner 3");
  const CodePage last = household_->codes(second.next_cursor, 3);
  EXPECT_EQ(last.records.size(), 1U);
  EXPECT_EQ(last.next_cursor, 0);
  const auto search = [&](const std::string& text, std::int64_t cursor = 0) {
    return found<Code>([&](auto then) { household_->search_codes(text, cursor, 3, then); });
  };
  const CodePage of_room = search("101");
  EXPECT_EQ(of_room.total, 4U);
  EXPECT_EQ(search("101", of_room.next_cursor).records.front().name, "Cleaner 6");
  EXPECT_EQ(search("cleaner 5").total, 1U);
  EXPECT_EQ(search("nobody").total, 0U);
}

TEST_F(Accounts, recordsOfTheRegistrarComeBackAfterARestart) {
  RecordStore store(*database_, "sip.bindings");
  RecordStore other(*database_, "other");
  int answered = 0;
  const auto then = [&](const Result<void>& result) { answered += result.ok() ? 1 : 100; };
  store.save({{"101#0", "one"}, {"101#1", "two"}}, then);
  other.save({{"101#0", "theirs"}}, then);
  store.save({{"101#0", "newer"}, {"102#0", "three"}}, then);
  store.remove({"101#1", "no such"}, then);
  ASSERT_TRUE(storage::testing::turn_until(loop_, [&] { return answered >= 4; }));
  EXPECT_EQ(answered, 4);
  open();
  const auto loaded = RecordStore(*database_, "sip.bindings").load();
  ASSERT_TRUE(loaded.ok());
  ASSERT_EQ(loaded->size(), 2U);
  EXPECT_EQ(loaded->at(0).value, "newer");
  EXPECT_EQ(loaded->at(1).key, "102#0");
  Result<void> refused;
  RecordStore(*database_, "sip.bindings")
      .save({{"x", std::string(RecordStore::max_value + 1, 'x')}}, [&](Result<void> result) { refused = result; });
  expect_refused(refused, ErrorCode::invalid, "key");
}

// Thousands of phones renew: the log of their records is written anew and stays small, and nothing is lost by it.
TEST_F(Accounts, recordsThatAreReplacedOftenStayFewOnTheDisk) {
  RecordStore store(*database_, "sip.bindings");
  std::size_t answered = 0;
  std::size_t asked = 0;
  const auto then = [&](const Result<void>& result) { answered += result.ok() ? 1 : 1000; };
  const auto save = [&](int round) {
    std::vector<RecordStore::Record> records;
    for (int i = 0; i < 500; ++i)
      records.push_back({std::to_string(i), fmt::format("{} - 3 {} round {}", i, std::string(100, 'x'), round)});
    store.save(std::move(records), then);
    ++asked;
  };
  for (int round = 0; round < 40; ++round) save(round);
  store.remove({"7"}, then);
  ++asked;
  ASSERT_TRUE(storage::testing::turn_until(loop_, [&] { return answered >= asked; }));
  EXPECT_EQ(answered, asked);
  const auto rows = database_->wait_for<std::size_t>([](storage::Transaction& transaction) -> Result<std::size_t> {
    LINTEL_TRY(const auto found, transaction.query("SELECT key FROM records", {}, {storage::Column::text}));
    return found.size();
  });
  ASSERT_TRUE(rows.ok());
  EXPECT_LT(*rows, 20U);
  open();
  const auto loaded = RecordStore(*database_, "sip.bindings").load();
  ASSERT_TRUE(loaded.ok());
  ASSERT_EQ(loaded->size(), 499U);
  for (const auto& record : *loaded)
    EXPECT_EQ(record.value, fmt::format("{} - 3 {} round 39", record.key, std::string(100, 'x')));
}

// What an older version kept, a row for each, is read and then replaced.
TEST_F(Accounts, recordsOfAnOlderVersionAreTakenOver) {
  ASSERT_TRUE(database_
                  ->wait([](storage::Transaction& transaction) -> Result<void> {
                    return transaction.execute_many(
                        "INSERT INTO records (collection, key, value) VALUES (:collection, :key, :value)",
                        {{std::string("sip.bindings"), std::string("101#0"), std::string("old")},
                         {std::string("sip.bindings"), std::string("102#0"), std::string("old too")}});
                  })
                  .ok());
  RecordStore store(*database_, "sip.bindings");
  ASSERT_EQ(store.load()->size(), 2U);
  int answered = 0;
  const auto then = [&](const Result<void>& result) { answered += result.ok() ? 1 : 100; };
  store.save({{"101#0", "new"}}, then);
  store.remove({"102#0"}, then);
  ASSERT_TRUE(storage::testing::turn_until(loop_, [&] { return answered >= 2; }));
  const auto loaded = RecordStore(*database_, "sip.bindings").load();
  ASSERT_EQ(loaded->size(), 1U);
  EXPECT_EQ(loaded->at(0).value, "new");
}

}  // namespace
}  // namespace lintel::household::testing
