// The event stream, the journal, live sessions and unlocking: each role hears and does only what is its own
// (security.md 10).
#include "journal/events.hpp"
#include "web/house.hpp"

namespace lintel::web::testing {
namespace {

using http::Method;

class Stream : public HouseTest {
 protected:
  Stream() {
    set_up();
    admin_ = log_in();
    EXPECT_EQ(post("/rooms/batch", {{"floors", 1}, {"rooms_per_floor", 2}, {"first_number", "101"}}, admin_).status,
              200);
    monitor_ = pair("monitor", "101", admin_);
    panel_ = pair("panel", "", admin_);
    settle();
  }
  void answer_call(const std::string& room) {
    journal_->record(journal::events::call_answered, {.room = room, .subject = room + "#0"});
    settle();
  }
  As admin_, monitor_, panel_;
};

TEST_F(Stream, beginsWithWhatIsNow) {
  const auto stream = get("/events", admin_).stream;
  ASSERT_NE(stream, nullptr);
  const Json hello = Json::parse(stream->of("hello").at(0));
  EXPECT_EQ(hello["locks"][0]["state"], "locked");
  EXPECT_EQ(hello["calls"].size(), 2U);
  EXPECT_EQ(hello["panel"]["display"]["lines"][0]["text"], "Welcome");
  EXPECT_EQ(hello["camera"]["state"], "starting");
  EXPECT_EQ(fakes_.overviews, 0) << "a whole overview for the camera alone";
  const Json own = Json::parse(get("/events", monitor_).stream->of("hello").at(0));
  EXPECT_EQ(own["calls"].size(), 1U);
  EXPECT_FALSE(own.contains("panel"));
}

TEST_F(Stream, tellsEachRoleWhatItMayHear) {
  const auto admin = get("/events", admin_).stream, monitor = get("/events", monitor_).stream,
             panel = get("/events", panel_).stream;
  answer_call("101");
  answer_call("102");
  EXPECT_EQ(admin->of("journal").size(), 2U);
  ASSERT_EQ(monitor->of("journal").size(), 1U);
  EXPECT_EQ(Json::parse(monitor->of("journal")[0])["room"], "101");
  EXPECT_EQ(panel->of("journal").size(), 0U);

  api_->lock_changed(lock_of("unlocked"));
  api_->call_changed(call_of("9", "ringing", "102"));
  api_->panel_changed(panel_of("Calling 102"));
  api_->monitor_changed("101#0", true);
  api_->camera_changed({.state = "failed", .message = "The camera is gone."});
  for (const auto& stream : {admin, monitor, panel}) {
    EXPECT_EQ(stream->of("lock").size(), 1U);
    EXPECT_EQ(stream->of("camera").size(), 1U);
  }
  EXPECT_EQ(monitor->of("call").size(), 0U);
  EXPECT_EQ(panel->of("call").size(), 1U);
  EXPECT_EQ(monitor->of("panel").size(), 0U);
  EXPECT_EQ(panel->of("panel").size(), 1U);
  EXPECT_EQ(monitor->of("monitor").size(), 1U);
  EXPECT_EQ(panel->of("monitor").size(), 0U);
}

TEST_F(Stream, A05_monitorsHearOfTheDoorOnlyWhereTheyMay) {
  const auto admin = get("/events", admin_).stream, monitor = get("/events", monitor_).stream;
  LockState lock = lock_of("locked");
  api_->lock_changed(lock);
  lock.door_open = true;
  api_->lock_changed(lock);
  lock.door_for_monitors = false;
  api_->lock_changed(lock);
  const auto door = [](const std::shared_ptr<FakeStream>& stream, std::size_t which) {
    return Json::parse(stream->of("lock").at(which))["door_open"];
  };
  for (const auto& stream : {admin, monitor}) {
    EXPECT_EQ(door(stream, 0), nullptr) << "no contact watches it";
    EXPECT_EQ(door(stream, 1), true);
  }
  EXPECT_EQ(door(admin, 2), true);
  EXPECT_EQ(door(monitor, 2), nullptr);
}

TEST_F(Stream, catchesUpFromTheLastEventWithoutGapsOrRepeats) {
  answer_call("101");
  const std::string seen = std::to_string(journal_->last_id());
  for (int i = 0; i < 250; ++i)
    journal_->record(journal::events::call_answered, {.room = "101", .subject = "n" + std::to_string(i)});
  settle();
  As again = admin_;
  again.headers = {{"Last-Event-ID", seen}};
  const auto stream = get("/events", again).stream;
  journal_->record(journal::events::call_answered, {.room = "101", .subject = "last"});  // while it catches up
  while (stream->of("journal").size() < 251) (void)loop_.turn(true);
  settle();
  const auto entries = stream->of("journal");
  ASSERT_EQ(entries.size(), 251U);
  EXPECT_EQ(Json::parse(entries.front())["subject"], "n0");
  EXPECT_EQ(Json::parse(entries.back())["subject"], "last");
  for (std::size_t i = 1; i < entries.size(); ++i)
    EXPECT_LT(Json::parse(entries[i - 1])["id"], Json::parse(entries[i])["id"]);
}

// Security 16: who asks for the whole journal again and again, on many streams, would hold up the doors.
TEST_F(Stream, catchesUpWithTheLastThousandAndAPageAtATime) {
  for (int i = 0; i < 1'200; ++i)
    journal_->record(journal::events::call_answered, {.room = "101", .subject = "n" + std::to_string(i)});
  settle();
  As again = admin_;
  again.headers = {{"Last-Event-ID", "0"}};
  const std::vector streams{get("/events", again).stream, get("/events", again).stream};
  const auto all = [&] { return streams[0]->of("journal").size() + streams[1]->of("journal").size(); };
  std::size_t most = 0;
  for (std::size_t before = 0; all() < 2'000; before = all()) {
    most = std::max(most, all() - before);
    (void)loop_.turn(true);
  }
  EXPECT_LE(most, 100U);
  settle();
  for (const auto& stream : streams) {
    const auto entries = stream->of("journal");
    ASSERT_EQ(entries.size(), 1'000U);
    EXPECT_EQ(Json::parse(entries.front())["subject"], "n200");
    EXPECT_EQ(Json::parse(entries.back())["subject"], "n1199");
  }
  answer_call("101");
  EXPECT_EQ(streams[1]->of("journal").size(), 1'001U);
}

TEST_F(Stream, catchesAMonitorUpWithItsOwnRoomAmongTheWholeHouse) {
  answer_call("101");
  As again = monitor_;
  again.headers = {{"Last-Event-ID", std::to_string(journal_->last_id())}};
  As panel = panel_;
  panel.headers = again.headers;
  for (int i = 0; i < 450; ++i)
    journal_->record(journal::events::call_answered,
                     {.room = i % 100 == 0 ? "101" : "102", .subject = std::to_string(i)});
  settle();
  const auto stream = get("/events", again).stream;
  while (stream->of("journal").size() < 5) (void)loop_.turn(true);
  answer_call("101");
  const auto entries = stream->of("journal");
  ASSERT_EQ(entries.size(), 6U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(Json::parse(entries[i])["subject"], std::to_string(i * 100));
  EXPECT_EQ(Json::parse(entries[5])["subject"], "101#0");
  EXPECT_TRUE(get("/events", panel).stream->open());
}

TEST_F(Stream, endsWithItsSession) {
  const auto stream = get("/events", admin_).stream;
  EXPECT_EQ(ask(Method::post, "/logout", admin_).status, 204);
  EXPECT_FALSE(stream->open());
}

TEST_F(Stream, S04_keepsAListeningMonitorButNotAnIdleAdmin) {
  const auto admin = get("/events", admin_).stream, monitor = get("/events", monitor_).stream;
  clock_.advance(std::chrono::hours(2));
  EXPECT_FALSE(admin->open());
  EXPECT_TRUE(monitor->open());
  EXPECT_EQ(get("/locks", monitor_).status, 200);
  monitor->close();
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(get("/locks", monitor_).status, 401);
}

TEST_F(Stream, S04_whatAPageAsksForByItselfIsNoUseOfAPersonsSession) {
  const auto by_itself = [](As who) {
    who.headers.emplace_back("X-Lintel-Unattended", "1");
    return who;
  };
  for (int minute = 1; minute <= 29; ++minute) {
    clock_.advance(std::chrono::minutes(1));
    EXPECT_EQ(get("/overview", by_itself(admin_)).status, 200);
    EXPECT_EQ(get("/snapshot.jpg?unattended=1", admin_).status, 200);  // pictures and streams: without headers of ours
    get("/events?unattended=1", admin_).stream->close();
    EXPECT_EQ(get("/locks", by_itself(monitor_)).status, 200);
  }
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(get("/overview", admin_).status, 401);
  EXPECT_EQ(get("/locks", monitor_).status, 200) << "nobody needs to touch a monitor on the wall";
}

TEST_F(Stream, S04_theConnectionOfAPagesTelephoneIsNoUseOfAPersonsSession) {
  clock_.advance(std::chrono::minutes(20));
  As upgrade = admin_;
  upgrade.headers.emplace_back("Upgrade", "websocket");
  EXPECT_EQ(get("/state", upgrade).json()["session"]["account"], "admin");
  clock_.advance(std::chrono::minutes(10));
  EXPECT_EQ(get("/overview", admin_).status, 401);
}

// A router that forgot the connection, or a phone that changed networks: the next press must not be refused.
TEST_F(Stream, S04_aMonitorThatListenedIsNotIdleWhenItsStreamIsCut) {
  const auto monitor = get("/events", monitor_).stream;
  clock_.advance(std::chrono::hours(2));
  monitor->close();
  clock_.advance(std::chrono::seconds(5));
  EXPECT_EQ(ask(Method::post, "/locks/1/unlock", monitor_).status, 200);
}

TEST_F(Stream, boundsTheStreamsOfASession) {
  std::vector<std::shared_ptr<FakeStream>> streams;
  for (int i = 0; i < 4; ++i) streams.push_back(get("/events", admin_).stream);
  EXPECT_EQ(get("/events", admin_).status, 429);
  streams.front()->close();
  EXPECT_NE(get("/events", admin_).stream, nullptr);
}

TEST_F(Stream, searchesTheJournalWithinTheRoleAndTheBounds) {
  answer_call("101");
  answer_call("102");
  EXPECT_EQ(get("/journal?kind=call", admin_).json()["items"].size(), 2U);
  const Json own = get("/journal?room=102&kind=call", monitor_).json()["items"];
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own[0]["room"], "101");
  EXPECT_EQ(own[0]["event"], "call.answered");
  EXPECT_EQ(own[0]["help"], journal::events::call_answered.help);  // N09: what it means, and what to do
  EXPECT_EQ(get("/journal?kind=nonsense&limit=9999&from=yesterday&x=1", admin_).json()["error"]["errors"].size(), 4U);
  const Json first = get("/journal?limit=1", admin_).json();
  EXPECT_EQ(get("/journal?limit=1&cursor=" + first["next_cursor"].get<std::string>(), admin_).json()["items"].size(),
            1U);
  EXPECT_EQ(get("/journal?from=2020-01-01&to=2020-01-02T00:00:00Z", admin_).json()["items"].size(), 0U);
}

TEST_F(Stream, journalsWhatPeopleDoWithoutSecrets) {
  (void)post("/login", {{"account", "admin"}, {"password", "guess-Me-9"}});
  settle();
  const std::string all = get("/journal?limit=500", admin_).body;
  for (const char* event : {"operation.initialised", "operation.login", "operation.login_failed",
                            "operation.rooms_added", "monitor.paired"})
    EXPECT_NE(all.find(event), std::string::npos) << event;
  EXPECT_EQ(all.find(the_password), std::string::npos);
  EXPECT_EQ(all.find("guess-Me-9"), std::string::npos);
}

TEST_F(Stream, A13_unlocksInTheNameOfTheSession) {
  EXPECT_EQ(ask(Method::post, "/locks/1/unlock", monitor_).json()["state"], "unlocked");
  EXPECT_EQ(fakes_.log.back(), "unlock 1 101#0 monitor 101");
  EXPECT_EQ(ask(Method::post, "/locks/2/unlock", admin_).status, 404);
  EXPECT_EQ(ask(Method::post, "/locks/x/unlock", admin_).status, 404);
}

// What a dead line held back, the network delivers when it is back: whoever pressed has long gone.
TEST_F(Stream, A13_anOrderThatComesAfterItsTimeOpensNothing) {
  const auto until = [this](As who, Duration from_now) {
    const auto time = std::chrono::floor<std::chrono::milliseconds>(clock_.wall() + from_now).time_since_epoch();
    who.headers.emplace_back("X-Lintel-Until", std::to_string(time.count()));
    return who;
  };
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const Got late = ask(Method::post, "/locks/1/unlock", until(monitor_, seconds(-5) - milliseconds(1)));
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(late.code(), "too_late");
  const auto now = std::chrono::floor<milliseconds>(clock_.wall()).time_since_epoch();
  EXPECT_EQ(late.header("X-Lintel-Now"), std::to_string(now.count())) << "behind a proxy that says its own Date";
  EXPECT_TRUE(fakes_.log.empty());
  // Two clocks are never quite the same.
  EXPECT_EQ(ask(Method::post, "/locks/1/unlock", until(monitor_, seconds(-5))).status, 200);
  EXPECT_EQ(ask(Method::post, "/locks/1/unlock", until(monitor_, seconds(10))).status, 200);
  EXPECT_EQ(ask(Method::post, "/locks/1/unlock", monitor_).status, 200);
  As odd = monitor_;
  odd.headers.emplace_back("X-Lintel-Until", "18446744073709551615");
  EXPECT_EQ(ask(Method::post, "/locks/1/unlock", odd).status, 200);
}

TEST_F(Stream, S04_aLiveViewIsEndedWithItsLoginHoweverManyCameLater) {
  fakes_.lasting = "live-1";
  ASSERT_EQ(ask(Method::post, "/whep/main", monitor_, "offer", "application/sdp").status, 201);
  for (int later = 0; later < 1'030; ++later) {
    clock_.advance(std::chrono::milliseconds(100));
    ASSERT_EQ(ask(Method::post, "/whep/main", panel_, "offer", "application/sdp").status, 201);
  }
  EXPECT_EQ(post("/logout", {}, monitor_).status, 204);
  EXPECT_EQ(std::count(fakes_.log.begin(), fakes_.log.end(), "end live-1"), 1);
}

TEST_F(Stream, livesSessionsBelongToWhoMadeThem) {
  const Got watch = ask(Method::post, "/whep/main", monitor_, "offer", "application/sdp");
  ASSERT_EQ(watch.status, 201) << watch.body;
  EXPECT_EQ(watch.body, "answer");
  EXPECT_EQ(watch.header("Content-Type"), "application/sdp");
  const std::string location = watch.header("Location");
  EXPECT_EQ(location, "/api/v1/whep/sessions/live-1");
  EXPECT_EQ(ask(Method::delete_, location, panel_).status, 404);
  EXPECT_EQ(ask(Method::patch, location, monitor_).status, 405);
  EXPECT_EQ(ask(Method::delete_, location, monitor_).status, 200);
  EXPECT_EQ(ask(Method::delete_, location, monitor_).status, 404);
  EXPECT_EQ(ask(Method::post, "/whep/other", monitor_, "offer", "application/sdp").status, 404);
  EXPECT_EQ(ask(Method::post, "/whep/main", monitor_, "nonsense", "application/sdp").status, 422);
  EXPECT_EQ(ask(Method::post, "/whip", panel_, "offer", "application/sdp").status, 201);
  EXPECT_EQ(ask(Method::post, "/whip", monitor_, "offer", "application/sdp").status, 403);
  EXPECT_EQ(get("/snapshot.jpg?stream=sub", monitor_).header("Content-Type"), "image/jpeg");
  EXPECT_EQ(get("/snapshot.jpg?stream=x", monitor_).field(), "stream");
}

TEST_F(Stream, whatABrowserWatchesEndsWithItsSession) {  // security.md 10
  ASSERT_EQ(ask(Method::post, "/whep/main", monitor_, "offer", "application/sdp").status, 201);
  ASSERT_EQ(ask(Method::post, "/whip", panel_, "offer", "application/sdp").status, 201);
  fakes_.log.clear();
  EXPECT_EQ(ask(Method::post, "/logout", monitor_).status, 204);
  EXPECT_EQ(fakes_.log, std::vector<std::string>{"end live-1"});
  EXPECT_EQ(ask(Method::delete_, "/api/v1/whip/sessions/lent-2", panel_).status, 200);
}

TEST_F(Stream, aMonitorSeesItsOwnRoomOnly) {
  EXPECT_EQ(get("/monitors?room=102", monitor_).json()["items"].size(), 1U);
  EXPECT_EQ(get("/monitors", admin_).json()["items"].size(), 2U);
  EXPECT_EQ(get("/calls", monitor_).json()["items"].size(), 1U);
  EXPECT_EQ(get("/rooms", monitor_).status, 403);
  EXPECT_EQ(get("/overview", admin_).json()["monitors"]["total"], 1U);  // the panel does not ring
  EXPECT_EQ(get("/overview", admin_).json()["monitors"]["online"], 1);
}

// Consoles ask for it each second while thousands of monitors come back from a power cut.
TEST_F(Stream, theOverviewCountsMonitorsAsTheyComeAndGo) {
  (void)pair("monitor", "102", admin_);
  const auto shown = [this] {
    const Json monitors = get("/overview", admin_).json()["monitors"];
    return std::pair(monitors["online"].get<int>(), monitors["total"].get<int>());
  };
  EXPECT_EQ(shown(), std::pair(1, 2));
  const int asked = fakes_.asked_for_presence;
  api_->monitor_changed("102#0", true);
  api_->monitor_changed("102#0", true);
  api_->monitor_changed("8002", true);  // another station
  EXPECT_EQ(shown(), std::pair(2, 2));
  api_->monitor_changed("101#0", false);
  EXPECT_EQ(shown(), std::pair(1, 2));
  EXPECT_EQ(fakes_.asked_for_presence, asked);
  EXPECT_EQ(ask(Method::delete_, "/monitors/102%230", admin_).status, 204);
  EXPECT_EQ(shown(), std::pair(0, 1));
  api_->monitor_changed("101#0", true);
  EXPECT_EQ(ask(Method::delete_, "/rooms", admin_, Json{{"password", the_password}}.dump()).status, 204);
  EXPECT_EQ(shown(), std::pair(0, 0));
}

}  // namespace
}  // namespace lintel::web::testing
