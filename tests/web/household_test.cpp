// Rooms, stations, monitors, codes, settings over the API: bounds on every field, nothing half-written, no secret shown
// twice.
#include "web/house.hpp"

namespace lintel::web::testing {
namespace {

using http::Method;

class HouseholdApi : public HouseTest {
 protected:
  HouseholdApi() {
    set_up();
    admin_ = log_in();
  }
  As admin_;
};

TEST_F(HouseholdApi, H03_addsChangesAndDeletesRooms) {
  EXPECT_EQ(post("/rooms", {{"number", "101"}, {"last_name", "Çelik"}}, admin_).status, 201);
  EXPECT_EQ(post("/rooms", {{"number", "101"}}, admin_).status, 409);
  EXPECT_EQ(get("/rooms/101", admin_).json()["last_name"], "Çelik");
  EXPECT_EQ(ask(Method::patch, "/rooms/101", admin_, R"({"nick_name":"'; DROP TABLE rooms;--"})").json()["nick_name"],
            "'; DROP TABLE rooms;--");
  EXPECT_EQ(get("/rooms?text=drop", admin_).json()["total"], 1);
  EXPECT_EQ(ask(Method::delete_, "/rooms/101", admin_).status, 204);
  EXPECT_EQ(get("/rooms/101", admin_).status, 404);
}

TEST_F(HouseholdApi, namesEveryWrongField) {
  const Got got = post("/rooms", {{"number", 101}, {"first_name", std::string(65, 'x')}, {"surname", "y"}}, admin_);
  EXPECT_EQ(got.status, 422);
  const Json errors = got.json()["error"]["errors"];
  ASSERT_EQ(errors.size(), 3U) << got.body;
  EXPECT_EQ(errors[0]["field"], "number");
  EXPECT_EQ(errors[1]["field"], "first_name");
  EXPECT_EQ(errors[1]["limit"], "text of at most 64 characters");
  EXPECT_EQ(errors[2]["field"], "surname");
  EXPECT_EQ(post("/rooms", {{"number", "1234567"}}, admin_).field(), "number");
  EXPECT_EQ(post("/rooms", {{"number", ""}}, admin_).field(), "number");
  EXPECT_EQ(household_->room_count(), 0U);
}

TEST_F(HouseholdApi, refusesBodiesThatAreNotSmallJsonObjects) {
  for (const char* body : {"", "[]", "null", "{", "{\"number\":\"1\"}x", "[[[[[[[[[[1]]]]]]]]]]",
                           "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}",
                           "{\"number\":\"\xff\"}", "{\"number\":\"\\u0000\"}"}) {
    const Got got = ask(Method::post, "/rooms", admin_, body);
    EXPECT_TRUE(got.status == 400 || got.status == 422) << body << got.status;
    EXPECT_TRUE(got.json().contains("error"));
  }
  EXPECT_EQ(ask(Method::post, "/rooms", admin_, std::string(17'000, ' ')).status, 413);
  EXPECT_EQ(ask(Method::post, "/rooms", admin_, "number=101", "application/x-www-form-urlencoded").status, 415);
}

TEST_F(HouseholdApi, H05_addsRoomsInBatchAndNamesTheSkipped) {
  ASSERT_EQ(post("/rooms", {{"number", "102"}}, admin_).status, 201);
  const Got got = post(
      "/rooms/batch",
      {{"floors", 2}, {"rooms_per_floor", 2}, {"first_number", "101"}, {"second_floor_first_number", "201"}}, admin_);
  EXPECT_EQ(got.json()["created"], (Json{"101", "201", "202"})) << got.body;
  EXPECT_EQ(got.json()["skipped"][0]["number"], "102");
  EXPECT_EQ(post("/rooms/batch", {{"floors", 0}, {"rooms_per_floor", 1e9}, {"first_number", "1"}}, admin_)
                .json()["error"]["errors"]
                .size(),
            2U);
  const Got page = get("/rooms?limit=3", admin_);
  EXPECT_EQ(page.json()["items"].size(), 3U);
  EXPECT_EQ(
      get("/rooms?limit=3&cursor=" + page.json()["next_cursor"].get<std::string>(), admin_).json()["items"].size(), 1U);
  EXPECT_EQ(get("/rooms?limit=0", admin_).field(), "limit");
}

TEST_F(HouseholdApi, clearsRoomsOnlyWithThePassword) {
  ASSERT_EQ(post("/rooms", {{"number", "101"}}, admin_).status, 201);
  EXPECT_EQ(ask(Method::delete_, "/rooms", admin_, R"({"password":"wrong"})").field(), "password");
  EXPECT_EQ(household_->room_count(), 1U);
  EXPECT_EQ(ask(Method::delete_, "/rooms", admin_, Json{{"password", the_password}}.dump()).status, 204);
  EXPECT_EQ(household_->room_count(), 0U);
}

TEST_F(HouseholdApi, H01_keepsTheOwnStationReadOnly) {
  const Got made = post("/stations", {{"number", "8002"}, {"name", "Back door"}}, admin_);
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_FALSE(made.json()["password"].get<std::string>().empty());
  EXPECT_EQ(get("/stations", admin_).json()["items"].size(), 2U);
  EXPECT_EQ(get("/stations", admin_).body.find(made.json()["password"].get<std::string>()), std::string::npos);
  EXPECT_EQ(ask(Method::delete_, "/stations/8001", admin_).status, 409);
  EXPECT_EQ(ask(Method::patch, "/stations/8002", admin_, R"({"name":"Garage"})").json()["name"], "Garage");
  EXPECT_EQ(ask(Method::delete_, "/stations/8002", admin_).status, 204);
}

TEST_F(HouseholdApi, H04_pairsAMonitorOnceAndRevokesIt) {
  ASSERT_EQ(post("/rooms", {{"number", "101"}}, admin_).status, 201);
  const Got offer = post("/pairings", {{"kind", "monitor"}, {"room", "101"}}, admin_);
  ASSERT_EQ(offer.status, 201) << offer.body;
  EXPECT_EQ(offer.json()["path"], "/monitor#pair=" + offer.json()["token"].get<std::string>());
  const Got paired = post("/pair", {{"short_code", offer.json()["short_code"]}, {"device_name", "Tablet"}});
  ASSERT_EQ(paired.status, 200) << paired.body;
  EXPECT_EQ(paired.json()["account"], "101#0");
  EXPECT_EQ(paired.json()["sip"]["uri"], "sip:101%230@VDP");
  EXPECT_EQ(paired.json()["sip"]["ws_path"], "/sip");
  EXPECT_EQ(post("/pair", {{"short_code", offer.json()["short_code"]}}).status, 403);

  const As monitor = log_in("101#0", paired.json()["password"]);
  EXPECT_EQ(get("/state", monitor).json()["session"]["room"], "101");
  EXPECT_EQ(ask(Method::delete_, "/monitors/101%230", admin_).status, 204);
  EXPECT_EQ(get("/locks", monitor).status, 401);
  EXPECT_EQ(post("/login", {{"account", "101#0"}, {"password", paired.json()["password"]}}).status, 401);
  EXPECT_EQ(fakes_.log.back(), "revoked 101#0");
}

TEST_F(HouseholdApi, limitsGuessesOfPairingCodes) {  // security.md 8
  int limited = 0;
  for (int i = 0; i < 30; ++i)
    limited +=
        post("/pair", {{"short_code", "0000000" + std::to_string(i % 10)}}, {.address = "198.51.100.1"}).status == 429
            ? 1
            : 0;
  EXPECT_GE(limited, 20);
}

// The limit of all who guess short codes together does not count tokens.
TEST_F(HouseholdApi, takesNoShortCodeAsAToken) {  // security.md 8
  ASSERT_EQ(post("/rooms", {{"number", "101"}}, admin_).status, 201);
  const Json offer = post("/pairings", {{"kind", "monitor"}, {"room", "101"}}, admin_).json();
  EXPECT_EQ(post("/pair", {{"token", offer["short_code"]}}, {.address = "198.51.100.1"}).status, 403);
  EXPECT_EQ(post("/pair", {{"token", offer["token"]}}).status, 200);
}

TEST_F(HouseholdApi, showsAPhonesPasswordOnce) {
  ASSERT_EQ(post("/rooms", {{"number", "101"}}, admin_).status, 201);
  const Got phone = post("/monitors", {{"room", "101"}, {"kind", "phone"}, {"name", "Hall"}}, admin_);
  ASSERT_EQ(phone.status, 201) << phone.body;
  EXPECT_EQ(phone.json()["domain"], "VDP");
  EXPECT_EQ(phone.json()["ports"]["udp"], 5060);
  EXPECT_EQ(get("/monitors?room=101", admin_).body.find(phone.json()["password"].get<std::string>()),
            std::string::npos);
  EXPECT_EQ(post("/monitors", {{"room", "999"}, {"kind", "phone"}}, admin_).status, 404);
  EXPECT_EQ(post("/monitors", {{"room", "101"}, {"kind", "toaster"}}, admin_).field(), "kind");
}

TEST_F(HouseholdApi, A10_keepsCodesWriteOnly) {
  const Got made = post("/codes", {{"name", "Cleaner"}, {"code", "483920"}, {"locks", {1}}}, admin_);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body.find("483920"), std::string::npos);
  EXPECT_EQ(get("/codes", admin_).body.find("483920"), std::string::npos);
  EXPECT_EQ(get("/codes?limit=1&text=clean", admin_).json()["total"], 1);
  EXPECT_EQ(get("/codes?limit=501", admin_).status, 422);
  const std::string path = "/codes/" + std::to_string(made.json()["id"].get<int>());
  EXPECT_EQ(ask(Method::patch, path, admin_, R"({"active":false})").json()["active"], false);
  EXPECT_EQ(ask(Method::patch, path, admin_, R"({"locks":[99]})").field(), "locks");
  const Got bad = post("/codes", {{"name", "X"}, {"code", "48a"}}, admin_);
  EXPECT_EQ(bad.field(), "code");
  EXPECT_EQ(bad.body.find("48a"), std::string::npos);
  EXPECT_EQ(ask(Method::delete_, path, admin_).status, 204);
  EXPECT_EQ(ask(Method::delete_, path, admin_).status, 404);
}

TEST_F(HouseholdApi, changesSettingsAllOrNothing) {
  const Json schema = get("/settings/schema", admin_).json();
  EXPECT_EQ(schema["settings"].size(), settings::table().size());
  EXPECT_EQ(schema["settings"][0].contains("type"), true);
  const Got refused =
      ask(Method::patch, "/settings", admin_, R"({"station.name":"Gate","security.session_idle":0,"nonsense":1})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_NE(get("/settings", admin_).json()["values"]["station.name"], "Gate");
  const Got bounds = ask(Method::patch, "/settings", admin_, R"({"station.name":"Gate","security.session_idle":0})");
  EXPECT_EQ(bounds.json()["error"]["errors"][0]["field"], "security.session_idle") << bounds.body;
  for (const std::string given : {"2.5", "18446744073709551615", "301"}) {
    const Json error = ask(Method::patch, "/settings", admin_, R"({"lock1.period":)" + given + "}").json()["error"];
    EXPECT_EQ(error.value("value", ""), given);
    EXPECT_EQ(error.value("limit", ""), "1 to 300 seconds") << given;
  }
  const Json list = ask(Method::patch, "/settings", admin_, R"({"station.name":["Gate"]})").json()["error"];
  EXPECT_EQ(list.value("value", ""), R"(["Gate"])");
  const Got secret = ask(Method::patch, "/settings", admin_, R"({"account.password":["Gate"]})");
  EXPECT_EQ(secret.field(), "account.password");
  EXPECT_EQ(secret.body.find("Gate"), std::string::npos);
  const Got good = ask(Method::patch, "/settings", admin_, R"({"station.name":"Gate"})");
  EXPECT_EQ(good.json()["changed"], Json{"station.name"}) << good.body;
  EXPECT_EQ(get("/settings", admin_).json()["values"]["station.name"], "Gate");
  for (const settings::Entry& entry : settings::table())
    if (entry.type == settings::Type::secret) {
      EXPECT_EQ(get("/settings", admin_).json()["values"][std::string(entry.key)], (Json{{"set", false}})) << entry.key;
    }
}

TEST_F(HouseholdApi, describesEveryRoute) {
  const Json description = get("/openapi.json").json();
  std::size_t described = 0;
  for (const auto& [path, operations] : description["paths"].items()) described += operations.size();
  EXPECT_EQ(described, router_.routes().size());
  for (const auto& route : router_.routes()) {
    const Json& operation = description["paths"][route->pattern][route->method == Method::get     ? "get"
                                                                 : route->method == Method::post  ? "post"
                                                                 : route->method == Method::put   ? "put"
                                                                 : route->method == Method::patch ? "patch"
                                                                                                  : "delete"];
    EXPECT_FALSE(operation.value("summary", "").empty()) << route->pattern;
    EXPECT_EQ(operation.contains("requestBody"), !route->request_schema.empty()) << route->pattern;
    EXPECT_EQ(operation["security"].empty(), (route->callers & http::anyone) != 0) << route->pattern;
    EXPECT_EQ(description.dump().find("<discarded>"), std::string::npos);
  }
}

}  // namespace
}  // namespace lintel::web::testing
