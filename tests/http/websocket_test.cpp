// WebSockets (RFC 6455) of the web server on real sockets, mostly over TLS.
#include "http/server_fixture.hpp"

namespace lintel::http {
namespace {

using testing::Answer;
using testing::beside;
using testing::Client;
using testing::long_body;

class WebSocketTest : public testing::ServerTest {};

TEST_F(WebSocketTest, sendsLongWebSocketMessagesWholeOverTls) {
  start();
  beside(loop_, [this] {
    Client client(secure_, true);
    client.send(upgrade("/sip", "Origin: https://localhost\r\nSec-WebSocket-Protocol: sip\r\n"));
    EXPECT_EQ(client.receive(true).status, 101);
    client.send(frame("long"));
    // It comes in fragments (RFC 6455 §5.4): each a head with 126 and two bytes of length, or a short one at the end.
    std::string whole;
    for (bool last = false; !last;) {
      const std::string head = client.read_exactly(2);
      ASSERT_EQ(head.size(), 2U);
      last = (static_cast<unsigned char>(head[0]) & 0x80U) != 0;
      std::size_t length = static_cast<unsigned char>(head[1]);
      if (length == 126) {
        const std::string more = client.read_exactly(2);
        ASSERT_EQ(more.size(), 2U);
        length = static_cast<unsigned char>(more[0]) * 256U + static_cast<unsigned char>(more[1]);
      }
      whole += client.read_exactly(length);
    }
    EXPECT_TRUE(whole == long_body) << whole.size();
  });
}

TEST_F(WebSocketTest, echoesOverAWebSocketWithTls) {
  start();
  beside(loop_, [this] {
    Client client(secure_, true);
    client.send(upgrade("/sip", "Origin: https://localhost\r\nSec-WebSocket-Protocol: other, sip\r\n"));
    const Answer answer = client.receive(true);
    EXPECT_EQ(answer.status, 101);
    EXPECT_EQ(answer.header("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_EQ(answer.header("Sec-WebSocket-Protocol"), "sip");
    client.send(frame("one") + frame("two"));
    EXPECT_EQ(read_frame(client), "echo one");
    EXPECT_EQ(read_frame(client), "echo two");
    client.send(frame("ping me", 9));
    EXPECT_EQ(read_frame(client), "ping me");  // a pong holds the same
    client.send(frame("bye"));
    const std::string close = read_frame(client);
    EXPECT_EQ(close.substr(0, 2), "\x0f\xa0");  // 4000
    client.send(frame(close, 8));
    EXPECT_TRUE(client.ends());
  });
  turn_until(socket_closed_);
  EXPECT_FALSE(socket_->send("late"));
  EXPECT_TRUE(socket_->request().secure);
}

TEST_F(WebSocketTest, refusesWebSocketsOfOtherOriginsProtocolsAndCallers) {
  start();
  beside(loop_, [this] {
    const auto status = [this](const std::string& path, const std::string& more) {
      Client client(plain_);
      client.send(upgrade(path, more));
      return client.receive().status;
    };
    EXPECT_EQ(status("/sip", "Origin: http://evil.example\r\nSec-WebSocket-Protocol: sip\r\n"), 403);
    EXPECT_EQ(status("/sip", "Origin: https://localhost\r\nSec-WebSocket-Protocol: sip\r\n"), 403);
    EXPECT_EQ(status("/sip", "Sec-WebSocket-Protocol: chat\r\n"), 400);
    EXPECT_EQ(status("/sip", ""), 400);
    EXPECT_EQ(status("/elsewhere", ""), 404);
    EXPECT_EQ(status("/closed", ""), 401);
    EXPECT_EQ(Client(plain_).ask("GET", "/sip").status, 426);
  });
}

TEST_F(WebSocketTest, endsAWebSocketThatSendsTooMuch) {
  start();
  beside(loop_, [this] {
    Client client(plain_);
    client.send(upgrade("/sip", "Sec-WebSocket-Protocol: sip\r\n"));
    EXPECT_EQ(client.receive(true).status, 101);
    client.send(frame(std::string(3000, 'x')));
    EXPECT_EQ(read_frame(client).substr(0, 2), "\x03\xf1");  // 1009
    EXPECT_TRUE(client.ends());
  });
  turn_until(socket_closed_);
}

}  // namespace
}  // namespace lintel::http
