// RFC 3263 over records that the test gives.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/loop.hpp"
#include "sip/dns_cares.hpp"
#include "sip_endpoint/bench.hpp"
#include "sip_endpoint/program.hpp"

namespace lintel::sip::dns {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

struct Dns : ::testing::Test {
  std::vector<std::string> find(const Question& question) {
    std::vector<std::string> out;
    auto lookup = resolver.resolve(question, [&](const Result<std::vector<Hop>>& found) {
      if (!found.ok()) return out.push_back(name_of(found.error().code));
      const char* const transports[] = {"udp", "tcp", "tls"};
      for (const auto& hop : *found) {
        out.push_back(std::string(transports[static_cast<int>(hop.transport)]) + " " + hop.address + " " +
                      std::to_string(hop.port));
      }
    });
    return out;
  }
  void address(const std::string& name, const std::string& numeric_address) {
    Records records;
    records.addresses = {numeric_address};
    records.time_to_live = 60s;
    names.known[{name, Kind::address}] = records;
  }
  void srv(const std::string& name, std::vector<Srv> list) {
    Records records;
    records.srv = std::move(list);
    records.time_to_live = 60s;
    names.known[{name, Kind::srv}] = records;
  }
  SimulatedClock clock;
  bench::Names names;
  Resolver resolver{clock, names, [](std::uint32_t) { return 0U; }};
};

TEST_F(Dns, numbersAreAnsweredWithoutAQuestion) {
  EXPECT_THAT(find({"192.0.2.1", {}, {}, false}), ElementsAre("udp 192.0.2.1 5060"));
  EXPECT_THAT(find({"[2001:db8::1]", 5070, Transport::tcp, false}), ElementsAre("tcp 2001:db8::1 5070"));
  EXPECT_THAT(find({"192.0.2.1", {}, {}, true}), ElementsAre("tls 192.0.2.1 5061"));
  EXPECT_EQ(names.asked, 0);
}

TEST_F(Dns, aPortMeansAddressesOnly) {
  address("sip.example", "192.0.2.1");
  EXPECT_THAT(find({"sip.example", 5080, {}, false}), ElementsAre("udp 192.0.2.1 5080"));
  EXPECT_EQ(names.asked, 1);
}

TEST_F(Dns, naptrThenSrvThenAddress) {
  Records naptr;
  naptr.naptr = {{20, 1, "s", "SIP+D2U", "_sip._udp.example"},
                 {10, 2, "s", "SIP+D2T", "_sip._tcp.example"},
                 {10, 1, "s", "SIPS+D2T", "_sips._tcp.example"},
                 {1, 1, "s", "SIP+D2S", "_sip._sctp.example"},
                 {1, 1, "u", "E2U+sip", "x"}};
  names.known[{"example", Kind::naptr}] = naptr;
  srv("_sip._udp.example", {{1, 0, 5060, "a.example"}});
  srv("_sip._tcp.example", {{1, 0, 5062, "a.example"}});
  srv("_sips._tcp.example", {{2, 0, 5061, "b.example"}, {1, 0, 5063, "a.example"}});
  address("a.example", "192.0.2.1");
  address("b.example", "192.0.2.2");
  EXPECT_THAT(find({"example", {}, {}, false}),
              ElementsAre("tls 192.0.2.1 5063", "tls 192.0.2.2 5061", "tcp 192.0.2.1 5062", "udp 192.0.2.1 5060"));
  EXPECT_THAT(find({"example", {}, {}, true}), ElementsAre("tls 192.0.2.1 5063", "tls 192.0.2.2 5061"));
}

TEST_F(Dns, withoutRecordsTheNameItselfIsTheServer) {
  address("plain.example", "192.0.2.3");
  EXPECT_THAT(find({"plain.example", {}, {}, false}), ElementsAre("udp 192.0.2.3 5060"));
  EXPECT_THAT(find({"plain.example", {}, Transport::tls, false}), ElementsAre("tls 192.0.2.3 5061"));
  EXPECT_THAT(find({"nowhere.example", {}, {}, false}), ElementsAre("not_found"));
}

TEST_F(Dns, aServiceThatIsNotOfferedIsNotGuessed) {
  srv("_sip._udp.no.example", {{0, 0, 0, "."}});
  address("no.example", "192.0.2.4");
  EXPECT_THAT(find({"no.example", {}, Transport::udp, false}), ElementsAre("not_found"));
}

TEST_F(Dns, answersAreKeptForTheirTimeAndBounded) {
  address("sip.example", "192.0.2.1");
  (void)find({"sip.example", 5060, {}, false});
  clock.advance(59s);
  (void)find({"SIP.example", 5060, {}, false});
  EXPECT_EQ(names.asked, 1);
  clock.advance(2s);
  (void)find({"sip.example", 5060, {}, false});
  EXPECT_EQ(names.asked, 2);
  for (int at = 0; at < 400; ++at) (void)find({"n" + std::to_string(at), 5060, {}, false});
  (void)find({"n399", 5060, {}, false});
  EXPECT_EQ(names.asked, 402);
}

TEST_F(Dns, aCancelledLookupCallsNobody) {
  names.silent = true;
  bool called = false;
  {
    auto lookup = resolver.resolve({"slow.example", {}, {}, false}, [&](const auto&) { called = true; });
  }
  EXPECT_FALSE(called);
}

// RFC 2782
TEST(SrvOrder, obeysPriorityAndWeight) {
  const std::vector<Srv> records = {{2, 5, 1, "late"}, {1, 0, 1, "zero"}, {1, 10, 1, "ten"}, {1, 90, 1, "ninety"}};
  int ninety_first = 0;
  std::uint32_t draw = 0;
  for (int round = 0; round < 101; ++round) {
    bool first = true;
    const auto order = in_order(records, [&](std::uint32_t below) {
      if (!first) return 0U;
      first = false;
      EXPECT_EQ(below, 101U);
      return draw++ % below;
    });
    ASSERT_EQ(order.size(), 4U);
    EXPECT_EQ(order.back().target, "late");
    ninety_first += order.front().target == "ninety" ? 1 : 0;
  }
  EXPECT_EQ(ninety_first, 90);
}

// The real resolver, asking a name server of the test on loopback.
class TinyServer {
 public:
  TinyServer() {
    descriptor_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t length = sizeof address;
    getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
  }
  ~TinyServer() { close(descriptor_); }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  // Any SRV question gets one record; A questions get 127.0.0.9; all else gets an empty answer.
  void answer_one() {
    std::array<char, 512> buffer{};
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const auto count =
        recvfrom(descriptor_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (count < 17) return;
    std::string query(buffer.data(), static_cast<std::size_t>(count));
    std::size_t end = 12;
    while (query[end] != 0) end += static_cast<unsigned char>(query[end]) + 1U;
    const std::string question = query.substr(12, end + 5 - 12);
    asked.clear();
    for (std::size_t at = 12; at < end; at += static_cast<unsigned char>(query[at]) + 1U)
      asked += (asked.empty() ? "" : ".") + query.substr(at + 1, static_cast<unsigned char>(query[at]));
    const auto type = static_cast<unsigned char>(query[end + 2]);
    std::string data;
    if (type == 33) data = std::string("\0\1\0\2\x13\xC4", 6) + std::string("\4host\7example\0", 14);
    if (type == 1) data = std::string("\x7F\0\0\x09", 4);
    std::string reply = query.substr(0, 2) + std::string("\x81\x80\0\1\0", 5) + (data.empty() ? '\0' : '\1') +
                        std::string("\0\0\0\0", 4) + question;
    if (!data.empty()) {
      reply += std::string("\xC0\x0C\0", 3) + static_cast<char>(type) + std::string("\0\1\0\0\0\x3C\0", 7) +
               static_cast<char>(data.size()) + data;
    }
    sendto(descriptor_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
  }
  std::uint16_t port = 0;
  std::string asked;  // the name, last

 private:
  int descriptor_ = -1;
};

TEST(CaresSource, asksTheNameServerOnTheLoop) {
  Loop loop;
  TinyServer server;
  const auto watch = loop.watch(server.descriptor(), readable, [&](unsigned) { server.answer_one(); });
  CaresSettings settings;
  settings.servers = "127.0.0.1:" + std::to_string(server.port);
  auto source = CaresSource::create(loop, settings);
  ASSERT_TRUE(source.ok()) << source.error().message;
  Resolver resolver(loop.clock(), **source);
  std::optional<Result<std::vector<Hop>>> found;
  const auto lookup =
      resolver.resolve({"door.example", {}, Transport::udp, false}, [&](const auto& answer) { found = answer; });
  for (int turn = 0; turn < 200 && !found; ++turn) loop.turn(true);
  ASSERT_TRUE(found);
  ASSERT_TRUE(found->ok()) << found->error().message;
  ASSERT_FALSE((*found)->empty());
  EXPECT_EQ((*found)->front().address, "127.0.0.9");
  EXPECT_EQ((*found)->front().port, 5060);
  (void)resolver.resolve({"pending.example", {}, {}, false}, [](const auto&) { FAIL(); });
}

// It starts before its network is there, and that brings the file.
TEST(CaresSource, obeysTheFileOfTheMoment) {
  Loop loop;
  TinyServer server;
  const auto watch = loop.watch(server.descriptor(), readable, [&](unsigned) { server.answer_one(); });
  bench::Folder folder;
  CaresSettings settings;
  settings.servers = "127.0.0.1:" + std::to_string(server.port);
  settings.servers_file = folder.write("resolv.conf", "search first.example\n");
  auto source = CaresSource::create(loop, settings);
  ASSERT_TRUE(source.ok()) << source.error().message;
  const auto asked_for_door = [&] {
    std::optional<Result<Records>> found;
    (*source)->query("door", Kind::address, [&](Result<Records> answer) { found = std::move(answer); });
    for (int turn = 0; turn < 200 && !found; ++turn) loop.turn(true);
    EXPECT_TRUE(found && found->ok());
    return server.asked;
  };
  EXPECT_EQ(asked_for_door(), "door.first.example");
  folder.write("resolv.conf", "search second.house.example\n");
  EXPECT_EQ(asked_for_door(), "door.second.house.example");
  // One that asks on from inside an answer has the old channel under it.
  std::optional<Result<Records>> last;
  (*source)->query("door", Kind::address, [&](const Result<Records>&) {
    folder.write("resolv.conf", "search third.example\n");
    (*source)->query("door", Kind::address, [&](Result<Records> answer) { last = std::move(answer); });
  });
  for (int turn = 0; turn < 400 && !last; ++turn) loop.turn(true);
  EXPECT_TRUE(last && last->ok());
  EXPECT_EQ(asked_for_door(), "door.third.example");
}

}  // namespace
}  // namespace lintel::sip::dns
