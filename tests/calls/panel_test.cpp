#include "calls/panel.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "calls/fakes.hpp"

namespace lintel::calls {
namespace {
using namespace std::chrono_literals;
using Kind = Resolution::Kind;

struct FakeCodes final : CodeCheck {
  std::vector<std::string> tried;
  CodeAnswer answer;
  Duration locked{};
  CodeAnswer try_code(std::string_view code) override {
    tried.emplace_back(code);
    return answer;
  }
  [[nodiscard]] Duration locked_for() const override { return locked; }
};

struct Front final : PanelOutput {
  std::vector<PanelState> states;
  std::vector<std::string> sounds;
  void panel_changed(const PanelState& state) override { states.push_back(state); }
  void play(SoundId sound) override {
    if (sound != "sound.key") sounds.emplace_back(sound);
  }
};

struct PanelTest : testing::Test {
  SimulatedClock clock;
  test::FakeDirectory directory;
  test::FakeLines lines;
  test::FakeWishes wishes;
  FakeCodes codes;
  Front front;
  Calls calls{clock, directory, lines, wishes};
  Panel panel{clock, calls, codes, front};

  void SetUp() override {
    directory.add(Kind::room, "101", 1);
    directory.add(Kind::room, "103", 0);
    directory.add(Kind::centre, "888888", 1);
  }
  void press(const std::vector<std::string>& words) {
    for (const auto& word : words) {
      const auto key = hardware::parse_key(word);
      ASSERT_TRUE(key) << word;
      panel.press(*key);
    }
  }
  [[nodiscard]] std::string line() const { return panel.state().lines.empty() ? "" : panel.state().lines.front().id; }
  [[nodiscard]] DisplayKind kind() const { return panel.state().kind; }
};

TEST_F(PanelTest, standsIdle) {
  EXPECT_EQ(line(), "panel.idle");
  EXPECT_EQ(kind(), DisplayKind::idle);
  EXPECT_EQ(panel.state().lights, hardware::LightsState{});
}

TEST_F(PanelTest, C01_dialsARoomWithCallOrHash) {
  press({"1", "0", "1"});
  EXPECT_EQ(panel.state().input, "101");
  EXPECT_EQ(kind(), DisplayKind::dialling);
  press({"call"});
  EXPECT_EQ(lines.dialled.size(), 1u);
  EXPECT_EQ(panel.state().input, "");
  EXPECT_EQ(line(), "panel.dialling");
  EXPECT_EQ(panel.state().lines[0].arguments, std::vector<std::string>{"101"});
  press({"hangup"});
  EXPECT_EQ(line(), "panel.idle");
  press({"1", "0", "1", "#"});
  EXPECT_EQ(lines.dialled.size(), 2u);
}

TEST_F(PanelTest, A23_lightsAndWordsFollowTheCall) {
  press({"1", "0", "1", "call"});
  EXPECT_EQ(panel.state().lights, (hardware::LightsState{.call = true}));
  EXPECT_EQ(front.sounds, std::vector<std::string>{"sound.calling"});
  calls.leg_ringing(lines.leg(0));
  EXPECT_EQ(line(), "panel.ringing");
  calls.leg_answered(lines.leg(0));
  EXPECT_EQ(line(), "panel.talking");
  EXPECT_EQ(kind(), DisplayKind::talking);
  EXPECT_EQ(panel.state().lights, (hardware::LightsState{.talk = true}));
  panel.locks_open({{1, "Front door"}});
  EXPECT_EQ(line(), "panel.door_open");
  EXPECT_EQ(panel.state().lights, (hardware::LightsState{.talk = true, .unlock = true}));
  EXPECT_EQ(front.sounds.back(), "sound.unlocked");
  panel.locks_open({});
  EXPECT_EQ(line(), "panel.talking");
  calls.leg_ended(lines.leg(0));
  EXPECT_EQ(line(), "panel.call_ended");
  clock.advance(4s);
  EXPECT_EQ(line(), "panel.idle");
  EXPECT_EQ(panel.state().lights, hardware::LightsState{});
}

TEST_F(PanelTest, saysNoSuchRoomNobodyAndBusy) {
  press({"9", "9", "9", "call"});
  EXPECT_EQ(line(), "panel.no_such_room");
  EXPECT_EQ(in_english(panel.state().lines[0]), "There is no room 999");
  EXPECT_EQ(kind(), DisplayKind::error);
  EXPECT_EQ(front.sounds.back(), "sound.no_such_room");
  press({"1", "0", "3", "call"});
  EXPECT_EQ(line(), "panel.nobody_available");
  press({"1", "0", "1", "call"});
  press({"1", "0", "1", "call"});
  EXPECT_EQ(line(), "panel.busy");
  clock.advance(4s);
  EXPECT_EQ(line(), "panel.dialling");  // the first call goes on
}

TEST_F(PanelTest, saysWhenNobodyAnswers) {
  press({"1", "0", "1", "call"});
  clock.advance(30s);
  EXPECT_EQ(line(), "panel.no_answer");
  EXPECT_EQ(front.sounds, (std::vector<std::string>{"sound.calling", "sound.stop", "sound.no_answer"}));
}

TEST_F(PanelTest, C21_saysThatACallCannotBeEncrypted) {
  press({"1", "0", "1", "call"});
  calls.leg_refused(lines.leg(0), Refusal::no_encryption);
  EXPECT_EQ(line(), "panel.no_encryption");
  EXPECT_EQ(in_english(panel.state().lines[0]), "The call cannot be encrypted");
  EXPECT_EQ(kind(), DisplayKind::error);
  clock.advance(4s);
  EXPECT_EQ(line(), "panel.idle");
  Arrival arrival;
  arrival.leg = calls.new_leg();
  arrival.account = "101#0";
  arrival.allowed = arrival.lacks_encryption = true;
  calls.arrive(arrival);
  EXPECT_EQ(line(), "panel.no_encryption");
  arrival.allowed = false;  // strangers cannot write on the panel
  clock.advance(4s);
  calls.arrive(arrival);
  EXPECT_EQ(line(), "panel.idle");
}

TEST_F(PanelTest, starTakesBackTheLastDigit) {
  press({"1", "0", "2", "*", "1"});
  EXPECT_EQ(panel.state().input, "101");
  press({"*", "*", "*", "*"});
  EXPECT_EQ(kind(), DisplayKind::idle);
}

TEST_F(PanelTest, hangUpClearsANumber) {
  press({"1", "0", "hangup"});
  EXPECT_EQ(panel.state().input, "");
  EXPECT_EQ(kind(), DisplayKind::idle);
}

TEST_F(PanelTest, aNumberLeftAloneIsCleared) {
  press({"1", "0"});
  clock.advance(9s);
  press({"1"});
  clock.advance(9s);
  EXPECT_EQ(panel.state().input, "101");
  clock.advance(1s);
  EXPECT_EQ(panel.state().input, "");
  EXPECT_EQ(kind(), DisplayKind::idle);
}

TEST_F(PanelTest, aNumberHasABound) {
  press(std::vector<std::string>(50, "7"));
  EXPECT_EQ(panel.state().input, "777777777");
}

TEST_F(PanelTest, A10_takesACodeBetweenHashesAndNeverShowsIt) {
  codes.answer.kind = CodeAnswer::Kind::opened;
  press({"#"});
  EXPECT_EQ(line(), "panel.enter_code");
  EXPECT_EQ(panel.state().mode, "code");
  press({"1", "2", "3", "4"});
  EXPECT_EQ(panel.state().input, "****");
  press({"#"});
  EXPECT_EQ(codes.tried, std::vector<std::string>{"1234"});
  EXPECT_EQ(panel.state().mode, "number");
  for (const auto& state : front.states) {
    EXPECT_EQ(state.input.find_first_of("1234"), std::string::npos);
    for (const auto& each : state.lines) EXPECT_TRUE(each.arguments.empty());
  }
  panel.locks_open({{1, "Front door"}});
  EXPECT_EQ(line(), "panel.door_open");
}

// Who stands at the front door must not lean against it when only the garage opens.
TEST_F(PanelTest, A01_saysWhichLockIsOpenAndIsHeardForEach) {
  const OpenLock door{1, "Front door"}, garage{2, "Garage"};
  panel.locks_open({garage});
  EXPECT_EQ(panel.state().lines, (std::vector<Message>{{"panel.lock_open", {"Garage"}}}));
  EXPECT_EQ(in_english(panel.state().lines[0]), "Garage is open");
  EXPECT_EQ(front.sounds, std::vector<std::string>{"sound.unlocked"});
  panel.locks_open({door, garage});
  EXPECT_EQ(panel.state().lines, (std::vector<Message>{{"panel.door_open", {}}, {"panel.lock_open", {"Garage"}}}));
  EXPECT_EQ(front.sounds.size(), 2U);
  panel.locks_open({door});
  panel.locks_open({{1, "Main door"}});
  EXPECT_EQ(front.sounds.size(), 2U) << "one that shut, and one with another name, opened nothing";
  EXPECT_TRUE(panel.state().lights.unlock);
  panel.locks_open({});
  EXPECT_FALSE(panel.state().lights.unlock);
  EXPECT_EQ(line(), "panel.idle");
}

TEST_F(PanelTest, A10_aWrongCodeIsSaid) {
  press({"#", "9", "9", "9", "9", "#"});
  EXPECT_EQ(line(), "panel.wrong_code");
  EXPECT_EQ(front.sounds.back(), "sound.wrong");
}

TEST_F(PanelTest, A10_aCodeTooLongIsNotCutToARightOne) {
  press({"#"});
  press(std::vector<std::string>(30, "1"));
  press({"#"});
  EXPECT_EQ(codes.tried.front().size(), 17u);
}

TEST_F(PanelTest, aCodeIsLeftByStarCallHangUpOrTime) {
  for (const char* way_out : {"*", "call", "hangup"}) {
    press({"#", "1", "2", way_out});
    EXPECT_EQ(panel.state().mode, "number") << way_out;
    EXPECT_EQ(panel.state().input, "") << way_out;
  }
  press({"#", "1"});
  clock.advance(10s);
  EXPECT_EQ(panel.state().mode, "number");
  press({"#", "#"});
  EXPECT_TRUE(codes.tried.empty());
}

TEST_F(PanelTest, A25_saysHowLongTheKeypadIsLocked) {
  codes.answer = {CodeAnswer::Kind::wrong, 60s};
  press({"#", "9", "9", "9", "9", "#"});
  EXPECT_EQ(line(), "panel.keypad_locked");
  EXPECT_EQ(panel.state().lines[0].arguments, std::vector<std::string>{"60"});
  EXPECT_EQ(panel.state().locked_until, clock.wall() + 60s);
  codes.locked = 50s;
  clock.advance(10s);
  EXPECT_EQ(kind(), DisplayKind::idle);
  press({"#"});
  EXPECT_EQ(panel.state().lines[0].arguments, std::vector<std::string>{"50"});
  press({"9", "9", "9", "9", "#"});  // still a code: never dialled, never shown
  EXPECT_EQ(line(), "panel.keypad_locked");
  EXPECT_TRUE(lines.dialled.empty());

  press({"#", "1", "0", "1", "call"});  // a room can be called all the same
  EXPECT_EQ(lines.dialled.size(), 1u);
  clock.advance(50s);
  EXPECT_FALSE(panel.state().locked_until);
}

TEST_F(PanelTest, A10_aCodeMayBeTypedWhileItRings) {
  press({"1", "0", "1", "call", "#", "1", "2", "3", "4", "#"});
  EXPECT_EQ(codes.tried.size(), 1u);
  EXPECT_TRUE(calls.current());
}

TEST_F(PanelTest, C06_hasKeysForTheCentreAndForEmergencies) {
  press({"centre"});
  EXPECT_EQ(line(), "panel.centre");
  press({"emergency"});
  EXPECT_EQ(line(), "panel.emergency");
  EXPECT_EQ(calls.current()->kind, CallKind::emergency);
}

TEST_F(PanelTest, C06_whoPressesTheEmergencyKeyAgainIsNotRefused) {
  press({"emergency", "emergency"});
  EXPECT_EQ(line(), "panel.emergency");
  calls.leg_ringing(lines.leg(0));
  press({"emergency"});
  EXPECT_EQ(line(), "panel.emergency");
  calls.leg_answered(lines.leg(0));
  press({"emergency"});
  EXPECT_EQ(line(), "panel.emergency");
  EXPECT_EQ(kind(), DisplayKind::talking);
  EXPECT_EQ(front.sounds, (std::vector<std::string>{"sound.calling", "sound.stop"}));
  EXPECT_EQ(lines.dialled.size(), 1u);
}

TEST_F(PanelTest, C06_saysWhenTheCentreIsClosed) {
  directory.closed[CallKind::centre] = true;
  press({"centre"});
  EXPECT_EQ(line(), "panel.outside_period");
}

TEST_F(PanelTest, C33_theCallKeyTakesACallIn) {
  Arrival arrival;
  arrival.leg = calls.new_leg();
  arrival.account = "8002";
  arrival.allowed = true;
  calls.arrive(arrival);
  EXPECT_EQ(line(), "panel.arriving");
  EXPECT_EQ(front.sounds.back(), "sound.ringing");
  press({"call"});
  EXPECT_EQ(lines.accepted.size(), 1u);
  EXPECT_EQ(front.sounds.back(), "sound.stop");
}

TEST_F(PanelTest, C16_saysWhenSomebodyLooks) {
  Arrival arrival;
  arrival.leg = calls.new_leg();
  arrival.account = "101#0";
  arrival.allowed = arrival.monitor = true;
  arrival.wants_to_talk = false;
  calls.arrive(arrival);
  calls.leg_answered(arrival.leg);
  EXPECT_EQ(line(), "panel.being_watched");
  EXPECT_FALSE(panel.state().lights.talk);
}

TEST_F(PanelTest, aJammedLockIsSaid) {
  panel.lock_jammed();
  EXPECT_EQ(line(), "panel.lock_jammed");
}

TEST_F(PanelTest, tellsOnlyChanges) {
  const auto before = front.states.size();
  press({"*", "*", "*"});
  EXPECT_EQ(front.states.size(), before);
}

TEST(Messages, haveWordsForEveryId) {
  for (const char* id : {"panel.idle",         "panel.enter_number",     "panel.enter_code",    "panel.dialling",
                         "panel.ringing",      "panel.talking",          "panel.centre",        "panel.emergency",
                         "panel.arriving",     "panel.being_watched",    "panel.door_open",     "panel.lock_open",
                         "panel.no_such_room", "panel.nobody_available", "panel.busy",          "panel.outside_period",
                         "panel.no_answer",    "panel.refused",          "panel.call_ended",    "panel.connection_lost",
                         "panel.wrong_code",   "panel.keypad_locked",    "panel.code_too_soon", "panel.not_allowed",
                         "panel.lock_jammed"}) {
    EXPECT_NE(in_english({id, {"7"}}), id);
    EXPECT_FALSE(in_english({id, {}}).empty());
  }
  EXPECT_EQ(in_english({"panel.text", {"Welcome"}}), "Welcome");
}

}  // namespace
}  // namespace lintel::calls
