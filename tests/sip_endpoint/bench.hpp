// An endpoint on a simulated clock with a wire in memory: the test is the rest of the world.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sip/endpoint.hpp"
#include "sip/support.hpp"

namespace lintel::sip::bench {

using namespace std::chrono_literals;

// A message that the endpoint sent, parsed; it owns its bytes.
struct Sent {
  explicit Sent(Hop to_hop, std::string text) : to(std::move(to_hop)), bytes(std::move(text)) {
    message = std::make_shared<Message>();
    fault = message->parse(bytes);
  }
  Sent(const Sent&) = delete;
  [[nodiscard]] std::string value(std::string_view name) const { return std::string(message->value(name)); }
  [[nodiscard]] std::string method() const { return std::string(message->method_name()); }
  [[nodiscard]] std::string body() const { return std::string(message->body()); }
  [[nodiscard]] int status() const { return message->status(); }

  Hop to;
  std::string bytes;
  std::shared_ptr<Message> message;
  Fault fault;
};

class Wire final : public Transport {
 public:
  void set_sink(TransportSink* sink) override { sink_ = sink; }
  FlowId send(const Hop& to, std::string_view bytes) override {
    if (dead || unreachable.contains(to.address.host()) || closed.contains(to.flow)) return 0;
    if (bytes == "\r\n\r\n") {
      ++keep_alives;
      return 5;
    }
    out.push_back(std::make_unique<Sent>(to, std::string(bytes)));
    return is_reliable(to.kind) ? 77 : 5;
  }
  [[nodiscard]] bool is_open(FlowId flow) const override { return flow != 0 && !dead && !closed.contains(flow); }
  [[nodiscard]] std::string_view sent_by(const Hop& /*to*/) override { return "192.0.2.10:5060"; }
  void close(FlowId /*flow*/) override {}

  void arrive(const std::string& bytes, const Hop& from) {
    Message message;
    const Fault fault = message.parse(bytes);
    ASSERT_FALSE(fault) << fault.reason << "\n" << bytes;
    ASSERT_NE(sink_, nullptr);
    sink_->on_message(message, message.check(), from);
  }
  TransportSink* sink() { return sink_; }

  std::deque<std::unique_ptr<Sent>> out;
  bool dead = false;
  std::set<FlowId> closed;
  std::set<std::string> unreachable;  // hosts that no route leads to
  int keep_alives = 0;

 private:
  TransportSink* sink_ = nullptr;
};

// A name service that knows what the test told it.
class Names final : public dns::DnsSource {
 public:
  void query(const std::string& name, dns::Kind kind, Callback callback) override {
    ++asked;
    if (silent) return;
    const auto found = known.find({name, kind});
    if (found == known.end()) return callback(Error{ErrorCode::not_found, "unknown name", "", "", ""});
    callback(found->second);
  }
  std::map<std::pair<std::string, dns::Kind>, dns::Records> known;
  int asked = 0;
  bool silent = false;
};

// Writes down everything a call says.
struct Ear final : CallListener {
  void on_ringing() override { log.push_back("ringing"); }
  void on_progress(const Content& early) override { log.push_back("progress " + early.bytes); }
  void on_answered(const Content& answer) override { log.push_back("answered " + answer.bytes); }
  void on_refused(int code, const std::string& /*reason*/) override {
    log.push_back("refused " + std::to_string(code));
  }
  void on_ended(const Ending& ending) override {
    last = ending;
    const char* const names[] = {"peer", "lost", "protocol", "shutdown"};
    log.push_back(std::string("ended ") + names[static_cast<int>(ending.cause)]);
  }
  void on_dtmf(char digit, std::chrono::milliseconds duration) override {
    log.push_back(std::string("dtmf ") + digit + " " + std::to_string(duration.count()));
  }
  void on_offer(const Content& offer) override { log.push_back("offer " + offer.bytes); }
  void on_offer_answered(Result<Content> answer) override {
    log.push_back("offer answered " + (answer.ok() ? answer->bytes : std::string(name_of(answer.error().code))));
  }
  std::vector<std::string> log;
  Ending last;
};

struct House final : EndpointListener {
  void on_call(Call call, const IncomingCall& about) override {
    calls.push_back(about);
    call.listen(&ear);
    if (keep) held = std::move(call);
  }
  void on_registration(const RegistrationStatus& status) override { registrations.push_back(status); }
  void on_refused_call(const std::string& from, const std::string& address, const std::string& why) override {
    refused.push_back(from + " " + address + " " + why);
  }
  bool keep = true;
  Call held;
  Ear ear;
  std::vector<IncomingCall> calls;
  std::vector<RegistrationStatus> registrations;
  std::vector<std::string> refused;
};

inline Hop udp(const std::string& host, std::uint16_t port = 5060) {
  Hop hop;
  hop.kind = TransportKind::udp;
  hop.address = SocketAddress::parse(host, port).value_or(SocketAddress{});
  return hop;
}

inline EndpointSettings direct_settings() {
  EndpointSettings settings;
  settings.direct_calls = true;
  settings.direct_addresses = {"192.0.2.9"};
  settings.direct_user = "door";
  return settings;
}

class Bench : public ::testing::Test {
 protected:
  explicit Bench(EndpointSettings settings = direct_settings())
      : endpoint(std::make_unique<Endpoint>(core, resolver, std::move(settings), house)) {}

  // The oldest message not taken yet.
  std::unique_ptr<Sent> take() {
    if (wire.out.empty()) {
      ADD_FAILURE() << "nothing was sent";
      return std::make_unique<Sent>(Hop{}, "OPTIONS sip:none SIP/2.0\r\n\r\n");
    }
    auto sent = std::move(wire.out.front());
    wire.out.pop_front();
    return sent;
  }
  std::unique_ptr<Sent> take(const std::string& what) {
    auto sent = take();
    EXPECT_EQ(sent->message->is_request() ? sent->method() : std::to_string(sent->status()), what) << sent->bytes;
    return sent;
  }
  void nothing_sent() {
    EXPECT_TRUE(wire.out.empty()) << wire.out.size() << " messages, first:\n" << wire.out.front()->bytes;
    wire.out.clear();
  }
  // Retransmissions on the way are thrown away.
  void pass(Duration time) {
    clock.advance(time);
    wire.out.clear();
  }

  // The peer answers a request of ours.
  void answer(const Sent& request, int status, const std::string& body = {}, const std::string& extra = {},
              const std::string& tag = "peer") {
    std::string text = "SIP/2.0 " + std::to_string(status) + " " + std::string(phrase_of(status)) + "\r\n";
    text += "Via: " + request.value("Via") + "\r\nFrom: " + request.value("From") + "\r\nTo: " + request.value("To");
    if (status > 100 && request.message->to_tag().empty()) text += ";tag=" + tag;
    text += "\r\nCall-ID: " + request.value("Call-ID") + "\r\nCSeq: " + request.value("CSeq") + "\r\nContact: <" +
            target + ">\r\n" + extra;
    if (!body.empty()) text += "Content-Type: application/sdp\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    wire.arrive(text, request.to);
  }

  // A request of the peer outside any dialog.
  static std::string request(const std::string& method, const std::string& uri, const std::string& body = {},
                             const std::string& extra = {}, const std::string& to_tag = {}, unsigned cseq = 1,
                             const std::string& branch = "z9hG4bKone") {
    std::string text = method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=" + branch + "\r\n";
    text += "Max-Forwards: 70\r\nFrom: \"Visitor\" <sip:visitor@192.0.2.9>;tag=theirs\r\nTo: <sip:door@192.0.2.10>" +
            (to_tag.empty() ? std::string() : ";tag=" + to_tag) +
            "\r\nCall-ID: call-of-theirs\r\nCSeq: " + std::to_string(cseq) + " " + method +
            "\r\nContact: <sip:visitor@192.0.2.9:5060>\r\n" + extra;
    if (!body.empty() && extra.find("Content-Type") == std::string::npos) text += "Content-Type: application/sdp\r\n";
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  // A request of the peer in the dialog that `ours`, an INVITE of ours, began.
  static std::string in_dialog(const std::string& method, const Sent& ours, unsigned cseq, const std::string& body = {},
                               const std::string& extra = {}, const std::string& tag = "peer") {
    std::string text = method + " sip:x@192.0.2.10 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKd" +
                       std::to_string(cseq) + method + "\r\nMax-Forwards: 70\r\nFrom: " + ours.value("To") +
                       ";tag=" + tag + "\r\nTo: " + ours.value("From") + "\r\nCall-ID: " + ours.value("Call-ID") +
                       "\r\nCSeq: " + std::to_string(cseq) + " " + method +
                       "\r\nContact: <sip:peer@192.0.2.9:5060>\r\n" + extra;
    if (!body.empty() && extra.find("Content-Type") == std::string::npos) text += "Content-Type: application/sdp\r\n";
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  // An outgoing direct call up to its INVITE.
  std::unique_ptr<Sent> dial() {
    call = endpoint->call({"sip:peer@192.0.2.9", "", ""}, sdp("offer"), {}, &ear);
    return take("INVITE");
  }
  // … and up to its answer.
  std::unique_ptr<Sent> talk(const std::string& extra = "Allow: INVITE, ACK, BYE, UPDATE\r\n") {
    auto invite = dial();
    answer(*invite, 200, "answer", extra);
    take("ACK");
    EXPECT_THAT(ear.log, ::testing::ElementsAre("answered answer"));
    ear.log.clear();
    return invite;
  }
  // An incoming direct call, answered and acknowledged. Gives our tag.
  std::string talk_in(const std::string& extra = {}) {
    wire.arrive(request("INVITE", "sip:door@192.0.2.10", "their offer", extra), peer);
    take("100");
    EXPECT_TRUE(house.held.accept(sdp("our answer")).ok());
    const auto ok = take("200");
    const std::string tag(ok->message->to_tag());
    wire.arrive(request("ACK", "sip:door@192.0.2.10", {}, {}, tag, 1, "z9hG4bKack"), peer);
    EXPECT_THAT(house.ear.log, ::testing::ElementsAre("answered "));
    house.ear.log.clear();
    return tag;
  }

  SimulatedClock clock;
  Wire wire;
  Core core{clock, wire, test::trying_at_once()};
  Names names;
  dns::Resolver resolver{clock, names, [](std::uint32_t) { return 0U; }};
  House house;
  std::unique_ptr<Endpoint> endpoint;
  Ear ear;
  Call call;
  Hop peer = udp("192.0.2.9");
  std::string target = "sip:peer@192.0.2.9:5060";  // the Contact of the peer's answers
};

}  // namespace lintel::sip::bench
