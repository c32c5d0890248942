// A line that is moved by the loop and by its peer at the same time, while packets leave.
#include "media/rtp_destination.hpp"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <gst/net/gstnetaddressmeta.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "media/media.hpp"

namespace lintel::media {
namespace {

// An RTP packet as udpsrc hands it on: with the address it came from.
GstBuffer* packet_from(const char* host, std::uint16_t port, std::uint8_t type = 0, std::size_t size = 12) {
  const std::array<std::uint8_t, 12> header{0x80, type, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  GstBuffer* packet = gst_buffer_new_memdup(header.data(), size);
  GSocketAddress* address = g_inet_socket_address_new_from_string(host, port);
  gst_buffer_add_net_address_meta(packet, address);
  g_object_unref(address);
  return packet;
}

bool admit(PeerGuard& guard, const char* host, std::uint16_t port, bool control = false) {
  GstBuffer* packet = packet_from(host, port);
  const bool admitted = guard.admit(packet, control);
  gst_buffer_unref(packet);
  return admitted;
}

constexpr std::uint8_t events = 101;
bool admit_key(PeerGuard& guard, const char* host, std::uint16_t port) {
  GstBuffer* packet = packet_from(host, port, events);
  const bool admitted = guard.admit(packet, false);
  gst_buffer_unref(packet);
  return admitted;
}

PeerGuard::Terms with_keys() {
  PeerGuard::Terms terms;
  terms.events.set(events);
  terms.peer_sends.set(events);
  return terms;
}

class RtpDestinations : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init().ok()); }
};

// C01: an offer that says the same again does not send the sound back to an address the peer was never heard from.
TEST_F(RtpDestinations, aLatchedPeerStaysWhereItWasHeard) {
  PeerGuard guard;
  guard.set_signalling("198.51.100.7", false);  // a NAT's
  guard.expect({"192.0.2.1", 4000, 4001});
  ASSERT_TRUE(admit(guard, "198.51.100.7", 40'000));
  EXPECT_EQ(guard.place(), (PeerGuard::Place{"198.51.100.7", 40'000, 40'001}));
  guard.expect({"192.0.2.1", 4000, 4001});
  EXPECT_EQ(guard.place().host, "198.51.100.7");
  EXPECT_FALSE(admit(guard, "203.0.113.5", 40'000));
  guard.expect({"192.0.2.2", 4000, 4001});
  EXPECT_EQ(guard.place().host, "192.0.2.2");
}

// A stranger who guesses the port and is quicker than the peer does not keep the call.
TEST_F(RtpDestinations, thePlaceThePeerNamedTakesTheLineFromAStranger) {
  PeerGuard guard;
  guard.expect({"192.0.2.1", 4000, 4009});
  ASSERT_TRUE(admit(guard, "203.0.113.5", 9000));
  ASSERT_TRUE(admit(guard, "192.0.2.1", 4000));
  EXPECT_EQ(guard.place(), (PeerGuard::Place{"192.0.2.1", 4000, 4009}));
  EXPECT_FALSE(admit(guard, "203.0.113.5", 9000));
  EXPECT_EQ(guard.place().host, "192.0.2.1");
}

TEST_F(RtpDestinations, nobodyIsLetInBesideThePhoneThatIsCalled) {
  PeerGuard guard;
  guard.set_signalling("198.51.100.7", false);
  guard.expect({"192.0.2.1", 4000, 4001});
  EXPECT_FALSE(admit(guard, "203.0.113.5", 9000));
  EXPECT_FALSE(admit(guard, "203.0.113.5", 9000, true));
  EXPECT_EQ(guard.place().host, "192.0.2.1");
  EXPECT_TRUE(admit(guard, "198.51.100.7", 40'000));
}

TEST_F(RtpDestinations, aHostIsTheSameInAnySpelling) {
  PeerGuard guard;
  guard.set_signalling("::ffff:198.51.100.7", false);
  guard.expect({"2001:DB8:0:0:0:0:0:1", 4000, 4001});
  EXPECT_TRUE(admit(guard, "2001:db8::1", 4000));
  EXPECT_EQ(guard.place(), (PeerGuard::Place{"2001:db8::1", 4000, 4001}));
  PeerGuard four;
  four.set_signalling("198.51.100.7", false);
  four.expect({"192.0.2.1", 4000, 4001});
  EXPECT_TRUE(admit(four, "::ffff:198.51.100.7", 40'000));
  EXPECT_EQ(four.place().host, "198.51.100.7");
}

// Behind a server elsewhere sound may come from anywhere, and keys from the host in the SDP or from the server's.
TEST_F(RtpDestinations, keysComeFromThePeersOwnHostsAlone) {  // A06
  for (const char* own : {"192.0.2.1", "198.51.100.7"}) {
    PeerGuard guard;
    guard.set_signalling("198.51.100.7", true);
    guard.expect({"192.0.2.1", 4000, 4001});
    guard.agree(with_keys());
    EXPECT_FALSE(admit_key(guard, "203.0.113.5", 9000));
    EXPECT_TRUE(admit_key(guard, own, 9000));
  }
  PeerGuard unknown;
  unknown.expect({"192.0.2.1", 4000, 4001});
  unknown.agree(with_keys());
  EXPECT_TRUE(admit(unknown, "203.0.113.5", 9000));
  EXPECT_FALSE(admit_key(unknown, "203.0.113.5", 9000));
  EXPECT_TRUE(admit_key(unknown, "192.0.2.1", 4000));
}

TEST_F(RtpDestinations, keysCountAloneByTheNumberThatThePeerAgreedTo) {  // C24
  PeerGuard guard;
  guard.expect({"192.0.2.1", 4000, 4001});
  PeerGuard::Terms terms = with_keys();
  terms.peer_sends.reset();
  guard.agree(terms);
  EXPECT_FALSE(admit_key(guard, "192.0.2.1", 4000));
  guard.agree(with_keys());
  EXPECT_TRUE(admit_key(guard, "192.0.2.1", 4000));
}

// One small packet would send a whole picture to whoever is written on it.
TEST_F(RtpDestinations, aLineThatOnlySendsGoesToThePeersOwnHostsAlone) {
  PeerGuard guard;
  guard.set_signalling("198.51.100.7", true);
  guard.expect({"192.0.2.1", 4000, 4001});
  PeerGuard::Terms terms;
  terms.receives = false;
  guard.agree(terms);
  EXPECT_FALSE(admit(guard, "203.0.113.5", 9000));
  EXPECT_EQ(guard.place().host, "192.0.2.1");
  EXPECT_TRUE(admit(guard, "198.51.100.7", 40'000)) << "it keeps its NAT open";
  EXPECT_EQ(guard.place().port, 40'000);
}

TEST_F(RtpDestinations, lessThanAHeaderIsNoPacket) {
  PeerGuard guard;
  guard.expect({"192.0.2.1", 4000, 4001});
  GstBuffer* packet = packet_from("203.0.113.5", 9000, 0, 11);
  EXPECT_FALSE(guard.admit(packet, false));
  gst_buffer_unref(packet);
  EXPECT_EQ(guard.place().host, "192.0.2.1");
}

TEST_F(RtpDestinations, anEncryptedLineMovesWhenAPacketHasProvedGenuine) {  // C21
  PeerGuard guard;
  guard.expect({"192.0.2.1", 4000, 4001});
  PeerGuard::Terms terms = with_keys();
  terms.encrypted = true;
  guard.agree(terms);
  EXPECT_TRUE(admit(guard, "203.0.113.5", 9000)) << "its key has to be tried";
  EXPECT_EQ(guard.place().host, "192.0.2.1");
  EXPECT_EQ(guard.packets(), 0U);
  GstBuffer* packet = packet_from("203.0.113.5", 9000);
  guard.proved(packet);
  gst_buffer_unref(packet);
  EXPECT_EQ(guard.place().host, "203.0.113.5");
  EXPECT_TRUE(admit_key(guard, "203.0.113.5", 9000));
}

TEST_F(RtpDestinations, aPeerThatOnlyReportsIsThereAndAStrangerWhoDoesIsNot) {
  PeerGuard guard;
  guard.expect({"192.0.2.1", 4000, 4001});
  ASSERT_TRUE(admit(guard, "192.0.2.1", 4000));
  const GstClockTime spoken = guard.last_heard();
  EXPECT_GT(spoken, 0U);
  EXPECT_FALSE(admit(guard, "203.0.113.5", 9000, true));
  EXPECT_EQ(guard.last_heard(), spoken);
  EXPECT_TRUE(admit(guard, "192.0.2.1", 4001, true));
  EXPECT_GT(guard.last_heard(), spoken);
}

// On hold, with a host's name for where nothing is wanted: the sink would ask a name server that does not answer, for
// half a minute, on the thread of half of the calls.
TEST_F(RtpDestinations, whatIsNoAddressIsNotLookedUp) {
  for (const char* host : {"no-such.invalid", "sbc.example.com", "::", "0.0.0.0", "224.0.0.1", ""}) {
    const Element rtp = Element::sink(gst_element_factory_make("udpsink", nullptr));
    const Element rtcp = Element::sink(gst_element_factory_make("udpsink", nullptr));
    PeerGuard guard;
    guard.expect({host, 4000, 4001});
    RtpDestination(rtp, rtcp).follow(guard);
    for (const Element& sink : {rtp, rtcp}) {
      gchar* set = nullptr;
      g_object_get(sink.get(), "host", &set, nullptr);
      EXPECT_STREQ(set, "127.0.0.1") << host;
      g_free(set);
    }
  }
}

TEST_F(RtpDestinations, movesFromTwoThreadsWhilePacketsLeave) {
  GstElement* pipeline = gst_pipeline_new(nullptr);
  std::array<GstElement*, 2> sinks{};
  for (GstElement*& sink : sinks) {
    GstElement* source = gst_element_factory_make("fakesrc", nullptr);
    sink = gst_element_factory_make("udpsink", nullptr);
    ASSERT_NE(sink, nullptr);
    g_object_set(source, "sizetype", 2, "sizemax", 100, nullptr);
    g_object_set(sink, "sync", FALSE, "async", FALSE, nullptr);
    gst_bin_add_many(GST_BIN(pipeline), source, sink, nullptr);
    ASSERT_TRUE(gst_element_link(source, sink));
  }
  PeerGuard guard;
  RtpDestination destination(Element::share(sinks[0]), Element::share(sinks[1]));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const auto move = [&](int first) {
    for (int turn = 0; turn < 3'000; ++turn) {
      guard.expect({turn % 2 == 0 ? "127.0.0.1" : "127.0.0.2", first + turn % 50, first + 1 + turn % 50});
      destination.follow(guard);
    }
  };
  {
    const std::jthread other([&] { move(42'000); });
    move(43'000);
  }
  gchar* host = nullptr;
  gint port = 0;
  g_object_get(sinks[1], "host", &host, "port", &port, nullptr);
  const PeerGuard::Place place = guard.place();
  EXPECT_EQ(host, place.host);
  EXPECT_EQ(port, place.control_port);
  g_free(host);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

}  // namespace
}  // namespace lintel::media
