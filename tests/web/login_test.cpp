// S01, S02, S04, S05: set-up, passwords, lock-out, sessions; machines by digest.
#include <map>

#include "http/digest.hpp"
#include "web/house.hpp"

namespace lintel::web::testing {
namespace {

using http::Method;
using Login = HouseTest;

TEST_F(Login, S01_setsUpOnceWithThePrintedCode) {
  const std::string code = api_->setup_code();
  EXPECT_EQ(code.size(), 8U);
  const Json body{{"code", code.substr(0, 4) + "-" + code.substr(4)},
                  {"password", the_password},
                  {"password_repeat", the_password},
                  {"email", "owner@example.org"}};
  const Got got = post("/setup", body);
  EXPECT_EQ(got.status, 201) << got.body;
  EXPECT_EQ(got.json()["account"], "admin");
  EXPECT_EQ(api_->setup_code(), "");
  EXPECT_EQ(post("/setup", body).status, 409);
  EXPECT_EQ(get("/state").json()["initialised"], true);
}

TEST_F(Login, S01_limitsWrongCodesBySource) {
  const auto attempt = [this](const std::string& address) {
    return post("/setup",
                {{"code", "00000000"},
                 {"password", the_password},
                 {"password_repeat", the_password},
                 {"email", "a@example.org"}},
                {.address = address});
  };
  EXPECT_EQ(attempt("192.0.2.9").field(), "code");
  int limited = 0;
  for (int i = 0; i < 20; ++i) limited += attempt("192.0.2.9").status == 429 ? 1 : 0;
  EXPECT_GE(limited, 10);
  set_up();  // the owner, from elsewhere
}

TEST_F(Login, S02_saysWhichPasswordRuleIsBroken) {
  const auto field = [this](const std::string& password, const std::string& repeat, const std::string& email) {
    const Got got =
        post("/setup",
             {{"code", api_->setup_code()}, {"password", password}, {"password_repeat", repeat}, {"email", email}});
    EXPECT_EQ(got.status, 422);
    EXPECT_EQ(got.body.find(password), std::string::npos) << "the password is repeated in the answer";
    return got.field();
  };
  EXPECT_EQ(field("kitchen123", "kitchen123", "a@example.org"), "password");
  EXPECT_EQ(field("nimda-Lamp", "nimda-Lamp", "a@example.org"), "password");
  EXPECT_EQ(field("Lampshade-7", "Lampshade-8", "a@example.org"), "password_repeat");
  EXPECT_EQ(field("Lampshade-7", "Lampshade-7", "nonsense"), "email");
}

TEST_F(Login, setsACookieThatScriptsAndOtherSitesCannotUse) {
  set_up();
  const Got got = post("/login", {{"account", "admin"}, {"password", the_password}}, {.secure = true});
  const std::string cookie = got.header("Set-Cookie");
  EXPECT_NE(cookie.find("; HttpOnly; SameSite=Strict; Secure"), std::string::npos) << cookie;
  EXPECT_EQ(got.json()["role"], "admin");
  const As admin = log_in();
  EXPECT_EQ(get("/state", admin).json()["session"]["csrf"], admin.csrf);
  EXPECT_EQ(get("/state").json()["session"], nullptr);
  EXPECT_EQ(ask(Method::post, "/logout", admin).status, 204);
  EXPECT_EQ(get("/rooms", admin).status, 401);
}

TEST_F(Login, S02_locksAnAddressOutButNotTheOwnerElsewhere) {
  set_up();
  const auto attempt = [this](const std::string& password, const std::string& address) {
    return post("/login", {{"account", "admin"}, {"password", password}}, {.address = address}).status;
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(attempt("wrong-" + std::to_string(i), "192.0.2.66"), 401);
  EXPECT_EQ(attempt(the_password, "192.0.2.66"), 429);
  EXPECT_EQ(attempt(the_password, "192.0.2.1"), 200);
  EXPECT_EQ(attempt("wrong", "192.0.2.1"), 401);
  clock_.advance(std::chrono::minutes(5));
  EXPECT_EQ(attempt(the_password, "192.0.2.66"), 200);
}

TEST_F(Login, S02_locksAnIpv6NetworkOutButNotTheOwnersAddressInIt) {
  set_up();
  const auto attempt = [this](const std::string& password, const std::string& address) {
    return post("/login", {{"account", "admin"}, {"password", password}}, {.address = address}).status;
  };
  EXPECT_EQ(attempt(the_password, "2001:db8::1"), 200);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(attempt("wrong", "2001:db8::" + std::to_string(60 + i)), 401);
  EXPECT_EQ(attempt(the_password, "2001:db8::99"), 429) << "one device has them all";
  EXPECT_EQ(attempt(the_password, "2001:db8::1"), 200);
}

TEST_F(Login, slowsAnAttackFromManyAddressesButNotTheOwnersOwn) {
  set_up();
  const As owner = log_in("admin", the_password, "192.0.2.1");
  int done = 0;
  for (int i = 0; i < 14; ++i) {  // each from its own address; the later ones wait on the clock
    http::Request request{.method = Method::post,
                          .target = "/api/v1/login",
                          .headers = {{"Host", "a"}, {"Content-Type", "application/json"}},
                          .body = R"({"account":"admin","password":"wrong-one"})"};
    request.remote_address = "198.51.100." + std::to_string(i);
    struct Count final : http::ResponseSink {
      explicit Count(int& counter) : done(counter) {}
      void respond(http::Response) override { ++done; }
      std::shared_ptr<http::EventStream> stream() override { return nullptr; }
      int& done;
    };
    router_.handle(std::move(request), http::Responder(std::make_shared<Count>(done)));
    while (done < std::min(i + 1, 10)) (void)loop_.turn(true);
  }
  EXPECT_EQ(done, 10);
  EXPECT_EQ(post("/login", {{"account", "admin"}, {"password", the_password}}, owner).status, 200);
  clock_.advance(std::chrono::seconds(5));
  while (done < 14) (void)loop_.turn(true);
}

// What is guessed elsewhere has names among the accounts' in the common limit: a stranger who "logs in" by one of them
// would keep callers with a door code, and pairings, waiting.
TEST_F(Login, namesThatAreNoAccountsSlowNothingElse) {
  set_up();
  for (const std::string name : {"door-code", "pair"})
    for (int i = 0; i < 10; ++i)
      (void)post("/login", {{"account", name}, {"password", "wrong"}}, {.address = "198.51.100." + std::to_string(i)});
  EXPECT_EQ(guesses_.wait("door-code", "203.0.113.5"), Duration::zero());
  EXPECT_EQ(guesses_.wait("pair", "203.0.113.5"), Duration::zero());
}

TEST_F(Login, S04_endsIdleSessions) {
  set_up();
  const As admin = log_in();
  clock_.advance(std::chrono::minutes(29));
  EXPECT_EQ(get("/rooms", admin).status, 200);
  clock_.advance(std::chrono::minutes(29));
  EXPECT_EQ(get("/rooms", admin).status, 200);
  clock_.advance(std::chrono::minutes(30));
  EXPECT_EQ(get("/rooms", admin).status, 401);
}

TEST_F(Login, S04_takesTheIdleTimeFromTheSettings) {
  set_up();
  const As admin = log_in();
  ASSERT_EQ(ask(Method::patch, "/settings", admin, R"({"security.session_idle":2})").status, 200);
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(get("/rooms", admin).status, 401);
}

TEST_F(Login, S04_listsSessionsAndEndsThem) {
  set_up();
  const As admin = log_in();
  const As other = log_in("admin", the_password, "192.0.2.2");
  const Json items = get("/sessions", admin).json()["items"];
  ASSERT_EQ(items.size(), 2U);
  for (const Json& session : items) {
    EXPECT_EQ(session.contains("csrf"), false);
    if (session["current"] == false) {
      EXPECT_EQ(ask(Method::delete_, "/sessions/" + session["id"].get<std::string>(), admin).status, 204);
    }
  }
  EXPECT_EQ(get("/rooms", other).status, 401);
  EXPECT_EQ(get("/rooms", admin).status, 200);
  EXPECT_EQ(ask(Method::delete_, "/sessions/nonsense", admin).status, 404);
}

// A guesser who was right, and slowed, when the owner changed the password is not let in by the old one.
TEST_F(Login, S05_aLoginThatWaitedThroughAChangeOfThePasswordFails) {
  set_up();
  const As admin = log_in();
  for (int i = 0; i < 10; ++i) (void)guesses_.failed("admin", "198.51.100." + std::to_string(i));
  struct Answer final : http::ResponseSink {
    explicit Answer(int& target) : status(target) {}
    void respond(http::Response response) override { status = response.status; }
    std::shared_ptr<http::EventStream> stream() override { return nullptr; }
    int& status;
  };
  int status = 0;
  http::Request request{.method = Method::post,
                        .target = "/api/v1/login",
                        .headers = {{"Host", "a"}, {"Content-Type", "application/json"}},
                        .body = Json{{"account", "admin"}, {"password", the_password}}.dump()};
  request.remote_address = "203.0.113.9";
  router_.handle(std::move(request), http::Responder(std::make_shared<Answer>(status)));
  EXPECT_EQ(status, 0) << "it waits";
  EXPECT_EQ(
      post("/password",
           {{"old_password", the_password}, {"password", "Bookshelf-9"}, {"password_repeat", "Bookshelf-9"}}, admin)
          .status,
      204);
  clock_.advance(std::chrono::seconds(5));
  while (status == 0) (void)loop_.turn(true);
  EXPECT_EQ(status, 401);
}

// Whoever has the same cookie, from a browser that was left open or a copied profile, is one of the others.
TEST_F(Login, S05_aNewPasswordEndsWhatIsOpenByTheOldCookie) {
  set_up();
  const As stolen = log_in();
  const auto stream = get("/events", stolen).stream;
  ASSERT_EQ(ask(Method::post, "/whep/main", stolen, "offer", "application/sdp").status, 201);
  const Got changed =
      post("/password",
           {{"old_password", the_password}, {"password", "Bookshelf-9"}, {"password_repeat", "Bookshelf-9"}}, stolen);
  ASSERT_EQ(changed.status, 204);
  EXPECT_EQ(get("/rooms", stolen).status, 401);
  EXPECT_FALSE(stream->open());
  EXPECT_EQ(fakes_.log.back(), "end live-1");
  As owner = stolen;
  owner.cookie = cookie_of(changed);
  EXPECT_NE(owner.cookie, stolen.cookie);
  EXPECT_EQ(ask(Method::put, "/email", owner, R"({"email":"new@example.org","password":"Bookshelf-9"})").status, 204)
      << "the page that stands goes on";
}

TEST_F(Login, S05_changesThePasswordAndEndsOtherSessions) {
  set_up();
  As admin = log_in();
  const As other = log_in("admin", the_password, "192.0.2.2");
  const auto change = [&](const std::string& old_password, const std::string& next) {
    return post("/password", {{"old_password", old_password}, {"password", next}, {"password_repeat", next}}, admin);
  };
  EXPECT_EQ(change("wrong", "Bookshelf-9").field(), "old_password");
  EXPECT_EQ(change(the_password, "short").field(), "password");
  const Got changed = change(the_password, "Bookshelf-9");
  EXPECT_EQ(changed.status, 204);
  EXPECT_EQ(get("/rooms", other).status, 401);
  admin.cookie = cookie_of(changed);
  EXPECT_EQ(get("/rooms", admin).status, 200);
  EXPECT_EQ(post("/login", {{"account", "admin"}, {"password", the_password}}).status, 401);
  (void)log_in("admin", "Bookshelf-9");
  EXPECT_EQ(ask(Method::put, "/email", admin, R"({"email":"new@example.org","password":"Bookshelf-9"})").status, 204);
  EXPECT_EQ(household_->person("admin")->email, "new@example.org");
}

// The machine "gateway", by its secret: challenged, then signed.
class Machines : public HouseTest {
 protected:
  Got ask_as_machine(Method method, const std::string& path, const std::string& secret, const std::string& body = {},
                     std::string_view type = "application/json") {
    const Got challenged = ask(method, path, {}, body, type);
    EXPECT_EQ(challenged.status, 401);
    const std::string challenge = challenged.header("WWW-Authenticate");
    const std::size_t from = challenge.find("nonce=\"") + 7;
    const std::string nonce = challenge.substr(from, challenge.find('"', from) - from);
    const std::string uri = "/api/v1" + path;
    const std::string response = digest::response(
        {digest::Algorithm::sha256, digest::ha1(digest::Algorithm::sha256, "gateway", "Lintel", secret),
         http::name_of(method), uri, nonce, "00000001", "xyz", "auth"});
    signed_ = {.headers = {{"Authorization", "Digest username=\"gateway\", realm=\"Lintel\", nonce=\"" + nonce +
                                                 "\", uri=\"" + uri + "\", response=\"" + response +
                                                 "\", algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"xyz\""}}};
    return ask(method, path, signed_, body, type);
  }
  As signed_;  // the last one
};

TEST_F(Machines, whatTheyWatchEndsWithTheirAccount) {  // security.md 10
  set_up();
  const As admin = log_in();
  const std::string secret =
      post("/machine-accounts", {{"name", "gateway"}, {"rights", {"api"}}}, admin).json()["secret"];
  ASSERT_EQ(post("/machine-accounts", {{"name", "other"}, {"rights", {"api"}}}, admin).status, 201);
  ASSERT_EQ(ask_as_machine(Method::post, "/whep/main", secret, "offer", "application/sdp").status, 201);
  fakes_.log.clear();
  EXPECT_EQ(ask(Method::delete_, "/machine-accounts/other", admin).status, 204);
  EXPECT_TRUE(fakes_.log.empty());
  EXPECT_EQ(ask(Method::delete_, "/machine-accounts/gateway", admin).status, 204);
  EXPECT_EQ(fakes_.log, std::vector<std::string>{"end live-1"});
}

TEST_F(Machines, anUnlockThatWasOverheardOpensNothingAgain) {  // security.md 8
  set_up();
  const As admin = log_in();
  const std::string secret =
      post("/machine-accounts", {{"name", "gateway"}, {"rights", {"api", "unlock"}}}, admin).json()["secret"];
  ASSERT_EQ(ask_as_machine(Method::post, "/locks/1/unlock", secret).status, 200);
  fakes_.log.clear();
  const Got again = ask(Method::post, "/locks/1/unlock", signed_);
  EXPECT_EQ(again.status, 401);
  EXPECT_NE(again.header("WWW-Authenticate").find("stale=true"), std::string::npos);
  EXPECT_TRUE(fakes_.log.empty());
}

TEST_F(Machines, useDigestWithinTheirRights) {
  set_up();
  const As admin = log_in();
  const Got made = post("/machine-accounts", {{"name", "gateway"}, {"rights", {"api"}}}, admin);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(get("/machine-accounts", admin).body.find(made.json()["secret"].get<std::string>()), std::string::npos);
  const std::string secret = made.json()["secret"];
  EXPECT_EQ(ask_as_machine(Method::get, "/locks", secret).status, 200);
  EXPECT_EQ(ask_as_machine(Method::get, "/locks", "wrong").status, 401);
  EXPECT_EQ(ask_as_machine(Method::post, "/locks/1/unlock", secret).status, 403);  // no right 'unlock'
  EXPECT_EQ(post("/machine-accounts", {{"name", "other"}, {"rights", {"everything"}}}, admin).field(), "rights");
  // A page's own request gets no challenge: the browser would show its password window.
  EXPECT_EQ(get("/locks", {.headers = {{"Sec-Fetch-Mode", "cors"}}}).header("WWW-Authenticate"), "");
  EXPECT_EQ(ask(Method::delete_, "/machine-accounts/gateway", admin).status, 204);
  EXPECT_EQ(ask_as_machine(Method::get, "/locks", secret).status, 401);
}

TEST_F(Login, ofLoginsAndLogoutsOnAndOnAFewAreJournalled) {  // security.md 16
  set_up();
  std::map<std::string, int> told;
  const auto listening = journal_->on_happened([&](const journal::Entry& entry) { ++told[entry.event]; });
  for (int i = 0; i < 30; ++i, clock_.advance(std::chrono::milliseconds(500)))
    EXPECT_EQ(post("/logout", Json::object(), log_in()).status, 204);
  EXPECT_EQ(told["operation.login"], 10);
  EXPECT_EQ(told["operation.logout"], 10);
  EXPECT_EQ(told["operation.repeated"], 2);
  log_in("admin", the_password, "198.51.100.7");
  EXPECT_EQ(told["operation.login"], 11) << "from elsewhere it is told";
}

}  // namespace
}  // namespace lintel::web::testing
