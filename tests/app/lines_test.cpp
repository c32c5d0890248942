// The legs of calls, and what they hold.
#include "app/lines.hpp"

#include <gtest/gtest.h>

#include "app/store.hpp"
#include "calls/fakes.hpp"
#include "media/audio.hpp"
#include "sip/support.hpp"
#include "storage/support.hpp"

namespace lintel::app {
namespace {

using namespace std::chrono_literals;

struct NoNames final : sip::dns::DnsSource {
  void query(const std::string& /*name*/, sip::dns::Kind /*kind*/, Callback callback) override {
    callback(Error{ErrorCode::not_found, "no such name"});
  }
};

class LinesTest : public ::testing::Test {
 protected:
  static media::AudioOptions sound() {
    media::AudioOptions options;
    options.microphone = options.speaker = "test";
    return options;
  }
  LinesTest() { lines_->connect(calls_, endpoint_); }

  storage::testing::Folder folder_;
  Loop loop_;
  Store store_{Store::open(loop_, folder_.data()).value()};
  media::AudioEngine audio_{loop_, sound()};
  std::unique_ptr<media::Legs> legs_ = std::make_unique<media::Legs>(loop_, &audio_, nullptr, media::LegsOptions{});
  std::unique_ptr<Lines> lines_ = std::make_unique<Lines>(loop_, *store_.household, *legs_, LinesOptions{});
  sip::test::MemoryTransport transport_;
  sip::Core core_{loop_.clock(), transport_};
  NoNames names_;
  sip::dns::Resolver resolver_{loop_.clock(), names_};
  calls::test::FakeDirectory directory_;
  calls::test::FakeWishes wishes_;
  calls::Calls calls_{loop_.clock(), directory_, *lines_, wishes_};
  sip::Endpoint endpoint_{core_, resolver_, {}, *lines_};
};

// S22: at the end of the program the loop takes no further turn, and what a call holds must not outlive the media.
TEST_F(LinesTest, whatACallHeldGoesWithTheLinesWhereNoTurnOfTheLoopFollows) {
  lines_->stop();  // whoever is dialled now fails
  calls::Contact phone;
  phone.id = "7";
  phone.account = "101#1";
  lines_->dial({{1, phone}}, {});
  EXPECT_EQ(legs_->living(), 1U);
  lines_.reset();
  EXPECT_EQ(legs_->living(), 0U);
}

}  // namespace
}  // namespace lintel::app
