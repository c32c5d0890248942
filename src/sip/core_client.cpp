// Client transactions: RFC 3261 §17.1, RFC 6026 §7.2.
#include <algorithm>
#include <array>
#include <charconv>

#include "sip/core_inner.hpp"
#include "sip/dialog.hpp"

namespace lintel::sip {
namespace {

constexpr std::string_view branch_start = "z9hG4bK-";

std::string head_of(const std::string& request) {
  constexpr std::string_view end_of_headers = "\r\n\r\n";
  const auto end = request.find(end_of_headers);
  return end == std::string::npos ? request : request.substr(0, end + end_of_headers.size());
}

bool copied_to_ack_and_cancel(Field field) {
  return field == Field::from || field == Field::call_id || field == Field::route;
}

}  // namespace

// The id, and a keyed hash of it: nobody else can make a response that we take for one of ours.
void Core::Inner::append_branch(Buffer& out, TransactionId id) const {
  out.append(branch_start).append_number(id, 16).append('-').append(Tag(hash(id)).view());
}

ClientTransaction* Core::Inner::client_of(std::string_view branch) {
  if (!branch.starts_with(branch_start)) return nullptr;
  const char* const first = branch.data() + branch_start.size();
  const char* const last = branch.data() + branch.size();
  TransactionId id = 0;
  const auto [end, error] = std::from_chars(first, last, id, 16);
  if (error != std::errc() || end == last || *end != '-') return nullptr;
  const auto found = clients.find(id);
  if (found == clients.end()) return nullptr;
  // What follows is the hash, made anew rather than kept.
  return std::string_view(end + 1, last) == Tag(hash(id)).view() ? &found->second : nullptr;
}

TransactionId Core::send(std::string request, const Hop& to, ClientListener* listener, const ClientOptions& options) {
  return inner_->send(std::move(request), to, listener, options, 0);
}

TransactionId Core::Inner::send(std::string request, const Hop& to, ClientListener* listener,
                                const ClientOptions& options, TransactionId parent) {
  if (is_full(options.relayed)) return 0;
  const TransactionId id = next_id++;
  const bool invite = request.starts_with("INVITE ");
  if (parent == 0 && !insert_via(request, to, id)) return 0;
  const FlowId flow = send_bytes(to, request);
  // What ends something is worth more tries, be the network away this instant: a phone would ring, or talk, on alone.
  const bool ends = parent != 0 || request.starts_with("BYE ");
  if (flow == 0 && (is_reliable(to.kind) || !ends)) return 0;
  ClientTransaction& transaction = clients[id];
  transaction.id = id;
  transaction.to = to;
  transaction.to.flow = flow;
  transaction.listener = listener;
  transaction.parent = parent;
  transaction.invite = invite;
  transaction.sent = clock.monotonic();
  transaction.again.owner = transaction.end.owner = id;
  transaction.again.kind = client_again;
  transaction.end.kind = client_end;
  if (invite || !is_reliable(to.kind)) transaction.request = std::move(request);
  if (invite && to.kind == TransportKind::local) {
    // In this process the other end gives a final answer: nothing is lost that a 100 or timer B would be for, and no
    // CANCEL overtakes its INVITE.
    transaction.state = ClientTransaction::State::proceeding;
    return id;
  }
  if (!is_reliable(to.kind)) {
    transaction.interval = settings.t1;
    wheel.arm(transaction.again, transaction.interval);  // timer A or E
  } else if (invite) {
    shrink(transaction);  // never sent again
  }
  wheel.arm(transaction.end, options.timeout > Duration::zero() ? options.timeout : settings.linger);  // timer B or F
  return id;
}

bool Core::send_directly(std::string request, const Hop& to) {
  return inner_->insert_via(request, to, inner_->next_id++) && send_bytes(to, request) != 0;
}

// Keeps the headers of an INVITE, of which its ACK and CANCEL repeat some: the offer, most of it, goes. Not read again
// for that: most calls need neither.
void Core::Inner::shrink(ClientTransaction& transaction) {
  transaction.request = head_of(transaction.request);
}

bool Core::Inner::insert_via(std::string& request, const Hop& to, TransactionId id) {
  const auto line_end = request.find('\n');
  if (line_end == std::string::npos) return false;
  via_line.clear();
  via_line.append("Via: SIP/2.0/").append(via_name_of(to.kind)).append(' ').append(core.sent_by(to)).append(";branch=");
  append_branch(via_line, id);
  via_line.append(";rport\r\n");
  request.insert(line_end + 1, via_line.view());
  return true;
}

void Core::Inner::client_again_due(ClientTransaction& transaction) {
  using State = ClientTransaction::State;
  if (transaction.state > State::proceeding || (transaction.invite && transaction.state != State::calling)) return;
  send_bytes(transaction.to, transaction.request);
  transaction.interval *= 2;
  if (!transaction.invite)
    transaction.interval =
        transaction.state == State::proceeding ? settings.t2 : std::min(transaction.interval, settings.t2);
  wheel.arm(transaction.again, transaction.interval);
}

void Core::Inner::on_response(const Message& message, const Hop& from) {
  using State = ClientTransaction::State;
  const auto& via = message.top_via();
  const auto& cseq = message.cseq();
  ClientTransaction* transaction = via && cseq ? client_of(via->branch) : nullptr;
  if (transaction != nullptr && transaction->invite && cseq->method == "CANCEL") {
    const auto cancel = clients.find(transaction->cancelled_by);
    transaction = cancel == clients.end() ? nullptr : &cancel->second;
    if (transaction == nullptr) return;
  }
  if (transaction == nullptr) {
    ask_handlers([&](RequestHandler* handler) { return handler->on_stray_response(message, from); });
    return;
  }
  if (!is_same_neighbour(transaction->to, from)) return;  // it was asked of somebody else
  const TransactionId id = transaction->id;
  const int status = message.status();
  const bool invite = transaction->invite;
  ClientListener* const listener = transaction->listener;
  if (status < 200) {
    if (transaction->state > State::proceeding) return;
    if (invite) {
      if (transaction->state == State::calling) {
        Wheel::cancel(transaction->again);
        if (transaction->cancelled_by == 0) Wheel::cancel(transaction->end);
        if (!is_reliable(transaction->to.kind)) shrink(*transaction);
      }
      transaction->state = State::proceeding;
      if (transaction->cancel_wanted) send_cancel(*transaction);
    } else {
      transaction->state = State::proceeding;
    }
    if (listener != nullptr) listener->on_response(id, message, from);
    return;
  }
  if (transaction->state == State::completed) {
    if (!transaction->ack.empty()) send_bytes(transaction->to, transaction->ack);
    return;
  }
  if (transaction->state == State::accepted) {
    if (status >= 300) return;
    if (listener != nullptr) return listener->on_response(id, message, from);
    if (!transaction->ack.empty()) core.send_directly(transaction->ack, transaction->to);
    return;
  }
  Wheel::cancel(transaction->again);
  const bool reliable = is_reliable(transaction->to.kind);
  bool over = false;
  if (invite && status < 300) {
    transaction->state = State::accepted;
    if (listener == nullptr) end_late_answer(*transaction, message);
    transaction->request = {};
    wheel.arm(transaction->end, settings.linger);  // timer M
  } else {
    transaction->state = State::completed;
    if (invite) acknowledge(*transaction, message);
    transaction->request = {};
    over = reliable;  // timers D and K are zero
    if (!over) wheel.arm(transaction->end, invite ? settings.linger : settings.t4);
  }
  if (listener != nullptr) listener->on_response(id, message, from);
  if (!over) return;
  if (const auto found = clients.find(id); found != clients.end()) end_client(found);
}

void Core::Inner::end_client(std::unordered_map<TransactionId, ClientTransaction>::iterator found) {
  if (found->second.given_up) --given_up;
  clients.erase(found);
}

void Core::Inner::fail(TransactionId id, Failure failure) {
  const auto found = clients.find(id);
  if (found == clients.end()) return;
  ClientListener* const listener = found->second.listener;
  end_client(found);
  if (listener != nullptr) listener->on_failed(id, failure);
}

// A Wi-Fi that stalls, or a queue on the way, may bring the INVITE when nobody waits for its answer any more. The phone
// would ring with no one to stop it, and be busy for the next call: what it says then is still to meet a CANCEL.
void Core::Inner::give_up(ClientTransaction& transaction) {
  const Duration left = transaction.sent + settings.heard_late - clock.monotonic();
  if (left <= Duration::zero() || given_up >= settings.given_up) return fail(transaction.id, Failure::timeout);
  ++given_up;
  transaction.given_up = transaction.cancel_wanted = true;
  Wheel::cancel(transaction.again);
  shrink(transaction);
  wheel.arm(transaction.end, left);
  ClientListener* const listener = std::exchange(transaction.listener, nullptr);
  if (listener != nullptr) listener->on_failed(transaction.id, Failure::timeout);
}

// A phone that picked up, perhaps by itself, after everybody had left: it learns that the call is over (RFC 3261
// §13.2.2.4) rather than to listen to nobody. In a dialog that stands, its two sides know how to go on.
void Core::Inner::end_late_answer(ClientTransaction& invite, const Message& response) {
  auto dialog = Dialog::of_response(response, {});
  if (!dialog || scratch.parse(invite.request) || !scratch.to_tag().empty()) return;
  if (dialog->remote_target.empty()) dialog->remote_target = scratch.request_uri();
  // The nearest routes are those that the request had when it left here: they lead to us, and back to who asked.
  const auto behind_us = std::min(scratch.list(Field::record_route).size(), dialog->routes.size());
  dialog->routes.erase(dialog->routes.begin(), dialog->routes.begin() + static_cast<std::ptrdiff_t>(behind_us));
  invite.ack = dialog->request("ACK", dialog->local_cseq).finish();
  core.send_directly(invite.ack, invite.to);
  send(dialog->request("BYE").finish(), invite.to, nullptr, {}, 0);
}

// RFC 3261 §17.1.1.3.
void Core::Inner::acknowledge(ClientTransaction& transaction, const Message& response) {
  if (scratch.parse(transaction.request)) return;
  const auto cseq = scratch.cseq();
  std::string ack;
  ack.reserve(transaction.request.size() + 64);
  ack.append("ACK ").append(scratch.request_uri()).append(" SIP/2.0\r\n");
  ack.append("Via: ").append(scratch.first_of_list(Field::via)).append("\r\n");
  for (const auto& line : scratch.lines())
    if (copied_to_ack_and_cancel(line.field)) ack.append(transaction.request, line.begin, line.end - line.begin);
  ack.append("To: ").append(response.value(Field::to)).append("\r\n");
  ack.append("CSeq: ").append(std::to_string(cseq ? cseq->number : 1)).append(" ACK\r\n");
  ack.append("Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n");
  send_bytes(transaction.to, ack);
  if (!is_reliable(transaction.to.kind)) transaction.ack = std::move(ack);
}

void Core::cancel(TransactionId id, std::string_view extra) {
  const auto found = inner_->clients.find(id);
  if (found == inner_->clients.end()) return;
  ClientTransaction& transaction = found->second;
  if (!transaction.invite || transaction.cancel_wanted || transaction.state > ClientTransaction::State::proceeding)
    return;
  transaction.cancel_wanted = true;
  transaction.cancel_extra = extra;
  // Before the first provisional it must wait (RFC 3261 §9.1); timer B still runs.
  if (transaction.state == ClientTransaction::State::proceeding) inner_->send_cancel(transaction);
}

void Core::Inner::send_cancel(ClientTransaction& invite) {
  if (invite.cancelled_by != 0 || scratch.parse(invite.request)) return;
  const auto cseq = scratch.cseq();
  std::string cancel;
  cancel.reserve(invite.request.size() + invite.cancel_extra.size() + 64);
  cancel.append("CANCEL ").append(scratch.request_uri()).append(" SIP/2.0\r\n");
  cancel.append("Via: ").append(scratch.first_of_list(Field::via)).append("\r\n");
  for (const auto& line : scratch.lines())
    if (copied_to_ack_and_cancel(line.field) || line.field == Field::to)
      cancel.append(invite.request, line.begin, line.end - line.begin);
  cancel.append("CSeq: ").append(std::to_string(cseq ? cseq->number : 1)).append(" CANCEL\r\n");
  cancel.append("Max-Forwards: 70\r\n").append(invite.cancel_extra).append("Content-Length: 0\r\n\r\n");
  invite.cancel_extra = {};
  wheel.arm(invite.end, settings.linger);  // without a final by then it is given up (§9.1)
  invite.cancelled_by = send(std::move(cancel), invite.to, nullptr, {}, invite.id);
}

void Core::forget(TransactionId id) {
  if (const auto client = inner_->clients.find(id); client != inner_->clients.end()) {
    client->second.listener = nullptr;
    cancel(id);  // an INVITE that rings has no timer of its own
  }
  if (const auto server = inner_->servers.find(id); server != inner_->servers.end()) server->second.listener = nullptr;
}

FlowId Core::flow_of(TransactionId client) const {
  const auto found = inner_->clients.find(client);
  return found == inner_->clients.end() ? 0 : found->second.to.flow;
}

}  // namespace lintel::sip
