// The stateful forking proxy: RFC 3261 §16, with flow tokens in Record-Route (RFC 5626 §5).
#include <algorithm>
#include <charconv>

#include "sip/server_inner.hpp"

namespace lintel::sip {
namespace {

constexpr std::string_view completed_elsewhere = "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n";

// Which of several refusals tells the caller most; smaller is better (RFC 3261 §16.7 step 6, and what a caller can act
// on).
int rank_of(int status) {
  if (status >= 600) return 0;
  if (status < 400) return 1;
  switch (status) {
    case 401:
    case 407:
    case 415:
    case 420:
    case 484:
    case 488:
      return 2;
    case 486:
      return 3;
    case 430:
    case 480:
      return 5;
    case 408:
      return 6;
    case 487:
      return 7;
    default:
      break;
  }
  return status < 500 ? 4 : status == 503 ? 9 : 8;
}

// Headers in a URI are no part of a request to it (RFC 3261 §19.1.1, RFC 4475 §3.3.14).
std::string_view request_uri_of(std::string_view contact) {
  if (contact.find('?') == std::string_view::npos) return contact;  // nearly all
  if (const auto uri = Uri::parse(contact); uri && !uri->headers.empty())
    contact.remove_suffix(uri->headers.size() + 1);
  return contact;
}

// Where no phone could be asked. The station rings each contact by itself, and tells a connection that is gone from a
// phone that is not to be disturbed; to others both are 480 (RFC 5626 §5.3, §11.5).
int nobody_asked(const Hop& caller) {
  return caller.kind == TransportKind::local ? 430 : 480;
}

bool forms_dialog(Method method) {
  return method == Method::invite || method == Method::subscribe || method == Method::refer;
}

}  // namespace

void Server::Inner::route(const Incoming& request, const Account& caller) {
  if (request.message.method() != Method::invite && request.message.bytes().size() > settings.largest_message &&
      request.from.kind != TransportKind::local)
    return core.reply(request, 513);
  const auto& uri = request.message.uri();
  const std::string user = uri->unescaped_user();
  // `;binding=` picks one contact: whoever rings each with an offer of its own says so.
  std::uint64_t only = 0;
  if (const auto picked = uri->parameter("binding")) {
    const auto [end, error] = std::from_chars(picked->data(), picked->data() + picked->size(), only, 16);
    if (error != std::errc() || end != picked->data() + picked->size() || only == 0) return core.reply(request, 404);
  }
  const auto way_to = [this](const Binding& binding, NextHop& target) {
    if (!registrar.reach(binding, target.hop)) return false;
    target.uri = request_uri_of(binding.contact());
    target.route = binding.path();
    return true;
  };
  const bool record = forms_dialog(request.message.method());
  const Monotonic now = core.clock().monotonic();
  const Account* const one = only == 0 ? nullptr : accounts.find(user);
  if (const Binding* const picked = one == nullptr ? nullptr : registrar.find(one->name, only, now)) {
    if (!accounts.may_call(caller, user)) return core.reply(request, 403);
    NextHop target;
    if (!way_to(*picked, target)) return core.reply(request, nobody_asked(request.from));
    return forward(request, {&target, 1}, &caller, record);
  }
  const auto called = accounts.expand(user);
  if (called.empty()) return core.reply(request, 404);
  if (!accounts.may_call(caller, user)) return core.reply(request, 403);
  std::vector<NextHop> targets;
  for (const Account* account : called) {
    registrar.for_each(account->name, now, [&](const Binding& binding) {
      if (only != 0 && binding.id != only) return;
      NextHop target;
      if (targets.size() >= settings.branches || !way_to(binding, target)) return;
      // A caller who calls its own account rings its other devices. Behind a proxy many accounts are at one place.
      if (only == 0 && account->name == caller.name && target.hop.kind == request.from.kind &&
          target.hop.flow == request.from.flow && target.hop.address == request.from.address)
        return;
      targets.push_back(target);
    });
  }
  if (targets.empty()) return core.reply(request, nobody_asked(request.from));
  forward(request, targets, &caller, record);
}

bool Server::Inner::take_place(const Incoming& request, const Account* caller, OpenRequests::Place& place) {
  if (request.from.kind == TransportKind::local) return true;
  place = caller != nullptr ? open_calls.take(caller->name, settings.calls, settings.calls_of_an_account)
                            : in_dialogs.take(request.from.address.host_bytes(), std::string_view::npos,
                                              settings.in_dialogs_of_a_host);
  if (!place) core.reply(request, 503);
  return static_cast<bool>(place);
}

void Server::Inner::forward(const Incoming& request, std::span<const NextHop> targets, const Account* caller,
                            bool record, std::string_view token) {
  const Method method = request.message.method();
  if (method == Method::ack) {
    core.send_directly(copy_for(request, targets.front(), caller, false, token), targets.front().hop);
    return;
  }
  OpenRequests::Place place;
  if (!take_place(request, caller, place)) return;
  const TransactionId server = core.accept(request, this);
  if (server == 0) return;
  ProxiedCall& call = calls.try_emplace(server, *this).first->second;
  call.server = server;
  call.head = request.message.bytes().substr(0, request.message.header_end());
  call.from = request.from;
  call.invite = method == Method::invite;
  call.timer_c.owner = server;
  call.place = std::move(place);
  call.branches.reserve(targets.size());
  for (const auto& target : targets) {
    ClientOptions options;
    options.relayed = call.from.kind != TransportKind::local;
    if (call.invite) options.timeout = settings.branch_timeout;
    const TransactionId client =
        core.send(copy_for(request, target, caller, record, token), target.hop, &call, options);
    if (client == 0) {
      note_final(call, nobody_asked(call.from), {});
      continue;
    }
    call.branches.push_back({client, false});
  }
  if (call.invite) wheel.arm(call.timer_c, settings.timer_c);
  finish_if_over(call);
}

Server::Inner::ProxiedCall::Branch* Server::Inner::ProxiedCall::branch_of(TransactionId client) {
  const auto found =
      std::find_if(branches.begin(), branches.end(), [client](const Branch& one) { return one.client == client; });
  return found == branches.end() ? nullptr : &*found;
}

void Server::Inner::ProxiedCall::on_response(TransactionId id, const Message& response, const Hop& /*from*/) {
  Branch* const branch = branch_of(id);
  if (branch == nullptr || response.status() == 100) return;
  const int status = response.status();
  if (status < 200) {
    if (answered) return;
    if (invite && !cancelled) inner.ring_on(*this);
    inner.core.respond(server, without_own_via(response));
    return;
  }
  branch->over = true;
  if (status < 300) {
    // The first, its retransmissions, and those of branches that answered at the same moment: all go back.
    inner.core.respond(server, without_own_via(response));
    if (answered) return;
    inner.settle(*this);
    inner.cancel_branches(*this, completed_elsewhere, id);
    return;
  }
  if (answered) return;
  inner.note_final(*this, status, without_own_via(response));
  if (status >= 600) inner.cancel_branches(*this, {}, id);
  inner.finish_if_over(*this);
}

void Server::Inner::ProxiedCall::on_failed(TransactionId id, Failure failure) {
  Branch* const branch = branch_of(id);
  if (branch == nullptr) return;
  branch->over = true;
  if (answered) return;
  inner.note_final(*this, failure == Failure::timeout ? 408 : nobody_asked(from), {});
  inner.finish_if_over(*this);
}

// An empty response is made when it turns out to be the best.
void Server::Inner::note_final(ProxiedCall& call, int status, std::string response) {
  const int rank = rank_of(status);
  if (rank >= call.best_rank) return;
  call.best_rank = rank;
  if (response.empty() || status == 503) {  // 503 would mean us (§16.7 step 6)
    response = answer_to(call, status == 503 ? 500 : status);
  }
  call.best = std::move(response);
}

void Server::Inner::finish_if_over(ProxiedCall& call) {
  if (call.answered ||
      !std::all_of(call.branches.begin(), call.branches.end(), [](const auto& one) { return one.over; }))
    return;
  if (call.cancelled && call.best_rank > 0)  // whatever the branches made of it, the caller gave up
    call.best = answer_to(call, 487);
  std::string best = std::move(call.best);
  settle(call);
  core.respond(call.server, std::move(best));
}

void Server::Inner::settle(ProxiedCall& call) {
  call.answered = true;
  call.place = {};
  call.head = {};
  call.best = {};
  Wheel::cancel(call.timer_c);
}

// Read anew for the few answers that the proxy itself gives late.
std::string Server::Inner::answer_to(const ProxiedCall& call, int status) {
  const std::string bytes = call.head + "\r\n";
  Message request;
  if (request.parse(bytes)) return {};  // it was read before
  return Builder::response(request, call.from, status, {}, new_tag()).finish();
}

void Server::Inner::cancel_branches(ProxiedCall& call, std::string_view extra, TransactionId except) {
  for (const auto& branch : call.branches)
    if (!branch.over && branch.client != except) core.cancel(branch.client, extra);
}

void Server::Inner::on_cancel(TransactionId id, const Message& cancel) {
  const auto found = calls.find(id);
  if (found == calls.end() || found->second.answered) return;
  found->second.cancelled = true;
  std::string reason;  // RFC 3326: passed on as it came
  for (const auto& line : cancel.lines())
    if (line.field == Field::reason) reason.append(cancel.bytes().substr(line.begin, line.end - line.begin));
  cancel_branches(found->second, reason, 0);
}

// RFC 3261 §16.7 step 2: each 18x gives it time anew, and this server some bound.
void Server::Inner::ring_on(ProxiedCall& call) {
  const Monotonic now = core.clock().monotonic();
  if (call.rings_since == Monotonic{}) call.rings_since = now;
  const Duration left = call.rings_since + settings.longest_ring - now;
  if (left > Duration::zero()) wheel.arm(call.timer_c, std::min(settings.timer_c, left));
}

void Server::Inner::timer_c(TransactionId server) {
  const auto found = calls.find(server);
  if (found == calls.end() || found->second.answered) return;
  ProxiedCall& call = found->second;
  note_final(call, 408, {});
  cancel_branches(call, {}, 0);
}

void Server::Inner::on_terminated(TransactionId id, bool /*acknowledged*/) {
  const auto found = calls.find(id);
  if (found == calls.end()) return;
  const auto gone = calls.extract(found);
  const ProxiedCall& call = gone.mapped();
  for (const auto& branch : call.branches) {
    // The caller's connection is gone while it rang: nobody is left to answer.
    if (!branch.over) core.cancel(branch.client);
    core.forget(branch.client);
  }
}

}  // namespace lintel::sip
