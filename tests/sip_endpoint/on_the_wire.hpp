// An endpoint on the real loop and loopback sockets, for peers that are programs of other makers.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/loop.hpp"
#include "sip/sip.hpp"
#include "sip_endpoint/bench.hpp"
#include "sip_endpoint/program.hpp"

namespace lintel::sip::bench {

// A UDP socket of the test, so that a port is really ours while it is named.
class Socket {
 public:
  Socket() {
    descriptor_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t length = sizeof address;
    getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
  }
  ~Socket() { release(); }
  void release() {
    if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
  }
  std::uint16_t port = 0;

 private:
  int descriptor_ = -1;
};

class OnTheWire : public ::testing::Test {
 protected:
  explicit OnTheWire(EndpointSettings settings = {}, TransactionSettings transactions = {})
      : core(loop.clock(), network, std::move(transactions)) {
    const auto listening = network.listen({TransportKind::udp, "127.0.0.1", 0, "test"});
    EXPECT_TRUE(listening.ok());
    port = listening.value_or(0);
    settings.direct_calls = true;
    settings.direct_addresses = {"127.0.0.1"};
    settings.direct_user = "door";
    endpoint = std::make_unique<Endpoint>(core, resolver, settings, house);
  }

  // Turns the loop until it is so, or gives up far beyond any honest time.
  bool until(const std::function<bool()>& so) {
    const auto tick = loop.clock().every(20ms, [] {});
    const auto deadline = loop.clock().monotonic() + 10s;
    bool done = so();
    while (!done && loop.clock().monotonic() < deadline) {
      loop.turn(true);
      done = so();
    }
    return done;
  }
  [[nodiscard]] std::string our_sdp() const {
    const std::string media = std::to_string(rtp.port);
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " + media +
           " RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n";
  }
  bool heard(const std::string& beginning, const Ear& of) const {
    return std::any_of(of.log.begin(), of.log.end(), [&](const auto& one) { return one.starts_with(beginning); });
  }
  bool heard(const std::string& beginning) const { return heard(beginning, ear); }

  Loop loop;
  Network network{loop};
  Core core;
  Names names;
  dns::Resolver resolver{loop.clock(), names};
  House house;
  Socket rtp;
  Folder folder;
  std::unique_ptr<Endpoint> endpoint;
  Ear ear;
  Call call;
  std::uint16_t port = 0;
};

}  // namespace lintel::sip::bench
