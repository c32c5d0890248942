// What the front says about cards. It checks: H06, A21, A23.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "calls/fakes.hpp"
#include "calls/panel.hpp"

namespace lintel::calls {
namespace {
using namespace std::chrono_literals;
using hardware::ReaderLight;

struct NoCodes final : CodeCheck {
  CodeAnswer try_code(std::string_view) override { return {}; }
  [[nodiscard]] Duration locked_for() const override { return {}; }
};

struct Front final : PanelOutput {
  std::vector<std::string> sounds;
  void panel_changed(const PanelState&) override {}
  void play(SoundId sound) override { sounds.emplace_back(sound); }
};

struct PanelCards : testing::Test {
  SimulatedClock clock;
  test::FakeDirectory directory;
  test::FakeLines lines;
  test::FakeWishes wishes;
  NoCodes codes;
  Front front;
  Calls calls{clock, directory, lines, wishes};
  Panel panel{clock, calls, codes, front};

  void SetUp() override { directory.add(Resolution::Kind::room, "101", 1); }
  [[nodiscard]] std::string line() const { return panel.state().lines.front().id; }
  [[nodiscard]] ReaderLight light() const { return panel.state().reader->light; }
};

TEST_F(PanelCards, A21_aRefusedCardIsSaidInWordsAndLightAndForgotten) {
  const std::vector<std::pair<CardNews, std::string>> refusals = {
      {CardNews::unknown, "panel.card_unknown"},   {CardNews::lost, "panel.card_lost"},
      {CardNews::known, "panel.card_known"},       {CardNews::not_allowed, "panel.card_not_allowed"},
      {CardNews::room_full, "panel.card_room_full"},
      {CardNews::too_soon, "panel.card_too_soon"}, {CardNews::jammed, "panel.lock_jammed"}};
  for (const auto& [news, words] : refusals) {
    panel.card_held(news, news == CardNews::too_soon ? Duration(2500ms) : Duration{});
    EXPECT_EQ(line(), words);
    EXPECT_EQ(panel.state().kind, DisplayKind::error);
    EXPECT_EQ(light(), ReaderLight::refused);
    EXPECT_EQ(front.sounds.back(), "sound.wrong");
    clock.advance(4s);
    EXPECT_EQ(line(), "panel.idle");
    EXPECT_EQ(light(), ReaderLight::ready);
  }
  panel.card_held(CardNews::unknown, 59500ms);
  EXPECT_EQ(in_english(panel.state().lines[0]), "Too many unknown cards. Wait 60 s");
}

TEST_F(PanelCards, A23_aCardThatOpensIsGreenAndTheDoorSaysTheRest) {
  panel.locks_open({{1, "Front door"}});
  panel.card_held(CardNews::opened);
  EXPECT_EQ(light(), ReaderLight::accepted);
  EXPECT_EQ(line(), "panel.door_open");
  clock.advance(4s);
  EXPECT_EQ(light(), ReaderLight::ready);
}

TEST_F(PanelCards, H06_aNewCardIsAwaitedInWordsAndLight) {
  const WallTime until = clock.wall() + 30s;
  panel.card_awaited("101", until);
  EXPECT_EQ(in_english(panel.state().lines[0]), "Hold the new card of room 101 to the reader");
  EXPECT_EQ(light(), ReaderLight::awaiting);
  EXPECT_EQ(panel.state().reader->awaits_until, until);
  panel.card_held(CardNews::known);
  EXPECT_EQ(line(), "panel.card_known");
  clock.advance(4s);
  EXPECT_EQ(line(), "panel.card_awaited") << "it is awaited still";
  EXPECT_EQ(light(), ReaderLight::awaiting);
  panel.card_held(CardNews::issued);
  EXPECT_EQ(line(), "panel.card_issued");
  EXPECT_EQ(light(), ReaderLight::accepted);
  EXPECT_FALSE(panel.state().reader->awaits_until);
  clock.advance(4s);
  EXPECT_EQ(line(), "panel.idle");
}

TEST_F(PanelCards, H06_theWaitEndsInWords) {
  for (const auto& [news, words] :
       std::vector<std::pair<CardNews, std::string>>{{CardNews::expired, "panel.card_expired"},
                                                     {CardNews::cancelled, "panel.card_cancelled"},
                                                     {CardNews::not_kept, "panel.card_not_kept"}}) {
    panel.card_awaited("101", clock.wall() + 30s);
    panel.card_held(news);
    EXPECT_EQ(line(), words);
    EXPECT_FALSE(panel.state().reader->awaits_until);
    clock.advance(4s);
    EXPECT_EQ(line(), "panel.idle");
  }
}

TEST_F(PanelCards, A22_aFrontWithoutAReaderShowsNone) {
  EXPECT_TRUE(panel.state().reader);
  panel.set_options({.reader = false});
  EXPECT_FALSE(panel.state().reader);
}

TEST_F(PanelCards, aCallAndATypedNumberGoOnBesideTheReader) {
  panel.press(hardware::Key::digit_1);
  panel.card_awaited("101", clock.wall() + 30s);
  EXPECT_EQ(panel.state().input, "1");
  EXPECT_EQ(line(), "panel.enter_number");
  EXPECT_EQ(light(), ReaderLight::awaiting);
  for (const auto key : {hardware::Key::digit_0, hardware::Key::digit_1, hardware::Key::call}) panel.press(key);
  EXPECT_EQ(line(), "panel.dialling");
  panel.card_held(CardNews::unknown);
  EXPECT_EQ(line(), "panel.card_unknown");
  clock.advance(4s);
  EXPECT_EQ(line(), "panel.dialling");
}

}  // namespace
}  // namespace lintel::calls
