// Sound cards that come after the station, as behind a slow hub after a power cut.
#include "app/sound_cards.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/bytes.hpp"

namespace lintel::app {
namespace {

class SoundCardsTest : public ::testing::Test {
 protected:
  SoundCardsTest() : folder_(std::filesystem::temp_directory_path() / ("lintel-snd-" + bytes::random_password(12))) {}
  ~SoundCardsTest() override { std::filesystem::remove_all(folder_); }
  void plug_in(const char* node) {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / node) << "";
  }
  SimulatedClock clock_;
  std::filesystem::path folder_;
};

TEST_F(SoundCardsTest, aCardThatComesLaterIsFound) {
  SoundCards cards(clock_, "auto", "auto", folder_);
  int found = 0;
  cards.on_found = [&] { ++found; };
  EXPECT_EQ(cards.now().microphone, "silence");
  EXPECT_EQ(cards.now().speaker, "none");
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(found, 0);

  plug_in("controlC0");
  plug_in("pcmC0D0p");
  clock_.advance(SoundCards::look_period);
  EXPECT_EQ(found, 1);
  EXPECT_EQ(cards.now().microphone, "silence") << "a loudspeaker alone";
  EXPECT_EQ(cards.now().speaker, "default");

  plug_in("pcmC1D0c");
  std::filesystem::remove(folder_ / "pcmC0D0p");  // who plays waits for it
  clock_.advance(SoundCards::look_period);
  EXPECT_EQ(found, 2);
  EXPECT_EQ(cards.now().microphone, "default");
  EXPECT_EQ(cards.now().speaker, "default");
  std::filesystem::remove_all(folder_);
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(found, 2);
}

TEST_F(SoundCardsTest, whatIsNamedIsTaken) {
  plug_in("pcmC0D0c");
  SoundCards cards(clock_, "silence", "alsa:hw:3", folder_);
  cards.on_found = [] { FAIL(); };
  EXPECT_EQ(cards.now().microphone, "silence");
  EXPECT_EQ(cards.now().speaker, "alsa:hw:3");
  plug_in("pcmC0D0p");
  clock_.advance(std::chrono::hours(1));
}

}  // namespace
}  // namespace lintel::app
