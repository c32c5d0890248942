// Which server a registration asks and uses: its addresses in turn, the backup, and the way back to the first.
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "sip/registration.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t most_known_hops = 32;
constexpr std::size_t most_waiting = 64;  // calls that wait for another server

bool is_same(const Hop& one, const Hop& other) {
  return one.kind == other.kind && one.address == other.address;
}

}  // namespace

Duration Registration::scattered(std::chrono::seconds delay) {
  const auto milliseconds = static_cast<std::uint32_t>(std::chrono::milliseconds(delay).count());
  return std::chrono::milliseconds(milliseconds - milliseconds / 5 + bytes::random_below(milliseconds * 2 / 5 + 1));
}

ServerAddress Registration::server_in_use() const {
  if (on_backup_) return settings_.backup;
  if (!settings_.outbound_proxy.empty()) return settings_.outbound_proxy;
  if (!settings_.server.empty()) return settings_.server;
  return ServerAddress{settings_.domain, std::nullopt, std::nullopt};
}

void Registration::look_up() {
  timer_.cancel();
  if (settings_.built_in) {
    hops_ = {Hop::local_server()};
    hop_at_ = 0;
    return try_hop();
  }
  if (status_.state != RegistrationState::registered) tell(RegistrationState::looking_up, 0, {});
  const ServerAddress server = server_in_use();
  const unsigned number = ++lookups_;
  auto lookup = resolver_.resolve({server.host, server.port, server.transport, false},
                                  [this](const Result<std::vector<dns::Hop>>& found) {
                                    if (!found.ok()) return unreachable(503, found.error().message);
                                    hops_.clear();
                                    for (const auto& place : *found) {
                                      const Hop hop = to_hop(place);
                                      hops_.push_back(hop);
                                      if (std::find(known_hops_.begin(), known_hops_.end(), hop) == known_hops_.end()) {
                                        if (known_hops_.size() == most_known_hops)
                                          known_hops_.erase(known_hops_.begin());
                                        known_hops_.push_back(hop);
                                      }
                                    }
                                    hop_at_ = 0;
                                    try_hop();
                                  });
  if (number == lookups_) lookup_ = std::move(lookup);
}

void Registration::try_hop() {
  timer_.cancel();  // of the registration in use: one request at a time
  hop_ = hops_[hop_at_];
  if (status_.state != RegistrationState::registered) name_server();
  answered_challenges_ = {};
  if (!settings_.registers) return tell(RegistrationState::registered, 0, {});
  send();
}

void Registration::name_server() {
  status_.server =
      settings_.built_in ? "built-in" : fmt::format("{} {}", hop_->address.text(), parameter_name_of(hop_->kind));
  status_.on_backup = on_backup_;
}

void Registration::unreachable(int code, std::string message) {
  if (hop_at_ + 1 < hops_.size()) {
    ++hop_at_;
    return try_hop();
  }
  hops_.clear();
  hop_at_ = 0;
  if (way_ && way_on_backup_ && !on_backup_) return back_on_backup();
  way_.reset();  // what was asked last is what was in use
  if (!on_backup_ && !settings_.backup.empty()) {
    on_backup_ = true;
    return look_up();
  }
  on_backup_ = status_.on_backup = false;
  const auto delay = std::min(settings_.retry_longest, settings_.retry_first * (1U << std::min(failures_, 10U)));
  ++failures_;
  again_after(std::max<Duration>(scattered(delay), std::exchange(retry_after_, {})), &Registration::look_up);
  tell(RegistrationState::failed, code, std::move(message));
  answer_waiting();
}

void Registration::back_on_backup() {
  answered_challenges_ = {};  // those of the first
  hop_ = way_;
  hops_ = {*way_};
  hop_at_ = 0;
  on_backup_ = true;
  const Duration left = refresh_at_ - core_.clock().monotonic();
  if (left <= Duration::zero() || (is_reliable(way_->kind) && way_->flow == 0)) return send();
  again_after(std::min<Duration>(left, back_to_first), &Registration::retry);
  answer_waiting();
}

bool Registration::find_other_way(const Hop& silent, std::function<void(bool)> then) {
  if (settings_.built_in || !settings_.registers || waiting_.size() == most_waiting) return false;
  if (status_.state == RegistrationState::off) return false;  // stopped; only its calls are left
  if (settings_.backup.empty() && hops_.size() < 2 && !on_backup_) return false;
  waiting_.push_back({silent, std::move(then)});
  if (transaction_ != 0) return true;  // somebody is being asked already
  if (const auto used = next_hop(); used && !is_same(*used, silent)) {
    answer_waiting();  // it was found meanwhile
  } else if (way_ && way_on_backup_) {
    refresh_at_ = core_.clock().monotonic();  // the backup is asked, too, where the first is still away
    retry();
  } else {
    unreachable(408, "The SIP server does not answer.");
  }
  return true;
}

// Later: who waits may be on the stack.
void Registration::answer_waiting() {
  if (waiting_.empty() || tell_waiting_.armed()) return;
  tell_waiting_ = core_.clock().after(Duration::zero(), [this] {
    const bool registered = status_.state == RegistrationState::registered;
    const auto used = next_hop();
    for (const auto& one : std::exchange(waiting_, {})) one.then(registered && used && !is_same(*used, one.silent));
  });
}

std::string Registration::route() const {
  return way_ ? route(way_, way_on_backup_) : route(hop_, on_backup_);
}

std::string Registration::route(const std::optional<Hop>& by, bool backup) const {
  if (settings_.built_in || backup || settings_.outbound_proxy.empty()) return {};
  const auto& proxy = settings_.outbound_proxy;
  const bool six = proxy.host.find(':') != std::string::npos;
  std::string uri = "<sip:" + (six ? "[" + proxy.host + "]" : proxy.host);
  if (proxy.port) uri += fmt::format(":{}", *proxy.port);
  if (by && by->kind != TransportKind::udp) uri += fmt::format(";transport={}", parameter_name_of(by->kind));
  return "Route: " + uri + ";lr>";
}

void Registration::flow_closed(FlowId flow) {
  if (flow == 0) return;
  bool ours = false;
  for (auto* const hop : {&hop_, &way_}) {
    if (!*hop || (*hop)->flow != flow) continue;
    (*hop)->flow = 0;
    ours = true;
  }
  // Our server can reach us over this connection only: make a new one. One that has refused us or failed is asked again
  // in its time, however soon it closes.
  if (ours && settings_.registers && transaction_ == 0 && status_.state != RegistrationState::failed)
    again_after(scattered(settings_.retry_first), &Registration::look_up);
}

bool Registration::is_server(const Hop& from) const {
  if (settings_.built_in) return from == Hop::local_server();
  if (from.kind == TransportKind::local) return false;
  for (const auto* const hop : {&hop_, &way_})
    if (*hop && (*hop)->flow != 0 && (*hop)->flow == from.flow) return true;
  return std::any_of(known_hops_.begin(), known_hops_.end(),
                     [&](const Hop& known) { return known.address.same_host(from.address); });
}

}  // namespace lintel::sip
