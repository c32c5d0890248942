// A TLS connection against OpenSSL at the other end of a pair of sockets.
#include "sip/connection.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "certificate.hpp"

namespace lintel::sip {
namespace {

class Encrypted : public testing::Test {
 protected:
  void begin(bool outgoing, int version) {
    std::array<int, 2> pair{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()), 0);
    there = pair[1];
    ours = std::make_unique<Connection>(7, pair[0], TransportKind::tls, SocketAddress{}, outgoing);
    ours->begin_tls(outgoing ? tls.connecting.get() : tls.accepting.get(), outgoing ? "station.test" : "");
    peer.reset(SSL_new(outgoing ? tls.accepting.get() : tls.connecting.get()));
    SSL_set_fd(peer.get(), there);
    SSL_set_min_proto_version(peer.get(), version);
    SSL_set_max_proto_version(peer.get(), version);
    outgoing ? SSL_set_accept_state(peer.get()) : SSL_set_connect_state(peer.get());
    talk();
    ASSERT_EQ(ours->state(), Connection::State::open);
  }
  ~Encrypted() override {
    peer.reset();
    if (there >= 0) ::close(there);
  }
  // Until both have read all.
  void talk() {
    for (int round = 0; round < 10; ++round) {
      char byte = 0;
      SSL_read(peer.get(), &byte, 1);
      ours->on_writable();
      last_read = ours->read(scratch.data(), scratch.size());
    }
  }

  test::Certificate tls;
  std::unique_ptr<Connection> ours;
  Handle<SSL, SSL_free> peer;
  int there = -1;
  long last_read = 0;
  std::array<char, 4096> scratch{};
};

// A negotiation in the middle would let a message of ours wait for bytes of the peer, or our reading wait until the
// socket takes bytes: the loop, told again and again that it does, would spin.
TEST_F(Encrypted, negotiatesNothingAnewWhereTheServerWants) {
  begin(true, TLS1_2_VERSION);
  ASSERT_EQ(SSL_renegotiate(peer.get()), 1);
  SSL_do_handshake(peer.get());
  char hello = 0;
  EXPECT_EQ(ours->read(scratch.data(), scratch.size()), 0);
  ASSERT_EQ(::recv(there, &hello, 1, MSG_PEEK), 1);
  EXPECT_EQ(hello, SSL3_RT_ALERT);
}

TEST_F(Encrypted, negotiatesNothingAnewWhereTheClientWants) {
  begin(false, TLS1_2_VERSION);
  ASSERT_EQ(SSL_renegotiate(peer.get()), 1);
  SSL_do_handshake(peer.get());
  char hello = 0;
  (void)ours->read(scratch.data(), scratch.size());
  ASSERT_EQ(::recv(there, &hello, 1, MSG_PEEK), 1);
  EXPECT_EQ(hello, SSL3_RT_ALERT);
}

}  // namespace
}  // namespace lintel::sip
