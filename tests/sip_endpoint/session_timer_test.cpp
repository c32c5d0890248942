// How long a call lasts without a word: session timers (RFC 4028).
#include "sip_endpoint/registered.hpp"

namespace lintel::sip::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Untimed = Bench;

EndpointSettings timed() {
  auto settings = direct_settings();
  settings.session_timer.on = true;
  return settings;
}

class Timed : public Bench {
 protected:
  Timed() : Bench(timed()) {}
};

TEST_F(Untimed, sessionTimersAreOffUnlessAsked) {
  const auto invite = dial();
  EXPECT_EQ(invite->value("Session-Expires"), "");
  EXPECT_EQ(invite->value("Supported"), "");
}

TEST_F(Timed, weRefreshByUpdateAtHalfTime) {
  auto invite = dial();
  EXPECT_EQ(invite->value("Session-Expires"), "1800;refresher=uac");
  EXPECT_EQ(invite->value("Min-SE"), "90");
  answer(*invite, 200, "answer", "Allow: INVITE, UPDATE\r\nSession-Expires: 600;refresher=uac\r\nRequire: timer\r\n");
  take("ACK");
  clock.advance(299s);
  nothing_sent();
  clock.advance(2s);
  const auto update = take("UPDATE");
  EXPECT_EQ(update->value("Session-Expires"), "600;refresher=uac");
  EXPECT_EQ(update->body(), "");
  answer(*update, 200, {}, "Session-Expires: 600;refresher=uac\r\n");
  clock.advance(301s);
  take("UPDATE");
}

TEST_F(Timed, aPeerThatWantsARefreshEverySecondGetsOneNowAndThen) {
  auto invite = dial();
  const std::string each_second = "Allow: INVITE, UPDATE\r\nSession-Expires: 1;refresher=uac\r\n";
  answer(*invite, 200, "answer", each_second);
  take("ACK");
  int asked = 0;
  for (int second = 0; second < 60; ++second, clock.advance(1s))
    for (; !wire.out.empty() && asked < 100; ++asked) answer(*take("UPDATE"), 200, {}, each_second);
  EXPECT_GE(asked, 5);
  EXPECT_LE(asked, 6);
}

TEST_F(Timed, weRefreshByReinviteWhenThePeerKnowsNoUpdate) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Session-Expires: 600;refresher=uac\r\n");
  take("ACK");
  clock.advance(300s);
  const auto again = take("INVITE");
  EXPECT_EQ(again->body(), "offer");
  answer(*again, 200, "answer", "Session-Expires: 600;refresher=uac\r\n");
  take("ACK");
  EXPECT_THAT(ear.log, ElementsAre("answered answer"));
}

// RFC 4028 §10: the peer ends the call a third of the time, at most 32 s, before the end.
TEST_F(Timed, aRefreshThatIsRefusedIsTriedAgainInTime) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Allow: INVITE, UPDATE\r\nSession-Expires: 600;refresher=uac\r\n");
  take("ACK");
  clock.advance(300s);
  answer(*take("UPDATE"), 500);
  clock.advance(134s);
  answer(*take("UPDATE"), 503);
  clock.advance(67s);
  answer(*take("UPDATE"), 200, {}, "Session-Expires: 600;refresher=uac\r\n");
  clock.advance(299s);
  nothing_sent();
  clock.advance(1s);
  // One that says no each time and does not mind is asked seldom, and the call goes on.
  int asked = 0;
  for (int second = 0; second < 600; ++second, clock.advance(1s))
    for (; !wire.out.empty(); ++asked) answer(*take("UPDATE"), 500);
  EXPECT_LE(asked, 8);
  EXPECT_TRUE(call.answered());
}

TEST_F(Timed, aRefreshByReinviteThatIsRefusedIsTriedAgainInTime) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Session-Expires: 600;refresher=uac\r\n");
  take("ACK");
  clock.advance(300s);
  answer(*take("INVITE"), 500);
  take("ACK");
  clock.advance(134s);
  take("INVITE");
}

// RFC 4028 §10, RFC 3261 §12.2.1.2: who knows the call no more, or is silent, is taken leave of.
TEST_F(Timed, aRefreshThatIsRefusedForGoodEndsTheCallWithABye) {
  for (const bool update : {true, false})
    for (const int code : {481, 408, 0}) {
      SCOPED_TRACE(std::to_string(code) + (update ? " to an UPDATE" : " to an INVITE"));
      ear.log.clear();
      auto invite = dial();
      answer(*invite, 200, "answer",
             std::string(update ? "Allow: INVITE, UPDATE\r\n" : "") + "Session-Expires: 600;refresher=uac\r\n");
      take("ACK");
      clock.advance(300s);
      const auto refresh = take(update ? "UPDATE" : "INVITE");
      if (code != 0) {
        answer(*refresh, code);
        if (!update) take("ACK");
      } else {
        clock.advance(40s);
        std::erase_if(wire.out, [&](const auto& one) { return one->method() != "BYE"; });
      }
      answer(*take("BYE"), 481);
      EXPECT_EQ(ear.log.back(), "ended lost");
      wire.out.clear();
    }
}

TEST_F(Registering, aRefreshThatTheServerRefusesForGoodEndsTheCallWithAByeToIt) {
  auto settings = direct_settings();
  settings.session_timer.on = true;
  endpoint->set_settings(settings);
  registered(account());
  for (const int code : {481, 408}) {
    call = endpoint->call({"sip:101@VDP", "1", ""}, sdp("offer"), {}, &ear);
    const auto invite = take("INVITE");
    answer(*invite, 200, "answer",
           "Allow: INVITE, UPDATE\r\nRecord-Route: <sip:192.0.2.5;lr>\r\nSession-Expires: 90;refresher=uac\r\n");
    take("ACK");
    clock.advance(45s);
    std::erase_if(wire.out, [](const auto& one) { return one->method() == "REGISTER"; });
    answer(*take("UPDATE"), 401, {}, challenge);
    answer(*take("UPDATE"), code);
    const auto bye = take("BYE");
    EXPECT_EQ(bye->to.address.host(), "192.0.2.5");
    answer(*bye, 401, {}, challenge);
    answer(*take("BYE"), 481);
    nothing_sent();
    EXPECT_EQ(ear.log.back(), "ended lost");
  }
}

// RFC 3311 §5.2
TEST_F(Timed, anAnswerToARefreshMovesTheTarget) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Allow: INVITE, UPDATE\r\nSession-Expires: 600;refresher=uac\r\n");
  take("ACK");
  clock.advance(300s);
  const auto update = take("UPDATE");
  target = "sip:peer@192.0.2.9:5090";
  answer(*update, 200, {}, "Session-Expires: 600;refresher=uac\r\n");
  call.hang_up();
  const auto bye = take("BYE");
  EXPECT_EQ(bye->message->request_uri(), target);
  EXPECT_EQ(bye->to.address.port(), 5090);
}

TEST_F(Timed, aPeerThatDoesNotRefreshIsLost) {
  auto invite = dial();
  answer(*invite, 200, "answer", "Session-Expires: 600;refresher=uas\r\n");
  take("ACK");
  clock.advance(567s);
  nothing_sent();
  clock.advance(2s);
  take("BYE");
  EXPECT_THAT(ear.log, ElementsAre("answered answer", "ended lost"));
}

TEST_F(Timed, asksAgainWithALongerTime) {
  auto invite = dial();
  answer(*invite, 422, {}, "Min-SE: 3600\r\n");
  take("ACK");
  const auto again = take("INVITE");
  EXPECT_EQ(again->value("Session-Expires"), "3600;refresher=uac");
  EXPECT_EQ(again->value("Min-SE"), "3600");
  answer(*again, 200, "answer");
  clock.advance(2h);
  EXPECT_TRUE(call.answered());  // the answer had no Session-Expires: no timer
}

TEST_F(Timed, refusesATimeThatIsTooShort) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Supported: timer\r\nSession-Expires: 30\r\n"), peer);
  EXPECT_EQ(take("422")->value("Min-SE"), "90");
}

TEST_F(Timed, obeysTheCallersRefresherAndItsRefresh) {
  wire.arrive(
      request("INVITE", "sip:door@192.0.2.10", "x", "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n"),
      peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  const auto ok = take("200");
  EXPECT_EQ(ok->value("Session-Expires"), "300;refresher=uac");
  EXPECT_EQ(ok->value("Require"), "timer");
  const std::string tag(ok->message->to_tag());
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, tag, 1, "z9hG4bKa"), peer);
  clock.advance(200s);
  wire.arrive(request("UPDATE", "sip:door@192.0.2.10", {}, "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n",
                      tag, 2, "z9hG4bKu"),
              peer);
  EXPECT_EQ(take("200")->value("Session-Expires"), "300;refresher=uac");
  clock.advance(200s);
  EXPECT_TRUE(house.held.answered());
  clock.advance(100s);
  take("BYE");
  EXPECT_EQ(house.ear.log.back(), "ended lost");
}

// RFC 4028 §9: every answer to an UPDATE says anew how long the session lasts; one that says nothing ends the timer of
// the peer, who would then never refresh.
TEST_F(Timed, anUpdateWithoutATimeKeepsTheTimer) {
  wire.arrive(
      request("INVITE", "sip:door@192.0.2.10", "x", "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n"),
      peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  const std::string tag(take("200")->message->to_tag());
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, tag, 1, "z9hG4bKa"), peer);
  wire.arrive(request("UPDATE", "sip:door@192.0.2.10", {}, "Supported: timer\r\n", tag, 2, "z9hG4bKu"), peer);
  EXPECT_EQ(take("200")->value("Session-Expires"), "1800;refresher=uac");
  clock.advance(1700s);
  EXPECT_TRUE(house.held.answered());
  wire.arrive(request("UPDATE", "sip:door@192.0.2.10", "offer", "Supported: timer\r\n", tag, 3, "z9hG4bKv"), peer);
  (void)house.held.answer_offer(sdp("again"));
  EXPECT_EQ(take("200")->value("Session-Expires"), "1800;refresher=uac");
}

// C19: whom the setting names refreshes, where the peer leaves the choice to us.
TEST_F(Timed, theCalledSideRefreshesWhereThatIsSet) {
  auto settings = timed();
  settings.session_timer.caller_refreshes = false;
  settings.session_timer.period = 600s;
  endpoint->set_settings(settings);
  EXPECT_EQ(dial()->value("Session-Expires"), "600;refresher=uas");
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Allow: UPDATE\r\nSupported: timer\r\n"), peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  EXPECT_EQ(take("200")->value("Session-Expires"), "600;refresher=uas");
}

TEST_F(Timed, theCallerRefreshesWhereThatIsSet) {  // C19
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Allow: UPDATE\r\nSupported: timer\r\n"), peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  EXPECT_EQ(take("200")->value("Session-Expires"), "1800;refresher=uac");
}

TEST_F(Timed, aNewSettingIsForTheNextCall) {  // C19 C20
  auto invite = dial();
  EXPECT_EQ(invite->value("User-Agent"), "Lintel");
  answer(*invite, 200, "answer", "Allow: INVITE, UPDATE\r\nSession-Expires: 600;refresher=uac\r\n");
  take("ACK");
  auto settings = timed();
  settings.session_timer.on = false;
  settings.user_agent = "Door 7";
  endpoint->set_settings(settings);
  clock.advance(300s);
  const auto refresh = take("UPDATE");
  EXPECT_EQ(refresh->value("User-Agent"), "Lintel");
  Call next = endpoint->call({"sip:peer@192.0.2.9", "", ""}, sdp("offer"), {}, &ear);
  invite = take("INVITE");
  EXPECT_EQ(invite->value("User-Agent"), "Door 7");
  EXPECT_EQ(invite->value("Session-Expires"), "");
}

TEST_F(Timed, refreshesForACallerThatKnowsNoTimers) {
  wire.arrive(request("INVITE", "sip:door@192.0.2.10", "x", "Allow: INVITE, UPDATE\r\n"), peer);
  take("100");
  (void)house.held.accept(sdp("our answer"));
  const auto ok = take("200");
  EXPECT_EQ(ok->value("Session-Expires"), "1800;refresher=uas");
  EXPECT_EQ(ok->value("Require"), "");
  wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, std::string(ok->message->to_tag()), 1, "z9hG4bKa"), peer);
  clock.advance(901s);
  take("UPDATE");
}

}  // namespace
}  // namespace lintel::sip::bench
