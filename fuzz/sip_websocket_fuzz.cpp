// SIP over WebSockets (RFC 7118) from the message that the web server hands to the network to the SIP server behind it,
// among browsers that mean no good. Nothing crashes, what is sent can be read, nothing is sent on a connection that is
// gone, and when all is over none is left.
//
// An input is a play: steps, each ended by the byte 0x1E. A step begins with what happens:
//   A B C     the rest is one WebSocket message of that browser, byte for byte; B has no TLS
//   a b c     the same with the ends of lines that SIP has, where lines may end with LF alone; a challenge is answered
//             with the right password of the account in From
//   x         the browser whose letter follows is gone
//   h         the station closes the connection of the browser whose letter follows
//   o         the browser whose letter follows connects, or connects anew
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/loop.hpp"
#include "play.hpp"
#include "sip/network.hpp"
#include "sip_credentials.hpp"
#include "support.hpp"

namespace {

using namespace lintel;
using namespace lintel::sip;
using play::require;

NetworkSettings settings() {
  NetworkSettings some;
  some.burst = some.per_second = 1'000'000;  // by the clock on the wall; shedding has tests of its own
  return some;
}

class Play {
 public:
  explicit Play(Loop& loop)
      : loop_(loop), network_(loop, settings()), core_(loop.clock(), network_, test::trying_at_once()) {
    accounts_.add("101#0", "101", 2);
    accounts_.add("8001");
    for (std::size_t which = 0; which < browsers_.size(); ++which) connect(which);
  }

  void step(std::string_view text) {
    if (text.empty()) return;
    const char kind = text.front();
    text.remove_prefix(1);
    if (kind >= 'A' && kind <= 'C') say(text, static_cast<std::size_t>(kind - 'A'));
    if (kind >= 'a' && kind <= 'c') ask(test::crlf(text), static_cast<std::size_t>(kind - 'a'));
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'C') change(kind, static_cast<std::size_t>(text[0] - 'A'));
    settle();
  }

  void end() {
    for (std::size_t which = 0; which < browsers_.size(); ++which) lose(which);
    settle();
    require(network_.counters().external == 0, "no connection is left");
    require(server_.all_contacts().empty(), "no binding outlives its connection");
  }

 private:
  struct Browser {
    FlowId flow = 0;
    bool open = false;
    std::string challenge{};  // the last one that came to it
  };

  void settle() {
    while (loop_.turn(false)) continue;
  }

  void change(char kind, std::size_t which) {
    if (kind == 'x') lose(which);
    if (kind == 'h') network_.close(browsers_[which].flow);
    if (kind == 'o') connect(which);
  }

  void connect(std::size_t which) {
    if (browsers_[which].open) lose(which);
    const std::string host = "192.0.2." + std::to_string(70 + which / 2);  // two of them share one
    browsers_[which].open = true;
    browsers_[which].flow =
        network_.opened({.remote = SocketAddress::parse(host, static_cast<std::uint16_t>(40'000 + which)).value(),
                         .secure = which != 1,
                         .send =
                             [this, which](const std::string& message) {
                               require(browsers_[which].open, "nothing is sent on a connection that is gone");
                               Message sent;
                               require(message == "\r\n" || !sent.parse(message), "what is sent can be read");
                               if (sent.status() == 401 || sent.status() == 407) browsers_[which].challenge = message;
                             },
                         .close = [this, which] { browsers_[which].open = false; }});
  }

  void say(std::string_view message, std::size_t which) {
    if (browsers_[which].open) network_.received(browsers_[which].flow, message);
  }

  void ask(const std::string& message, std::size_t which) {
    browsers_[which].challenge.clear();
    say(message, which);
    if (const auto again = play::with_credentials(message, browsers_[which].challenge, accounts_)) say(*again, which);
  }

  void lose(std::size_t which) {
    browsers_[which].open = false;
    network_.closed(browsers_[which].flow);
    require(!network_.is_open(browsers_[which].flow), "a lost connection is not open");
  }

  Loop& loop_;
  Network network_;
  Core core_;
  test::MemoryAccounts accounts_;
  test::MemoryStore store_;
  Server server_{core_, accounts_, &store_, std::string(32, 'k'), {}};
  std::array<Browser, 3> browsers_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Loop loop;
  Play whole(loop);
  play::for_each_step(data, size, [&](std::string_view step) { whole.step(step); });
  whole.end();
  return 0;
}
