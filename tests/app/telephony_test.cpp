// Phones as the station's registrar knows them from the disk, without a network.
#include "app/telephony.hpp"

#include <gmock/gmock.h>

#include "app/journalled.hpp"
#include "app/store.hpp"
#include "storage/support.hpp"
#include "system/certificates.hpp"

namespace lintel::app {
namespace {

using storage::testing::answer;
using storage::testing::turn_until;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TelephonyTest : public ::testing::Test {
 protected:
  TelephonyTest() : store_(Store::open(loop_, folder_.data()).value()) {}
  ~TelephonyTest() override {
    if (telephony_) telephony_->stop();
  }

  void add_room(const std::string& number) {
    ASSERT_TRUE(answer<household::Room>(loop_, [&](auto then) { store_.household->add_room({number}, then); }).ok());
  }
  // One that is registered since before the start.
  void add_phone(const std::string& room) {
    const auto phone =
        answer<household::Paired>(loop_, [&](auto then) { store_.household->add_phone(room, {}, then); });
    ASSERT_TRUE(phone.ok()) << phone.error().message;
    sip::StoredBinding binding;
    binding.account = phone->monitor.account;
    binding.id = std::to_string(++phones_);
    binding.contact = "sip:x@127.0.0.1:5070";
    binding.call_id = "call";
    binding.received = "udp 127.0.0.1:5070";
    binding.expires = loop_.clock().wall() + std::chrono::hours(1);
    bindings_.save(binding);
  }
  void start() {
    bindings_.write();
    const auto made = system::Certificates(folder_.data(), loop_.clock()).ensure({"lintel", {}}).value();
    Options options;
    options.bind = "127.0.0.1";
    options.sip_port = options.sips_port = 0;
    telephony_ =
        std::make_unique<Telephony>(Telephony::Needs{loop_, *store_.database, *store_.vault, *store_.settings,
                                                     *store_.household, *store_.journal, chronicle_, guesses_, ports_});
    const auto started = telephony_->start(options, "127.0.0.1", made.chain_pem, made.key_pem);
    ASSERT_TRUE(started.ok()) << started.error().message;
    telephony_->on_presence = [this](std::string_view account, bool online) {
      told_.push_back(std::string(account) + (online ? " online" : " offline"));
    };
  }
  std::vector<std::string> journalled() { return testing::journalled(loop_, *store_.journal); }

  storage::testing::Folder folder_;
  Loop loop_;
  Store store_;
  Bindings bindings_{*store_.database};
  Chronicle chronicle_{*store_.journal, loop_.clock()};
  access::AttemptLimiter guesses_{loop_.clock()};
  ListeningPorts ports_{loop_.clock(), *store_.journal};
  std::unique_ptr<Telephony> telephony_;
  std::vector<std::string> told_;
  int phones_ = 0;
};

// Each phone of a large house was told and journalled, and what somebody had done was lost among them.
TEST_F(TelephonyTest, phonesOfRoomsThatAreDeletedGoWithoutAWord) {
  for (const char* room : {"101", "102"}) {
    add_room(room);
    for (int i = 0; i < 2; ++i) add_phone(room);
  }
  start();
  ASSERT_EQ(telephony_->server()->all_contacts().size(), 4U);
  ASSERT_TRUE(answer<void>(loop_, [&](auto then) { store_.household->remove_room("102", then); }).ok());
  EXPECT_EQ(telephony_->server()->all_contacts().size(), 2U);
  ASSERT_TRUE(answer<void>(loop_, [&](auto then) { store_.household->clear_rooms(then); }).ok());
  ASSERT_TRUE(turn_until(loop_, [&] { return telephony_->server()->all_contacts().empty(); }));
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_THAT(journalled(), IsEmpty());
}

TEST_F(TelephonyTest, whoIsInTheHouseAndGoesOfflineIsTold) {
  add_room("101");
  add_phone("101");
  start();
  telephony_->revoked("101#0");
  EXPECT_THAT(told_, ElementsAre("101#0 offline"));
  EXPECT_THAT(journalled(), ElementsAre("monitor.unregistered"));
}

// A lost phone was removed, and the power was cut before the disk had heard of its registration. Its number is given
// again.
TEST_F(TelephonyTest, aRegistrationOfAnAccountThatIsGoneIsNotTakenUpAgain) {
  add_room("101");
  add_phone("101");
  add_phone("101");
  ASSERT_TRUE(answer<void>(loop_, [&](auto then) { store_.household->remove_monitor("101#1", then); }).ok());
  start();
  ASSERT_EQ(telephony_->server()->all_contacts().size(), 1U);
  EXPECT_EQ(telephony_->server()->all_contacts()[0].account, "101#0");
  EXPECT_THAT(told_, IsEmpty());
}

// C14, C15. The server has a limit of its own for what nobody answers; it is behind those that are set.
TEST_F(TelephonyTest, theServerLetsRingAsLongAsIsSet) {
  const auto set = [this](const std::string& key, std::int64_t seconds) {
    bool done = false;
    store_.settings->apply({{key, seconds}}, [&](const settings::Outcome& outcome) { done = outcome.ok(); });
    ASSERT_TRUE(turn_until(loop_, [&] { return done; }));
  };
  struct Nobody final : sip::EndpointListener {
    void on_call(sip::Call, const sip::IncomingCall&) override {}
  } nobody;
  for (const std::string key : {"call.longest_ring", "call.longest_incoming"}) {
    set(key, 300);
    start();
    EXPECT_GT(telephony_->server_settings().timer_c, std::chrono::seconds(300)) << key;
    (void)telephony_->start_endpoint(nobody);
    set(key, 250);
    EXPECT_EQ(telephony_->server_settings().timer_c, std::chrono::seconds(260)) << "changed while it runs";
    telephony_->stop();
    telephony_.reset();
    set(key, 30);
  }
}

TEST_F(TelephonyTest, withoutAServerOfItsOwnTheTimeToRingIsChangedAllTheSame) {
  bool done = false;
  const auto stored = [&](const settings::Outcome& outcome) { done = outcome.ok(); };
  store_.settings->apply({{"sip_server.on", false}}, stored);
  ASSERT_TRUE(turn_until(loop_, [&] { return done; }));
  done = false;
  start();
  ASSERT_EQ(telephony_->server(), nullptr);
  struct Nobody final : sip::EndpointListener {
    void on_call(sip::Call, const sip::IncomingCall&) override {}
  } nobody;
  (void)telephony_->start_endpoint(nobody);
  store_.settings->apply({{"call.longest_ring", std::int64_t{200}}}, stored);
  EXPECT_TRUE(turn_until(loop_, [&] { return done; }));
}

}  // namespace
}  // namespace lintel::app
