#include "sip/registrar.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace lintel::sip {
namespace {

constexpr Duration sweep_every = std::chrono::seconds(5);

}  // namespace

std::chrono::microseconds Registrar::ahead(const Clock& clock) {
  return clock.wall().time_since_epoch() -
         std::chrono::duration_cast<std::chrono::microseconds>(clock.monotonic().time_since_epoch());
}

Registrar::Registrar(Core& core, BindingStore* store, std::string key, const ServerSettings& settings,
                     const ServerEvents& events)
    : core_(core),
      store_(store),
      hash_(bytes::hmac_sha256(key, "binding")),
      settings_(settings),
      events_(events),
      began_(core.clock().monotonic()),
      clock_ahead_(ahead(core.clock())) {
  sweeper_ = core_.clock().every(sweep_every, [this] { sweep(); });
}

std::uint32_t Registrar::seconds_of(Monotonic time) const {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(time - began_).count());
}

WallTime Registrar::wall_of(Monotonic expires) const {
  return core_.clock().wall() +
         std::chrono::duration_cast<std::chrono::microseconds>(expires - core_.clock().monotonic());
}

const Binding* Registrar::find(std::string_view account, std::uint64_t id, Monotonic now) const {
  const Binding* const known = table_.find(account, id);
  return known != nullptr && known->expires > now ? known : nullptr;
}

std::vector<const Binding*> Registrar::of(std::string_view account) const {
  std::vector<const Binding*> result;
  for_each(account, [&result](const Binding& binding) { result.push_back(&binding); });
  return result;
}

std::vector<std::string> Registrar::accounts() const {
  std::vector<std::string> result;
  table_.for_each([&](const Binding& one) {
    if (table_.first(one.account()) == &one) result.emplace_back(one.account());
  });
  return result;
}

bool Registrar::put(const Contact& contact, std::size_t most) {
  const auto& texts = contact.texts;
  Binding* binding = nullptr;
  Binding* stalest = nullptr;
  std::size_t count = 0;
  Binding* const first = table_.first(texts.account);
  for (Binding* one = first; one != nullptr; one = BindingTable::next(*one), ++count) {
    if (one->id == contact.id) binding = one;
    if (stalest == nullptr || one->refreshed < stalest->refreshed) stalest = one;
  }
  const bool came = binding == nullptr;
  if (came) {
    const bool full = table_.size() >= settings_.bindings && contact.hop.kind != TransportKind::local;
    if (full && stalest == nullptr) {
      if (!std::exchange(told_full_, true) && events_.full) events_.full(std::string(texts.account));
      return false;
    }
    // A phone that restarted comes from another port, while its old contact is still good for an hour.
    if (full || count >= std::max<std::size_t>(most, 1)) {
      gone(texts.account, stalest->id);
      binding = stalest;
      binding->id = contact.id;
      binding->kept_until = 0;
    }
  }
  const Hop& hop = contact.hop;
  const bool listed = hop.flow != 0 && is_reliable(hop.kind) && hop.kind != TransportKind::local;
  bool moved = true, other = true;
  const bool another_way = came || (listed && binding->flow != hop.flow);
  if (binding == nullptr) {
    binding = &table_.add(contact.id, texts);
  } else {
    moved = binding->kind != hop.kind || binding->source != hop.address || binding->contact() != texts.contact ||
            binding->path().empty() != texts.path.empty();
    other = moved || binding->path() != texts.path || binding->parameters() != texts.parameters ||
            binding->user_agent() != texts.user_agent;
    Binding& kept = table_.rewrite(*binding, texts);
    if (&kept != binding && kept.changed) std::replace(changed_.begin(), changed_.end(), binding, &kept);
    binding = &kept;
  }
  if (binding->flow != hop.flow || moved) table_.set_flow(*binding, hop.flow, listed);
  binding->kind = hop.kind;
  binding->source = hop.address;
  binding->cseq = contact.cseq;
  binding->expires = contact.now + contact.expiry;
  binding->refreshed = seconds_of(contact.now);
  if (moved) find_direct(*binding, contact.uri);
  if (other || !is_kept_long_enough(*binding)) changed(*binding);
  if (first == nullptr) tell(texts.account, false);
  if (another_way && hop.kind != TransportKind::local && events_.reachable) events_.reachable(id_text(contact.id));
  return true;
}

void Registrar::erase(Binding& binding) {
  gone(binding.account(), binding.id);
  if (binding.changed) std::replace(changed_.begin(), changed_.end(), &binding, static_cast<Binding*>(nullptr));
  table_.remove(binding);
}

void Registrar::remove(std::string_view account, std::uint64_t id) {
  Binding* const known = table_.find(account, id);
  if (known == nullptr) return;
  const std::string name(account);  // `account` may be a part of it
  erase(*known);
  if (table_.first(name) == nullptr) tell(name, true);
}

void Registrar::remove_all(std::string_view account) {
  const std::string name(account);
  while (const Binding* const one = table_.first(name)) remove(name, one->id);
}

void Registrar::flow_closed(FlowId flow) {
  std::vector<std::pair<std::string, std::uint64_t>> concerned;
  for (Binding* one = table_.first_of_flow(flow); one != nullptr; one = BindingTable::next_of_flow(*one))
    if (!listens(*one)) concerned.emplace_back(one->account(), one->id);
  for (const auto& [account, id] : concerned) remove(account, id);
  while (Binding* const one = table_.first_of_flow(flow)) table_.set_flow(*one, flow, false);
}

void Registrar::tell(std::string_view account, bool was_online) {
  if (events_.presence) events_.presence(std::string(account), !was_online);
}

void Registrar::sweep() {
  follow_clock();
  const Monotonic now = core_.clock().monotonic();
  std::vector<std::pair<std::string, std::uint64_t>> over;
  table_.for_each([&](const Binding& one) {
    if (one.expires <= now) over.emplace_back(one.account(), one.id);
  });
  for (const auto& [account, id] : over) remove(account, id);
}

bool Registrar::reach(const Binding& binding, Hop& hop) const {
  hop = binding.hop();
  if (hop.kind == TransportKind::local) return true;
  if (is_reliable(hop.kind)) {
    if (hop.flow != 0 && core_.is_open(hop)) return true;
    if (!listens(binding)) return false;
  }
  if (listens(binding)) {
    const FlowId socket = binding.direct_kind == TransportKind::udp && hop.kind == TransportKind::udp ? hop.flow : 0;
    hop.kind = binding.direct_kind;
    hop.flow = socket;
    hop.address.set_port(binding.direct_port);
  }
  return true;
}

}  // namespace lintel::sip
