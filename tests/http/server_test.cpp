// The web server on real sockets: limits, time-outs, files, event streams.
#include "http/server_fixture.hpp"

namespace lintel::http {
namespace {

using testing::Answer;
using testing::beside;
using testing::certificate;
using testing::Client;
using testing::long_body;
using testing::ServerTest;

TEST_F(ServerTest, answersInPlainAndOverTlsAndKeepsTheConnection) {
  start();
  beside(loop_, [this] {
    Client plain(plain_);
    EXPECT_EQ(plain.ask("GET", "/api/hello").body, "hello 127.0.0.1");
    EXPECT_EQ(plain.ask("POST", "/api/echo", "", "again").body, "again");
    EXPECT_EQ(plain.ask("HEAD", "/api/hello").status, 200);
    EXPECT_EQ(plain.ask("GET", "/api/hello").status, 200);
    Client secure(secure_, true);
    EXPECT_EQ(secure.ask("GET", "/api/hello").body, "hello 127.0.0.1 secure");
    EXPECT_EQ(secure.ask("GET", "/api/hello").status, 200);
  });
}

TEST_F(ServerTest, swapsTheCertificateLive) {
  start();
  const auto [chain, key] = certificate();
  EXPECT_FALSE(server_->use_certificate(chain, certificate().second).ok());
  EXPECT_FALSE(server_->use_certificate("nonsense", "nonsense").ok());
  EXPECT_TRUE(server_->use_certificate(chain, key).ok());
  beside(loop_, [this] { EXPECT_EQ(Client(secure_, true).ask("GET", "/api/hello").status, 200); });
}

TEST_F(ServerTest, namesPortAndOptionWhenAPortIsInUse) {
  start();
  const auto again = server_->listen({.address = "127.0.0.1", .port = plain_, .option = "--http-port"});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_NE(again.error().message.find(std::to_string(plain_)), std::string::npos);
  EXPECT_NE(again.error().message.find("--http-port"), std::string::npos);
}

TEST_F(ServerTest, refusesWhatIsNotWellFormed) {
  start();
  beside(loop_, [this] {
    for (const char* request :
         {"nonsense\r\n\r\n", "GET /api/hello HTTP/1.1\r\n\r\n",
          "GET /api/hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET //api/hello HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /api/..%2fapi/hello HTTP/1.1\r\nHost: a\r\n\r\n",
          "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
      Client client(plain_);
      client.send(request);
      EXPECT_EQ(client.receive().status, 400) << request;
    }
    EXPECT_EQ(Client(plain_).ask("GET", "/api/closed").status, 401);
    EXPECT_EQ(Client(plain_).ask("GET", "/API/hello").status, 404);
  });
}

TEST_F(ServerTest, boundsHeadersAndBodies) {  // security.md 16
  start();
  beside(loop_, [this] {
    EXPECT_EQ(Client(plain_).ask("GET", "/api/hello", "X-Long: " + std::string(20'000, 'x') + "\r\n").status, 431);
    EXPECT_EQ(Client(plain_).ask("POST", "/api/echo", "", std::string(1001, 'x')).status, 413);
    EXPECT_EQ(Client(plain_).ask("GET", "/api/hello", "", "body").status, 413);
    Client huge(plain_);
    huge.send("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n");
    EXPECT_EQ(huge.receive().status, 413);
    Client chunked(plain_);
    std::string chunks = "POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 20; ++i) chunks += "64\r\n" + std::string(100, 'y') + "\r\n";
    chunked.send(chunks + "0\r\n\r\n");
    EXPECT_EQ(chunked.receive().status, 413);
    Client patient(plain_);
    patient.send("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_NE(patient.read_until("\r\n\r\n").find("100 Continue"), std::string::npos);
    patient.send("ok");
    EXPECT_EQ(patient.receive().body, "ok");
  });
}

// What frames a chunked body is held until it is whole, and so must have an end.
TEST_F(ServerTest, boundsWhatFramesAChunkedBody) {  // security.md 16
  start();
  beside(loop_, [this] {
    const std::string head = "POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string& endless :
         {"2;" + std::string(200'000, 'a'), std::string(200'000, '0'), "0\r\nX: " + std::string(200'000, 'a')}) {
      Client client(plain_);
      client.send(head + endless);
      EXPECT_EQ(client.receive().status, 400) << endless.substr(0, 8);
    }
    Client client(plain_);
    for (int i = 0; i < 2; ++i) {
      client.send(head + "2;name=value\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n");
      EXPECT_EQ(client.receive().body, "ok");
    }
    client.send(head + "3e8;" + std::string(8000, 'a') + "\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n");
    EXPECT_EQ(client.receive().body, std::string(1000, 'x'));
  });
}

TEST_F(ServerTest, closesSlowHeadersSilentHandshakesAndIdleConnections) {  // security.md 16
  limits_.header_time = limits_.tls_handshake_time = limits_.idle_time = std::chrono::milliseconds(150);
  start();
  beside(loop_, [this] {
    Client slow(plain_);
    slow.send("GET /api/hello HTTP/1.1\r\nHo");
    EXPECT_TRUE(slow.ends());
    Client silent(secure_);  // a TCP connection that never says hello
    EXPECT_TRUE(silent.ends());
    Client idle(plain_);
    EXPECT_EQ(idle.ask("GET", "/api/hello").status, 200);
    EXPECT_TRUE(idle.ends());
  });
  EXPECT_GE(server_->statistics().timed_out, 2U);
}

TEST_F(ServerTest, answers503WhenTheLoopDoesNotAnswer) {
  limits_.request_time = std::chrono::milliseconds(100);
  limits_.requests_in_flight = 2;
  start();
  beside(loop_, [this] {
    Client first(plain_), second(plain_), third(plain_);
    first.send("GET /api/never HTTP/1.1\r\nHost: a\r\n\r\n");
    second.send("GET /api/never HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(first.receive().status, 503);
    EXPECT_EQ(second.receive().status, 503);
    EXPECT_EQ(third.ask("GET", "/api/hello").status, 503);  // both are still with the loop
  });
  EXPECT_EQ(server_->statistics().refused, 1U);
  kept_.clear();
  beside(loop_, [this] { EXPECT_EQ(Client(plain_).ask("GET", "/api/hello").status, 200); });
}

TEST_F(ServerTest, boundsConnectionsOfASourceAndServesTheRest) {  // security.md 16
  limits_.connections_per_source = 50;
  start();
  beside(loop_, [this] {
    std::vector<std::unique_ptr<Client>> crowd;
    for (int i = 0; i < 1000; ++i) crowd.push_back(std::make_unique<Client>(plain_));
    Answer first = crowd.front()->ask("GET", "/api/hello");
    EXPECT_EQ(first.status, 200);
    EXPECT_TRUE(crowd.back()->ends());
    EXPECT_LE(server_->statistics().connections, 50U);
    EXPECT_GE(server_->statistics().shed, 900U);
  });
}

TEST_F(ServerTest, whoSaysNothingLongestMakesRoomForWhoComes) {  // security.md 16
  limits_.connections = 20;
  start();
  beside(loop_, [this] {
    Client asks(plain_);
    asks.send("GET /api/never HTTP/1.1\r\nHost: a\r\n\r\n");  // with the loop: that one stays
    while (server_->statistics().requests == 0) std::this_thread::yield();
    std::vector<std::unique_ptr<Client>> crowd;
    for (int i = 0; i < 100; ++i) {
      crowd.push_back(std::make_unique<Client>(plain_));
      if (i % 2 == 0) crowd.back()->send("GET /api/hello HTTP/1.1\r\nX-Slow: ");
    }
    EXPECT_EQ(Client(plain_).ask("GET", "/api/hello").status, 200);
    EXPECT_TRUE(crowd.front()->ends());
    EXPECT_LE(server_->statistics().connections, 20U);
    EXPECT_EQ(crowd.back()->ask("GET", "/api/hello").status, 200);
    // One that was served and rests is asked to go like any other, when its turn comes.
    for (int i = 0; i < 40; ++i) crowd.push_back(std::make_unique<Client>(plain_));
    EXPECT_TRUE(crowd[99]->ends());
  });
  kept_.clear();
}

TEST_F(ServerTest, whoSendsABodyOrReadsAPageSlowlyMakesRoomTooForWhoComes) {  // security.md 16
  limits_.connections = 20;
  write("long.txt", std::string(32U << 20, 'x'));  // more than what the sockets hold
  start();
  serve_files();
  beside(loop_, [this] {
    std::vector<std::unique_ptr<Client>> crowd;
    for (int i = 0; i < 20; ++i) {
      crowd.push_back(std::make_unique<Client>(plain_));
      if (i % 2 == 0) crowd.back()->send("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nslow");
      if (i % 2 == 1) crowd.back()->send("GET /long.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    while (server_->statistics().requests < 20) std::this_thread::yield();
    Client first(plain_), second(plain_);
    EXPECT_EQ(first.ask("GET", "/api/hello").status, 200);
    EXPECT_EQ(second.ask("GET", "/api/hello").status, 200);
    EXPECT_LE(server_->statistics().connections, 20U);
    EXPECT_NE(crowd.back()->read_until("\r\n\r\n"), "");
    EXPECT_EQ(crowd.back()->read_exactly(32U << 20).size(), 32U << 20) << "the youngest of them goes on";
  });
}

TEST_F(ServerTest, whoTakesNoAnswerOrStaysAfterItMakesRoomTooForWhoComes) {  // security.md 16
  limits_.connections = 20;
  start();
  beside(loop_, [this] {
    std::vector<std::unique_ptr<Client>> crowd;
    for (int i = 0; i < 20; ++i) {
      crowd.push_back(std::make_unique<Client>(plain_));
      crowd.back()->send("GET /api/hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      EXPECT_EQ(crowd.back()->receive().status, 200);
    }
    Client first(plain_), second(plain_);
    EXPECT_EQ(first.ask("GET", "/api/hello").status, 200);
    EXPECT_EQ(second.ask("GET", "/api/hello").status, 200);
  });
}

TEST_F(ServerTest, whereAllAreServedANewcomerIsRefused) {
  limits_.connections = 2;
  start();
  beside(loop_, [this] {
    Client first(plain_), second(plain_);
    first.send("GET /api/never HTTP/1.1\r\nHost: a\r\n\r\n");
    second.send("GET /api/never HTTP/1.1\r\nHost: a\r\n\r\n");
    while (server_->statistics().requests < 2) std::this_thread::yield();
    EXPECT_TRUE(Client(plain_).ends());
  });
  EXPECT_EQ(server_->statistics().shed, 1U);
  kept_.clear();
}

TEST_F(ServerTest, servesPrecompressedFilesAndPages) {
  start();
  serve_files();
  beside(loop_, [this] {
    Client client(plain_);
    const Answer plain = client.ask("GET", "/assets/app-1a2b.js");
    EXPECT_EQ(plain.body, "plain");
    EXPECT_EQ(plain.header("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(plain.header("Content-Type"), "text/javascript; charset=utf-8");
    const Answer brotli = client.ask("GET", "/assets/app-1a2b.js", "Accept-Encoding: gzip, deflate, br\r\n");
    EXPECT_EQ(brotli.body, "brotli");
    EXPECT_EQ(brotli.header("Content-Encoding"), "br");
    EXPECT_EQ(client.ask("GET", "/assets/app-1a2b.js", "Accept-Encoding: gzip, br;q=0\r\n").body, "gzip");
    EXPECT_EQ(client
                  .ask("GET", "/assets/app-1a2b.js",
                       "Accept-Encoding: br\r\nIf-None-Match: " + brotli.header("ETag") + "\r\n")
                  .status,
              304);
    EXPECT_EQ(client.ask("GET", "/").body, "<p>console</p>");
    EXPECT_EQ(client.ask("GET", "/").header("Cache-Control"), "no-cache");
    EXPECT_EQ(client.ask("GET", "/monitor").body, "<p>monitor</p>");
    EXPECT_EQ(client.ask("GET", "/monitor.html").status, 404);
    EXPECT_EQ(client.ask("GET", "/.secret").status, 404);
    EXPECT_EQ(client.ask("GET", "/assets").status, 404);
    EXPECT_EQ(client.ask("GET", "/assets/..%2f.secret").status, 400);
  });
}

TEST_F(ServerTest, unpacksForWhoTakesNoEncoding) {
  start();
  serve_files();
  beside(loop_, [this] {
    Client client(plain_);
    const Answer packed = client.ask("GET", "/assets/long-3c4d.txt", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(packed.body.size(), 30U);
    const Answer plain = client.ask("GET", "/assets/long-3c4d.txt");
    EXPECT_EQ(plain.body, long_text());
    EXPECT_EQ(plain.header("Content-Encoding"), "");
    EXPECT_NE(plain.header("ETag"), packed.header("ETag"));
    EXPECT_EQ(client.ask("GET", "/assets/torn-5e6f.txt").status, 500);
    EXPECT_EQ(client.ask("GET", "/assets/long-3c4d.txt").body, long_text());
  });
}

Answer page_for_another_machine(std::uint16_t port) {
  Client other(port);
  other.send("GET /monitor HTTP/1.1\r\nHost: 192.0.2.7:8080\r\n\r\n");
  return other.receive();
}

TEST_F(ServerTest, sendsPagesOfOtherMachinesToHttps) {
  start();
  serve_files(secure_);
  beside(loop_, [this] {
    EXPECT_EQ(Client(plain_).ask("GET", "/").status, 200);  // Host: localhost
    const Answer answer = page_for_another_machine(plain_);
    EXPECT_EQ(answer.status, 308);
    EXPECT_EQ(answer.header("Location"), "https://192.0.2.7:" + std::to_string(secure_) + "/monitor");
  });
}

TEST_F(ServerTest, refusesPagesToOtherMachinesWhileHttpsCannotBeHad) {
  start();
  serve_files();
  server_->send_pages_to(0);
  beside(loop_, [this] {
    EXPECT_EQ(Client(plain_).ask("GET", "/").status, 200);  // Host: localhost
    const Answer answer = page_for_another_machine(plain_);
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.body.find("HTTPS"), std::string::npos);
  });
}

TEST_F(ServerTest, carriesTheSecurityHeadersOnEveryAnswer) {  // security.md 13
  start();
  beside(loop_, [this] {
    for (const char* target : {"/api/hello", "/nowhere", "//"}) {
      const Answer answer = Client(secure_, true).ask("GET", target);
      const std::string policy = answer.header("Content-Security-Policy");
      EXPECT_NE(policy.find("script-src 'self';"), std::string::npos) << target;
      EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
      EXPECT_EQ(policy.find("unsafe"), std::string::npos);
      EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
      EXPECT_EQ(answer.header("X-Frame-Options"), "DENY");
      EXPECT_EQ(answer.header("Referrer-Policy"), "no-referrer");
      EXPECT_NE(answer.header("Permissions-Policy").find("microphone=(self)"), std::string::npos);
    }
  });
}

TEST_F(ServerTest, streamsEvents) {
  limits_.event_stream_heartbeat = std::chrono::milliseconds(50);
  start();
  beside(loop_, [this] {
    Client client(plain_);
    client.send("GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_NE(client.read_until("\r\n\r\n").find("text/event-stream"), std::string::npos);
    EXPECT_EQ(client.read_until("\n\n"), "id: 7\nevent: first\ndata: one\ndata: two\n\n");
    EXPECT_EQ(client.read_until("\n\n"), "event: beat\ndata: 1\n\n");
    loop_.post([this] { stream_->send("last", "", "x"); });
    EXPECT_NE(client.read_until("data: x\n\n"), "");
  });
  turn_until(stream_closed_);  // the client went away
  EXPECT_FALSE(stream_->send("late", "", "x"));
}

TEST_F(ServerTest, cutsOffAClientThatDoesNotReadItsEvents) {
  limits_.event_stream_queue_bytes = 64 * 1024;
  start();
  beside(loop_, [this] {
    Client client(plain_);
    client.send("GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_NE(client.read_until("data: two\n\n"), "");
    std::atomic<bool> over{false};
    loop_.post([this, &over] {
      const std::string big(16 * 1024, 'x');
      while (stream_->send("flood", "", big)) {
      }
      over = true;
    });
    EXPECT_TRUE(client.ends());
    while (!over) std::this_thread::yield();
  });
  turn_until(stream_closed_);
}

// More than a TLS record (16 KiB): written as head and body, the body of such an answer once never left over TLS.
TEST_F(ServerTest, sendsLongAnswersWholeInPlainAndOverTls) {
  start();
  beside(loop_, [this] {
    for (const bool tls : {false, true}) {
      Client client(tls ? secure_ : plain_, tls);
      EXPECT_TRUE(client.ask("GET", "/api/long").body == long_body) << tls;
      EXPECT_EQ(client.ask("GET", "/api/hello").status, 200) << tls;
    }
  });
}

TEST_F(ServerTest, stopsWithEverythingOpen) {
  start();
  beside(loop_, [this] {
    Client stream(plain_), socket(plain_), waiting(plain_);
    stream.send("GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_NE(stream.read_until("two\n\n"), "");
    socket.send(upgrade("/sip", "Sec-WebSocket-Protocol: sip\r\n"));
    EXPECT_EQ(socket.receive(true).status, 101);
    socket.send(frame("x"));
    EXPECT_EQ(read_frame(socket), "echo x");
    waiting.send("GET /api/never HTTP/1.1\r\nHost: a\r\n\r\n");
    std::atomic<bool> stopped{false};
    loop_.post([this, &stopped] {
      server_->stop();
      stopped = true;
    });
    EXPECT_TRUE(stream.ends());
    EXPECT_TRUE(socket.ends());
    EXPECT_TRUE(waiting.ends());
    while (!stopped) std::this_thread::yield();
  });
  turn_until(stream_closed_);
  turn_until(socket_closed_);
  server_.reset();
  EXPECT_FALSE(stream_->send("late", "", "x"));
  EXPECT_FALSE(socket_->send("late"));
}

}  // namespace
}  // namespace lintel::http
