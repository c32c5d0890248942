#include "sip/registrar.hpp"

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::sip {
namespace {

constexpr Duration write_after = std::chrono::milliseconds(200);  // registrations come in swarms: one write for many
constexpr Duration sweep_every = std::chrono::seconds(5);

std::optional<TransportKind> kind_of(std::string_view name) {
  for (const auto kind : {TransportKind::udp, TransportKind::tcp, TransportKind::tls, TransportKind::ws,
                          TransportKind::wss, TransportKind::local})
    if (text::equals_ignoring_case(name, kind == TransportKind::local ? "LOCAL" : via_name_of(kind))) return kind;
  return std::nullopt;
}

std::string received_text(const Hop& hop) {
  const std::string kind = hop.kind == TransportKind::local ? "local" : text::lower(via_name_of(hop.kind));
  return hop.address.empty() ? kind : kind + " " + hop.address.text();
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

}  // namespace

std::string id_text(std::uint64_t id) {
  std::array<char, 17> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + 16, id, 16).ptr;
  return {digits.data(), end};
}

Registrar::Registrar(Core& core, BindingStore* store, std::string key, const ServerSettings& settings,
                     const ServerEvents& events)
    : core_(core), store_(store), hash_(bytes::hmac_sha256(key, "binding")), settings_(settings), events_(events) {
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
    Binding binding;
    if (hop) binding.hop = *hop;
    binding.id = id;
    binding.contact = std::move(stored.contact);
    binding.parameters = std::move(stored.parameters);
    binding.call_id = std::move(stored.call_id);
    binding.cseq = stored.cseq;
    binding.path = std::move(stored.path);
    binding.user_agent = std::move(stored.user_agent);
    binding.refreshed = core_.clock().monotonic();
    binding.expires = binding.refreshed + left;
    find_direct(binding);
    Hop reached;
    // A browser's connection is gone with the old process, and so is its binding: it comes back by itself.
    if (!hop || id == 0 || left <= Duration::zero() || count_ >= settings_.bindings || !reach(binding, reached)) {
      dirty_[stored.account].insert(id);
      continue;
    }
    table_[stored.account].push_back(std::move(binding));
    ++count_;
  }
  if (!dirty_.empty()) flush();
}

std::uint64_t Registrar::id_of(const Address& contact) const {
  const auto instance = contact.parameter("+sip.instance");
  const auto reg_id = contact.parameter("reg-id");
  auto run = hash_.run();
  if (instance && reg_id) return run.add("instance").add(*instance).add(*reg_id).finish() | 1;
  // What RFC 3261 §19.1.4 compares for a contact; header order and odd parameters do not make another phone.
  return run.add("uri")
             .add(contact.uri.unescaped_user())
             .add(text::lower(contact.uri.host))
             .add(std::uint64_t{contact.uri.port})
             .add(text::lower(contact.uri.parameter("transport").value_or(std::string_view{})))
             .finish() |
         1;
}

Binding* Registrar::find(std::string_view account, std::uint64_t id) {
  const auto list = table_.find(account);
  if (list == table_.end()) return nullptr;
  const Monotonic now = core_.clock().monotonic();
  for (auto& binding : list->second)
    if (binding.id == id && binding.expires > now) return &binding;
  return nullptr;
}

std::vector<const Binding*> Registrar::of(std::string_view account) const {
  std::vector<const Binding*> result;
  for_each(account, [&result](const Binding& binding) { result.push_back(&binding); });
  return result;
}

std::vector<std::string> Registrar::accounts() const {
  std::vector<std::string> result;
  for (const auto& [account, list] : table_) result.push_back(account);
  return result;
}

bool Registrar::put(std::string_view account, Binding binding, std::size_t most) {
  const auto known = table_.find(account);
  const bool was_online = known != table_.end();
  List& list = was_online ? known->second : table_[std::string(account)];
  auto at = std::find_if(list.begin(), list.end(), [&](const Binding& one) { return one.id == binding.id; });
  if (at == list.end()) {
    if (count_ >= settings_.bindings) {
      if (list.empty()) table_.erase(std::string(account));
      return false;
    }
    if (list.size() >= std::max<std::size_t>(most, 1)) {
      at = std::min_element(list.begin(), list.end(),
                            [](const Binding& a, const Binding& b) { return a.refreshed < b.refreshed; });
      changed(account, at->id);
    } else {
      at = list.emplace(list.end());
      ++count_;
    }
  }
  if (binding.hop.flow != 0 && is_reliable(binding.hop.kind) && binding.hop.kind != TransportKind::local) {
    by_flow_[binding.hop.flow].emplace(account);
  }
  changed(account, binding.id);
  *at = std::move(binding);
  if (!was_online) tell(account, false);
  return true;
}

void Registrar::remove(std::string_view account, std::uint64_t id) {
  const auto list = table_.find(account);
  if (list == table_.end()) return;
  const auto gone = std::erase_if(list->second, [id](const Binding& binding) { return binding.id == id; });
  if (gone == 0) return;
  count_ -= gone;
  changed(account, id);
  if (list->second.empty()) {
    const std::string name(account);  // `account` may be the key itself
    table_.erase(list);
    tell(name, true);
  }
}

void Registrar::remove_all(std::string_view account) {
  const std::string name(account);
  for (auto list = table_.find(name); list != table_.end(); list = table_.find(name))
    remove(name, list->second.front().id);
}

void Registrar::flow_closed(FlowId flow) {
  const auto known = by_flow_.find(flow);
  if (known == by_flow_.end()) return;
  const auto concerned = std::move(known->second);
  by_flow_.erase(known);
  for (const auto& account : concerned) {
    const auto list = table_.find(account);
    if (list == table_.end()) continue;
    std::vector<std::uint64_t> gone;
    for (const auto& binding : list->second)
      if (binding.hop.flow == flow && binding.direct.empty()) gone.push_back(binding.id);
    for (const auto id : gone) remove(account, id);
  }
}

void Registrar::tell(std::string_view account, bool was_online) {
  if (events_.presence) events_.presence(std::string(account), !was_online);
}

void Registrar::changed(std::string_view account, std::uint64_t id) {
  if (store_ == nullptr) return;
  const auto entry = dirty_.find(account);
  (entry == dirty_.end() ? dirty_[std::string(account)] : entry->second).insert(id);
  if (!flush_timer_.armed()) flush_timer_ = core_.clock().after(write_after, [this] { flush(); });
}

void Registrar::flush() {
  if (store_ == nullptr || dirty_.empty()) return;
  std::vector<StoredBinding> saved;
  std::vector<BindingStore::Key> removed;
  for (const auto& [account, ids] : dirty_) {
    for (const auto id : ids) {
      const Binding* binding = find(account, id);
      if (binding == nullptr) {
        removed.push_back({account, id_text(id)});
        continue;
      }
      saved.push_back({account, id_text(id), binding->contact, binding->parameters, binding->call_id, binding->cseq,
                       binding->path, binding->user_agent, received_text(binding->hop), wall_of(binding->expires)});
    }
  }
  dirty_.clear();
  store_->write(std::move(saved), std::move(removed));
}

void Registrar::sweep() {
  const Monotonic now = core_.clock().monotonic();
  std::vector<std::pair<std::string, std::uint64_t>> gone;
  for (const auto& [account, list] : table_)
    for (const auto& binding : list)
      if (binding.expires <= now) gone.emplace_back(account, binding.id);
  for (const auto& [account, id] : gone) remove(account, id);
}

void Registrar::find_direct(Binding& binding) {
  binding.direct = {};
  const auto uri = Uri::parse(binding.contact);
  if (!uri || is_websocket(binding.hop.kind) || binding.hop.kind == TransportKind::local || !binding.path.empty())
    return;
  auto address = SocketAddress::parse(uri->host, uri->port);
  // Only the host it came from: a contact never makes us send elsewhere.
  if (!address || !address->same_host(binding.hop.address)) return;
  TransportKind kind = binding.hop.kind;
  if (uri->scheme == Uri::Scheme::sips)
    kind = TransportKind::tls;
  else if (const auto transport = uri->parameter("transport")) {
    const auto named = kind_of(*transport);
    if (!named || is_websocket(*named) || *named == TransportKind::local) return;
    kind = *named;
  }
  if (address->port() == 0) address->set_port(kind == TransportKind::tls ? 5061 : 5060);
  // The very port a connection came from is not one that listens.
  if (is_reliable(kind) && kind == binding.hop.kind && address->port() == binding.hop.address.port()) return;
  binding.direct = *address;
  binding.direct_kind = kind;
}

bool Registrar::reach(const Binding& binding, Hop& hop) const {
  hop = binding.hop;
  if (hop.kind == TransportKind::local) return true;
  if (is_reliable(hop.kind)) {
    if (hop.flow != 0 && core_.is_open(hop)) return true;
    if (binding.direct.empty()) return false;
  }
  if (!binding.direct.empty()) {
    const FlowId socket = binding.direct_kind == TransportKind::udp && hop.kind == TransportKind::udp ? hop.flow : 0;
    hop = {binding.direct_kind, socket, binding.direct, {}};
  }
  return true;
}

}  // namespace lintel::sip
