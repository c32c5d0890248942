// What the tests of this room share: a transport in memory, a directory in memory, and messages to write quickly.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "sip/digest.hpp"
#include "sip/server.hpp"
#include "sip/transaction.hpp"

namespace lintel::sip::test {

// So that a test sees by the 100 what was taken, without any time going by.
inline TransactionSettings trying_at_once() {
  TransactionSettings settings;
  settings.trying = Duration::zero();
  return settings;
}

// Lines with CRLF from lines with LF, and the empty line at the end of the headers if there is none.
inline std::string crlf(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') result.push_back('\r');
    result.push_back(c);
  }
  if (result.find("\r\n\r\n") == std::string::npos) result += "\r\n";
  return result;
}

inline Hop udp(std::string_view host, std::uint16_t port = 5060) {
  return {TransportKind::udp, 20, SocketAddress::parse(host, port).value(), {}};
}
inline Hop tcp(FlowId flow, std::string_view host, std::uint16_t port) {
  return {TransportKind::tcp, flow, SocketAddress::parse(host, port).value(), {}};
}
inline Hop wss(FlowId flow, std::string_view host = "192.0.2.77") {
  return {TransportKind::wss, flow, SocketAddress::parse(host, 40'000).value(), {}};
}

// Keeps what is sent; messages are brought in by deliver().
class MemoryTransport final : public Transport {
 public:
  struct Sent {
    Hop to;
    std::string bytes;
    [[nodiscard]] std::string first_line() const { return bytes.substr(0, bytes.find('\r')); }
  };
  void set_sink(TransportSink* sink) override { sink_ = sink; }
  FlowId send(const Hop& to, std::string_view bytes) override {
    if (to.flow != 0 && gone.contains(to.flow)) return 0;
    sent.push_back({to, std::string(bytes)});
    return to.flow == 0 ? 20 : to.flow;
  }
  [[nodiscard]] bool is_open(FlowId flow) const override { return !gone.contains(flow); }
  [[nodiscard]] std::string_view sent_by(const Hop&) override { return own; }
  void close(FlowId flow) override { gone.insert(flow); }

  void deliver(std::string_view bytes, const Hop& from) {
    Message message;
    const std::string kept(bytes);
    if (message.parse(kept)) return;
    sink_->on_message(message, message.check(), from);
  }
  void close_from_afar(FlowId flow) {
    gone.insert(flow);
    sink_->on_flow_closed(flow);
  }
  // What was sent since the last call.
  std::vector<Sent> take() { return std::exchange(sent, {}); }
  [[nodiscard]] std::vector<std::string> take_first_lines() {
    std::vector<std::string> lines;
    for (const auto& one : take()) lines.push_back(one.first_line());
    return lines;
  }

  std::vector<Sent> sent;
  std::set<FlowId> gone;
  std::string own = "192.0.2.1:5060";

 private:
  TransportSink* sink_ = nullptr;
};

// Accounts "name" with password "secret-name".
class MemoryAccounts final : public Accounts {
 public:
  explicit MemoryAccounts(std::string realm = "VDP") : realm_(std::move(realm)) {}
  // An alias is what stands at the front of the name.
  void add(const std::string& name, const std::string& alias = {}, std::uint16_t contacts = 5) {
    accounts_[name] = {name, static_cast<std::uint8_t>(alias.size()), contacts};
  }
  [[nodiscard]] const Account* find(std::string_view user) const override {
    for (const auto& [name, account] : accounts_)
      if (account.is_called(user)) return &account;
    return nullptr;
  }
  [[nodiscard]] std::optional<Ha1> ha1(const Account& account, std::string_view user,
                                       digest::Algorithm algorithm) const override {
    return Ha1(digest::ha1(algorithm, user, realm_, "secret-" + account.name), Ha1::as_digits);
  }
  [[nodiscard]] std::vector<const Account*> expand(std::string_view user) const override {
    const Account* account = find(user);
    if (account == nullptr) return {};
    std::vector<const Account*> result{account};
    const auto hash = account->name.find("#0");
    if (!group_call || hash == std::string::npos) return result;
    const std::string room = account->name.substr(0, hash + 1);
    for (const auto& [name, other] : accounts_)
      if (name.starts_with(room) && &other != account) result.push_back(&other);
    return result;
  }
  [[nodiscard]] bool may_call(const Account&, std::string_view user) const override {
    return !forbidden.contains(std::string(user));
  }
  bool group_call = true;
  std::set<std::string> forbidden;

 private:
  std::string realm_;
  std::map<std::string, Account> accounts_;
};

class MemoryStore final : public BindingStore {
 public:
  void save(const StoredBinding& binding) override { bindings[{binding.account, binding.id}] = binding; }
  void remove(const std::string& account, const std::string& id) override { bindings.erase({account, id}); }
  void write() override { ++writes; }
  [[nodiscard]] std::vector<StoredBinding> load() override {
    std::vector<StoredBinding> result;
    for (const auto& [key, binding] : bindings) result.push_back(binding);
    return result;
  }
  std::map<std::pair<std::string, std::string>, StoredBinding> bindings;
  int writes = 0;
};

// The value of one header in serialised bytes; empty when absent.
inline std::string header(std::string_view bytes, std::string_view name) {
  Message message;
  const std::string kept(bytes);
  if (message.parse(kept)) return {};
  return std::string(message.value(name));
}

}  // namespace lintel::sip::test
