#include "hardware/twins.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "hardware/twin_devices.hpp"

namespace lintel::hardware {
namespace {
using namespace std::chrono_literals;

struct RelayTwin : testing::Test {
  SimulatedClock clock;
  std::vector<RelayReport> reports;
  void hear(Relay& relay) {
    relay.listen([this](RelayReport report) { reports.push_back(report); });
  }
};

TEST_F(RelayTwin, movesAndTellsAtOnce) {
  TwinRelay relay(clock, "lock-1");
  hear(relay);
  relay.energise();
  EXPECT_EQ(relay.energised(), true);
  relay.release();
  EXPECT_EQ(relay.energised(), false);
  EXPECT_EQ(reports, (std::vector{RelayReport::energised, RelayReport::released}));
  EXPECT_TRUE(relay.was_told("energise"));
  EXPECT_EQ(relay.state(), "released");
}

TEST_F(RelayTwin, tellsLaterWhereItAnswersLikeABus) {
  TwinRelay relay(clock, "lock-2", {.answer_after = 20ms});
  hear(relay);
  relay.energise();
  EXPECT_TRUE(reports.empty());
  EXPECT_EQ(relay.energised(), false);
  clock.advance(20ms);
  EXPECT_EQ(reports, std::vector{RelayReport::energised});
  EXPECT_EQ(relay.energised(), true);
}

TEST_F(RelayTwin, aSecondOrderOvertakesTheFirst) {
  TwinRelay relay(clock, "lock-2", {.answer_after = 20ms});
  hear(relay);
  relay.energise();
  clock.advance(10ms);
  relay.release();
  clock.advance(1s);
  EXPECT_EQ(reports, std::vector{RelayReport::released});
}

TEST_F(RelayTwin, failingTellsSoAndStaysWhereItIs) {
  TwinRelay relay(clock, "lock-1");
  hear(relay);
  ASSERT_TRUE(relay.act("fail").ok());
  relay.energise();
  EXPECT_EQ(reports, std::vector{RelayReport::failed});
  EXPECT_EQ(relay.energised(), false);
  EXPECT_EQ(relay.state(), "released, failing");
}

TEST_F(RelayTwin, jammedTellsNothingUntilHealedAndOrderedAgain) {
  TwinRelay relay(clock, "lock-1", {.answer_after = 20ms});
  hear(relay);
  relay.energise();
  ASSERT_TRUE(relay.act("jam").ok());
  clock.advance(1min);
  EXPECT_TRUE(reports.empty());
  ASSERT_TRUE(relay.act("heal").ok());
  relay.energise();
  clock.advance(20ms);
  EXPECT_EQ(reports, std::vector{RelayReport::energised});
}

TEST_F(RelayTwin, isFoundAsAKilledProgramLeftIt) {
  const auto file = std::filesystem::temp_directory_path() / ("lintel-relay-" + std::to_string(getpid()));
  {
    TwinRelay relay(clock, "lock-1", {.position_file = file});
    EXPECT_EQ(relay.energised(), false);
    relay.energise();
  }
  {
    TwinRelay relay(clock, "lock-1", {.position_file = file});
    EXPECT_EQ(relay.energised(), true);
    relay.release();
  }
  TwinRelay relay(clock, "lock-1", {.position_file = file});
  EXPECT_EQ(relay.energised(), false);
  std::filesystem::remove(file);
}

TEST_F(RelayTwin, runsWithoutAPlaceForItsPosition) {
  TwinRelay relay(clock, "lock-1", {.position_file = "/nonexistent/folder/position"});
  relay.energise();
  EXPECT_EQ(relay.energised(), true);
}

TEST(InputTwin, isPressedForAMoment) {
  SimulatedClock clock;
  TwinInput button(clock, "exit-button");
  std::vector<bool> levels;
  button.listen([&](bool active) { levels.push_back(active); });
  ASSERT_TRUE(button.act("press").ok());
  EXPECT_EQ(button.state(), "active");
  clock.advance(TwinInput::press_lasts);
  EXPECT_EQ(button.state(), "idle");
  EXPECT_EQ(levels, (std::vector{true, false}));
}

TEST(DebouncedInput, reportsALevelOnceAndOnlyWhenItStands) {
  SimulatedClock clock;
  TwinInput contact(clock, "door-contact");
  std::vector<bool> reported;
  DebouncedInput settled(
      clock, contact, [&](bool active) { reported.push_back(active); }, 30ms);
  for (int bounce = 0; bounce < 5; ++bounce) {
    ASSERT_TRUE(contact.act("activate").ok());
    clock.advance(5ms);
    ASSERT_TRUE(contact.act("release").ok());
    clock.advance(5ms);
  }
  clock.advance(1s);
  EXPECT_TRUE(reported.empty());

  ASSERT_TRUE(contact.act("activate").ok());
  ASSERT_TRUE(contact.act("activate").ok());
  clock.advance(30ms);
  EXPECT_TRUE(settled.active());
  ASSERT_TRUE(contact.act("release").ok());
  clock.advance(30ms);
  EXPECT_EQ(reported, (std::vector{true, false}));
}

TEST(DebouncedInput, takesTheLevelItFindsAsGiven) {
  SimulatedClock clock;
  TwinInput contact(clock, "door-contact");
  ASSERT_TRUE(contact.act("activate").ok());
  int reported = 0;
  DebouncedInput settled(clock, contact, [&](bool) { ++reported; });
  clock.advance(1s);
  EXPECT_TRUE(settled.active());
  EXPECT_EQ(reported, 0);
}

TEST(Keys, haveTheWordsOfTheApi) {
  for (const char* word : {"0", "9", "*", "#", "call", "hangup", "centre", "emergency"}) {
    const auto key = parse_key(word);
    ASSERT_TRUE(key) << word;
    EXPECT_EQ(name_of(*key), word);
  }
  for (const char* word : {"", "10", "CALL", "unlock", " 1"}) EXPECT_FALSE(parse_key(word)) << word;
  EXPECT_EQ(digit_of(Key::digit_7), '7');
  EXPECT_FALSE(digit_of(Key::star));
}

TEST(KeypadTwin, pressesKeysAndRecordsNoDigits) {
  SimulatedClock clock;
  TwinKeypad keypad(clock, "keypad");
  std::vector<Key> keys;
  keypad.listen([&](Key key) { keys.push_back(key); });
  ASSERT_TRUE(keypad.act("key:4").ok());
  ASSERT_TRUE(keypad.act("key:call").ok());
  EXPECT_EQ(keys, (std::vector{Key::digit_4, Key::call}));
  EXPECT_FALSE(keypad.was_told("key 4"));
  EXPECT_TRUE(keypad.was_told("key call"));
  EXPECT_EQ(keypad.act("key:unlock").error().field, "action");
}

TEST(FrontTwins, showWhatTheyWereTold) {
  SimulatedClock clock;
  TwinDisplay display(clock, "display");
  display.show({"Room 101", "Ringing…"});
  EXPECT_EQ(display.state(), "Room 101 / Ringing…");
  TwinLights lights(clock, "lights");
  EXPECT_EQ(lights.state(), "off");
  lights.set({.call = true, .unlock = true});
  EXPECT_EQ(lights.state(), "call unlock");
}

TEST(CardReaderTwin, readsACardAndKeepsItsNumberToItself) {
  SimulatedClock clock;
  TwinCardReader reader(clock, "reader");
  std::string read;
  reader.listen([&](const std::string& card) { read = card; });
  ASSERT_TRUE(reader.act("card:04a1b2c3").ok());
  EXPECT_EQ(read, "04A1B2C3");
  for (const auto& note : reader.notes()) EXPECT_EQ(note.text.find("04A1"), std::string::npos);
  for (const char* bad : {"card:", "card:1", "card:04A1B", "card:xyz", "swipe"}) EXPECT_FALSE(reader.act(bad).ok()) << bad;
}

TEST(CardReaderTwin, A22_showsItsLight) {
  SimulatedClock clock;
  TwinCardReader reader(clock, "reader");
  EXPECT_EQ(reader.state(), "ready");
  for (const ReaderLight light : {ReaderLight::awaiting, ReaderLight::accepted, ReaderLight::refused, ReaderLight::ready}) {
    reader.show(light);
    EXPECT_EQ(reader.state(), name_of(light));
    EXPECT_TRUE(reader.was_told("light " + reader.state()));
  }
}

TEST(Twins, areFoundByNameAndToldOf) {
  SimulatedClock clock;
  Twins twins;
  int changes = 0;
  twins.listen([&](const Twin&) { ++changes; });
  auto& relay = twins.add<TwinRelay>(clock, "lock-1");
  twins.add<TwinInput>(clock, "exit-button");
  EXPECT_EQ(twins.list().size(), 2u);
  EXPECT_EQ(twins.find("lock-1"), &relay);
  EXPECT_TRUE(twins.act("lock-1", "fail").ok());
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(twins.act("lock-3", "fail").error().code, ErrorCode::not_found);
  const auto refused = twins.act("lock-1", "explode");
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_EQ(refused.error().limit, "fail, jam, heal");
}

TEST(Twins, keepABoundedRecord) {
  SimulatedClock clock;
  TwinLights lights(clock, "lights");
  for (int i = 0; i < 1000; ++i) lights.set({.call = i % 2 == 0});
  EXPECT_EQ(lights.notes().size(), Twin::notes_kept);
}

}  // namespace
}  // namespace lintel::hardware
