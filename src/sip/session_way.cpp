// The way to the peer: where our requests go, who is asked when nobody hears them, and whose requests are the peer's.
#include <utility>

#include "base/text.hpp"
#include "sip/session.hpp"

namespace lintel::sip {

namespace {

// RFC 3263 §4.1. With sips, transport=tcp means TLS, and of UDP there is no encrypted kind here.
// Nothing where it names a transport that there is none of between phones: UDP in its place would reach nobody, or
// somebody else.
std::optional<dns::Question> question_of(const Uri& uri) {
  dns::Question question;
  question.host = uri.host;
  if (uri.port != 0) question.port = uri.port;
  question.secure = uri.scheme == Uri::Scheme::sips;
  const auto transport = uri.parameter("transport").value_or(std::string_view{});
  if (text::equals_ignoring_case(transport, "tcp"))
    question.transport = dns::Transport::tcp;
  else if (text::equals_ignoring_case(transport, "udp"))
    question.transport = dns::Transport::udp;
  else if (text::equals_ignoring_case(transport, "tls"))
    question.transport = dns::Transport::tls;
  else if (!transport.empty())
    return std::nullopt;
  if (question.secure) question.transport = dns::Transport::tls;
  return question;
}

// A route stands in brackets; of a bare target the parameters are the URI's own.
std::optional<Uri> next_hop(const Dialog& dialog) {
  if (dialog.routes.empty()) return Uri::parse(dialog.remote_target);
  const auto route = Address::parse(dialog.routes.front());
  return route ? std::optional(route->uri) : std::nullopt;
}

}  // namespace

void Session::look_up(const Uri& uri) {
  const auto question = question_of(uri);
  if (!question) return fail_later(484, "The transport of the address to call is none of udp, tcp and tls");
  auto lookup =
      host_.resolver().resolve(*question, [weak = weak_from_this()](const Result<std::vector<dns::Hop>>& found) {
        const auto self = weak.lock();
        if (!self) return;
        if (!found.ok()) return self->fail_later(503, found.error().message);
        std::vector<Hop> hops;
        for (const auto& place : *found) hops.push_back(to_hop(place));
        self->found_hops(hops);
      });
  if (state_ == SessionState::idle) lookup_ = std::move(lookup);
}

// Nobody heard of it: where our server has a backup, that one is found and asked, once.
void Session::invite_unanswered(int code, const char* reason) {
  const bool first = state_ == SessionState::calling && account_ && hop_ && !std::exchange(looked_for_other_way_, true);
  const auto found = [weak = weak_from_this(), code, reason](bool other) {
    const auto self = weak.lock();
    if (!self) return;
    if (!other || self->state_ != SessionState::calling) return self->invite_failed(code, reason);
    self->hop_ = self->account_->next_hop();
    self->apply(SessionEvent::challenge);
  };
  if (!first || !account_->find_other_way(*hop_, found)) invite_failed(code, reason);
}

// Where the next request of this dialog goes. Calls `work` now when that is known, else after a look-up.
void Session::with_hop(std::function<void(const Hop&)> work) {
  if (!hop_) return;
  // A connection that has closed meanwhile is opened again (RFC 3261 §18.1.1).
  for (Hop* const known : {&*hop_, routed_hop_ ? &*routed_hop_ : nullptr})
    if (known != nullptr && is_reliable(known->kind) && !host_.core().is_open(*known)) known->flow = 0;
  const std::string& next = dialog_.next_hop_uri();
  if (routed_hop_ && routed_uri_ == next) return work(*routed_hop_);
  // The inner wire, and connections to our own server: the way the INVITE took (RFC 5626).
  const bool our_server = account_ && is_reliable(hop_->kind) && host_.core().is_open(*hop_);
  if (hop_->kind == TransportKind::local || our_server) return work(*hop_);

  const auto uri = next_hop(dialog_);
  if (!uri || !uri->is_sip()) return work(*hop_);
  const auto question = question_of(*uri);
  if (!question) return work(*hop_);
  if (const auto place = dns::numeric(*question)) {
    Hop hop = to_hop(*place);
    if (hop.address.same_host(hop_->address)) {  // a link-local one: its text does not name the link
      hop.address = hop_->address;
      hop.address.set_port(place->port);
    }
    if (hop.kind == hop_->kind && hop.address == hop_->address) hop = *hop_;  // with its flow and name
    routed_uri_ = next;
    routed_hop_ = hop;
    return work(*routed_hop_);
  }
  waiting_for_hop_.push_back(std::move(work));
  if (waiting_for_hop_.size() > 1) return;
  auto lookup =
      host_.resolver().resolve(*question, [weak = weak_from_this(), next](const Result<std::vector<dns::Hop>>& found) {
        const auto self = weak.lock();
        if (!self) return;
        // Without an answer the way of the INVITE is the best guess.
        self->routed_hop_ = found.ok() ? to_hop(found->front()) : *self->hop_;
        self->routed_uri_ = next;
        const auto waiting = std::exchange(self->waiting_for_hop_, {});
        for (const auto& one : waiting) one(*self->routed_hop_);
      });
  if (!waiting_for_hop_.empty()) lookup_ = std::move(lookup);
}

bool Session::is_peers_side(const Hop& from) const {
  if (hop_ && is_same_neighbour(*hop_, from)) return true;
  if (is_inner()) return false;  // nobody comes around the built-in server
  if (account_ && account_->is_server(from)) return true;
  if (routed_hop_ && is_same_neighbour(*routed_hop_, from)) return true;
  const auto uri = next_hop(dialog_);
  const auto address = uri ? SocketAddress::parse(uri->host, 0) : std::nullopt;
  return address && from.kind != TransportKind::local && address->same_host(from.address);
}

}  // namespace lintel::sip
