// What of the bindings is on the disk: read at the start, written in swarms afterwards.
#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "sip/grammar.hpp"
#include "sip/registrar.hpp"

namespace lintel::sip {
namespace {

// Registrations come in swarms: one write for many. No longer: whose last renewal a crash took is not rung from the end
// of the time before it to his next one, though he believes that he is.
constexpr Duration write_after = std::chrono::milliseconds(200);
// A phone that keeps its way through a router open by a REGISTER each half minute does not wear the disk out: what is
// there is read as good for so much longer, so that it need not be told of renewals that add less.
constexpr std::chrono::seconds read_as_longer{60};
constexpr std::size_t written_together = 512;  // bindings; so many are written at once, as that takes the loop's time

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
  const auto kind = transport_named(received.substr(0, space));
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

}  // namespace

std::string id_text(std::uint64_t id) {
  std::string text;
  write_id(id, text);
  return text;
}

void Registrar::load() {
  if (store_ == nullptr) return;
  const WallTime now = core_.clock().wall();
  bool removed = false;
  for (auto& stored : store_->load()) {
    const auto hop = hop_of(stored.received);
    std::uint64_t id = 0;
    std::from_chars(stored.id.data(), stored.id.data() + stored.id.size(), id, 16);
    // A clock that was wrong must not keep a binding for ever.
    const auto left = std::min<Duration>(std::chrono::duration_cast<Duration>(stored.expires - now) + read_as_longer,
                                         settings_.maximum_expiry);
    const auto uri = Uri::parse(stored.contact);
    const Binding::Texts texts{stored.account, stored.contact, stored.parameters,
                               stored.call_id, stored.path,    stored.user_agent};
    std::size_t size = 0;
    for (const auto text :
         {texts.account, texts.contact, texts.parameters, texts.call_id, texts.path, texts.user_agent})
      size += text.size();
    if (!hop || !uri || id == 0 || id_text(id) != stored.id || left <= Duration::zero() ||
        table_.size() >= settings_.bindings || size > BindingTable::most_text) {
      store_->remove(stored.account, stored.id);  // by its name as it stands there, whoever wrote it
      removed = true;
      continue;
    }
    Binding& binding = table_.add(id, texts);
    binding.kind = hop->kind;
    binding.source = hop->address;
    table_.set_flow(binding, hop->flow, false);
    binding.cseq = stored.cseq;
    binding.expires = core_.clock().monotonic() + left;
    binding.kept_until = seconds_of(binding.expires);
    find_direct(binding, *uri);
    // A browser's connection is gone with the old process, and so is its binding: it comes back by itself.
    if (Hop reached; !reach(binding, reached)) erase(binding);
  }
  if (!gone_.empty())
    flush();
  else if (removed)
    store_->write();
}

// Whether the disk's word for it covers the new time, and by no more than that: it may end sooner as well.
bool Registrar::is_kept_long_enough(const Binding& binding) const {
  if (binding.changed) return true;  // it will be
  constexpr auto longer = static_cast<std::uint32_t>(read_as_longer.count());
  const std::uint32_t until = seconds_of(binding.expires);
  return until < binding.kept_until && until + longer >= binding.kept_until;
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

// After a power cut a box without a clock begins years behind, and is set once the network is there: whoever registered
// before would be over at the next start.
void Registrar::follow_clock() {
  const auto now = ahead(core_.clock());
  if (store_ == nullptr || std::chrono::abs(now - clock_ahead_) < read_as_longer) return;
  clock_ahead_ = now;
  to_write_anew_.clear();
  table_.for_each([&](const Binding& one) { to_write_anew_.emplace_back(one.account(), one.id); });
  write_anew();
}

void Registrar::write_anew() {
  for (std::size_t left = written_together; left > 0 && !to_write_anew_.empty(); --left) {
    const auto& [account, id] = to_write_anew_.back();
    if (Binding* const binding = table_.find(account, id)) changed(*binding);
    to_write_anew_.pop_back();
  }
  if (!to_write_anew_.empty()) write_anew_ = core_.clock().after(Duration::zero(), [this] { write_anew(); });
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
    binding->kept_until = seconds_of(binding->expires + read_as_longer);
  }
  for (const auto& [account, id] : gone_)
    if (table_.find(account, id) == nullptr) store_->remove(account, id_text(id));  // else it came again
  changed_.clear();
  gone_.clear();
  store_->write();
}

}  // namespace lintel::sip
