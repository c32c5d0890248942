// The station's user agent with a server elsewhere and a caller that do as they please, in plays of calls out and in,
// answers, offers, passing time, and a house that lets calls go inside what it is told. Nothing crashes, what is sent
// can be read, and when all is over nothing is left of transactions and calls.
//
// An input is a play: steps, each ended by the byte 0x1E. A step begins with what happens:
//   S D X     the rest is a message from the server, the direct caller, or a stranger; lines may end with LF alone
//   1 2       the server, or the direct peer, answers the last request that came to it: three digits, whole header
//             lines, and after an empty line a body
//   3 4       the same, but it repeats the request's From tag and Call-ID wrongly
//   5 6       it asks in the dialog of the last INVITE that came to it: the method on a line, then as above
//   7 8       it asks in the dialog of the last 2xx that came to it
//   h         the house acts: c calls by the account, d directly; of its last call: r rings, e early answer, a accepts,
//             n refuses, h hangs up, o offers, w answers an offer, q refuses it, i sends a digit
//   k         from now on the house lets a call go when it hears of: a letter each (see Ear)
//   t         time passes: milliseconds
//   n         the network changed
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "play.hpp"
#include "sip/builder.hpp"
#include "sip/endpoint.hpp"
#include "support.hpp"

namespace {

using namespace lintel;
using namespace lintel::sip;
using play::most_steps;
using play::number;
using play::require;

constexpr std::size_t most_calls = 4;
constexpr std::string_view line_end = "\r\n";

class NoNames final : public dns::DnsSource {
 public:
  void query(const std::string&, dns::Kind, Callback callback) override {
    callback(Error{ErrorCode::not_found, "unknown name", {}, {}, {}});
  }
};

// Lets its call go inside what it hears, if that is among `ends`.
struct Ear final : CallListener {
  explicit Ear(const std::string& which) : ends(which) {}
  void on_ringing() override { heard('r'); }
  void on_progress(const Content&) override { heard('p'); }
  void on_answered(const Content&) override { heard('a'); }
  void on_refused(int, const std::string&) override { heard('f'); }
  void on_ended(const Ending&) override { heard('e'); }
  void on_dtmf(char, std::chrono::milliseconds) override { heard('d'); }
  void on_offer(const Content&) override { heard('o'); }
  void on_offer_answered(Result<Content>) override { heard('w'); }
  void heard(char what) {
    if (ends.find(what) != std::string::npos) call = {};
  }
  const std::string& ends;
  Call call;
};

EndpointSettings settings() {
  EndpointSettings some;
  some.most_calls = most_calls;
  some.direct_calls = true;
  some.direct_addresses = {"192.0.2.9"};
  return some;
}

class Play final : public EndpointListener {
 public:
  Play() {
    log::set_level(log::Level::error);
    AccountSettings account;
    account.user = "8001";
    account.password = "secret";
    account.server = {.host = "192.0.2.5", .port = 5060, .transport = dns::Transport::udp};
    endpoint_->set_account(account);
    pass({});
  }

  void step(std::string_view text) {
    if (text.empty()) return;
    const char kind = text.front();
    text.remove_prefix(1);
    if (kind == 'S') say(test::crlf(text), server_.hop);
    if (kind == 'D') say(test::crlf(text), direct_.hop);
    if (kind == 'X') say(test::crlf(text), test::udp("203.0.113.9"));
    if (kind >= '1' && kind <= '4') answer(text, kind % 2 == 1 ? server_ : direct_, kind >= '3');
    if (kind >= '5' && kind <= '8') in_dialog(text, kind % 2 == 1 ? server_ : direct_, kind >= '7');
    if (kind == 'h' && !text.empty()) act(text.front());
    if (kind == 'k') ends_ = text.substr(0, 8);
    if (kind == 't') pass(std::chrono::milliseconds(number(text) % 600'000));
    if (kind == 'n') endpoint_->network_changed();
    pass({});
  }

  // Longer than any timer. Either the house lets its calls and its account go, or the whole endpoint does.
  void end(bool all_at_once) {
    if (all_at_once) {
      endpoint_.reset();
    } else {
      for (const auto& ear : ears_) ear->call = {};
      endpoint_->remove_account("1");
    }
    pass(std::chrono::hours(1));
    require(core_.size() == 0, "no transaction is left");
    require(endpoint_ == nullptr || endpoint_->size() == 0, "no call is left");
  }

  void on_call(Call call, const IncomingCall&) override { keep(std::move(call)); }

 private:
  struct Peer {
    Hop hop;
    std::string request{}, invite{}, accepted{};  // the last one that came to it
  };

  // The lines of a step and its body, with CRLF.
  static std::string with_lines(std::string head, std::string_view text) {
    const auto blank = std::min(text.find("\n\n"), text.size());
    const std::string_view body = text.substr(std::min(blank + 2, text.size()));
    for (const char c : text.substr(0, blank)) head += c == '\n' ? std::string(line_end) : std::string(1, c);
    if (!head.ends_with(line_end)) head += line_end;
    if (!body.empty() && head.find("Content-Type") == std::string::npos) head += "Content-Type: application/sdp\r\n";
    return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }

  void pass(Duration time) {
    clock_.advance(time);
    for (const auto& sent : transport_.take()) {
      if (sent.bytes == "\r\n\r\n") continue;  // keeps the way open
      Message message;
      require(!message.parse(sent.bytes), "what is sent can be read");
      for (Peer* peer : {&server_, &direct_}) {
        if (!(sent.to.address == peer->hop.address)) continue;
        if (message.is_request() && message.method() != Method::ack) peer->request = sent.bytes;
        if (message.method() == Method::invite && message.is_request()) peer->invite = sent.bytes;
        if (!message.is_request() && message.status() / 100 == 2) peer->accepted = sent.bytes;
      }
    }
    if (endpoint_) require(endpoint_->size() <= most_calls + ears_.size(), "calls are bounded");
  }

  void say(const std::string& bytes, const Hop& from) {
    transport_.deliver(bytes, from);
    pass({});
  }

  void answer(std::string_view text, const Peer& peer, bool wrongly) {
    Message request;
    const int status = static_cast<int>(number(text.substr(0, 3)));
    if (peer.request.empty() || request.parse(peer.request) || status < 100 || status > 699) return;
    std::string bytes = Builder::response(request, {}, status, {}, "theirs").finish();
    if (const auto length = bytes.find("Content-Length"); length != std::string::npos) bytes.resize(length);
    if (wrongly)
      for (const std::string_view repeated : {request.from_tag(), request.call_id()})
        if (const auto at = bytes.find(repeated); !repeated.empty() && at != std::string::npos)
          bytes[at] = bytes[at] == 'x' ? 'y' : 'x';
    say(with_lines(bytes, text.substr(std::min<std::size_t>(3, text.size()))), peer.hop);
  }

  void in_dialog(std::string_view text, const Peer& peer, bool theirs) {
    Message begun;
    const std::string& by = theirs ? peer.accepted : peer.invite;
    if (by.empty() || begun.parse(by)) return;
    const auto end = std::min(text.find('\n'), text.size());
    const std::string method(text.substr(0, end));
    const auto contact = begun.contact();
    std::string bytes = method + " " + (contact ? std::string(contact->uri.text) : "sip:x@192.0.2.1") +
                        " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKd" + std::to_string(++sequence_) +
                        "\r\nMax-Forwards: 70\r\n";
    const std::string from(begun.value("From")), to(begun.value("To"));
    bytes += theirs ? "From: " + from + "\r\nTo: " + to : "From: " + to + ";tag=theirs\r\nTo: " + from;
    bytes += "\r\nCall-ID: " + std::string(begun.call_id()) + "\r\nCSeq: " + std::to_string(sequence_) + " " + method +
             "\r\n";
    say(with_lines(bytes, text.substr(std::min(end + 1, text.size()))), peer.hop);
  }

  void keep(Call call) {
    if (ears_.size() >= most_steps) return;
    ears_.push_back(std::make_unique<Ear>(ends_));
    ears_.back()->call = std::move(call);
    ears_.back()->call.listen(ears_.back().get());
  }

  void act(char what) {
    if (what == 'c') keep(endpoint_->call({"sip:101@VDP", "1", {}}, sdp("v=0"), {}, nullptr));
    if (what == 'd') keep(endpoint_->call({"sip:192.0.2.9", {}, {}}, sdp("v=0"), {}, nullptr));
    const auto last = std::find_if(ears_.rbegin(), ears_.rend(), [](const auto& ear) { return bool(ear->call); });
    if (last == ears_.rend()) return;
    Call& call = (*last)->call;
    if (what == 'r') (void)call.progress();
    if (what == 'e') (void)call.progress(183, sdp("v=0"));
    if (what == 'a') (void)call.accept(sdp("v=0"));
    if (what == 'n') call.refuse(486);
    if (what == 'h') call.hang_up(HangUp::completed_elsewhere());
    if (what == 'o') (void)call.offer(sdp("v=1"));
    if (what == 'w') (void)call.answer_offer(sdp("v=2"));
    if (what == 'q') (void)call.refuse_offer();
    if (what == 'i') (void)call.send_dtmf('#');
  }

  SimulatedClock clock_;
  test::MemoryTransport transport_;
  Core core_{clock_, transport_};
  NoNames names_;
  dns::Resolver resolver_{clock_, names_, [](std::uint32_t) { return 0U; }};
  std::string ends_;
  std::vector<std::unique_ptr<Ear>> ears_;
  std::unique_ptr<Endpoint> endpoint_ = std::make_unique<Endpoint>(core_, resolver_, settings(), *this);
  Peer server_{test::udp("192.0.2.5")}, direct_{test::udp("192.0.2.9")};
  int sequence_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Play whole;
  const auto count = play::for_each_step(data, size, [&](std::string_view step) { whole.step(step); });
  whole.end(count % 2 == 1);
  return 0;
}
