// Cards over the API: H06, with rights, journal and events; a number is never told whole.
#include <algorithm>

#include "web/house.hpp"

namespace lintel::web::testing {
namespace {

using http::Method;

class CardsApi : public HouseTest {
 protected:
  CardsApi() {
    set_up();
    admin_ = log_in();
    EXPECT_EQ(post("/rooms", {{"number", "101"}}, admin_).status, 201);
  }
  [[nodiscard]] std::vector<std::string> told() {
    settle();
    std::vector<std::string> ids;
    const Json items = get("/journal?limit=100", admin_).json()["items"];
    for (const Json& entry : items) ids.push_back(entry["event"].get<std::string>());
    return ids;
  }
  As admin_;
};

TEST_F(CardsApi, H06_addsNamesLosesFindsAndDeletesCards) {
  const Got made = post("/cards", {{"number", "04:a1:b2:c3"}, {"room", "101"}}, admin_);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json()["ending"], "B2C3");
  const std::string path = "/cards/" + std::to_string(made.json()["id"].get<int>());
  EXPECT_EQ(ask(Method::patch, path, admin_, R"({"name":"Ann","main":true})").json()["main"], true);
  EXPECT_EQ(ask(Method::patch, path, admin_, R"({"lost":true})").json()["lost"], true);
  EXPECT_EQ(ask(Method::patch, path, admin_, R"({"lost":true})").status, 200) << "twice changes nothing";
  EXPECT_EQ(ask(Method::patch, path, admin_, R"({"lost":false})").json()["name"], "Ann");
  EXPECT_EQ(get("/cards?room=101", admin_).json()["total"], 1);
  EXPECT_EQ(get("/cards?room=102", admin_).json()["total"], 0);
  EXPECT_EQ(get("/cards?text=ann", admin_).json()["items"][0]["ending"], "B2C3");
  EXPECT_EQ(ask(Method::delete_, path, admin_).status, 204);
  EXPECT_EQ(ask(Method::delete_, path, admin_).status, 404);
  auto ids = told();
  std::reverse(ids.begin(), ids.end());
  std::erase_if(ids, [](const std::string& id) { return !id.starts_with("operation.card"); });
  EXPECT_EQ(ids, (std::vector<std::string>{"operation.card_issued", "operation.card_changed", "operation.card_lost",
                                           "operation.card_found", "operation.card_removed"}));
}

TEST_F(CardsApi, H06_tellsNoNumberWhole) {
  std::string all = post("/cards", {{"number", "04A1B2C3"}, {"room", "101"}}, admin_).body;
  all += post("/cards", {{"number", "04A1B2C3"}, {"room", "101"}}, admin_).body;
  settle();
  all += get("/cards", admin_).body + get("/journal", admin_).body;
  EXPECT_EQ(all.find("04A1B2"), std::string::npos) << all;
}

TEST_F(CardsApi, H06_namesTheFieldThatIsWrong) {
  EXPECT_EQ(post("/cards", {{"number", "12"}, {"room", "101"}}, admin_).field(), "number");
  EXPECT_EQ(post("/cards", {{"number", "04A1B2C3"}, {"room", "999"}}, admin_).field(), "room");
  EXPECT_EQ(post("/cards", {{"number", "04A1B2C3"}, {"room", "101"}, {"locks", {99}}}, admin_).field(), "locks");
  EXPECT_EQ(post("/cards", {{"number", "04A1B2C3"}, {"room", "101"}, {"locks", Json::array()}}, admin_).field(),
            "locks");
  EXPECT_EQ(post("/cards", {{"number", "04A1B2C3"}, {"room", "101"}, {"active", true}}, admin_).field(), "active");
  EXPECT_EQ(post("/cards", {{"number", "04A1B2C3"}, {"room", "101"}}, admin_).status, 201);
  EXPECT_EQ(post("/cards", {{"number", "04a1b2c3"}, {"room", "101"}}, admin_).status, 409);
  EXPECT_EQ(ask(Method::patch, "/cards/1", admin_, R"({"room":"999"})").field(), "room");
  EXPECT_EQ(ask(Method::patch, "/cards/1", admin_, R"({"number":"04A1B2C4"})").field(), "number")
      << "another card is another card";
  EXPECT_EQ(ask(Method::patch, "/cards/x", admin_, R"({"lost":true})").status, 404);
  EXPECT_EQ(get("/cards?limit=0", admin_).field(), "limit");
  EXPECT_EQ(get("/cards?limit=501", admin_).field(), "limit");
}

TEST_F(CardsApi, H06_oneCardAtATimeIsAwaitedWithinBounds) {
  EXPECT_EQ(get("/cards/issue", admin_).json()["state"], "idle");
  EXPECT_EQ(post("/cards/issue", {{"room", "101"}, {"seconds", 4}}, admin_).field(), "seconds");
  EXPECT_EQ(post("/cards/issue", {{"room", "101"}, {"seconds", 121}}, admin_).field(), "seconds");
  EXPECT_EQ(post("/cards/issue", Json::object(), admin_).field(), "room");
  const Got begun = post("/cards/issue", {{"room", "101"}, {"locks", {1, 2}}, {"seconds", 20}}, admin_);
  EXPECT_EQ(begun.status, 201) << begun.body;
  EXPECT_EQ(begun.json()["state"], "awaited");
  EXPECT_EQ(begun.json()["until"], "1970-01-01T00:01:00.000Z");
  EXPECT_EQ(fakes_.log.back(), "begin 101 admin 2 20");
  EXPECT_EQ(post("/cards/issue", {{"room", "101"}}, admin_).status, 409);
  EXPECT_EQ(ask(Method::delete_, "/cards/issue", admin_).status, 204);
  EXPECT_EQ(ask(Method::delete_, "/cards/issue", admin_).status, 404);
}

TEST_F(CardsApi, H06_itsProgressIsToldToAdministratorsAlone) {
  const As panel = pair("panel", {}, admin_);
  const As monitor = pair("monitor", "101", admin_);
  const auto listen = [this](const As& who) { return get("/events", who).stream; };
  const auto office = listen(admin_), front = listen(panel), hall = listen(monitor);
  api_->card_issue_changed({.state = "issued",
                            .room = "101",
                            .by = "admin",
                            .until = {},
                            .known = {},
                            .card = household::Card{.id = 7, .number = "04A1B2C3", .room = "101"},
                            .message = {}});
  ASSERT_EQ(office->of("card").size(), 1U);
  EXPECT_EQ(Json::parse(office->of("card")[0])["card"]["ending"], "B2C3");
  EXPECT_EQ(office->of("card")[0].find("04A1"), std::string::npos);
  EXPECT_TRUE(front->of("card").empty());
  EXPECT_TRUE(hall->of("card").empty());
}

TEST_F(CardsApi, H06_onlyAdministratorsSeeAndIssueCards) {  // security.md 10
  ASSERT_EQ(post("/cards", {{"number", "04A1B2C3"}, {"room", "101"}}, admin_).status, 201);
  const As panel = pair("panel", {}, admin_);
  const As monitor = pair("monitor", "101", admin_);
  for (const As& who : {panel, monitor}) {
    EXPECT_EQ(get("/cards", who).status, 403);
    EXPECT_EQ(get("/cards/issue", who).status, 403);
    EXPECT_EQ(post("/cards", {{"number", "04A1B2C4"}, {"room", "101"}}, who).status, 403);
    EXPECT_EQ(post("/cards/issue", {{"room", "101"}}, who).status, 403);
    EXPECT_EQ(ask(Method::patch, "/cards/1", who, R"({"lost":false})").status, 403);
    EXPECT_EQ(ask(Method::delete_, "/cards/1", who).status, 403);
    EXPECT_EQ(ask(Method::delete_, "/cards/issue", who).status, 403);
    EXPECT_EQ(post("/twins/reader", {{"action", "card:04A1B2C3"}}, who).status, 403) << "a mere panel taps no card";
  }
  EXPECT_EQ(get("/cards", As{}).status, 401);
  for (const std::string& line : fakes_.log) EXPECT_EQ(line.find("act reader"), std::string::npos);
}

}  // namespace
}  // namespace lintel::web::testing
