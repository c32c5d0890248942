// The registrar: who may register what, for how long.
#include "sip/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server_fixture.hpp"

namespace lintel::sip {
namespace {

using namespace std::chrono_literals;
using test::ServerTest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Registering : public ServerTest {};

TEST_F(Registering, challengesMd5FirstThenAcceptsAndAnswersWithTheContact) {  // S15
  send(registration("101#0"), phone);
  const auto challenge = transport.take();
  ASSERT_THAT(challenge, SizeIs(1));
  EXPECT_EQ(challenge[0].first_line(), "SIP/2.0 401 Unauthorized");
  EXPECT_LT(challenge[0].bytes.find("MD5"), challenge[0].bytes.find("SHA-256"));
  for (const auto algorithm : {digest::Algorithm::md5, digest::Algorithm::sha256}) {
    send(with_credentials(registration("101#0"), "101#0", challenge[0].bytes, algorithm), phone);
    const auto ok = transport.take();
    EXPECT_EQ(ok[0].first_line(), "SIP/2.0 200 OK");
    EXPECT_EQ(test::header(ok[0].bytes, "Contact"), "<sip:x@192.0.2.10:5060>;expires=3600");
  }
  EXPECT_EQ(core.size(), 0U);  // no transaction was kept
  EXPECT_THAT(server.contacts("101"), SizeIs(1));
}

// They give up on a challenge that they do not know, though the one before it is for them.
TEST_F(Registering, offersMd5AloneToWhoStumblesOverSha256) {
  for (const char* agent : {"baresip v0.6.6", "baresip v1.0.0 (x86_64/Linux)", "baresip v2.12.0", "baresip v3.10.1",
                            "PJSUA v2.10 Linux-5.4", "MicroSIP/3.20.7", "Asterisk PBX 16.2.1", "FPBX-15.0.17(16.13)",
                            "eXosip/4.1.0", "Twinkle/1.10"}) {
    send(registration("101#0", std::string("Contact: <sip:x@192.0.2.10:5060>\nUser-Agent: ") + agent + "\n"), phone);
    const std::string challenge = transport.take().at(0).bytes;
    EXPECT_THAT(challenge, HasSubstr("MD5")) << agent;
    EXPECT_THAT(challenge, Not(HasSubstr("SHA-256"))) << agent;
  }
  send(registration("101#0", "Contact: <sip:x@192.0.2.10:5060>\nUser-Agent: Linphone/5.1 (baresip v1.)\n"), phone);
  EXPECT_THAT(transport.take().at(0).bytes, HasSubstr("SHA-256"));
}

// As the guide says that it may be written; who has one field for the name uses it for the digest, too.
TEST_F(Registering, H04_takesTheNameOfTheDigestAsItIsEscapedInAnAddress) {
  for (const auto algorithm : {digest::Algorithm::md5, digest::Algorithm::sha256}) {
    send(registration("101%231"), phone);
    const std::string challenge = transport.take().at(0).bytes;
    send(with_credentials(registration("101%231"), "101%231", challenge, algorithm, "secret-101#1"), phone);
    EXPECT_EQ(transport.take().at(0).first_line(), "SIP/2.0 200 OK");
  }
  EXPECT_TRUE(server.online("101#1"));
  send(registration("101%231"), phone);
  const std::string challenge = transport.take().at(0).bytes;
  send(with_credentials(registration("101%231"), "101%23", challenge, digest::Algorithm::md5, "secret-101#1"), phone);
  EXPECT_EQ(transport.take().at(0).first_line(), "SIP/2.0 401 Unauthorized");
}

TEST_F(Registering, toleratesTheSameNonceAndCountForHours) {
  send(registration("101#0"), phone);
  const std::string challenge = transport.take()[0].bytes;
  for (int hour = 0; hour < 5; ++hour) {
    send(with_credentials(registration("101#0"), "101#0", challenge), phone);
    EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 200 OK");
    clock.advance(1h);
  }
  clock.advance(24h);
  send(with_credentials(registration("101#0"), "101#0", challenge), phone);
  const auto again = transport.take();
  EXPECT_THAT(again[0].bytes, HasSubstr("stale=true"));
  send(with_credentials(registration("101#0"), "101#0", again[0].bytes), phone);
  EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 200 OK");
}

TEST_F(Registering, refusesWrongPasswordsUnknownUsersAndForeignNoncesAlike) {
  send(registration("101#0"), phone);
  const std::string challenge = transport.take()[0].bytes;
  send(with_credentials(registration("101#0"), "101#0", challenge, digest::Algorithm::md5, "wrong"), phone);
  EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 401 Unauthorized");
  send(with_credentials(registration("nobody"), "nobody", challenge), phone);
  EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 401 Unauthorized");
  send(with_credentials(registration("101#0"), "101#0", challenge), test::udp("192.0.2.66"));  // another host's nonce
  EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 401 Unauthorized");
  EXPECT_THAT(failed, ElementsAre("101#0", "nobody"));
  EXPECT_THAT(server.all_contacts(), IsEmpty());
}

// Security 8: a sender's address is easily forged over UDP, and a nonce of ours shows that it is not. Whoever cannot
// have one must not have somebody else locked out.
TEST_F(Registering, blamesNobodyForWhatAForgedSenderSays) {
  send(registration("101#0"), test::udp("192.0.2.66"));
  const std::string of_the_forger = transport.take()[0].bytes;
  const auto forged = [&](const std::string& bytes, const std::string& user) {
    send(with_credentials(bytes, user, of_the_forger), phone);
    const auto answers = transport.take();
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_THAT(answers[0].bytes, HasSubstr("stale=true"));
  };
  forged(registration("nobody"), "nobody");
  forged(registration("101#0"), "101#0");
  // Signed for one callee, said of another.
  send(request("INVITE", "102", "101#0"), test::udp("192.0.2.66"));
  const std::string of_the_forgers_call = transport.take()[0].bytes;
  std::string call = with_credentials(request("INVITE", "102", "101#0"), "101#0", of_the_forgers_call);
  call.replace(call.find("INVITE sip:102@"), 15, "INVITE sip:8001@");
  send(call, phone);
  const auto answers = transport.take();
  ASSERT_THAT(answers, testing::Not(IsEmpty()));
  EXPECT_THAT(answers.back().bytes, HasSubstr("stale=true"));
  EXPECT_THAT(failed, IsEmpty());
}

TEST_F(Registering, refusesAnAddressOfAnotherUser) {
  send(registration("101#0"), phone);
  const std::string challenge = transport.take()[0].bytes;
  send(with_credentials(registration("8001"), "101#0", challenge), phone);
  EXPECT_EQ(transport.take()[0].first_line(), "SIP/2.0 403 Not Your Address");
}

TEST_F(Registering, roomAloneMeansItsMainMonitorAndUsersCompareUnescaped) {  // H04
  register_as("101", phone, "101");
  EXPECT_TRUE(server.online("101#0"));
  register_as("101%231", test::udp("192.0.2.11"), "101#1");
  EXPECT_TRUE(server.online("101#1"));
}

TEST_F(Registering, tooShortAnExpiryIs423AndTooLongIsCut) {
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10>;expires=10\n"),
              HasSubstr("423 Interval Too Brief"));
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10>\nExpires: 999999\n"),
              HasSubstr("expires=7200"));
}

TEST_F(Registering, starRemovesAllOnlyWithExpiresZero) {
  register_as("101#0", phone);
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: *\n"), HasSubstr("400 "));
  EXPECT_TRUE(server.online("101#0"));
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: *\nExpires: 0\n"), HasSubstr("200 OK"));
  EXPECT_FALSE(server.online("101#0"));
  EXPECT_THAT(presence, ElementsAre(std::pair("101#0", true), std::pair("101#0", false)));
}

TEST_F(Registering, removesOneContactAndLetsOthersExpire) {
  register_as("101#0", phone);
  register_as("101#0", test::udp("192.0.2.11"), "101#0", "Contact: <sip:y@192.0.2.11>;expires=100\n");
  EXPECT_THAT(server.contacts("101#0"), SizeIs(2));
  register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10:5060>;expires=0\n");
  EXPECT_THAT(server.contacts("101#0"), SizeIs(1));
  clock.advance(101s);
  EXPECT_THAT(server.contacts("101#0"), IsEmpty());
  clock.advance(5s);
  EXPECT_FALSE(server.online("101#0"));
  EXPECT_EQ(presence.back(), std::pair(std::string("101#0"), false));
}

// RFC 5626: who registers over another connection has left the one before, however open that still looks.
TEST_F(Registering, tellsOfAContactThatComesAndOfOneOverAnotherConnection) {
  const auto by = [this](FlowId flow) {
    register_as("101#0", test::tcp(flow, "192.0.2.10", 40000), "101#0",
                "Contact: <sip:x@abc.invalid;transport=tcp>;reg-id=1;+sip.instance=\"<urn:uuid:1>\"\n");
  };
  by(1);
  const auto id = server.contacts("101#0").at(0).id;
  EXPECT_THAT(reachable, ElementsAre(id));
  by(1);
  EXPECT_THAT(reachable, SizeIs(1));
  by(2);
  EXPECT_THAT(reachable, ElementsAre(id, id));
  EXPECT_THAT(presence, SizeIs(1)) << "it was there all the time";
  EXPECT_EQ(server.reached_at("101#0"), "192.0.2.10:40000");
  server.for_each_reachable("101#0", [](const Server::Reachable& one) { EXPECT_EQ(one.host, "192.0.2.10"); });
  register_as("101#0", phone);  // a second one of the same account
  EXPECT_THAT(reachable, SizeIs(3));
}

TEST_F(Registering, theNumberOfContactsIsBounded) {
  for (int i = 1; i <= 9; ++i) {
    const std::string host = "192.0.2." + std::to_string(100 + i);
    register_as("101#0", test::udp(host), "101#0", "Contact: <sip:x@" + host + ">\n");
    clock.advance(1s);
  }
  const auto contacts = server.contacts("101#0");
  EXPECT_THAT(contacts, SizeIs(5));
  for (const auto& contact : contacts) EXPECT_THAT(contact.uri, Not(HasSubstr("192.0.2.101")));  // the oldest went
}

// All phones of a house restart at once, each with another contact, while the old ones are still good.
TEST_F(Registering, whereThereIsNoRoomForMoreAnAccountKeepsItsNewestContact) {
  ServerSettings settings;
  settings.bindings = 2;
  server.set_settings(settings);
  const auto contact = [](int host) { return "Contact: <sip:x@192.0.2." + std::to_string(host) + ">\n"; };
  EXPECT_THAT(register_as("101#0", phone, {}, contact(1)), HasSubstr("200 OK"));
  EXPECT_THAT(register_as("101#1", phone, {}, contact(2)), HasSubstr("200 OK"));
  EXPECT_THAT(register_as("101#0", phone, {}, contact(3)), HasSubstr("200 OK"));
  std::vector<std::string> kept;
  for (const auto& one : server.all_contacts()) kept.push_back(one.account + ' ' + one.uri);
  EXPECT_THAT(kept, ::testing::UnorderedElementsAre("101#0 sip:x@192.0.2.3", "101#1 sip:x@192.0.2.2"));
  EXPECT_THAT(full, IsEmpty());
  for (int i = 0; i < 2; ++i) EXPECT_THAT(register_as("102#0", phone, {}, contact(4)), HasSubstr("503 "));
  EXPECT_THAT(full, ElementsAre("102#0")) << "told once";
  EXPECT_THAT(register_as("8001", Hop::local_endpoint(), {}, "Contact: <sip:station@localhost>\n"), HasSubstr("200 OK"))
      << "the station itself rings the others";
}

TEST_F(Registering, theSameInstanceReplacesItsBinding) {  // RFC 5626
  const std::string instance = ";+sip.instance=\"<urn:uuid:1>\";reg-id=1\nSupported: outbound, path\n";
  register_as("101#1", test::wss(60), "101#1", "Contact: <sip:a@one.invalid;transport=ws>" + instance);
  const auto ok = register_as("101#1", test::wss(61), "101#1", "Contact: <sip:b@two.invalid;transport=ws>" + instance);
  EXPECT_THAT(ok, HasSubstr("Require: outbound"));
  EXPECT_THAT(ok, HasSubstr("+sip.instance=\"<urn:uuid:1>\""));
  ASSERT_THAT(server.contacts("101#1"), SizeIs(1));
  EXPECT_EQ(server.contacts("101#1")[0].uri, "sip:b@two.invalid;transport=ws");
  EXPECT_EQ(server.contacts("101#1")[0].kind, TransportKind::wss);
}

TEST_F(Registering, aClosedFlowTakesItsBindings) {
  register_as("101#1", test::wss(60), "101#1", "Contact: <sip:a@one.invalid;transport=ws>\n");
  transport.close_from_afar(60);
  EXPECT_FALSE(server.online("101#1"));
  // A phone that listens itself stays reachable when its connection closes.
  register_as("101#0", test::tcp(61, "192.0.2.10", 40'000), "101#0",
              "Contact: <sip:x@192.0.2.10:5060;transport=tcp>\n");
  transport.close_from_afar(61);
  EXPECT_TRUE(server.online("101#0"));
}

TEST_F(Registering, bindingsComeBackAfterARestartAndBrowsersByThemselves) {
  register_as("101#0", phone);
  register_as("101#1", test::wss(60), "101#1", "Contact: <sip:a@one.invalid;transport=ws>\n");
  server.flush();
  EXPECT_THAT(store.bindings, SizeIs(2));
  clock.advance(10min);
  test::MemoryTransport other_wire;
  Core other_core(clock, other_wire);
  Server restarted(other_core, accounts, &store, std::string(32, 'k'));
  ASSERT_THAT(restarted.contacts("101"), SizeIs(1));
  EXPECT_EQ(restarted.contacts("101")[0].address, "192.0.2.10:5060");
  EXPECT_THAT(store.bindings, SizeIs(1));
}

// A box without a clock began years behind; then the network set it, and then it started again.
TEST_F(Registering, bindingsComeBackThoughTheClockWasSetMeanwhile) {
  register_as("101#0", phone);
  server.flush();
  clock.jump_wall(24h);
  clock.advance(6s);
  test::MemoryTransport other_wire;
  Core other_core(clock, other_wire);
  Server restarted(other_core, accounts, &store, std::string(32, 'k'));
  EXPECT_THAT(restarted.contacts("101"), SizeIs(1));
}

TEST_F(Registering, aStoredBindingWhoseNameIsUnreadableGoes) {
  register_as("101#0", phone);
  server.flush();
  StoredBinding other = store.bindings.begin()->second;
  other.id = "not a number";
  store.save(other);
  const int writes = store.writes;
  test::MemoryTransport other_wire;
  Core other_core(clock, other_wire);
  Server restarted(other_core, accounts, &store, std::string(32, 'k'));
  EXPECT_THAT(restarted.contacts("101"), SizeIs(1));
  EXPECT_THAT(store.bindings, SizeIs(1));
  EXPECT_EQ(store.writes, writes + 1);
}

TEST_F(Registering, manyRegistrationsAreWrittenTogether) {
  for (int i = 0; i < 4; ++i) register_as("101#" + std::to_string(i), phone);
  EXPECT_EQ(store.writes, 0);
  clock.advance(200ms);
  EXPECT_EQ(store.writes, 1);
  EXPECT_THAT(store.bindings, SizeIs(4));
}

TEST_F(Registering, aRenewalIsWrittenAsSoonAsAMove) {
  register_as("101#0", phone);
  register_as("102#0", phone);
  clock.advance(61s);
  EXPECT_EQ(store.writes, 1);
  const auto expired = store.bindings.begin()->second.expires;
  register_as("101#0", phone);
  clock.advance(199ms);
  EXPECT_EQ(store.writes, 1);
  clock.advance(1ms);
  EXPECT_EQ(store.writes, 2);
  EXPECT_GT(store.bindings.begin()->second.expires, expired);
  register_as("101#0", phone);
  register_as("102#0", test::udp("192.0.2.11"));
  clock.advance(200ms);
  EXPECT_EQ(store.writes, 3);
  clock.advance(1s);
  EXPECT_EQ(store.writes, 3);
}

TEST_F(Registering, whoRenewsEachHalfMinuteDoesNotWearTheDiskOutAndIsBackAfterARestart) {
  const std::string contact = "Contact: <sip:x@192.0.2.10:5060>;expires=120\n";
  for (int i = 0; i < 20; ++i) {
    register_as("101#0", phone, "101#0", contact);
    clock.advance(30s);
  }
  EXPECT_LE(store.writes, 10);
  register_as("101#0", phone, "101#0", contact);
  server.flush();
  const auto returns = [&] {
    test::MemoryTransport other_wire;
    Core other_core(clock, other_wire);
    Server restarted(other_core, accounts, &store, std::string(32, 'k'));
    return restarted.contacts("101").size() == 1;
  };
  clock.advance(119s);
  EXPECT_TRUE(returns());
  clock.advance(62s);  // no more than a minute longer than it was promised
  EXPECT_FALSE(returns());
}

TEST_F(Registering, aRenewalThatEndsSoonerOrSaysOtherThingsIsWritten) {
  const std::string contact = "Contact: <sip:x@192.0.2.10:5060>";
  register_as("101#0", phone, "101#0", contact + ";expires=3600\n");
  clock.advance(1s);
  ASSERT_EQ(store.writes, 1);
  register_as("101#0", phone, "101#0", contact + ";expires=3600\n");
  clock.advance(1s);
  EXPECT_EQ(store.writes, 1);
  register_as("101#0", phone, "101#0", contact + ";expires=600\n");
  clock.advance(1s);
  EXPECT_EQ(store.writes, 2);
  register_as("101#0", phone, "101#0", contact + ";expires=600\nUser-Agent: other\n");
  clock.advance(1s);
  EXPECT_EQ(store.writes, 3);
}

TEST_F(Registering, aSwarmIsWrittenInParts) {
  for (int i = 0; i < 600; ++i) {
    accounts.add("9" + std::to_string(i));
    register_as("9" + std::to_string(i), phone);
  }
  EXPECT_EQ(store.writes, 1);
  EXPECT_THAT(store.bindings, SizeIs(512));
  clock.advance(200ms);
  EXPECT_EQ(store.writes, 2);
  EXPECT_THAT(store.bindings, SizeIs(600));
}

TEST_F(Registering, aRenewalBeforeTheWriteIsWrittenOnceAndAsItIsLast) {
  register_as("101#0", phone);
  register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10:5060>\nUser-Agent: " + std::string(100, 'u') + "\n");
  register_as("102#0", phone);
  register_as("102#0", phone, "102#0", "Contact: *\nExpires: 0\n");
  register_as("8001", phone);
  register_as("8001", phone, "8001", "Contact: *\nExpires: 0\n");
  register_as("8001", phone);
  clock.advance(200ms);
  EXPECT_EQ(store.writes, 1);
  ASSERT_THAT(store.bindings, SizeIs(2));  // who came and went leaves nothing, who came again stays
  EXPECT_EQ(store.bindings.begin()->second.account, "101#0");
  EXPECT_EQ(store.bindings.begin()->second.user_agent, std::string(100, 'u'));
  EXPECT_EQ(store.bindings.rbegin()->second.account, "8001");
}

TEST_F(Registering, aLoweredSpellingOfParametersAndHostsIsTheSameContact) {
  register_as("101#0", phone, "101#0", "Contact: <sip:x@Phone.example;transport=UDP>\n");
  register_as("101#0", phone, "101#0", "Contact: <sip:x@PHONE.EXAMPLE;transport=udp>;Q=0.5;EXPIRES=100\n");
  ASSERT_THAT(server.contacts("101#0"), SizeIs(1));
  clock.advance(101s);
  EXPECT_THAT(server.contacts("101#0"), IsEmpty());
}

TEST_F(Registering, anOlderCSeqOfTheSameCallIsRefused) {
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10>\n", 9), HasSubstr("200 OK"));
  EXPECT_THAT(register_as("101#0", phone, "101#0", "Contact: <sip:x@192.0.2.10>;expires=0\n", 8), HasSubstr("500 "));
  EXPECT_TRUE(server.online("101#0"));
}

TEST_F(Registering, aLockedOutSourceIsRefusedEvenWhenItIsRight) {
  locked = "101#0";
  EXPECT_THAT(register_as("101#0", phone), HasSubstr("403 Forbidden"));
  EXPECT_THAT(register_as("102#0", phone), HasSubstr("200 OK"));
  EXPECT_THAT(right, ElementsAre("102#0"));
}

TEST_F(Registering,
       nobodyIsBlamedForAnAnswerToAnothersNonce) {  // a forged sender's address must not lock its owner out
  send(registration("101#0"), phone);
  const std::string challenge = transport.take()[0].bytes;
  for (const char* password : {"wrong", ""}) {
    send(with_credentials(registration("101#0"), "101#0", challenge, digest::Algorithm::md5, password),
         test::udp("192.0.2.66"));
    const auto answer = transport.take()[0];
    EXPECT_EQ(answer.first_line(), "SIP/2.0 401 Unauthorized");
    EXPECT_THAT(answer.bytes, HasSubstr("stale=true"));
  }
  EXPECT_THAT(failed, IsEmpty());
  EXPECT_THAT(server.all_contacts(), IsEmpty());
}

}  // namespace
}  // namespace lintel::sip
