// A peer that falls silent in every state of a call, by SIPp: the endpoint comes to an end by itself, in a bounded
// time, and keeps nothing of the call. Times are short here; what they are in the field stands in EndpointSettings.
#include "sip_endpoint/on_the_wire.hpp"

namespace lintel::sip::bench {
namespace {

EndpointSettings hasty() {
  EndpointSettings settings;
  settings.silence = 1s;
  settings.ringing = 2s;
  settings.t1 = 20ms;  // an answer is repeated for 64 of them
  settings.t2 = 80ms;
  return settings;
}

TransactionSettings soon_forgotten() {
  TransactionSettings settings;
  settings.linger = 1s;  // what is cancelled and never answered is given up after that
  return settings;
}

std::string response(const std::string& line, const std::string& body = {}) {
  std::string text = "<send><![CDATA[\nSIP/2.0 " + line +
                     "\n[last_Via:]\n[last_From:]\n[last_To:];tag=s[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n"
                     "Contact: <sip:[local_ip]:[local_port]>\n";
  if (!body.empty()) text += "Content-Type: application/sdp\n";
  return text + "Content-Length: [len]\n\n" + body + "]]></send>\n";
}
std::string request(const std::string& method, const std::string& to_tag = {}) {
  const bool invite = method == "INVITE";
  return "<send><![CDATA[\n" + method +
         " sip:door@[remote_ip]:[remote_port] SIP/2.0\nVia: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]\n"
         "Max-Forwards: 70\nFrom: <sip:visitor@[local_ip]>;tag=c[call_number]\n"
         "To: <sip:door@[remote_ip]>" +
         to_tag + "\nCall-ID: [call_id]\nCSeq: 1 " + method + "\nContact: <sip:visitor@[local_ip]:[local_port]>\n" +
         (invite ? "Content-Type: application/sdp\n" : "") + "Content-Length: [len]\n\n" +
         (invite ? "v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\nm=audio 30000 RTP/AVP 0\n" : "") +
         "]]></send>\n";
}
const std::string their_sdp =
    "v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\nm=audio 30000 RTP/AVP 0\n";
const std::string silence = "<pause milliseconds=\"60000\"/>\n";

class SilentPeer : public OnTheWire {
 protected:
  SilentPeer() : OnTheWire(hasty(), soon_forgotten()) {}
  void start(const std::string& steps, bool calls) {
    const std::string file =
        folder.write("scenario.xml", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"silent\">\n" +
                                         steps + silence + "</scenario>\n");
    Socket free_port;
    their_port = free_port.port;
    free_port.release();
    std::vector<std::string> arguments{"sipp", "-sf", file,       "-i",  "127.0.0.1", "-p", std::to_string(their_port),
                                       "-m",   "1",   "-nostdin", "-nr", "-timeout",  "30"};
    if (calls) arguments.push_back("127.0.0.1:" + std::to_string(port));
    sipp = std::make_unique<Program>(arguments, folder.path() + "/log");
    ASSERT_TRUE(sipp->started());
  }
  void call_it() {
    call = endpoint->call({"sip:service@127.0.0.1:" + std::to_string(their_port), "", ""}, sdp(our_sdp()), {}, &ear);
  }
  // SIPp may not listen yet when it is called: what it never heard is asked again.
  void call_until(const std::string& said) {
    for (int tries = 0; tries < 20 && !heard(said); ++tries) {
      ear.log.clear();
      call_it();
      ASSERT_TRUE(until([&] { return !ear.log.empty(); }));
    }
    ASSERT_TRUE(heard(said)) << sipp->output();
  }
  // No session; transactions are remembered for a while, as RFC 3261 wants it.
  void nothing_is_left() {
    EXPECT_TRUE(until([&] { return endpoint->size() == 0; }));
  }

  std::unique_ptr<Program> sipp;
  std::uint16_t their_port = 0;
};

TEST_F(SilentPeer, neverAnswersTheInvite) {
  ASSERT_NO_FATAL_FAILURE(start("<recv request=\"INVITE\"></recv>\n", false));
  call_it();
  EXPECT_TRUE(until([&] { return heard("refused 408"); }));
  nothing_is_left();
}

TEST_F(SilentPeer, isTryingForEver) {
  ASSERT_NO_FATAL_FAILURE(start("<recv request=\"INVITE\"></recv>\n" + response("100 Trying"), false));
  // A 100 is told to nobody: that it was heard shows in how long the call was left in peace. What SIPp never heard, as
  // it did not listen yet, is asked again.
  Duration lasted{};
  for (int tries = 0; tries < 20 && lasted < 1500ms; ++tries) {
    ear.log.clear();
    const auto began = loop.clock().monotonic();
    call_it();
    ASSERT_TRUE(until([&] { return heard("refused 408"); })) << sipp->output();
    lasted = loop.clock().monotonic() - began;
  }
  EXPECT_GE(lasted, 1500ms) << "the limit on ringing, not the one on silence";
  nothing_is_left();  // and its CANCEL has no answer
}

TEST_F(SilentPeer, ringsForEver) {
  ASSERT_NO_FATAL_FAILURE(start("<recv request=\"INVITE\"></recv>\n" + response("180 Ringing"), false));
  ASSERT_NO_FATAL_FAILURE(call_until("ringing"));
  EXPECT_TRUE(until([&] { return heard("refused"); })) << sipp->output();
  nothing_is_left();
}

TEST_F(SilentPeer, showsAPictureBeforeItAnswersAndNeverDoes) {
  ASSERT_NO_FATAL_FAILURE(
      start("<recv request=\"INVITE\"></recv>\n" + response("183 Session Progress", their_sdp), false));
  call_it();
  EXPECT_TRUE(until([&] { return heard("refused"); })) << sipp->output();
  nothing_is_left();
}

TEST_F(SilentPeer, isSilentToOurCancel) {
  ASSERT_NO_FATAL_FAILURE(start("<recv request=\"INVITE\"></recv>\n" + response("180 Ringing"), false));
  ASSERT_NO_FATAL_FAILURE(call_until("ringing"));
  call.hang_up();
  nothing_is_left();
}

TEST_F(SilentPeer, acknowledgesAndIsGone) {
  ASSERT_NO_FATAL_FAILURE(start(
      "<recv request=\"INVITE\"></recv>\n" + response("200 OK", their_sdp) + "<recv request=\"ACK\"></recv>\n", false));
  ASSERT_NO_FATAL_FAILURE(call_until("answered"));
  sipp.reset();  // its port is closed now
  call.hang_up();
  nothing_is_left();
}

TEST_F(SilentPeer, answersAndDoesNotAnswerTheBye) {
  ASSERT_NO_FATAL_FAILURE(start(
      "<recv request=\"INVITE\"></recv>\n" + response("200 OK", their_sdp) + "<recv request=\"ACK\"></recv>\n", false));
  ASSERT_NO_FATAL_FAILURE(call_until("answered"));
  call.hang_up();
  nothing_is_left();
}

TEST_F(SilentPeer, answersAndIsSilentWhenAskedAnew) {
  ASSERT_NO_FATAL_FAILURE(start(
      "<recv request=\"INVITE\"></recv>\n" + response("200 OK", their_sdp) + "<recv request=\"ACK\"></recv>\n", false));
  ASSERT_NO_FATAL_FAILURE(call_until("answered"));
  ASSERT_TRUE(call.offer(sdp(our_sdp())).ok());
  EXPECT_TRUE(until([&] { return heard("ended lost"); })) << ear.log.back();
  nothing_is_left();
}

TEST_F(SilentPeer, callsAndNeverAcknowledges) {
  ASSERT_NO_FATAL_FAILURE(start(request("INVITE"), true));
  ASSERT_TRUE(until([&] { return !house.calls.empty(); })) << sipp->output();
  ASSERT_TRUE(house.held.accept(sdp(our_sdp())).ok());
  EXPECT_TRUE(until([&] { return heard("ended lost", house.ear); }));
  nothing_is_left();
}

TEST_F(SilentPeer, callsAndIsRefused) {
  ASSERT_NO_FATAL_FAILURE(start(request("INVITE"), true));
  ASSERT_TRUE(until([&] { return !house.calls.empty(); })) << sipp->output();
  house.held = {};
  nothing_is_left();  // its ACK never comes
}

TEST_F(SilentPeer, callsAndIsGoneWhileWeRing) {
  ASSERT_NO_FATAL_FAILURE(start(request("INVITE"), true));
  ASSERT_TRUE(until([&] { return !house.calls.empty(); })) << sipp->output();
  ASSERT_TRUE(house.held.progress().ok());
  sipp.reset();
  house.held.hang_up();
  nothing_is_left();
}

TEST_F(SilentPeer, callsAndDoesNotAnswerTheBye) {
  ASSERT_NO_FATAL_FAILURE(
      start(request("INVITE") + "<recv response=\"100\" optional=\"true\"></recv>\n<recv response=\"200\"></recv>\n" +
                request("ACK", "[peer_tag_param]"),
            true));
  ASSERT_TRUE(until([&] { return !house.calls.empty(); })) << sipp->output();
  ASSERT_TRUE(house.held.accept(sdp(our_sdp())).ok());
  ASSERT_TRUE(until([&] { return heard("answered", house.ear); })) << sipp->output();
  house.held.hang_up();
  nothing_is_left();
}

}  // namespace
}  // namespace lintel::sip::bench
