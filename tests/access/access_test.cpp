// Who may open what when. It checks: A01, A04, A05, A08, A10, A12, A13, A16, A25.
#include "access/access.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/dtmf.hpp"
#include "access/relay_driver.hpp"
#include "hardware/twin_devices.hpp"

namespace lintel::access {
namespace {
using namespace std::chrono_literals;

struct TableOfRights final : Rights {
  std::map<std::string, LockSet, std::less<>> locks;
  [[nodiscard]] LockSet locks_of(std::string_view subject, Method) const override {
    const auto found = locks.find(subject);
    return found == locks.end() ? LockSet{0} : found->second;
  }
};

struct Heard final : AccessListener {
  struct One {
    std::string event, subject, method, room, reason, source;
    LockNumber lock;
    Severity severity;
    Duration wait;
  };
  std::vector<One> events;
  std::vector<LockView> changes;
  std::vector<hardware::TwinRelay*> relays;
  std::vector<std::size_t> moved_before;  // what the relay had noted when each event was told
  void access_happened(const AccessEvent& event) override {
    events.push_back({std::string(event.event), event.subject, std::string(event.method), event.room,
                      std::string(event.reason), event.source, event.lock, event.severity, event.wait});
    if (event.lock >= 1 && static_cast<std::size_t>(event.lock) <= relays.size()) {
      moved_before.push_back(relays[static_cast<std::size_t>(event.lock - 1)]->notes().size());
    }
  }
  void lock_changed(const LockView& lock) override { changes.push_back(lock); }
  [[nodiscard]] int count(std::string_view event) const {
    return static_cast<int>(
        std::count_if(events.begin(), events.end(), [&](const One& one) { return one.event == event; }));
  }
};

struct ListOfCodes final : Codes {
  std::map<std::string, Code, std::less<>> active;
  [[nodiscard]] std::optional<Code> find(std::string_view digits) const override {
    const auto found = active.find(digits);
    return found == active.end() ? std::nullopt : std::optional(found->second);
  }
};

struct AccessTest : testing::Test {
  SimulatedClock clock;
  TableOfRights rights;
  ListOfCodes codes;
  AttemptLimiter limiter{clock};
  Heard heard;
  hardware::TwinRelay relay_1{clock, "lock-1"};
  hardware::TwinRelay relay_2{clock, "lock-2"};
  RelayDriver driver_1{relay_1};
  RelayDriver driver_2{relay_2};
  Access access{clock, rights, codes, limiter, heard};

  void SetUp() override {
    heard.relays = {&relay_1, &relay_2};
    ASSERT_TRUE(
        access.add_lock({.number = 1, .name = "Front door", .period = 3s, .responding_interval = 0s}, driver_1).ok());
    ASSERT_TRUE(
        access
            .add_lock({.number = 2, .name = "Gate", .period = 10s, .responding_interval = 0s, .local_methods = false},
                      driver_2)
            .ok());
    driver_1.connect(access, 1);
    driver_2.connect(access, 2);
    access.start();
    heard.events.clear();
    rights.locks["101#1"] = lock_bit(1);
    rights.locks["admin"] = all_locks;
  }
  Outcome unlock(std::string subject, LockNumber lock = 1, Method method = Method::monitor) {
    UnlockRequest request;
    request.subject = std::move(subject);
    request.lock = lock;
    request.method = method;
    request.room = "101";
    return access.unlock(request).outcome;
  }
  void issue(std::string id, std::string code, LockSet locks = 1, bool active = true) {
    if (active) codes.active[code] = {"Anna " + id, "101", locks};
  }
};

TEST_F(AccessTest, A13_aMonitorOpensTheLocksOfItsRights) {
  EXPECT_EQ(unlock("101#1", 1), Outcome::opened);
  EXPECT_EQ(unlock("101#1", 2), Outcome::no_right);
  EXPECT_EQ(unlock("102#1", 1), Outcome::no_right);
  EXPECT_EQ(relay_1.energised(), true);
  EXPECT_EQ(relay_2.energised(), false);
  ASSERT_EQ(heard.count("access.unlocked"), 1);
  EXPECT_EQ(heard.events[0].subject, "101#1");
  EXPECT_EQ(heard.events[0].method, "monitor");
  EXPECT_EQ(heard.events[0].room, "101");
  EXPECT_EQ(heard.count("access.refused"), 2);
}

TEST_F(AccessTest, A01_twoLocksKeepTheirOwnOptions) {
  EXPECT_EQ(unlock("admin", 1, Method::api), Outcome::opened);
  EXPECT_EQ(unlock("admin", 2, Method::api), Outcome::opened);
  clock.advance(3s);
  EXPECT_EQ(access.lock(1)->state(), LockState::locked);
  EXPECT_EQ(access.lock(2)->state(), LockState::unlocked);
  clock.advance(7s);
  EXPECT_EQ(access.lock(2)->state(), LockState::locked);
  EXPECT_EQ(heard.count("access.locked"), 2);
}

TEST_F(AccessTest, theRelayHasMovedWhenTheJournalHears) {
  unlock("101#1");
  ASSERT_EQ(heard.events.front().event, "access.unlocked");
  EXPECT_TRUE(relay_1.was_told("is energised"));
  EXPECT_GE(heard.moved_before.back(), 2u);
}

TEST_F(AccessTest, A12_theExitButtonNeedsNoRight) {
  EXPECT_EQ(unlock("exit-button", 1, Method::exit_button), Outcome::opened);
  EXPECT_EQ(heard.events[0].method, "exit_button");
}

TEST_F(AccessTest, refusesALockThatIsNot) {
  EXPECT_EQ(unlock("admin", 3), Outcome::no_such_lock);
  EXPECT_EQ(unlock("admin", 0), Outcome::no_such_lock);
  EXPECT_EQ(unlock("admin", -1), Outcome::no_such_lock);
  EXPECT_EQ(unlock("admin", 1000, Method::exit_button), Outcome::no_such_lock);
}

TEST_F(AccessTest, nobodyOpensByNamingACode) {
  rights.locks["Anna 1"] = all_locks;
  EXPECT_EQ(unlock("Anna 1", 1, Method::code), Outcome::no_right);
}

TEST_F(AccessTest, A10_aCodeOpensAndSaysWhoCame) {
  issue("1", "1234");
  const auto decision = access.try_code("1234");
  EXPECT_EQ(decision.outcome, Outcome::opened);
  EXPECT_EQ(decision.lock, 1);
  EXPECT_EQ(decision.who, "Anna 1");
  ASSERT_EQ(heard.count("access.unlocked"), 1);
  EXPECT_EQ(heard.events[0].subject, "Anna 1");
  EXPECT_EQ(heard.events[0].room, "101");
  EXPECT_EQ(heard.events[0].source, "keypad");
}

TEST_F(AccessTest, A21_aRightCodeAtAnOpenLockIsWrittenDownToo) {
  issue("1", "1234");
  EXPECT_EQ(unlock("101#1"), Outcome::opened);
  EXPECT_EQ(access.try_code("1234").outcome, Outcome::already_open);
  ASSERT_EQ(heard.count("access.let_in"), 1);
  EXPECT_EQ(heard.events.back().subject, "Anna 1");
  EXPECT_EQ(heard.events.back().method, "code");
  EXPECT_EQ(unlock("101#1"), Outcome::already_open);
  EXPECT_EQ(heard.count("access.let_in"), 1) << "a monitor presses as often as it likes";
}

TEST_F(AccessTest, A10_aWrongOrSleepingCodeOpensNothing) {
  issue("1", "1234");
  issue("2", "777777", 1, false);
  for (const char* code : {"1235", "12345", "123", "", "777777", "abcd"}) {
    limiter.succeeded({}, "keypad");
    EXPECT_EQ(access.try_code(code).outcome, Outcome::wrong_code) << code;
  }
  EXPECT_EQ(relay_1.energised(), false);
  EXPECT_EQ(heard.count("access.refused"), 6);
  for (const auto& event : heard.events) EXPECT_EQ(event.subject.find("123"), std::string::npos);
}

TEST_F(AccessTest, A08_aCodeOpensOnlyLocksThatTakeLocalMethods) {
  issue("1", "1234", lock_bit(1) | lock_bit(2));
  issue("2", "5678", lock_bit(2));
  EXPECT_EQ(access.try_code("1234").outcome, Outcome::opened);
  EXPECT_EQ(relay_1.energised(), true);
  EXPECT_EQ(relay_2.energised(), false);
  EXPECT_EQ(access.try_code("5678").outcome, Outcome::no_right);
  EXPECT_EQ(relay_2.energised(), false);
}

TEST_F(AccessTest, A08_oneCodeMayOpenBothLocks) {
  LockOptions gate = access.lock(2)->options();
  gate.local_methods = true;
  ASSERT_TRUE(access.set_lock_options(gate).ok());
  issue("1", "1234", lock_bit(1) | lock_bit(2));
  EXPECT_EQ(access.try_code("1234").outcome, Outcome::opened);
  EXPECT_EQ(relay_1.energised(), true);
  EXPECT_EQ(relay_2.energised(), true);
  EXPECT_EQ(heard.count("access.unlocked"), 2);
}

TEST_F(AccessTest, A25_fiveWrongCodesLockTheKeypadAndOnlyTheKeypad) {
  issue("1", "1234");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(access.try_code("9999").wait, Duration::zero());
  EXPECT_GT(access.try_code("9999").wait, Duration::zero());
  EXPECT_EQ(heard.count("access.keypad_locked"), 1);
  EXPECT_EQ(access.try_code("1234").outcome, Outcome::limited);
  EXPECT_EQ(relay_1.energised(), false);

  EXPECT_EQ(unlock("101#1"), Outcome::opened);
  EXPECT_EQ(unlock("admin", 2, Method::card), Outcome::no_right);  // lock 2 takes no local methods
  EXPECT_EQ(unlock("admin", 1, Method::card), Outcome::already_open);
  EXPECT_EQ(unlock("exit-button", 2, Method::exit_button), Outcome::opened);

  clock.advance(access.keypad_wait());
  clock.advance(10s);
  EXPECT_EQ(access.try_code("1234").outcome, Outcome::opened);
}

TEST_F(AccessTest, tenThousandCodesCannotBeTriedInAnHour) {
  int tried = 0;
  const auto start = clock.monotonic();
  while (clock.monotonic() - start < 1h) {
    if (access.keypad_wait() > Duration::zero()) {
      clock.advance(access.keypad_wait());
    } else {
      access.try_code("9999");
      ++tried;
    }
  }
  EXPECT_LT(tried, 100);
}

TEST_F(AccessTest, A25_whoHasACodeCannotTryThoseOfOthersWithoutEnd) {
  issue("1", "1234");
  int tried = 0;
  const auto start = clock.monotonic();
  while (clock.monotonic() - start < 1h) {
    if (access.keypad_wait() > Duration::zero()) {
      clock.advance(access.keypad_wait());
      continue;
    }
    if (++tried % 5 == 0) {
      access.try_code("1234");
    } else {
      access.try_code("9999");
    }
    clock.advance(1s);
  }
  EXPECT_LT(tried, 100);
}

TEST_F(AccessTest, A25_whoMistypesAndThenIsRightDoesNotLockTheKeypadForWhoComesNext) {
  for (int resident = 0; resident < 20; ++resident) issue(std::to_string(resident), std::to_string(5000 + resident));
  for (int resident = 0; resident < 20; ++resident) {
    for (int i = 0; i < 4; ++i) ASSERT_EQ(access.try_code("9999").outcome, Outcome::wrong_code) << resident;
    ASSERT_NE(access.try_code(std::to_string(5000 + resident)).outcome, Outcome::limited);
    clock.advance(1min);
  }
  EXPECT_EQ(heard.count("access.keypad_locked"), 0);
}

TEST_F(AccessTest, A06_aCommandOpensByRightAndACodeByItself) {
  DtmfOptions options;
  options.commands = {"#", ""};
  options.codes = {"4711", ""};
  DtmfCommands commands(
      clock, limiter,
      [&](const DtmfCaller& caller, LockNumber lock, bool by_code) {
        access.unlock(request_of(caller, lock, by_code));
      },
      [&](const DtmfCaller& caller, Duration wait) {
        access.refused(request_of(caller, 0, true), Outcome::wrong_code, wait);
      },
      options);
  const DtmfCaller monitor{"1", "101#1", "101", true};
  const DtmfCaller unknown{"2", "102#0", "101", true};  // a monitor without a right to lock 1
  const DtmfCaller stranger{"3", "phone", "101", false};
  commands.digit(unknown, '#');
  EXPECT_EQ(heard.events.back().reason, "no_right");
  commands.digit(monitor, '#');
  EXPECT_EQ(heard.events.back().method, "dtmf");
  EXPECT_EQ(relay_1.energised(), true);
  clock.advance(3s);
  for (const char digit : std::string("4712#")) commands.digit(stranger, digit);
  EXPECT_EQ(heard.events.back().reason, "wrong_code");
  EXPECT_EQ(relay_1.energised(), false);
  for (const char digit : std::string("4711")) commands.digit(stranger, digit);
  EXPECT_EQ(relay_1.energised(), true);
}

TEST_F(AccessTest, startsSafeAfterACrashAndSaysSo) {
  hardware::TwinRelay left(clock, "lock-3", {.energised = true});
  RelayDriver driver(left);
  AttemptLimiter fresh(clock);
  Access restarted(clock, rights, codes, fresh, heard);
  ASSERT_TRUE(restarted.add_lock({.number = 3}, driver).ok());
  driver.connect(restarted, 3);
  restarted.start();
  EXPECT_EQ(left.energised(), false);
  EXPECT_EQ(restarted.lock(3)->state(), LockState::locked);
  EXPECT_EQ(heard.count("access.made_safe"), 1);
}

TEST_F(AccessTest, opensNothingBeforeItStartsAndAfterItStops) {
  access.stop();
  EXPECT_EQ(unlock("admin"), Outcome::no_such_lock);
  EXPECT_EQ(relay_1.energised(), false);
}

TEST_F(AccessTest, aJammedRelayIsAnAlarmAndItsRecoveryIsTold) {
  ASSERT_TRUE(relay_1.act("fail").ok());
  EXPECT_EQ(unlock("101#1"), Outcome::jammed);
  ASSERT_EQ(heard.count("access.lock_jammed"), 1);
  EXPECT_EQ(heard.count("access.unlocked"), 0);
  clock.advance(1min);
  EXPECT_EQ(heard.count("access.lock_jammed"), 1);
  ASSERT_TRUE(relay_1.act("heal").ok());
  clock.advance(Lock::retry_period);
  EXPECT_EQ(heard.count("access.lock_recovered"), 1);
  EXPECT_EQ(heard.changes.back().state, LockState::locked);
}

TEST_F(AccessTest, A19_anotherRelayIsDrivenSafeAndOneThatComesBackIsARecovery) {
  ASSERT_TRUE(relay_1.act("fail").ok());
  EXPECT_EQ(unlock("101#1"), Outcome::jammed);
  EXPECT_EQ(unlock("101#1"), Outcome::jammed);
  EXPECT_EQ(heard.count("access.lock_jammed"), 1) << "one fault is one alarm";
  ASSERT_TRUE(relay_1.act("heal").ok());
  relay_1.energise();  // as a device that is found open
  access.relay_replaced(1);
  EXPECT_EQ(relay_1.energised(), false);
  EXPECT_EQ(heard.count("access.made_safe"), 1);
  EXPECT_EQ(heard.count("access.lock_recovered"), 1);
  EXPECT_EQ(heard.changes.back().state, LockState::locked);
}

// A relay on a plug, which is at rest when it is put in.
struct Plug final : LockDriver {
  explicit Plug(Access& its_access) : access(its_access) {}
  void drive(bool on) override {
    if (in) current = on;
    access.relay_told(3, in, current);
  }
  [[nodiscard]] std::optional<bool> energised() const override { return in ? std::optional(current) : std::nullopt; }
  void pull() { in = false, access.relay_replaced(3); }
  void put_in() { in = true, current = false, access.relay_replaced(3); }
  Access& access;
  bool in = true, current = false;
};

TEST_F(AccessTest, A19_aRelayOnALoosePlugIsAFewAlarmsAndHidesNoOpening) {
  Plug plug(access);
  ASSERT_TRUE(
      access.add_lock({.number = 3, .responding_interval = 0s, .wiring = lintel::access::Wiring::fail_safe}, plug)
          .ok());
  for (int time = 0; time < 100; ++time) {
    plug.pull();
    EXPECT_EQ(heard.changes.back().state, LockState::jammed) << "who looks sees each";
    clock.advance(1s);
    plug.put_in();
    EXPECT_EQ(heard.changes.back().state, LockState::locked);
    EXPECT_TRUE(plug.current) << "it is driven to hold at once";
    clock.advance(2s);
  }
  EXPECT_LE(heard.count("access.lock_jammed"), 15) << "in five minutes";
  EXPECT_EQ(heard.count("access.lock_recovered"), heard.count("access.lock_jammed"));
  EXPECT_EQ(heard.count("access.made_safe"), heard.count("access.lock_jammed"));
  EXPECT_GE(heard.count("access.jammed_repeated"), 2);

  heard.events.clear();
  EXPECT_EQ(unlock("admin", 3, Method::api), Outcome::opened);
  plug.pull();
  plug.put_in();
  ASSERT_EQ(heard.events.size(), 2U);
  EXPECT_EQ(heard.events[0].event, "access.unlocked");
  EXPECT_EQ(heard.events[1].event, "access.locked");

  heard.events.clear();
  plug.pull();
  clock.advance(Outage::lasting);
  EXPECT_EQ(heard.count("access.lock_jammed"), 1) << "one that lasts is told";
  plug.put_in();
  EXPECT_EQ(heard.count("access.lock_recovered"), 1);
}

TEST_F(AccessTest, A19_aRelayIsNotMovedBeforeTheStart) {
  access.stop();
  const auto notes = relay_1.notes().size();
  access.relay_replaced(1);
  access.relay_replaced(9);
  EXPECT_EQ(relay_1.notes().size(), notes);
}

TEST_F(AccessTest, A05_theDoorsStateIsToldWhereItIsWatched) {
  access.door_is_open(1, true);
  EXPECT_FALSE(access.locks()[0].door_open) << "nobody watches it";
  LockOptions watched = access.lock(1)->options();
  watched.watches_door = true;
  ASSERT_TRUE(access.set_lock_options(watched).ok());
  EXPECT_EQ(heard.changes.back().door_open, true);
  access.door_is_open(1, false);
  EXPECT_EQ(heard.changes.back().door_open, false);
  watched.watches_door = false;
  ASSERT_TRUE(access.set_lock_options(watched).ok());
  EXPECT_FALSE(heard.changes.back().door_open);
}

// A loose wire presses the exit button on and on: the door opens for it, and nobody would know.
TEST_F(AccessTest, A16_aDoorThatIsKeptOpenFromInsideIsAnAlarm) {
  const Duration period = access.lock(1)->options().period;
  EXPECT_EQ(unlock("exit-button", 1, Method::exit_button), Outcome::opened);
  for (Duration open_for{}; open_for < 10min; open_for += period / 2) {
    clock.advance(period / 2);
    ASSERT_EQ(unlock("exit-button", 1, Method::exit_button), Outcome::already_open) << "people get out";
    ASSERT_EQ(heard.count("access.kept_open"), open_for + period / 2 < 1min + period ? 0 : 1);
  }
  clock.advance(1min);
  EXPECT_EQ(heard.changes.back().state, LockState::locked);
  EXPECT_EQ(unlock("exit-button", 1, Method::exit_button), Outcome::opened);
  clock.advance(period / 2);
  EXPECT_EQ(unlock("exit-button", 1, Method::exit_button), Outcome::already_open);
  EXPECT_EQ(heard.count("access.kept_open"), 1) << "the next who leaves is no alarm";
}

TEST_F(AccessTest, A16_aForcedDoorThatStaysOpenIsTwoAlarms) {
  LockOptions watched = access.lock(1)->options();
  watched.watches_door = true;
  watched.hold_limit = 30s;
  ASSERT_TRUE(access.set_lock_options(watched).ok());
  access.door_is_open(1, true);
  EXPECT_EQ(heard.count("access.door_forced"), 1);
  clock.advance(30s);
  EXPECT_EQ(heard.count("access.door_held"), 1);
  EXPECT_TRUE(heard.changes.back().held_open);
  EXPECT_EQ(heard.changes.back().state, LockState::locked);
  access.door_is_open(1, false);
  EXPECT_FALSE(heard.changes.back().held_open);
}

// A loose wire tells ten times a second of a door that nobody touches.
TEST_F(AccessTest, A16_aTremblingContactIsAFewAlarmsAndHidesNoForcedDoor) {
  LockOptions watched = access.lock(1)->options();
  watched.watches_door = true;
  ASSERT_TRUE(access.set_lock_options(watched).ok());
  const auto open_for = [this](Duration time) {
    access.door_is_open(1, true);
    clock.advance(time);
    access.door_is_open(1, false);
    clock.advance(50ms);
  };
  open_for(50ms);
  EXPECT_EQ(heard.count("access.door_forced"), 1) << "the first is told at once";
  for (int tremble = 0; tremble < 300; ++tremble) open_for(50ms);
  EXPECT_EQ(heard.count("access.door_forced"), 10) << "in half a minute";
  ASSERT_EQ(heard.count("access.forced_repeated"), 1);
  const auto told = std::find_if(heard.events.begin(), heard.events.end(),
                                 [](const Heard::One& one) { return one.event == "access.forced_repeated"; });
  EXPECT_EQ(told->severity, Severity::alarm);
  EXPECT_EQ(told->lock, 1);
  EXPECT_EQ(told->wait, 60s);

  for (int visitor = 1; visitor <= 3; ++visitor) {
    open_for(Access::lasting_opening);
    EXPECT_EQ(heard.count("access.door_forced"), 10 + visitor) << "somebody came through";
    open_for(Access::lasting_opening - 1ms);
  }
  EXPECT_EQ(heard.count("access.door_forced"), 13);
  access.door_is_open(1, true);
  watched.watches_door = false;
  ASSERT_TRUE(access.set_lock_options(watched).ok());
  clock.advance(1min);
  EXPECT_EQ(heard.count("access.door_forced"), 13) << "nobody watches it any more";

  access.door_is_open(1, false);
  watched.watches_door = true;
  ASSERT_TRUE(access.set_lock_options(watched).ok());
  heard.events.clear();
  for (int tremble = 0; tremble < 60 * 60 * 10; ++tremble) open_for(50ms);
  EXPECT_LE(heard.count("access.door_forced"), 100) << "an hour of it";
  EXPECT_GE(heard.count("access.forced_repeated"), 4) << "but it is seen that it goes on";
  clock.advance(1h);
  heard.events.clear();
  open_for(50ms);
  EXPECT_EQ(heard.count("access.door_forced"), 1) << "another night begins anew";
}

TEST_F(AccessTest, A04_aHeldDoorIsAnAlarm) {
  LockOptions watched = access.lock(1)->options();
  watched.watches_door = true;
  watched.hold_limit = 30s;
  ASSERT_TRUE(access.set_lock_options(watched).ok());
  unlock("101#1");
  access.door_is_open(1, true);
  clock.advance(30s);
  EXPECT_EQ(heard.count("access.door_held"), 1);
  EXPECT_EQ(heard.events.back().wait, Duration(30s)) << "the alarm says for how long";
  EXPECT_TRUE(heard.changes.back().held_open);
  access.door_is_open(1, false);
  EXPECT_EQ(heard.count("access.locked"), 1);
}

TEST_F(AccessTest, namesTheOptionThatIsOutOfBounds) {
  EXPECT_EQ(access.add_lock({.number = 17}, driver_1).error().field, "number");
  EXPECT_EQ(access.add_lock({.number = 1}, driver_1).error().code, ErrorCode::conflict);
  EXPECT_EQ(access.add_lock({.number = 4, .period = 0s}, driver_1).error().field, "period");
  EXPECT_EQ(access.add_lock({.number = 4, .responding_interval = 2h}, driver_1).error().field, "responding_interval");
  EXPECT_EQ(access.set_lock_options({.number = 9}).error().code, ErrorCode::not_found);
  EXPECT_TRUE(access.set_lock_options({.number = 1, .hold_limit = 9999s}).ok()) << "what the setting allows";
}

}  // namespace
}  // namespace lintel::access
