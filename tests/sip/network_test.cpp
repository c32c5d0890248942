#include "sip/network.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <functional>

#include "base/few_descriptors.hpp"
#include "base/refused_calls.hpp"
#include "certificate.hpp"
#include "support.hpp"

namespace lintel::sip {
namespace {

using namespace std::chrono_literals;
using test::crlf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

struct Sink final : TransportSink {
  void on_message(const Message& message, const Fault& fault, const Hop& from) override {
    lines.emplace_back(message.bytes().substr(0, message.first_line_end() - 2));
    faults.push_back(fault.code);
    hops.push_back(from);
  }
  void on_flow_closed(FlowId flow) override { closed.push_back(flow); }
  void on_flow_untrusted(FlowId flow) override { untrusted.push_back(flow); }
  std::vector<std::string> lines;
  std::vector<int> faults;
  std::vector<Hop> hops;
  std::vector<FlowId> closed, untrusted;
};

const std::string options = crlf(
    "OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1\nFrom: <sip:a@b>;tag=1\nTo: "
    "<sip:a@b>\nCall-ID: 1\nCSeq: 1 OPTIONS\n"
    "Content-Length: 0\n");

class Sockets : public testing::Test {
 protected:
  Sockets() { network.set_sink(&sink); }
  void until(const std::function<bool()>& done) {
    bool late = false;
    auto limit = loop.clock().after(20s, [&] { late = true; });
    while (!done()) {
      ASSERT_FALSE(late);
      loop.turn(true);
    }
  }
  // A blocking client socket; the loop turns before each read.
  static int client(std::uint16_t port, const char* from = "127.0.0.1") {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, from, &address.sin_addr), 1);
    EXPECT_EQ(bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return descriptor;
  }
  std::string read_some(int descriptor) {
    std::string text(4096, 0);
    ssize_t got = -1;
    until([&] { return (got = recv(descriptor, text.data(), text.size(), MSG_DONTWAIT)) >= 0; });
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
  }

  Loop loop;
  Sink sink;
  Network network{loop};
};

// A kernel without IPv6 (ipv6.disable=1): the pages and recorders are served by IPv4, and so are phones.
TEST_F(Sockets, listenByIpv4WhereThereIsNoIpv6) {
  const auto listen_without = [this] {
    std::array program{sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                       sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_socket},
                       sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, args)},
                       sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, AF_INET6},
                       sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EAFNOSUPPORT},
                       sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    if (!filter_system_calls(program)) _exit(2);
    if (::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0) _exit(3);
    for (const TransportKind kind : {TransportKind::udp, TransportKind::tcp})
      if (!network.listen({kind, "::", 0, "--sip-port"}).ok()) _exit(1);
    _exit(network.listen({TransportKind::udp, "::1", 0, "--sip-port"}).ok() ? 4 : 0);  // that one was chosen
  };
  EXPECT_EXIT(listen_without(), testing::ExitedWithCode(0), "");
}

TEST_F(Sockets, aPortInUseIsNamedWithItsSetting) {
  const auto port = network.listen({TransportKind::udp, "127.0.0.1", 0}).value();
  EXPECT_NE(port, 0);
  const auto second = network.listen({TransportKind::udp, "127.0.0.1", port, "sip.port"});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_THAT(second.error().message, HasSubstr("Port " + std::to_string(port)));
  EXPECT_THAT(second.error().message, HasSubstr("sip.port"));
  EXPECT_FALSE(network.listen({TransportKind::tls, "127.0.0.1", 0}));
  EXPECT_EQ(network.listen({TransportKind::udp, "not an address", 0}).error().code, ErrorCode::invalid);
}

TEST_F(Sockets, aPortThatIsNoLongerListenedOnIsFree) {
  const auto port = network.listen({TransportKind::udp, "127.0.0.1", 0, "--sip-port"});
  ASSERT_TRUE(network.listen({TransportKind::tcp, "127.0.0.1", *port, "--sip-port"}).ok());
  const Listen again{TransportKind::udp, "127.0.0.1", *port, "--sip-port"};
  ASSERT_FALSE(network.listen(again).ok());
  network.stop_listening(*port);
  EXPECT_TRUE(network.listen(again).ok());
}

TEST_F(Sockets, datagramsComeAndGo) {
  Network other(loop);
  Sink there;
  other.set_sink(&there);
  const auto port = network.listen({TransportKind::udp, "127.0.0.1", 0}).value();
  const auto other_port = other.listen({TransportKind::udp, "127.0.0.1", 0}).value();
  EXPECT_EQ(network.sent_by({TransportKind::udp, 0, *SocketAddress::parse("127.0.0.1", 9), {}}),
            "127.0.0.1:" + std::to_string(port));
  EXPECT_NE(network.send({TransportKind::udp, 0, *SocketAddress::parse("127.0.0.1", other_port), {}}, options), 0U);
  until([&] { return !there.lines.empty(); });
  EXPECT_EQ(there.hops[0].address.port(), port);
  EXPECT_NE(other.send(there.hops[0], options), 0U);
  until([&] { return !sink.lines.empty(); });
}

TEST_F(Sockets, aStreamIsCutIntoMessagesHoweverItArrives) {
  const int peer = client(network.listen({TransportKind::tcp, "127.0.0.1", 0}).value());
  const std::string two = "\r\n\r\n" + options + options;
  for (std::size_t at = 0; at < two.size(); at += 7) {
    ASSERT_GT(::send(peer, two.data() + at, std::min<std::size_t>(7, two.size() - at), 0), 0);
    loop.turn(false);
  }
  until([&] { return sink.lines.size() == 2; });
  EXPECT_EQ(read_some(peer), "\r\n");  // the keep-alive's answer
  EXPECT_EQ(sink.hops[0].flow, sink.hops[1].flow);
  // Answers take the same flow; when it closes we are told once.
  EXPECT_EQ(network.send(sink.hops[0], "hello"), sink.hops[0].flow);
  EXPECT_EQ(read_some(peer), "hello");
  ::close(peer);
  until([&] { return !sink.closed.empty(); });
  EXPECT_THAT(sink.closed, ElementsAre(sink.hops[0].flow));
  EXPECT_FALSE(network.is_open(sink.hops[0].flow));
  EXPECT_EQ(network.send(sink.hops[0], "late"), 0U);
}

// RFC 5626 §4.4.1: a ping is two CRLF, wherever the stream is cut. One CRLF is a phone's own way to keep its NAT open.
TEST_F(Sockets, aPingInTwoPiecesIsAnswered) {
  const auto port = network.listen({TransportKind::tcp, "127.0.0.1", 0}).value();
  const int phone = client(port);
  const auto say = [&](std::string_view bytes) {
    ::send(phone, bytes.data(), bytes.size(), 0);
    const auto count = sink.lines.size();
    if (bytes.size() > 4) return until([&] { return sink.lines.size() > count; });
    int under_way = 0;  // bytes that the other socket has not taken over
    do {
      ASSERT_EQ(ioctl(phone, SIOCOUTQ, &under_way), 0);
    } while (under_way > 0);
    for (int turn = 0; turn < 3; ++turn) loop.turn(false);
  };
  say(options);
  say("\r\n");
  char byte = 0;
  EXPECT_EQ(recv(phone, &byte, 1, MSG_DONTWAIT), -1);
  say("\r\n");
  EXPECT_EQ(read_some(phone), "\r\n");
  say("\r\n");
  EXPECT_EQ(recv(phone, &byte, 1, MSG_DONTWAIT), -1) << "the next one begins anew";
  say(options);
  say("\r\n");
  EXPECT_EQ(recv(phone, &byte, 1, MSG_DONTWAIT), -1) << "a message stood between them";
  ::close(phone);
}

TEST_F(Sockets, aConnectionIsOpenedOnceAndUsedAgain) {
  Network other(loop);
  Sink there;
  other.set_sink(&there);
  const Hop hop{TransportKind::tcp,
                0,
                *SocketAddress::parse("127.0.0.1", other.listen({TransportKind::tcp, "127.0.0.1", 0}).value()),
                {}};
  const FlowId flow = network.send(hop, options);
  EXPECT_NE(flow, 0U);
  EXPECT_EQ(network.send(hop, options), flow);
  until([&] { return there.lines.size() == 2; });
  EXPECT_EQ(network.counters().connections, 1U);
}

TEST_F(Sockets, aRefusedConnectionIsReported) {
  const int unused = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(unused, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  socklen_t length = sizeof address;
  getsockname(unused, reinterpret_cast<sockaddr*>(&address), &length);
  const FlowId flow =
      network.send({TransportKind::tcp, 0, *SocketAddress::parse("127.0.0.1", ntohs(address.sin_port)), {}}, options);
  if (flow != 0) until([&] { return !sink.closed.empty(); });
  ::close(unused);
}

// A peer that was switched off, or whose router forgot the connection: the system alone would try for a quarter of an
// hour.
TEST_F(Sockets, aConnectionWhoseOtherEndTakesNothingIsClosed) {
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int little = 4096;
  setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listening, 1), 0);
  socklen_t length = sizeof address;
  getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length);
  NetworkSettings settings;
  settings.unconfirmed = 100ms;
  Network impatient(loop, settings);
  impatient.set_sink(&sink);
  const FlowId flow =
      impatient.send({TransportKind::tcp, 0, *SocketAddress::parse("127.0.0.1", ntohs(address.sin_port)), {}},
                     std::string(100'000, 'x'));
  ASSERT_NE(flow, 0U);
  until([&] { return !sink.closed.empty(); });
  EXPECT_THAT(sink.closed, ElementsAre(flow));
  ::close(listening);
}

TEST_F(Sockets, garbageClosesTheConnection) {
  const int peer = client(network.listen({TransportKind::tcp, "127.0.0.1", 0}).value());
  const std::string flood(40'000, 'x');
  ::send(peer, flood.data(), flood.size(), MSG_NOSIGNAL);
  until([&] { return !sink.closed.empty(); });
  EXPECT_THAT(sink.lines, SizeIs(0));
  ::close(peer);
}

TEST_F(Sockets, oneSourceHasABoundedNumberOfConnections) {
  NetworkSettings settings;
  settings.connections_per_source = 3;
  Network small(loop, settings);
  const auto port = small.listen({TransportKind::tcp, "127.0.0.1", 0}).value();
  std::vector<int> peers;
  for (int i = 0; i < 6; ++i) peers.push_back(client(port));
  until([&] { return small.counters().refused_connections == 3; });
  EXPECT_EQ(small.counters().connections, 3U);
  for (const int peer : peers) ::close(peer);
}

// Security 16: however many come at once, each takes the place of one that said nothing.
TEST_F(Sockets, whereAllPlacesAreTakenNewcomersAreNotMore) {
  for (const std::size_t most : {1U, 4U}) {
    NetworkSettings settings;
    settings.connections = most;
    settings.young = 0s;
    Network small(loop, settings);
    small.set_sink(&sink);
    const auto port = small.listen({TransportKind::tcp, "127.0.0.1", 0}).value();
    std::vector<int> peers;
    for (int i = 0; i < 20; ++i) peers.push_back(client(port));
    sink.lines.clear();
    ::send(peers.back(), options.data(), options.size(), 0);
    until([&] { return !sink.lines.empty(); });
    EXPECT_LE(small.counters().connections, most);
    for (const int peer : peers) ::close(peer);
    small.set_sink(nullptr);
  }
}

// The body of a message may come byte by byte, and other messages behind it.
TEST_F(Sockets, whatDripsInIsTakenWhenItIsWhole) {
  const int peer = client(network.listen({TransportKind::tcp, "127.0.0.1", 0}).value());
  std::string dripping = options;
  dripping.replace(dripping.find("Content-Length: 0"), 17, "Content-Type: text/plain\r\nContent-Length: 20");
  dripping += std::string(20, 'b') + dripping + std::string(20, 'b') + options;
  for (const char byte : dripping) {
    ASSERT_EQ(::send(peer, &byte, 1, 0), 1);
    loop.turn(false);
  }
  until([&] { return sink.lines.size() == 3; });
  EXPECT_THAT(sink.faults, ElementsAre(0, 0, 0));
  ::close(peer);
}

// Security 16: a message is kept for as long as its length lets it be, and a stranger does not finish it.
TEST_F(Sockets, aStrangerWhoseMessageStaysUnfinishedIsLeft) {
  NetworkSettings settings;
  settings.first_message = 100ms;
  Network hasty(loop, settings);
  hasty.set_sink(&sink);
  const auto port = hasty.listen({TransportKind::tcp, "127.0.0.1", 0}).value();
  std::string unfinished = options;
  unfinished.replace(unfinished.find("Content-Length: 0"), 17, "Content-Type: text/plain\r\nContent-Length: 60000");
  const auto begin = [&](const char* from) {
    const int peer = client(port, from);
    const auto heard = sink.lines.size();
    ::send(peer, options.data(), options.size(), 0);
    until([&] { return sink.lines.size() > heard; });
    ::send(peer, unfinished.data(), unfinished.size(), 0);
    return peer;
  };
  const int known = begin("127.0.0.2");
  hasty.trust(sink.hops[0]);
  const int stranger = begin("127.0.0.3");
  until([&] { return !sink.closed.empty(); });
  EXPECT_THAT(sink.closed, ElementsAre(sink.hops[1].flow)) << "who is known may have a bad connection";
  ::close(known);
  ::close(stranger);
  hasty.set_sink(nullptr);
}

// Security 16: whoever waits to be accepted must not keep the loop busy, and is served once there are descriptors
// again.
TEST_F(Sockets, withoutDescriptorsAcceptingRestsAndComesBack) {
  const test::Certificate tls;
  network.set_tls(tls.accepting.get(), nullptr);
  for (const TransportKind kind : {TransportKind::tcp, TransportKind::tls}) {
    const auto port = network.listen({kind, "127.0.0.1", 0}).value();
    std::optional<FewDescriptors> one(1);  // the client's
    const int peer = client(port);
    const auto before = network.counters().not_accepted;
    until([&] { return network.counters().not_accepted > before; });
    int busy = 0;
    for (int i = 0; i < 1000; ++i) busy += loop.turn(false) ? 1 : 0;
    EXPECT_LT(busy, 500);
    one.reset();
    until([&] { return network.counters().connections == 1; });
    ::close(peer);
    until([&] { return network.counters().connections == 0; });
  }
}

TEST_F(Sockets, aFloodIsShedBeforeItIsParsed) {
  NetworkSettings settings;
  settings.per_second = 1;
  settings.burst = 5;
  Network small(loop, settings);
  Sink there;
  small.set_sink(&there);
  const Hop hop{TransportKind::udp,
                0,
                *SocketAddress::parse("127.0.0.1", small.listen({TransportKind::udp, "127.0.0.1", 0}).value()),
                {}};
  ASSERT_TRUE(network.listen({TransportKind::udp, "127.0.0.1", 0}));
  for (int i = 0; i < 50; ++i) network.send(hop, options);
  until([&] { return small.counters().shed >= 40; });
  EXPECT_LE(there.lines.size(), 10U);
}

TEST_F(Sockets, webSocketFlowsAreHandedIn) {
  std::vector<std::string> sent;
  bool ended = false;
  const FlowId flow =
      network.opened({*SocketAddress::parse("192.0.2.5", 4000), true,
                      [&](std::string text) { sent.push_back(std::move(text)); }, [&] { ended = true; }});
  std::string without_length = options;
  without_length.erase(without_length.find("Content-Length"), 19);
  network.received(flow, without_length);
  network.received(flow, "\r\n\r\n");
  network.received(flow, "nonsense");
  ASSERT_THAT(sink.lines, SizeIs(1));
  EXPECT_EQ(sink.hops[0].kind, TransportKind::wss);
  EXPECT_EQ(network.send(sink.hops[0], "reply"), flow);
  EXPECT_THAT(sent, ElementsAre("\r\n", "reply"));
  network.close(flow);
  EXPECT_TRUE(ended);
  until([&] { return !sink.closed.empty(); });
  EXPECT_EQ(network.send({TransportKind::wss, flow, {}, {}}, "late"), 0U);
}

TEST_F(Sockets, aServerWhoseCertificateIsNotTrustedIsToldFromOneThatIsNotThere) {
  const test::Certificate tls, stranger;
  Network other(loop);
  other.set_tls(tls.accepting.get(), nullptr);
  const auto port = other.listen({TransportKind::tls, "127.0.0.1", 0}).value();
  const auto try_it = [&](const test::Certificate& trusted, const std::string& name) {
    network.set_tls(nullptr, trusted.connecting.get());
    sink.closed.clear();
    const FlowId flow = network.send({TransportKind::tls, 0, *SocketAddress::parse("127.0.0.1", port), name}, options);
    until([&] { return !sink.closed.empty(); });
    EXPECT_THAT(sink.closed, ElementsAre(flow));
    return std::exchange(sink.untrusted, {}) == sink.closed;
  };
  EXPECT_TRUE(try_it(stranger, "station.test"));
  EXPECT_TRUE(try_it(tls, "other.test"));
  other.stop_listening(port);
  EXPECT_FALSE(try_it(tls, "station.test"));
}

TEST_F(Sockets, tlsCarriesMessagesBothWays) {
  const test::Certificate tls;
  Network other(loop);
  Sink there;
  other.set_sink(&there);
  other.set_tls(tls.accepting.get(), nullptr);
  network.set_tls(nullptr, tls.connecting.get());
  const auto port = other.listen({TransportKind::tls, "127.0.0.1", 0}).value();
  const Hop hop{TransportKind::tls, 0, *SocketAddress::parse("127.0.0.1", port), "station.test"};
  std::string big = options;
  big.replace(big.find("Content-Length: 0"), 17, "Content-Type: text/plain\r\nContent-Length: 30000");
  big += std::string(30'000, 'b');
  ASSERT_NE(network.send(hop, options), 0U);
  ASSERT_NE(network.send(hop, big), 0U);
  until([&] { return there.lines.size() == 2; });
  EXPECT_EQ(there.hops[0].kind, TransportKind::tls);
  EXPECT_THAT(there.faults, ElementsAre(0, 0));
  other.send(there.hops[0], big);
  until([&] { return !sink.lines.empty(); });
  // A certificate that carries another name is not talked to.
  Network strict(loop);
  Sink refused;
  strict.set_sink(&refused);
  strict.set_tls(nullptr, tls.connecting.get());
  strict.send({TransportKind::tls, 0, *SocketAddress::parse("127.0.0.1", port), "other.test"}, options);
  until([&] { return !refused.closed.empty(); });
  EXPECT_THAT(there.lines, SizeIs(2));
  // A number is no name to be told to the server (RFC 6066 §3); some end the handshake there.
  static std::vector<std::string> told;
  told.clear();
  SSL_CTX_set_tlsext_servername_callback(
      tls.accepting.get(), +[](SSL* ssl, int*, void*) {
        const char* const server = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        told.emplace_back(server == nullptr ? "" : server);
        return SSL_TLSEXT_ERR_OK;
      });
  refused.closed.clear();
  strict.send({TransportKind::tls, 0, *SocketAddress::parse("127.0.0.1", port), "127.0.0.1"}, options);
  until([&] { return !refused.closed.empty(); });
  EXPECT_THAT(told, ElementsAre(""));
  // Nor is a connection used for the other name that was opened to another name at the same address (RFC 5923 §9).
  const auto before = sink.closed.size();
  network.send({TransportKind::tls, 0, *SocketAddress::parse("127.0.0.1", port), "other.test"}, options);
  until([&] { return sink.closed.size() > before || there.lines.size() > 2; });
  EXPECT_THAT(there.lines, SizeIs(2));
  // The one that is open to the right name still is.
  ASSERT_NE(network.send(hop, options), 0U);
  until([&] { return there.lines.size() == 3; });
  EXPECT_EQ(network.counters().connections, 1U);
}

}  // namespace
}  // namespace lintel::sip
