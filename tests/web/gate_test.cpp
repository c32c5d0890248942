// security.md 1, 2, 4, 5, 10, 13: who gets through to which route.
#include <set>

#include "web/house.hpp"

namespace lintel::web::testing {
namespace {

using http::Method;

using Gate = HouseTest;

// A target that fits the pattern, and a body that its route would read.
std::string target_of(const http::Route& route) {
  std::string target = route.pattern;
  for (const auto& [name, value] :
       {std::pair("{number}", "1"), std::pair("{id}", "1"), std::pair("{account}", "101%230"),
        std::pair("{name}", "exit"), std::pair("{stream}", "main")})
    if (const std::size_t at = target.find(name); at != std::string::npos)
      target.replace(at, std::string_view(name).size(), value);
  return target;
}
std::string name_of_route(const http::Route& route) {
  return std::string(http::name_of(route.method)) + " " + route.pattern;
}
bool changes(const http::Route& route) {
  return route.method != Method::get;
}

TEST_F(Gate, answersOnlyTheExplicitListWithoutCredentials) {
  set_up();
  const std::set<std::string> open{
      "GET /api/v1/state",        "POST /api/v1/setup", "GET /api/v1/health", "GET /api/v1/certificate/root.pem",
      "GET /api/v1/openapi.json", "POST /api/v1/login", "POST /api/v1/pair"};
  std::set<std::string> found;
  for (const auto& route : router_.routes()) {
    const Got got = ask(route->method, target_of(*route), {.address = "192.0.2." + std::to_string(found.size())});
    if (got.status == 401) continue;
    found.insert(name_of_route(*route));
  }
  EXPECT_EQ(found, open);
  for (const auto& route : router_.websocket_routes()) {
    http::Request upgrade{.method = http::Method::get, .target = route->path, .headers = {{"Host", "localhost"}}};
    const auto refused = router_.refusal(*route, upgrade);
    ASSERT_TRUE(refused.has_value()) << route->path;
    EXPECT_EQ(refused->status, 401) << route->path;
  }
}

TEST_F(Gate, S01_answersNothingButSetUpBeforeSetUp) {
  const std::set<std::string> open{"GET /api/v1/state", "POST /api/v1/setup", "GET /api/v1/health",
                                   "GET /api/v1/certificate/root.pem", "GET /api/v1/openapi.json"};
  std::set<std::string> found;
  for (const auto& route : router_.routes()) {
    const Got got = ask(route->method, target_of(*route));
    if (got.code() != "set_up_first" || got.status != 403) found.insert(name_of_route(*route));
  }
  EXPECT_EQ(found, open);
  EXPECT_EQ(get("/state").json()["initialised"], false);
}

TEST_F(Gate, takesNoRightFromWhatARequestSaysOfItself) {  // security.md 5
  set_up();
  for (const http::Fields& headers :
       {http::Fields{{"X-Forwarded-For", "127.0.0.1"}}, http::Fields{{"Host", "127.0.0.1"}},
        http::Fields{{"Forwarded", "for=127.0.0.1"}}, http::Fields{{"Authorization", "Basic YWRtaW46YWRtaW4="}},
        http::Fields{{"X-Lintel-Role", "admin"}}})
    EXPECT_EQ(get("/rooms", {.headers = headers}).status, 401);
  EXPECT_EQ(get("/rooms", {.address = "127.0.0.1"}).status, 401);
  EXPECT_EQ(get("/rooms", {.cookie = std::string(43, 'A')}).status, 401);
  EXPECT_EQ(get("/rooms?engrmode=admin&role=admin").status, 401);
}

TEST_F(Gate, isNotPassedByPathTricks) {  // security.md 4
  set_up();
  for (const char* target :
       {"/api/v1/state/..%2frooms", "/api/v1/state/../rooms", "/api/v1/%2e%2e/v1/rooms", "//api/v1/rooms",
        "/api//v1/rooms", "/api/v1/rooms;x=y", "/api/v1/rooms%3bx", "/api/v1/rooms%00", "/api/v1/rooms%2f",
        "/api/v1/state%2f..%2frooms", "/api/v1/..%252frooms", "/API/V1/rooms", "/api/v1/Rooms", "/api/v1/rooms/",
        "/api/v1/./rooms", "/api/v1/rooms%5c"}) {
    const int status = ask(Method::get, target).status;
    EXPECT_TRUE(status == 400 || status == 404) << target << " " << status;
  }
  EXPECT_EQ(ask(Method::get, "/api/v1/%72ooms").status, 401);  // decoded once, then authorised
}

TEST_F(Gate, refusesChangesWithoutTheSessionsToken) {  // security.md 13
  set_up();
  const As admin = log_in();
  for (const auto& route : router_.routes()) {
    if (!changes(*route) || route->without_csrf) continue;
    const Got got = ask(route->method, target_of(*route), {.cookie = admin.cookie, .csrf = "wrong"});
    EXPECT_EQ(got.status, 403) << name_of_route(*route);
    EXPECT_EQ(got.code(), "csrf") << name_of_route(*route);
  }
  As foreign = admin;
  foreign.headers = {{"Origin", "http://evil.example"}};
  EXPECT_EQ(post("/rooms", {{"number", "101"}}, foreign).status, 403);
  EXPECT_EQ(
      post("/login", {{"account", "admin"}, {"password", the_password}}, {.headers = {{"Origin", "null"}}}).status,
      403);
  EXPECT_EQ(post("/rooms", {{"number", "101"}}, admin).status, 201);
}

TEST_F(Gate, letsARoleUseItsOwnRoutesOnly) {  // security.md 10
  set_up();
  const As admin = log_in();
  ASSERT_EQ(post("/rooms", {{"number", "101"}}, admin).status, 201);
  for (const auto& [kind, caller] : {std::pair("monitor", http::monitor), std::pair("panel", http::panel)}) {
    const As device = pair(kind, caller == http::monitor ? "101" : "", admin);
    for (const auto& route : router_.routes()) {
      if ((route->callers & (caller | http::anyone)) != 0) continue;
      EXPECT_EQ(ask(route->method, target_of(*route), device).code(), "denied") << kind << " " << name_of_route(*route);
    }
    EXPECT_EQ(get("/locks", device).status, 200);
  }
}

TEST_F(Gate, panelsPressKeysButPlayNoTwins) {
  set_up();
  const As admin = log_in();
  const As panel = pair("panel", "", admin);
  EXPECT_EQ(post("/panel/keys", {{"key", "call"}}, panel).status, 200);
  EXPECT_EQ(post("/panel/keys", {{"key", "exit"}}, panel).field(), "key");
  EXPECT_EQ(post("/twins/exit", {{"action", "press"}}, panel).status, 403);
  EXPECT_EQ(ask(Method::post, "/locks/1/unlock", panel).status, 403);
  EXPECT_EQ(post("/twins/exit", {{"action", "press"}}, admin).status, 200);
  EXPECT_EQ(fakes_.log, (std::vector<std::string>{"press call panel-1", "act exit press"}));
}

// Whoever opens a door by a built-in device does it in another's name.
TEST_F(Gate, whatIsDoneByATwinIsWrittenDownWithWhoDidIt) {
  set_up();
  const As admin = log_in();
  ASSERT_EQ(post("/twins/exit", {{"action", "card:04A1B2C3"}}, admin).status, 200);
  settle();
  const Json entry = get("/journal?event=operation.twin_used", admin).json()["items"][0];
  EXPECT_EQ(entry["subject"], "admin");
  EXPECT_NE(entry["message"].get<std::string>().find("exit"), std::string::npos);
  EXPECT_EQ(entry.dump().find("04A1B2C3"), std::string::npos) << "a card's number is nobody's business";
}

TEST_F(Gate, whichDoorsAMonitorMayOpenIsWrittenDown) {
  set_up();
  const As admin = log_in();
  ASSERT_EQ(post("/rooms", {{"number", "101"}}, admin).status, 201);
  (void)pair("monitor", "101", admin);
  ASSERT_EQ(ask(Method::patch, "/monitors/101%230", admin, R"({"name":"Hall"})").status, 200);
  settle();
  EXPECT_TRUE(get("/journal?event=operation.monitor_changed", admin).json()["items"].empty());
  ASSERT_EQ(ask(Method::patch, "/monitors/101%230", admin, R"({"locks":[2]})").status, 200);
  settle();
  const Json entry = get("/journal?event=operation.monitor_changed", admin).json()["items"][0];
  EXPECT_EQ(entry["subject"], "admin");
  EXPECT_EQ(entry["room"], "101");
  EXPECT_NE(entry["message"].get<std::string>().find("101#0"), std::string::npos);
  EXPECT_NE(entry["message"].get<std::string>().find(": 2"), std::string::npos);
}

// A name in the DNS that leads here makes another site's page one of ours (DNS rebinding): it guesses from where the
// tablet was right, and the tablet's telephone must stay registered.
TEST_F(Gate, anotherSitesPageKeepsNoMonitorFromRegistering) {
  set_up();
  const As tablet = pair("monitor", "101", [this] {
    const As admin = log_in();
    EXPECT_EQ(post("/rooms", {{"number", "101"}}, admin).status, 201);
    return admin;
  }());
  const As page{.address = tablet.address, .headers = {{"Host", "evil.example"}, {"Origin", "http://evil.example"}}};
  int limited = 0;
  for (int i = 0; i < 20; ++i)
    limited += post("/login", {{"account", "101#0"}, {"password", "guess"}}, page).status == 429 ? 1 : 0;
  EXPECT_GE(limited, 10);
  const access::Source telephone(tablet.address, tablet.address, access::Way::sip);
  EXPECT_EQ(guesses_.locked_for("101#0", telephone), Duration::zero());
}

TEST_F(Gate, slowsDownASourceThatAsksTooMuch) {
  set_up();
  int refused = 0;
  for (int i = 0; i < 400; ++i) refused += get("/health", {.address = "198.51.100.9"}).status == 429 ? 1 : 0;
  EXPECT_GE(refused, 100);
  EXPECT_EQ(get("/health").status, 200);
}

}  // namespace
}  // namespace lintel::web::testing
