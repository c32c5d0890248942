// Core: what handlers and transports call, the local wire, and the dispatch of what comes in.
#include <algorithm>
#include <set>

#include "sip/core_inner.hpp"

namespace lintel::sip {
namespace {

// The ends of the local wire, as the flow of a Hop that leads to them.
constexpr FlowId server_flow = 1;
constexpr FlowId endpoint_flow = 2;

}  // namespace

Core::Inner::Inner(Core& the_core, Clock& the_clock, Transport& the_transport, TransactionSettings the_settings)
    : core(the_core),
      clock(the_clock),
      transport(the_transport),
      settings(std::move(the_settings)),
      wheel(the_clock, [this](TransactionId id, std::uint8_t kind) { alarm(id, static_cast<Alarm>(kind)); }) {}

Core::Core(Clock& clock, Transport& transport, TransactionSettings settings)
    : inner_(std::make_unique<Inner>(*this, clock, transport, std::move(settings))) {
  transport.set_sink(this);
}

Core::~Core() {
  inner_->transport.set_sink(nullptr);
}

void Core::add_handler(RequestHandler& handler) {
  inner_->handlers.push_back(&handler);
}
void Core::add_handler_first(RequestHandler& handler) {
  inner_->handlers.insert(inner_->handlers.begin(), &handler);
}
void Core::remove_handler(RequestHandler& handler) {
  std::erase(inner_->handlers, &handler);
}

std::size_t Core::size() const {
  return inner_->clients.size() + inner_->servers.size();
}
Transport& Core::transport() {
  return inner_->transport;
}
Clock& Core::clock() {
  return inner_->clock;
}
const TransactionSettings& Core::settings() const {
  return inner_->settings;
}
std::string Core::new_branch() {
  Buffer branch;
  inner_->append_branch(branch, inner_->next_id++);
  return std::string(branch.view());
}
FlowId Core::send_bytes(const Hop& to, std::string_view bytes) {
  return inner_->send_bytes(to, bytes);
}

bool Core::is_open(const Hop& hop) const {
  if (hop.kind == TransportKind::local) return true;
  return hop.flow == 0 ? hop.kind == TransportKind::udp : inner_->transport.is_open(hop.flow);
}

std::string_view Core::sent_by(const Hop& to) {
  return to.kind == TransportKind::local ? "station.invalid" : inner_->transport.sent_by(to);
}

void Core::on_message(const Message& message, const Fault& fault, const Hop& from) {
  if (!message.is_request()) {
    if (!fault) inner_->on_response(message, from);
    return;
  }
  if (fault) {
    // What cannot be read goes back as it came, and the answer to where the request came from (RFC 4475 §3.1.2.1,
    // §3.1.2.4, §3.1.2.16, §3.3.1). Without any Via nobody would know the answer for theirs; an ACK never has one.
    if (message.method() != Method::ack && message.has(Field::via)) reply({message, from}, fault.code, fault.reason);
    return;
  }
  inner_->on_request(message, from);
}

void Core::Inner::on_request(const Message& message, const Hop& from) {
  if (message.method() == Method::ack || message.method() == Method::cancel) {
    ServerTransaction* invite = server_of(server_key(message, true));
    if (message.method() == Method::ack) {
      if (invite != nullptr && invite->state != ServerTransaction::State::accepted) {
        if (invite->state != ServerTransaction::State::completed) return;  // an ACK of nothing, or another of the same
        invite->state = ServerTransaction::State::confirmed;
        Wheel::cancel(invite->again);
        invite->response = {};
        if (is_reliable(invite->to.kind)) return end_server(invite->id, true);
        wheel.arm(invite->end, settings.t4);  // timer I
        return;
      }
      if (const auto tag = message.to_tag(); !tag.empty() && tag == stateless_tag(message).view()) return;
      return dispatch({message, from});
    }
    if (invite != nullptr && is_same_neighbour(invite->to, from)) {
      core.reply({message, from}, 200);
      if (invite->state == ServerTransaction::State::proceeding && invite->listener != nullptr)
        invite->listener->on_cancel(invite->id, message);
      return;
    }
    return dispatch({message, from});
  }
  // The local wire repeats nothing.
  if (servers_of[static_cast<std::size_t>(message.method())] == 0 || from.kind == TransportKind::local)
    return dispatch({message, from});
  const std::uint64_t key = server_key(message, false);
  if (ServerTransaction* known = server_of(key); known != nullptr) {
    // A retransmission. A 2xx to INVITE is retransmitted by who made it, not by us (RFC 6026 §7.1).
    if (!known->response.empty() && known->state != ServerTransaction::State::accepted &&
        known->state != ServerTransaction::State::confirmed)
      send_bytes(known->to, known->response);
    return;
  }
  dispatch({message, from, key});
}

void Core::Inner::dispatch(const Incoming& request) {
  if (ask_handlers([&](RequestHandler* handler) { return handler->on_request(request); })) return;
  const Method method = request.message.method();
  if (method == Method::ack) return;
  core.reply(request, method == Method::cancel || !request.message.to_tag().empty() ? 481 : 404);
}

void Core::reply(const Incoming& request, std::string_view response) {
  inner_->send_bytes(inner_->response_hop(request.message, request.from), response);
}

void Core::reply(const Incoming& request, int status, std::string_view reason) {
  const Tag tag = inner_->stateless_tag(request.message);
  auto builder = Builder::response(request.message, request.from, status, reason, tag.view());
  builder.add("Server", inner_->settings.user_agent);
  if (status == 405)
    builder.add("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, UPDATE, MESSAGE, NOTIFY, PRACK");
  reply(request, builder);
}

Core::Tag Core::reply_tag(const Incoming& request) const {
  return inner_->stateless_tag(request.message);
}

FlowId Core::Inner::send_bytes(const Hop& to, std::string_view bytes) {
  return to.kind == TransportKind::local ? send_local(to, std::string(bytes)) : transport.send(to, bytes);
}

FlowId Core::Inner::send_local(const Hop& to, std::string bytes) {
  constexpr std::size_t most_waiting = 1024;
  if (local.size() >= most_waiting || (to.flow != server_flow && to.flow != endpoint_flow)) return 0;
  local.emplace_back(to.flow, std::move(bytes));
  if (!local_due.armed()) local_due = clock.after(Duration::zero(), [this] { deliver_local(); });
  return to.flow;
}

void Core::Inner::deliver(const std::pair<FlowId, std::string>& sent) {
  if (from_wire.parse(sent.second)) return;
  delivering = true;
  core.on_message(from_wire, from_wire.check(),
                  sent.first == server_flow ? Hop::local_endpoint() : Hop::local_server());
  delivering = false;
}

void Core::hurry_to_server() {
  if (inner_->delivering) return;
  auto& local = inner_->local;
  const auto to_server = [](const auto& sent) { return sent.first == server_flow; };
  for (auto left = std::count_if(local.begin(), local.end(), to_server); left > 0; --left) {
    const auto next = std::find_if(local.begin(), local.end(), to_server);
    const auto sent = std::move(*next);
    local.erase(next);
    inner_->deliver(sent);
  }
}

void Core::Inner::deliver_local() {
  // Only what waits now: the two ends talking to each other must not hold the loop.
  for (std::size_t count = local.size(); count > 0; --count) {
    const auto sent = std::move(local.front());
    local.pop_front();
    deliver(sent);
  }
  if (!local.empty()) local_due = clock.after(Duration::zero(), [this] { deliver_local(); });
}

void Core::on_flow_closed(FlowId flow) {
  inner_->closed.push_back(flow);
  if (!inner_->closed_due.armed())
    inner_->closed_due = inner_->clock.after(Duration::zero(), [this] { inner_->flows_closed(); });
  const auto asked = inner_->handlers;
  for (RequestHandler* handler : asked) handler->on_flow_closed(flow);
}

void Core::on_flow_untrusted(FlowId flow) {
  inner_->untrusted.push_back(flow);
}

void Core::Inner::flows_closed() {
  // One pass over the transactions however many flows have gone.
  const std::set<FlowId> gone(closed.begin(), closed.end());
  closed.clear();
  const std::vector<FlowId> strangers = std::exchange(untrusted, {});
  std::vector<std::pair<TransactionId, Failure>> unsent;
  for (const auto& [id, transaction] : clients)
    if (transaction.state <= ClientTransaction::State::proceeding && gone.contains(transaction.to.flow))
      unsent.emplace_back(id, std::ranges::find(strangers, transaction.to.flow) == strangers.end()
                                  ? Failure::transport
                                  : Failure::untrusted);
  for (const auto& [id, failure] : unsent) fail(id, failure);
  std::vector<TransactionId> failed;
  for (const auto& [id, transaction] : servers)
    if (is_reliable(transaction.to.kind) && gone.contains(transaction.to.flow)) failed.push_back(id);
  for (const TransactionId id : failed) end_server(id, false);
}

void Core::Inner::alarm(TransactionId id, Alarm kind) {
  if (kind == client_again || kind == client_end) {
    const auto found = clients.find(id);
    if (found == clients.end()) return;
    ClientTransaction& transaction = found->second;
    if (kind == client_again) return client_again_due(transaction);
    if (transaction.state > ClientTransaction::State::proceeding) return end_client(found);
    if (transaction.invite && transaction.state == ClientTransaction::State::calling && !transaction.given_up)
      return give_up(transaction);
    fail(id, Failure::timeout);
    return;
  }
  const auto found = servers.find(id);
  if (found == servers.end()) return;
  ServerTransaction& transaction = found->second;
  if (kind == server_end)
    return end_server(id, !transaction.invite || transaction.state >= ServerTransaction::State::confirmed);
  send_bytes(transaction.to, transaction.response);  // timer G, or the 100
  if (transaction.state == ServerTransaction::State::proceeding) return;
  transaction.interval = std::min(transaction.interval * 2, settings.t2);
  wheel.arm(transaction.again, transaction.interval);
}

}  // namespace lintel::sip
