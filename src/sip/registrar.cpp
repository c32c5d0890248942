#include "sip/registrar.hpp"

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "sip/grammar.hpp"

namespace lintel::sip {
namespace {

// Registrations come in swarms: one write for many. No longer: whose last renewal a crash took is not rung from the end of
// the time before it to his next one, though he believes that he is.
constexpr Duration write_after = std::chrono::milliseconds(200);
constexpr std::size_t written_together = 512;  // bindings; so many are written at once, as that takes the loop's time
constexpr Duration sweep_every = std::chrono::seconds(5);

std::optional<TransportKind> kind_of(std::string_view name) {
  for (const auto kind : {TransportKind::udp, TransportKind::tcp, TransportKind::tls, TransportKind::ws,
                          TransportKind::wss, TransportKind::local})
    if (text::equals_ignoring_case(name, kind == TransportKind::local ? "LOCAL" : via_name_of(kind))) return kind;
  return std::nullopt;
}

void write_source(const Binding& binding, std::string& out) {
  out.clear();
  for (const char c : binding.kind == TransportKind::local ? "local" : via_name_of(binding.kind))
    out.push_back(grammar::lower(c));
  if (binding.source.empty()) return;
  out.push_back(' ');
  if (binding.source.is_v6()) out.push_back('[');
  out.append(binding.source.host_text().view());
  if (binding.source.is_v6()) out.push_back(']');
  out.push_back(':');
  out.append(std::to_string(binding.source.port()));
}

std::optional<Hop> hop_of(std::string_view received) {
  const auto space = received.find(' ');
  const auto kind = kind_of(received.substr(0, space));
  if (!kind) return std::nullopt;
  if (*kind == TransportKind::local) return Hop::local_endpoint();
  const auto colon = received.rfind(':');
  if (space == std::string_view::npos || colon == std::string_view::npos || colon < space) return std::nullopt;
  const auto port = text::to_unsigned(received.substr(colon + 1));
  if (!port || *port > 65'535) return std::nullopt;
  const auto address =
      SocketAddress::parse(received.substr(space + 1, colon - space - 1), static_cast<std::uint16_t>(*port));
  if (!address) return std::nullopt;
  return Hop{*kind, 0, *address, {}};
}

void write_id(std::uint64_t id, std::string& out) {
  std::array<char, 16> digits{};
  out.assign(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), id, 16).ptr);
}

// Fills in where the binding listens, from its contact, its hop and what they have in common.
void find_direct(Binding& binding, const Uri& uri) {
  binding.direct_port = 0;
  if (is_websocket(binding.kind) || binding.kind == TransportKind::local || !binding.path().empty()) return;
  // Only the host it came from: a contact never makes us send elsewhere.
  if (uri.host != binding.source.host_text().view()) {
    const auto address = SocketAddress::parse(uri.host, uri.port);
    if (!address || !address->same_host(binding.source)) return;
  }
  TransportKind kind = binding.kind;
  if (uri.scheme == Uri::Scheme::sips)
    kind = TransportKind::tls;
  else if (const auto transport = uri.parameter("transport")) {
    const auto named = kind_of(*transport);
    if (!named || is_websocket(*named) || *named == TransportKind::local) return;
    kind = *named;
  }
  const std::uint16_t port = uri.port != 0 ? uri.port : kind == TransportKind::tls ? 5061 : 5060;
  // The very port a connection came from is not one that listens.
  if (is_reliable(kind) && kind == binding.kind && port == binding.source.port()) return;
  binding.direct_port = port;
  binding.direct_kind = kind;
}

}  // namespace

std::string id_text(std::uint64_t id) {
  std::string text;
  write_id(id, text);
  return text;
}

Registrar::Registrar(Core& core, BindingStore* store, std::string key, const ServerSettings& settings,
                     const ServerEvents& events)
    : core_(core),
      store_(store),
      hash_(bytes::hmac_sha256(key, "binding")),
      settings_(settings),
      events_(events),
      began_(core.clock().monotonic()) {
  sweeper_ = core_.clock().every(sweep_every, [this] { sweep(); });
}

WallTime Registrar::wall_of(Monotonic expires) const {
  return core_.clock().wall() +
         std::chrono::duration_cast<std::chrono::microseconds>(expires - core_.clock().monotonic());
}

void Registrar::load() {
  if (store_ == nullptr) return;
  const WallTime now = core_.clock().wall();
  for (auto& stored : store_->load()) {
    const auto hop = hop_of(stored.received);
    std::uint64_t id = 0;
    std::from_chars(stored.id.data(), stored.id.data() + stored.id.size(), id, 16);
    // A clock that was wrong must not keep a binding for ever.
    const auto left =
        std::min<Duration>(std::chrono::duration_cast<Duration>(stored.expires - now), settings_.maximum_expiry);
    const auto uri = Uri::parse(stored.contact);
    const Binding::Texts texts{stored.account, stored.contact, stored.parameters,
                               stored.call_id, stored.path,    stored.user_agent};
    std::size_t size = 0;
    for (const auto text :
         {texts.account, texts.contact, texts.parameters, texts.call_id, texts.path, texts.user_agent})
      size += text.size();
    if (!hop || !uri || id == 0 || left <= Duration::zero() || table_.size() >= settings_.bindings ||
        size > BindingTable::most_text || table_.find(stored.account, id) != nullptr) {
      gone(stored.account, id);
      continue;
    }
    Binding& binding = table_.add(id, texts);
    binding.kind = hop->kind;
    binding.source = hop->address;
    table_.set_flow(binding, hop->flow, false);
    binding.cseq = stored.cseq;
    binding.expires = core_.clock().monotonic() + left;
    find_direct(binding, *uri);
    // A browser's connection is gone with the old process, and so is its binding: it comes back by itself.
    if (Hop reached; !reach(binding, reached)) erase(binding);
  }
  if (!gone_.empty()) flush();
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
  if (binding == nullptr) {
    if (table_.size() >= settings_.bindings) return false;
    if (count >= std::max<std::size_t>(most, 1)) {
      gone(texts.account, stalest->id);
      binding = stalest;
      binding->id = contact.id;
    }
  }
  const Hop& hop = contact.hop;
  const bool listed = hop.flow != 0 && is_reliable(hop.kind) && hop.kind != TransportKind::local;
  bool moved = true;
  if (binding == nullptr) {
    binding = &table_.add(contact.id, texts);
  } else {
    moved = binding->kind != hop.kind || binding->source != hop.address || binding->contact() != texts.contact ||
            binding->path().empty() != texts.path.empty();
    Binding& kept = table_.rewrite(*binding, texts);
    if (&kept != binding && kept.changed) std::replace(changed_.begin(), changed_.end(), binding, &kept);
    binding = &kept;
  }
  if (binding->flow != hop.flow || moved) table_.set_flow(*binding, hop.flow, listed);
  binding->kind = hop.kind;
  binding->source = hop.address;
  binding->cseq = contact.cseq;
  binding->expires = contact.now + contact.expiry;
  binding->refreshed =
      static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(contact.now - began_).count());
  if (moved) find_direct(*binding, contact.uri);
  changed(*binding);
  if (first == nullptr) tell(texts.account, false);
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

void Registrar::changed(Binding& binding) {
  if (store_ == nullptr) return;
  if (!std::exchange(binding.changed, true)) changed_.push_back(&binding);
  if (changed_.size() >= written_together)
    flush();
  else
    write_soon();
}

void Registrar::gone(std::string_view account, std::uint64_t id) {
  if (store_ == nullptr) return;
  gone_.emplace_back(account, id);
  write_soon();
}

void Registrar::write_soon() {
  if (!flush_timer_.armed()) flush_timer_ = core_.clock().after(write_after, [this] { flush(); });
}

void Registrar::flush() {
  flush_timer_ = {};
  if (store_ == nullptr || (changed_.empty() && gone_.empty())) return;
  const Monotonic now = core_.clock().monotonic();
  const WallTime wall = core_.clock().wall();
  for (Binding* const binding : changed_) {
    if (binding == nullptr) continue;
    binding->changed = false;
    stored_.account = binding->account();
    write_id(binding->id, stored_.id);
    if (binding->expires <= now) {
      store_->remove(stored_.account, stored_.id);
      continue;
    }
    stored_.contact = binding->contact();
    stored_.parameters = binding->parameters();
    stored_.call_id = binding->call_id();
    stored_.cseq = binding->cseq;
    stored_.path = binding->path();
    stored_.user_agent = binding->user_agent();
    write_source(*binding, stored_.received);
    stored_.expires = wall + std::chrono::duration_cast<std::chrono::microseconds>(binding->expires - now);
    store_->save(stored_);
  }
  for (const auto& [account, id] : gone_)
    if (table_.find(account, id) == nullptr) store_->remove(account, id_text(id));  // else it came again
  changed_.clear();
  gone_.clear();
  store_->write();
}

void Registrar::sweep() {
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
