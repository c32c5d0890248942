// Server transactions: RFC 3261 §17.2, RFC 6026 §7.1.
#include "base/bytes.hpp"
#include "sip/core_inner.hpp"

namespace lintel::sip {
namespace {

constexpr std::string_view magic_cookie = "z9hG4bK";
// A handler that never answers must not leave its transaction for ever.
constexpr Duration forgotten = std::chrono::minutes(15);

}  // namespace

std::uint64_t Core::Inner::server_key(const Message& message, bool as_invite) const {
  const auto& via = message.top_via();
  auto run = hash.run();
  if (!via) return run.finish();
  const auto branch = via->branch;
  const std::string_view method = as_invite ? "INVITE" : message.method_name();
  if (branch.size() > magic_cookie.size() && branch.starts_with(magic_cookie))
    return run.add(branch).add(via->host).add(std::uint64_t{via->port}).add(method).finish();
  // RFC 2543: no usable branch (RFC 3261 §17.2.3).
  const auto cseq = message.cseq();
  return run.add(via->text)
      .add(message.from_tag())
      .add(message.call_id())
      .add(std::uint64_t{cseq ? cseq->number : 0})
      .add(message.request_uri())
      .add(method)
      .finish();
}

ServerTransaction* Core::Inner::server_of(std::uint64_t key) {
  const auto id = server_by_key.find(key);
  if (id == server_by_key.end()) return nullptr;
  const auto found = servers.find(id->second);
  return found == servers.end() ? nullptr : &found->second;
}

Hop Core::Inner::response_hop(const Message& request, const Hop& from) const {
  if (from.kind != TransportKind::udp) return from;
  Hop hop = from;
  const auto& via = request.top_via();
  // RFC 3581 §4; without rport the answer goes to the port of sent-by, at the address it came from.
  if (via && !via->rport) hop.address.set_port(via->port == 0 ? 5060 : via->port);
  return hop;
}

Core::Tag Core::Inner::stateless_tag(const Message& request) const {
  // The same for every retransmission and for the ACK.
  const auto& cseq = request.cseq();
  const std::uint64_t number =
      hash.run().add(request.call_id()).add(request.from_tag()).add(std::uint64_t{cseq ? cseq->number : 0}).finish();
  return Tag(number);
}

Core::Tag::Tag(std::uint64_t number) {
  bytes::to_hex({reinterpret_cast<const char*>(&number), sizeof number}, digits_.data());
}

TransactionId Core::accept(const Incoming& request, ServerListener* listener, bool trying) {
  Inner& inner = *inner_;
  if (inner.is_full(request.from.kind != TransportKind::local)) {
    reply(request, 503);
    return 0;
  }
  const TransactionId id = inner.next_id++;
  ServerTransaction& transaction = inner.servers[id];
  transaction.id = id;
  transaction.key = request.key != 0 ? request.key : inner.server_key(request.message, false);
  transaction.to = inner.response_hop(request.message, request.from);
  transaction.listener = listener;
  transaction.method = request.message.method();
  transaction.invite = transaction.method == Method::invite;
  transaction.again.owner = transaction.end.owner = id;
  transaction.again.kind = Inner::server_again;
  transaction.end.kind = Inner::server_end;
  if (transaction.invite && trying && request.from.kind != TransportKind::local) {
    transaction.response = Builder::response(request.message, request.from, 100).finish();
    if (inner.settings.trying > Duration::zero())
      inner.wheel.arm(transaction.again, inner.settings.trying);
    else
      inner.send_bytes(transaction.to, transaction.response);
  }
  inner.wheel.arm(transaction.end, forgotten);
  inner.server_by_key[transaction.key] = id;
  ++inner.servers_of[static_cast<std::size_t>(transaction.method)];
  return id;
}

bool Core::respond(TransactionId id, std::string response) {
  Inner& inner = *inner_;
  const auto found = inner.servers.find(id);
  if (found == inner.servers.end() || response.size() < 12) return false;
  ServerTransaction& transaction = found->second;
  using State = ServerTransaction::State;
  const char kind = response[8];  // "SIP/2.0 200"
  const bool two_hundred = kind == '2';
  if (transaction.state != State::proceeding && !(transaction.state == State::accepted && two_hundred)) return false;
  inner.send_bytes(transaction.to, response);
  Wheel::cancel(transaction.again);
  if (kind == '1') {
    transaction.response = std::move(response);
    return true;
  }
  const bool reliable = is_reliable(transaction.to.kind);
  const Duration linger = inner.settings.linger;
  if (transaction.invite && two_hundred) {
    if (transaction.state == State::accepted) return true;
    transaction.state = State::accepted;
    transaction.response = {};
    inner.wheel.arm(transaction.end, linger);  // timer L
    return true;
  }
  transaction.state = State::completed;
  transaction.response = std::move(response);
  if (transaction.invite && !reliable) {
    transaction.interval = inner.settings.t1;
    inner.wheel.arm(transaction.again, transaction.interval);  // timer G
  }
  // Timer H or J; J is zero on a reliable transport, which here means the wheel's next step.
  inner.wheel.arm(transaction.end, !transaction.invite && reliable ? Duration::zero() : linger);
  return true;
}

void Core::Inner::end_server(TransactionId id, bool acknowledged) {
  const auto found = servers.find(id);
  if (found == servers.end()) return;
  const auto gone = servers.extract(found);
  const ServerTransaction& transaction = gone.mapped();
  --servers_of[static_cast<std::size_t>(transaction.method)];
  if (const auto key = server_by_key.find(transaction.key); key != server_by_key.end() && key->second == id)
    server_by_key.erase(key);
  if (transaction.listener != nullptr) transaction.listener->on_terminated(id, acknowledged);
}

}  // namespace lintel::sip
