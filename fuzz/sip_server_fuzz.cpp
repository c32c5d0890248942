// The built-in SIP server among peers who know passwords and mean no good: plays of registrations, calls, answers, lost
// flows and passing time. Nothing crashes, what is sent can be read, bindings stay within their number, and when all is
// over nothing is left of transactions and bindings.
//
// An input is a play: steps, each ended by the byte 0x1E. A step begins with what happens:
//   A B C D   the rest is a message from peer A …; lines may end with LF alone
//   a b c d   the same, and a challenge is answered with the right password of the account in From
//   1 2 3 4   peer A … answers the last request that came to it: three digits, then whole header lines
//   5 6 7 8   peer A … sends in the dialog of the last 2xx that came to it: the method, then whole header lines
//   t         time passes: milliseconds
//   x         the flow of the peer whose letter follows is closed
//   g         the account whose name follows is gone, with its bindings
//   r         the server starts again, with what is on its disk
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "play.hpp"
#include "sip/builder.hpp"
#include "sip_credentials.hpp"
#include "support.hpp"

namespace {

using namespace lintel;
using namespace lintel::sip;
using play::number;
using play::require;

constexpr std::size_t most_bindings = 8;

ServerSettings settings() {
  ServerSettings some;
  some.bindings = most_bindings;
  some.branches = 4;
  some.calls = 16;
  return some;
}

class Play {
 public:
  Play() {
    accounts_.add("101#0", "101", 2);
    accounts_.add("102#0", "102");
    for (const char* name : {"101#1", "8001"}) accounts_.add(name);
  }

  void step(std::string_view text) {
    if (text.empty()) return;
    const char kind = text.front();
    text.remove_prefix(1);
    if (kind >= 'A' && kind <= 'D') say(test::crlf(text), kind - 'A');
    if (kind >= 'a' && kind <= 'd') ask(test::crlf(text), kind - 'a');
    if (kind >= '1' && kind <= '4') answer(text, kind - '1');
    if (kind >= '5' && kind <= '8') in_dialog(text, kind - '5');
    if (kind == 't') pass(std::chrono::milliseconds(number(text) % 600'000));
    if (kind == 'x' && !text.empty() && text[0] >= 'A' && text[0] <= 'D') lose(text[0] - 'A');
    if (kind == 'g') server_->remove_account(text);
    if (kind == 'r') restart();
    pass({});
  }

  // Longer than any timer, nonce and registration.
  void end() {
    pass(std::chrono::hours(3));
    require(core_->size() == 0, "no transaction is left");
    require(server_->all_contacts().empty(), "no contact is left");
    require(store_.bindings.empty(), "no binding is left on the disk");
  }

 private:
  struct Peer {
    Hop hop;
    std::string request{}, accepted{}, challenge{};  // the last one that came to it
    bool open = true;
  };

  void pass(Duration time) {
    clock_.advance(time);
    for (const auto& sent : transport_.take()) {
      Message message;
      require(!message.parse(sent.bytes), "what is sent can be read");
      const auto peer = std::find_if(peers_.begin(), peers_.end(), [&](const Peer& one) {
        return sent.to.flow != 20 && sent.to.flow != 0 ? one.hop.flow == sent.to.flow
                                                       : one.hop.address == sent.to.address;
      });
      if (peer == peers_.end()) continue;
      if (message.is_request()) {
        if (message.method() != Method::ack && message.method() != Method::cancel) peer->request = sent.bytes;
      } else if (message.status() == 401 || message.status() == 407) {
        peer->challenge = sent.bytes;
      } else if (message.status() / 100 == 2) {
        peer->accepted = sent.bytes;
      }
    }
    require(server_->all_contacts().size() <= most_bindings, "bindings are bounded");
  }

  void say(const std::string& bytes, int from) {
    Peer& peer = peers_[static_cast<std::size_t>(from)];
    if (!peer.open) return;
    transport_.deliver(bytes, peer.hop);
    pass({});
  }

  void ask(std::string bytes, int from) {
    Peer& peer = peers_[static_cast<std::size_t>(from)];
    peer.challenge.clear();
    say(bytes, from);
    if (const auto again = play::with_credentials(std::move(bytes), peer.challenge, accounts_)) say(*again, from);
  }

  void answer(std::string_view text, int from) {
    Message request;
    const Peer& peer = peers_[static_cast<std::size_t>(from)];
    if (peer.request.empty() || request.parse(peer.request)) return;
    const int status = static_cast<int>(number(text.substr(0, 3)));
    if (status < 100 || status > 699) return;
    auto builder = Builder::response(request, {}, status, {}, "tag-" + std::to_string(from));
    builder.copy(request, Field::record_route);
    std::string bytes = builder.finish();
    std::string lines;
    for (const char c : text.substr(std::min<std::size_t>(3, text.size())))
      lines += c == '\n' ? "\r\n" : std::string(1, c);
    bytes.insert(bytes.find("\r\n") + 2, lines);
    say(bytes, from);
  }

  void in_dialog(std::string_view text, int from) {
    Message accepted;
    const Peer& peer = peers_[static_cast<std::size_t>(from)];
    if (peer.accepted.empty() || accepted.parse(peer.accepted)) return;
    const auto end = std::min(text.find('\n'), text.size());
    const std::string method(text.substr(0, end));
    const auto contact = accepted.contact();
    std::string bytes = method + " " + (contact ? std::string(contact->uri.text) : "sip:x@192.0.2.1") + " SIP/2.0\n";
    bytes += "Via: SIP/2.0/UDP 192.0.2.20;branch=z9hG4bKd" + std::to_string(++branches_) + "\nMax-Forwards: 70\n";
    for (const auto route : accepted.list(Field::record_route)) bytes += "Route: " + std::string(route) + "\n";
    bytes += "From: " + std::string(accepted.value("From")) + "\nTo: " + std::string(accepted.value("To")) +
             "\nCall-ID: " + std::string(accepted.call_id()) + "\nCSeq: " + std::to_string(++branches_) + " " + method +
             "\n";
    bytes += text.substr(std::min(end + 1, text.size()));
    say(test::crlf(bytes), from);
  }

  void lose(int which) {
    Peer& peer = peers_[static_cast<std::size_t>(which)];
    if (peer.hop.flow == 20 || !peer.open) return;
    peer.open = false;
    transport_.close_from_afar(peer.hop.flow);
  }

  // Connections end with the process, and what was only in memory with it.
  void restart() {
    server_.reset();
    core_.reset();
    (void)transport_.take();
    for (Peer& peer : peers_) peer.open = peer.open && peer.hop.flow == 20;
    core_ = std::make_unique<Core>(clock_, transport_);
    server_ = make_server();
  }
  [[nodiscard]] std::unique_ptr<Server> make_server() {
    return std::make_unique<Server>(*core_, accounts_, &store_, std::string(32, 'k'), settings());
  }

  SimulatedClock clock_;
  test::MemoryTransport transport_;
  test::MemoryAccounts accounts_;
  test::MemoryStore store_;
  std::unique_ptr<Core> core_ = std::make_unique<Core>(clock_, transport_);
  std::unique_ptr<Server> server_ = make_server();
  std::array<Peer, 4> peers_{
      {{test::udp("192.0.2.10")}, {test::udp("192.0.2.20")}, {test::tcp(31, "192.0.2.30", 40'001)}, {test::wss(32)}}};
  int branches_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Play whole;
  play::for_each_step(data, size, [&](std::string_view step) { whole.step(step); });
  whole.end();
  return 0;
}
