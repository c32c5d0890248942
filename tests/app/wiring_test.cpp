// Buttons and keys as they are wired, with twins in their place.
#include "app/wiring.hpp"

#include <gtest/gtest.h>

#include "app/journalled.hpp"
#include "app/store.hpp"
#include "storage/support.hpp"

namespace lintel::app {
namespace {

using storage::testing::turn_until;
using namespace std::chrono_literals;

class WiringTest : public ::testing::Test {
 protected:
  WiringTest() : store_(Store::open(loop_, folder_.data()).value()) {
    wiring_ = std::make_unique<Wiring>(
        loop_, *store_.settings, *store_.journal, twins_, folder_.data(),
        Wiring::Told{[](int) {}, [](int) {}, [] {}, [] {}}, 20ms);
    wiring_->apply();
  }
  std::vector<std::string> journalled() { return testing::journalled(loop_, *store_.journal); }

  storage::testing::Folder folder_;
  Loop loop_;
  Store store_;
  hardware::Twins twins_;
  std::unique_ptr<Wiring> wiring_;
};

// A16, S10. Nobody can leave by it, or call for help, and it looks as if nothing were wrong.
TEST_F(WiringTest, aKeyThatIsPressedAllTheTimeIsSaid) {
  for (const char* key : {"exit-button", "emergency-key"}) {
    ASSERT_TRUE(twins_.act(key, "activate").ok());
    ASSERT_TRUE(turn_until(loop_, [&] { return !wiring_->attention().empty(); })) << key;
    EXPECT_EQ(wiring_->attention().front().id, key);
    EXPECT_EQ(wiring_->attention().size(), 1U);
    ASSERT_TRUE(twins_.act(key, "release").ok());
    ASSERT_TRUE(turn_until(loop_, [&] { return wiring_->attention().empty(); }));
  }
  EXPECT_EQ(journalled(), (std::vector<std::string>{"input.stuck", "input.stuck"}));
}

// A door that stands open is no such key.
TEST_F(WiringTest, aDoorThatStandsOpenIsNoStuckKey) {
  ASSERT_TRUE(twins_.act("door-contact-1", "activate").ok());
  ASSERT_TRUE(twins_.act("exit-button", "activate").ok());
  ASSERT_TRUE(turn_until(loop_, [&] { return !wiring_->attention().empty(); }));
  EXPECT_EQ(wiring_->attention().size(), 1U);
}

}  // namespace
}  // namespace lintel::app
