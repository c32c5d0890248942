// Odd requests, and what becomes of them on the wire.
#pragma once

#include <charconv>
#include <string>

#include "support.hpp"

namespace lintel::sip::test {

// A request with one thing odd about it.
struct Parts {
  std::string line = "OPTIONS sip:user@example.org SIP/2.0";
  std::string via = "Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw";
  std::string from = "From: <sip:caller@example.net>;tag=323";
  std::string to = "To: <sip:user@example.org>";
  std::string call_id = "Call-ID: odd.1@example.org";
  std::string cseq = "CSeq: 60 OPTIONS";
  std::string more = "Max-Forwards: 70";
  std::string end = "Content-Length: 0\r\n\r\n";
  [[nodiscard]] std::string bytes() const {
    std::string result;
    for (const auto* part : {&line, &via, &from, &to, &call_id, &cseq, &more})
      if (!part->empty()) result += *part + "\r\n";
    return result + end;
  }
};

constexpr int taken = 0, dropped = -1;

// Of a request that comes in by UDP: taken by whoever is asked, dropped without a word, or the answer's code.
inline int outcome(const std::string& bytes) {
  struct Taker final : RequestHandler {
    bool on_request(const Incoming&) override { return asked = true; }
    bool asked = false;
  } taker;
  SimulatedClock clock;
  MemoryTransport transport;
  Core core(clock, transport);
  core.add_handler(taker);
  transport.deliver(bytes, udp("192.0.2.9", 5070));
  if (taker.asked) return transport.sent.empty() ? taken : 1;
  if (transport.sent.empty()) return dropped;
  const std::string line = transport.sent.front().first_line();
  int code = 1;  // none of the outcomes
  std::from_chars(line.data() + std::string("SIP/2.0 ").size(), line.data() + line.size(), code);
  return code;
}

}  // namespace lintel::sip::test
