#include "sip/dns.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "sip/address.hpp"

namespace lintel::sip::dns {
namespace {

constexpr std::uint16_t plain_port = 5060;
constexpr std::uint16_t secure_port = 5061;

std::uint16_t default_port(Transport transport) {
  return transport == Transport::tls ? secure_port : plain_port;
}

Transport transport_without_records(const Question& question) {
  if (question.transport) return *question.transport;
  return question.secure ? Transport::tls : Transport::udp;
}

const char* service_of(Transport transport) {
  switch (transport) {
    case Transport::udp:
      return "_sip._udp.";
    case Transport::tcp:
      return "_sip._tcp.";
    case Transport::tls:
      return "_sips._tcp.";
  }
  return "_sip._udp.";
}

std::optional<Transport> transport_of(std::string_view service) {
  if (text::equals_ignoring_case(service, "SIP+D2U")) return Transport::udp;
  if (text::equals_ignoring_case(service, "SIP+D2T")) return Transport::tcp;
  if (text::equals_ignoring_case(service, "SIPS+D2T")) return Transport::tls;
  return std::nullopt;
}

}  // namespace

std::optional<Hop> numeric(const Question& question) {
  const auto address = SocketAddress::parse(question.host, 0);
  if (!address) return std::nullopt;
  const Transport transport = transport_without_records(question);
  const std::string host = address->host();
  return Hop{transport, host, question.port.value_or(default_port(transport)), host};
}

std::vector<Srv> in_order(std::vector<Srv> records, const Resolver::Random& random) {
  std::stable_sort(records.begin(), records.end(), [](const Srv& left, const Srv& right) {
    // Weight 0 first within a priority, as RFC 2782 asks, so that it has its small chance.
    return left.priority != right.priority ? left.priority < right.priority : (left.weight == 0) > (right.weight == 0);
  });
  std::vector<Srv> out;
  while (!records.empty()) {
    const auto group_end = std::find_if(records.begin(), records.end(),
                                        [&](const Srv& one) { return one.priority != records.front().priority; });
    std::uint32_t total = 0;
    std::for_each(records.begin(), group_end, [&](const Srv& one) { total += one.weight; });
    const std::uint32_t drawn = total == 0 ? 0 : random(total + 1);
    std::uint32_t sum = 0;
    auto chosen =
        std::find_if(records.begin(), group_end, [&](const Srv& one) { return (sum += one.weight) >= drawn; });
    if (chosen == group_end) chosen = records.begin();
    out.push_back(std::move(*chosen));
    records.erase(chosen);
  }
  return out;
}

// ---- One look-up ----------------------------------------------------------------------------------------------------

// Walks: NAPTR → services to ask → SRV of each → addresses of each target. One question at a time, so that the hops
// come in the order to try; the count of questions is bounded by max_hops.
struct Lookup::State : std::enable_shared_from_this<Lookup::State> {
  struct Service {
    std::string name;
    Transport transport;
  };
  struct Target {
    std::string host;
    std::uint16_t port;
    Transport transport;
  };

  Resolver* resolver = nullptr;
  std::weak_ptr<bool> resolver_alive;
  Question question;
  Resolver::Callback callback;
  std::vector<Service> services;  // to ask for SRV, last first
  std::vector<Target> targets;    // to ask for addresses, first first
  std::vector<Hop> hops;
  std::optional<Error> failure;
  bool found_service = false;

  void begin() {
    if (question.port) return addresses_of_host();
    if (question.transport) {
      services.push_back({service_of(*question.transport) + question.host, *question.transport});
      return next_service();
    }
    ask(question.host, Kind::naptr, &State::got_naptr);
  }

  void ask(const std::string& name, Kind kind, void (State::*next)(const Result<Records>&)) {
    if (resolver_alive.expired()) return finish();
    resolver->ask(name, kind, [weak = weak_from_this(), next](const Result<Records>& records) {
      if (const auto self = weak.lock(); self && self->callback) ((*self).*next)(records);
    });
  }

  void got_naptr(const Result<Records>& records) {
    if (records.ok()) {
      auto list = records->naptr;
      std::stable_sort(list.begin(), list.end(), [](const Naptr& left, const Naptr& right) {
        return left.order != right.order ? left.order < right.order : left.preference < right.preference;
      });
      for (const auto& one : list) {
        const auto transport = transport_of(one.service);
        if (!transport || !text::equals_ignoring_case(one.flags, "s") || one.replacement.empty()) continue;
        if (question.secure && *transport != Transport::tls) continue;
        if (services.size() < max_hops) services.push_back({one.replacement, *transport});
      }
      std::reverse(services.begin(), services.end());
    }
    if (services.empty()) {
      // RFC 3263 §4.1: without NAPTR, SRV of each transport we speak. UDP is asked first.
      services.push_back({service_of(Transport::tls) + question.host, Transport::tls});
      if (!question.secure) {
        services.push_back({service_of(Transport::tcp) + question.host, Transport::tcp});
        services.push_back({service_of(Transport::udp) + question.host, Transport::udp});
      }
    }
    next_service();
  }

  void next_service() {
    if (services.empty()) {
      if (found_service) return next_target();
      return addresses_of_host();
    }
    ask(services.back().name, Kind::srv, &State::got_srv);
  }

  void got_srv(const Result<Records>& records) {
    const Service service = services.back();
    services.pop_back();
    if (records.ok() && !records->srv.empty()) {
      found_service = true;
      for (auto& one : in_order(records->srv, resolver->random_)) {
        if (one.target.empty() || one.target == ".") continue;  // RFC 2782: the service is not offered here
        if (targets.size() < max_hops) targets.push_back({one.target, one.port, service.transport});
      }
    } else if (!records.ok() && records.error().code != ErrorCode::not_found) {
      failure = records.error();
    }
    next_service();
  }

  void addresses_of_host() {
    const Transport transport = transport_without_records(question);
    targets.push_back({question.host, question.port.value_or(default_port(transport)), transport});
    next_target();
  }

  void next_target() {
    // Targets stand in the order to try.
    if (targets.empty() || hops.size() >= max_hops) return finish();
    const Question as_number{targets.front().host, targets.front().port, targets.front().transport, false};
    if (auto hop = numeric(as_number)) {
      hop->host = question.host;
      hops.push_back(std::move(*hop));
      targets.erase(targets.begin());
      return next_target();
    }
    ask(targets.front().host, Kind::address, &State::got_addresses);
  }

  void got_addresses(const Result<Records>& records) {
    const Target target = targets.front();
    targets.erase(targets.begin());
    if (records.ok()) {
      for (const auto& address : records->addresses) {
        if (hops.size() < max_hops) hops.push_back({target.transport, address, target.port, question.host});
      }
    } else {
      failure = records.error();
    }
    next_target();
  }

  void finish() {
    auto call = std::exchange(callback, {});
    if (!call) return;
    if (!hops.empty()) return call(std::move(hops));
    call(failure.value_or(Error{ErrorCode::not_found, "No SIP service answers to the name '" + question.host + "'.",
                                "host", question.host, ""}));
  }
};

void Lookup::cancel() {
  if (state_) state_->callback = nullptr;
  state_.reset();
}

// ---- Resolver -------------------------------------------------------------------------------------------------------

Resolver::Resolver(Clock& clock, DnsSource& source, Random random)
    : clock_(clock), source_(source), random_(std::move(random)) {
  if (!random_) random_ = [](std::uint32_t below) { return bytes::random_below(below); };
}

Resolver::~Resolver() = default;

Lookup Resolver::resolve(const Question& question, Callback callback) {
  if (auto hop = numeric(question)) {
    callback(std::vector<Hop>{std::move(*hop)});
    return {};
  }
  auto state = std::make_shared<Lookup::State>();
  state->resolver = this;
  state->resolver_alive = alive_;
  state->question = question;
  state->callback = std::move(callback);
  Lookup lookup(state);
  state->begin();
  return lookup;
}

void Resolver::forget_all() {
  cache_.clear();
}

void Resolver::ask(const std::string& name, Kind kind, DnsSource::Callback callback) {
  const std::string key = std::to_string(static_cast<int>(kind)) + text::lower(name);
  if (const auto known = cache_.find(key); known != cache_.end()) {
    if (clock_.monotonic() < known->second.until) {
      const Result<Records> copy = known->second.records;
      return callback(copy);
    }
    cache_.erase(known);
  }
  source_.query(
      name, kind,
      [this, key, alive = std::weak_ptr<bool>(alive_), callback = std::move(callback)](const Result<Records>& records) {
        if (!alive.expired()) remember(key, records);
        callback(records);
      });
}

void Resolver::remember(const std::string& key, const Result<Records>& records) {
  if (!records.ok() && records.error().code == ErrorCode::limited) return;
  if (cache_.size() >= max_cached_names) {
    const auto oldest = std::min_element(cache_.begin(), cache_.end(), [](const auto& left, const auto& right) {
      return left.second.until < right.second.until;
    });
    cache_.erase(oldest);
  }
  const auto keep = records.ok() ? std::clamp(records->time_to_live, shortest_cache, longest_cache) : failure_cache;
  cache_.insert_or_assign(key, Cached{records, clock_.monotonic() + keep});
}

}  // namespace lintel::sip::dns
