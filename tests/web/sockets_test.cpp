// WebSockets belong to a login: so many at most, and they end with it.
#include "http/websocket.hpp"
#include "web/house.hpp"
#include "web/sessions.hpp"

namespace lintel::web::testing {
namespace {

struct FakeSocket final : http::WebSocket {
  bool send(std::string /*message*/) override { return is_open; }
  void close(std::uint16_t /*code*/, std::string_view /*reason*/) override { is_open = false; }
  [[nodiscard]] bool open() const override { return is_open; }
  [[nodiscard]] const http::Request& request() const override { return upgrade; }
  void on_message(std::function<void(std::string)> /*work*/) override {}
  void on_closed(std::function<void()> /*work*/) override {}
  http::Request upgrade;
  bool is_open = true;
};

class Sockets : public HouseTest {
 protected:
  Sockets() {
    set_up();
    admin_ = log_in();
    EXPECT_EQ(post("/rooms/batch", {{"floors", 1}, {"rooms_per_floor", 1}, {"first_number", "101"}}, admin_).status,
              200);
    monitor_ = pair("monitor", "101", admin_);
  }
  std::shared_ptr<FakeSocket> connect(const As& who) {
    auto socket = std::make_shared<FakeSocket>();
    socket->upgrade.headers = {
        {"Host", "localhost"}, {"Upgrade", "websocket"}, {"Cookie", "lintel_session=" + who.cookie}};
    const http::WebSocketRoute* route = router_.match_websocket("/sip");
    if (router_.refusal(*route, socket->upgrade)) return nullptr;
    route->opened(socket);
    return socket;
  }
  As admin_, monitor_;
};

// Security 16: with a resident's cookie, from many addresses, one would have all places of the web server.
TEST_F(Sockets, ofALoginEndTheOldestBeyondTheLimit) {
  std::vector<std::shared_ptr<FakeSocket>> sockets;
  for (std::size_t i = 0; i < Session::most_sockets; ++i) sockets.push_back(connect(monitor_));
  for (const auto& socket : sockets) EXPECT_TRUE(socket->open());
  const auto more = connect(monitor_);
  EXPECT_FALSE(sockets[0]->open());
  EXPECT_TRUE(sockets[1]->open());
  EXPECT_TRUE(more->open());
  sockets[3]->close(1000, {});
  const auto another = connect(monitor_);
  EXPECT_TRUE(sockets[1]->open()) << "one had left by itself";
  EXPECT_EQ(served_.size(), Session::most_sockets + 2);
}

// Security 10.
TEST_F(Sockets, endWithTheirLogin) {
  const auto monitor = connect(monitor_), admin = connect(admin_);
  EXPECT_EQ(ask(http::Method::post, "/logout", monitor_).status, 204);
  EXPECT_FALSE(monitor->open());
  EXPECT_TRUE(admin->open());
  EXPECT_EQ(connect(monitor_), nullptr);
}

TEST_F(Sockets, thatAreOpenKeepADeviceLoggedInAndNoPerson) {
  const auto monitor = connect(monitor_), admin = connect(admin_);
  clock_.advance(std::chrono::hours(2));
  EXPECT_TRUE(monitor->open());
  EXPECT_EQ(get("/locks", monitor_).status, 200);
  EXPECT_EQ(get("/locks", admin_).status, 401);
  EXPECT_TRUE(admin->open()) << "the monitor beside the console, which may be talking";
}

}  // namespace
}  // namespace lintel::web::testing
