// A server on a simulated clock with phones made of text.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "support.hpp"

namespace lintel::sip::test {

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    accounts.add("101#0", "101");
    for (const char* name : {"101#1", "101#2", "101#3", "102#0", "8001", "8002"}) accounts.add(name);
  }
  ServerEvents events() {
    ServerEvents result;
    result.presence = [this](const std::string& account, bool online) { presence.emplace_back(account, online); };
    result.reachable = [this](const std::string& id) { reachable.push_back(id); };
    result.full = [this](const std::string& account) { full.push_back(account); };
    result.authentication_failed = [this](const std::string& user, const Hop&) { failed.push_back(user); };
    result.may_authenticate = [this](std::string_view user, const Hop&) { return allowed && user != locked; };
    result.authenticated = [this](std::string_view user, const Hop&) { right.emplace_back(user); };
    return result;
  }

  void send(const std::string& bytes, const Hop& from) {
    transport.deliver(bytes, from);
    clock.advance(std::chrono::nanoseconds(0));  // the local wire
    clock.advance(std::chrono::nanoseconds(0));
  }
  std::string new_branch() { return last_branch = "z9hG4bK" + std::to_string(++branches); }

  std::string registration(const std::string& user, const std::string& lines = {}, int cseq = 0) {
    return crlf("REGISTER sip:VDP SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.10;branch=" + new_branch() +
                ";rport\nMax-Forwards: 70\nFrom: <sip:" + escaped(user) + "@VDP>;tag=f\nTo: <sip:" + escaped(user) +
                "@VDP>\nCall-ID: reg-" + user + "\nCSeq: " + std::to_string(cseq == 0 ? ++sequence : cseq) +
                " REGISTER\n" + (lines.empty() ? "Contact: <sip:x@192.0.2.10:5060>\n" : lines) + "Content-Length: 0\n");
  }
  std::string request(const std::string& method, const std::string& to, const std::string& from,
                      const std::string& lines = {}) {
    const bool invite = method == "INVITE";
    const auto user = to.substr(0, to.find(';'));
    const auto parameters = to.find(';') == std::string::npos ? std::string() : to.substr(to.find(';'));
    return crlf(method + " sip:" + user + "@VDP" + parameters +
                " SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.20;branch=" + new_branch() +
                ";rport\nMax-Forwards: 70\nFrom: <sip:" + escaped(from) + "@VDP>;tag=caller\nTo: <sip:" + user +
                "@VDP>\nCall-ID: call-1\nCSeq: 1 " + method + "\nContact: <sip:c@192.0.2.20:5060>\n" + lines +
                (invite ? "Content-Type: application/sdp\nContent-Length: 5\n\nv=0\n\n" : "Content-Length: 0\n"));
  }
  static std::string escaped(const std::string& user) {
    return user.find('#') == std::string::npos ? user : escape_user(user);
  }

  // The request once more, with an answer to the challenge.
  std::string with_credentials(std::string bytes, const std::string& user, const std::string& challenged,
                               digest::Algorithm algorithm = digest::Algorithm::md5, std::string password = {}) {
    Message challenge;
    EXPECT_FALSE(challenge.parse(challenged));
    Message asked;
    EXPECT_FALSE(asked.parse(bytes));
    const bool proxy = challenge.status() == 407;
    for (const auto& line : challenge.lines()) {
      if (line.field != (proxy ? Field::proxy_authenticate : Field::www_authenticate)) continue;
      const auto parsed = digest::parse_challenge(challenge.value(line));
      if (!parsed || parsed->algorithm != algorithm) continue;
      const Account* account = accounts.find(user);
      if (password.empty()) password = "secret-" + (account == nullptr ? user : account->name);
      const auto value =
          digest::make_credentials(*parsed, user, password, asked.method_name(), asked.request_uri(), 1, "cnonce");
      bytes.insert(asked.first_line_end(), (proxy ? "Proxy-Authorization: " : "Authorization: ") + value + "\r\n");
      return bytes;
    }
    ADD_FAILURE() << "no challenge in " << challenged;
    return bytes;
  }
  // Sends it, answers the challenge, and gives back the first answer to the second try (further ones stay in
  // transport).
  std::string authenticated(const std::string& bytes, const std::string& user, const Hop& from) {
    transport.take();
    send(bytes, from);
    auto challenged = transport.take();
    if (challenged.empty()) return {};
    if (challenged[0].bytes.find(" 401 ") == std::string::npos &&
        challenged[0].bytes.find(" 407 ") == std::string::npos)
      return challenged[0].bytes;
    send(with_branch(with_credentials(bytes, user, challenged[0].bytes), new_branch()), from);
    if (transport.sent.empty()) return {};
    const std::string answer = transport.sent.front().bytes;
    transport.sent.erase(transport.sent.begin());
    return answer;
  }
  std::string register_as(const std::string& user, const Hop& from, std::string account = {},
                          const std::string& lines = {}, int cseq = 0) {
    if (account.empty()) account = user;
    if (from.kind == TransportKind::local) {
      // Over the wire inside the process answers come back as messages of their own; the transport sees none.
      return register_locally(user, account, lines);
    }
    std::string contact = lines;
    if (contact.empty() && from.kind == TransportKind::udp) contact = "Contact: <sip:x@" + from.address.text() + ">\n";
    return authenticated(registration(user.find('%') == std::string::npos ? user : account, contact, cseq), account,
                         from);
  }
  // Asked over the wire inside the process, and once more with an answer to a challenge, if there is one; then
  // `meanwhile` happens.
  std::string ask_locally(const std::string& request, const std::string& account,
                          const std::function<void()>& meanwhile) {
    struct Answers final : ClientListener {
      void on_response(TransactionId, const Message& response, const Hop&) override { last = response.bytes(); }
      void on_failed(TransactionId, Failure) override {}
      std::string last;
    } answers;
    const auto ask = [&](std::string bytes) {
      const auto via = bytes.find("Via: ");
      bytes.erase(via, bytes.find("\r\n", via) + 2 - via);
      core.send(bytes, Hop::local_server(), &answers);
      for (int i = 0; i < 4; ++i) clock.advance(std::chrono::milliseconds(1));
    };
    ask(request);
    const bool challenged = answers.last.find(" 401 ") < 12 || answers.last.find(" 407 ") < 12;
    if (challenged) ask(with_credentials(request, account, answers.last));
    if (meanwhile) meanwhile();
    clock.advance(std::chrono::seconds(1));
    return answers.last;
  }
  std::string register_locally(const std::string& user, const std::string& account, const std::string& lines) {
    return ask_locally(registration(user, lines), account, {});
  }
  std::string call_locally(const std::string& to, const std::string& user, const std::function<void()>& meanwhile) {
    return ask_locally(request("INVITE", to, user), user, meanwhile);
  }
  std::string call(const std::string& to, const std::string& user, std::string from = {}) {
    if (from.empty()) from = user;
    return authenticated(request("INVITE", to, from), user, caller);
  }
  void answer(const MemoryTransport::Sent& sent, int status, const std::string& tag = "callee") {
    Message message;
    ASSERT_FALSE(message.parse(sent.bytes));
    auto builder = Builder::response(message, {}, status, {}, tag);
    if (status < 300) builder.copy(message, Field::record_route);
    transport.deliver(builder.finish(), sent.to);
  }
  static std::string with_branch(std::string bytes, const std::string& branch) {
    const auto at = bytes.find("branch=") + 7;
    return bytes.replace(at, bytes.find_first_of(";\r", at) - at, branch);
  }

  SimulatedClock clock;
  MemoryTransport transport;
  MemoryAccounts accounts;
  MemoryStore store;
  int branches = 0, sequence = 0;
  bool allowed = true;
  std::string locked = "?";
  std::vector<std::string> right;
  std::string last_branch;
  std::vector<std::pair<std::string, bool>> presence;
  std::vector<std::string> reachable;
  std::vector<std::string> full;
  std::vector<std::string> failed;
  Core core{clock, transport, trying_at_once()};
  Server server{core, accounts, &store, std::string(32, 'k'), {}, events()};
  Hop phone = udp("192.0.2.10");
  Hop caller = udp("192.0.2.20");
  Hop stranger = udp("203.0.113.9");
};

}  // namespace lintel::sip::test
