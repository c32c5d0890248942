// Whose a path of the network is, where several browsers are connected: sender addresses can be forged.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <future>
#include <optional>

#include "base/bytes.hpp"
#include "media/webrtc_host.hpp"
#include "media/webrtc_transport.hpp"

namespace lintel::media {
namespace {

// A browser's socket, as far as checks go.
class Browser {
 public:
  explicit Browser(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&there), sizeof there), 0);
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Browser() { close(socket_); }

  stun::Transaction check(const WebrtcTransport& transport) const {
    stun::Transaction transaction{};
    std::ranges::copy(bytes::random(transaction.size()), transaction.begin());
    const auto request = stun::binding_request(transaction, transport.user() + ":them", 7, transport.password());
    EXPECT_EQ(send(socket_, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
    return transaction;
  }
  // Of the next answer.
  [[nodiscard]] std::optional<stun::Transaction> answered() const {
    std::array<std::uint8_t, 1500> datagram{};
    const ssize_t size = recv(socket_, datagram.data(), datagram.size(), 0);
    if (size <= 0) return std::nullopt;
    const auto message = stun::parse(std::span(datagram).first(static_cast<std::size_t>(size)));
    return message && message->kind == stun::Kind::success ? std::optional(message->transaction) : std::nullopt;
  }

 private:
  int socket_;
};

class WebrtcPaths : public ::testing::Test {
 protected:
  static LegsOptions on_loopback() {
    LegsOptions options;
    options.loopback_candidates = true;
    return options;
  }
  template <typename Work>
  void on_network(Work work) {
    std::promise<void> done;
    host.run([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  void SetUp() override {
    ASSERT_TRUE(init().ok());
    on_network([this] {
      one.open();
      other.open();
      const auto addresses = host.datagrams().addresses();
      ASSERT_TRUE(addresses.ok());
      for (const Endpoint& address : *addresses)
        if (!address.six) port = address.port;
    });
  }
  void TearDown() override {
    on_network([this] {
      one.close();
      other.close();
    });
  }

  WebrtcHost host{nullptr, nullptr, on_loopback()};
  WebrtcTransport one{host, {}}, other{host, {}};
  std::uint16_t port = 0;
};

// Security 10: a resident who sends checks of his own under the address of a neighbour's monitor takes neither its
// sound nor its keys.
TEST_F(WebrtcPaths, staysWithThePeerThatIsThere) {
  const Browser monitor(port);
  const auto first = monitor.check(one);
  EXPECT_EQ(monitor.answered(), first);
  (void)monitor.check(other);  // forged
  const auto again = monitor.check(one);
  EXPECT_EQ(monitor.answered(), again) << "the one between has no answer";
  // As many paths of the other as it may have, so that its oldest ones go.
  for (int more = 0; more < 9; ++more) {
    const Browser elsewhere(port);
    const auto asked = elsewhere.check(other);
    EXPECT_EQ(elsewhere.answered(), asked);
  }
  (void)monitor.check(other);
  const auto last = monitor.check(one);
  EXPECT_EQ(monitor.answered(), last);
}

TEST_F(WebrtcPaths, areFreeAgainWhenTheirPeerIsGone) {
  const Browser monitor(port);
  const auto first = monitor.check(one);
  EXPECT_EQ(monitor.answered(), first);
  on_network([this] { one.close(); });
  const auto next = monitor.check(other);
  EXPECT_EQ(monitor.answered(), next);
}

}  // namespace
}  // namespace lintel::media
