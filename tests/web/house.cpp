#include "web/house.hpp"

#include "base/bytes.hpp"

namespace lintel::web::testing {
namespace {

struct Sink final : http::ResponseSink {
  explicit Sink(std::shared_ptr<std::optional<Got>> target) : got(std::move(target)) {}
  void respond(http::Response response) override {
    *got = Got{.status = response.status,
               .headers = std::move(response.headers),
               .body = std::move(response.body),
               .stream = nullptr};
  }
  std::shared_ptr<http::EventStream> stream() override {
    *got = Got{.status = 200, .headers = {}, .body = {}, .stream = std::make_shared<FakeStream>()};
    return (*got)->stream;
  }
  std::shared_ptr<std::optional<Got>> got;
};

}  // namespace

std::vector<std::string> FakeStream::of(std::string_view event) const {
  std::vector<std::string> found;
  for (const Sent& one : sent)
    if (one.event == event) found.push_back(one.data);
  return found;
}

PanelState panel_of(const std::string& text) {
  PanelState state;
  state.lines.push_back({"panel.message", {}, text});
  return state;
}
CallState call_of(const std::string& id, const std::string& state, const std::string& room) {
  return {id, state, room, {}, {}};
}
LockState lock_of(const std::string& state) {
  return {.number = 1, .name = "Door", .state = state, .door_open = {}};
}

void FakeHouse::watch(const Subject& who, std::string_view stream, std::string offer, Done<LiveSession> done) {
  log.push_back("watch " + std::string(stream) + " " + who.account);
  if (offer != "offer") return done(Error{.code = ErrorCode::invalid, .message = "No offer."});
  done(LiveSession{"live-" + std::to_string(++live), "answer"});
}
void FakeHouse::lend(const Subject& who, std::string /*offer*/, Done<LiveSession> done) {
  log.push_back("lend " + who.account);
  done(LiveSession{"lent-" + std::to_string(++live), "answer"});
}
bool FakeHouse::end(std::string_view id) {
  log.push_back("end " + std::string(id));
  return true;
}
void FakeHouse::snapshot(const Subject& /*who*/, std::string_view /*stream*/, Done<std::string> done) {
  done(std::string("\xff\xd8picture"));
}
Result<PanelState> FakeHouse::press(const Subject& who, std::string_view key) {
  log.push_back("press " + std::string(key) + " " + who.account);
  return state();
}
Result<LockState> FakeHouse::unlock(const Subject& who, std::uint32_t number) {
  log.push_back("unlock " + std::to_string(number) + " " + who.account + " " + name_of(who.role) + " " + who.room);
  if (number != 1) return Error{.code = ErrorCode::not_found, .message = "There is no such lock."};
  return lock_of("unlocked");
}
Result<CardIssue> FakeHouse::begin(const Subject& who, const CardWish& wish) {
  log.push_back("begin " + wish.room + " " + who.account + " " + std::to_string(wish.locks.size()) + " " +
                std::to_string(wish.wait.value_or(std::chrono::seconds(0)).count()));
  if (card_issue.state == "awaited") return Error{.code = ErrorCode::conflict, .message = "A card is awaited already."};
  card_issue = {};
  card_issue.state = "awaited";
  card_issue.room = wish.room;
  card_issue.by = who.account;
  card_issue.until = WallTime(std::chrono::seconds(60));
  return card_issue;
}
Result<Twin> FakeHouse::act(const Subject& /*who*/, std::string_view name, std::string_view action) {
  log.push_back("act " + std::string(name) + " " + std::string(action));
  return twins().front();
}
Result<CallState> FakeHouse::call(const Subject& /*who*/, std::string_view to) {
  return call_of("3", "dialling", std::string(to));
}
Result<void> FakeHouse::hang_up(const Subject& /*who*/, std::string_view id) {
  if (id != "1") return Error{.code = ErrorCode::not_found, .message = "There is no such call."};
  return {};
}

HouseTest::HouseTest()
    : folder_(std::filesystem::temp_directory_path() / ("lintel-web-" + bytes::random_password(12))) {
  database_ = storage::Database::open(loop_, {.folder = folder_.string(),
                                              .schemas = {settings::Settings::schema(), journal::Journal::schema(),
                                                          household::Household::schema()}})
                  .value();
  settings_ = settings::Settings::load(*database_, vault_).value();
  journal_ = journal::Journal::open(*database_, clock_, 10'000).value();
  household_ = household::Household::load(*database_, vault_, clock_, {.station_name = "Front door"}).value();
  api_ = std::make_unique<Api>(Dependencies{.clock = clock_,
                                            .workers = workers_,
                                            .household = *household_,
                                            .settings = *settings_,
                                            .journal = *journal_,
                                            .guesses = guesses_,
                                            .version = "1.2.3",
                                            .live = &fakes_,
                                            .panel = &fakes_,
                                            .locks = &fakes_,
                                            .cards = &fakes_,
                                            .twins = &fakes_,
                                            .calls = &fakes_,
                                            .presence = &fakes_,
                                            .overview = &fakes_,
                                            .certificate = &fakes_});
  router_.add({.path = "/sip",
               .callers = http::admin | http::monitor | http::panel,
               .opened = [this](std::shared_ptr<http::WebSocket> socket) { served_.push_back(std::move(socket)); }});
  api_->add_routes(router_);
}

HouseTest::~HouseTest() {
  api_.reset();
  household_.reset();
  journal_.reset();
  settings_.reset();
  database_.reset();
  std::filesystem::remove_all(folder_);
}

Got HouseTest::ask(http::Method method, std::string_view path, const As& who, const std::string& body,
                   std::string_view type) {
  http::Request request{
      .method = method,
      .target = path.starts_with("/api") || path.starts_with("//") ? std::string(path) : "/api/v1" + std::string(path)};
  request.headers = who.headers;
  if (http::header_of(request.headers, "Host").empty()) request.headers.emplace_back("Host", "localhost");
  if (!who.cookie.empty()) request.headers.emplace_back("Cookie", "lintel_session=" + who.cookie);
  if (!who.csrf.empty()) request.headers.emplace_back("X-Lintel-CSRF", who.csrf);
  if (!body.empty()) request.headers.emplace_back("Content-Type", type);
  request.body = body;
  request.remote_address = who.address;
  request.secure = who.secure;
  const auto got = std::make_shared<std::optional<Got>>();
  router_.handle(std::move(request), http::Responder(std::make_shared<Sink>(got)));
  clock_.advance(Duration::zero());  // what is left to a later turn, without any time going by
  while (!got->has_value()) (void)loop_.turn(true);
  return std::move(**got);
}

void HouseTest::set_up() {
  const Got got = post("/setup", {{"code", api_->setup_code()},
                                  {"password", the_password},
                                  {"password_repeat", the_password},
                                  {"email", "owner@example.org"}});
  ASSERT_EQ(got.status, 201) << got.body;
}

As HouseTest::log_in(const std::string& account, const std::string& password, const std::string& address) {
  As who{.address = address};
  const Got got = post("/login", {{"account", account}, {"password", password}}, who);
  EXPECT_EQ(got.status, 200) << got.body;
  who.cookie = cookie_of(got);
  who.csrf = got.json().value("csrf", "");
  return who;
}

std::string HouseTest::cookie_of(const Got& got) {
  const std::string cookie = got.header("Set-Cookie");
  const std::size_t from = cookie.find('=') + 1;
  return cookie.substr(from, cookie.find(';') - from);
}

As HouseTest::pair(const std::string& kind, const std::string& room, const As& admin) {
  Json offer{{"kind", kind}};
  if (!room.empty()) offer["room"] = room;
  const Got offered = post("/pairings", offer, admin);
  EXPECT_EQ(offered.status, 201) << offered.body;
  const Got paired = post("/pair", {{"token", offered.json()["token"]}, {"device_name", "Tablet"}});
  EXPECT_EQ(paired.status, 200) << paired.body;
  return log_in(paired.json()["account"], paired.json()["password"]);
}

void HouseTest::settle() {
  while (journal_->waiting() > 0) (void)loop_.turn(true);
  while (loop_.turn(false)) {
  }
}

}  // namespace lintel::web::testing
