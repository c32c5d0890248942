#include "access/limiter.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace lintel::access {

AttemptLimiter::AttemptLimiter(Clock& clock, LimiterOptions options) : clock_(clock), options_(options) {}

AttemptLimiter::Table::~Table() {
  while (oldest_ != nullptr) free(std::exchange(oldest_, oldest_->newer));
}

AttemptLimiter::Name AttemptLimiter::Table::Node::name() const {
  const char* const text = reinterpret_cast<const char*>(this + 1);
  return {{text, first_size}, {text + first_size, second_size}};
}

// No name of ours is nearly as long; what a stranger calls himself may be.
AttemptLimiter::Name AttemptLimiter::Table::shortened(const Name& name) {
  constexpr std::size_t longest = 1024;
  return {name.first.substr(0, longest), name.second.substr(0, longest)};
}

AttemptLimiter::Table::Node* AttemptLimiter::Table::make(const Name& name) {
  auto* const node = new (::operator new(sizeof(Node) + name.first.size() + name.second.size())) Node;
  char* const text = reinterpret_cast<char*>(node + 1);
  std::copy(name.first.begin(), name.first.end(), text);
  std::copy(name.second.begin(), name.second.end(), text + name.first.size());
  node->first_size = static_cast<std::uint16_t>(name.first.size());
  node->second_size = static_cast<std::uint16_t>(name.second.size());
  node->hash = static_cast<std::uint32_t>(name.hash());
  return node;
}

void AttemptLimiter::Table::free(Node* node) {
  node->~Node();
  ::operator delete(node);
}

AttemptLimiter::Entry* AttemptLimiter::Table::find(const Name& long_name) const {
  const Name name = shortened(long_name);
  if (slots_.empty()) return nullptr;
  const std::size_t hash = name.hash();
  Node* node = slots_[hash & (slots_.size() - 1)];
  while (node != nullptr && (node->hash != static_cast<std::uint32_t>(hash) || node->name() != name)) node = node->next;
  return node;
}

void AttemptLimiter::Table::leave(Node& node) {
  (node.older != nullptr ? node.older->newer : oldest_) = node.newer;
  (node.newer != nullptr ? node.newer->older : youngest_) = node.older;
  node.older = node.newer = nullptr;
}

void AttemptLimiter::Table::enter(Node& node) {
  node.older = youngest_;
  (youngest_ != nullptr ? youngest_->newer : oldest_) = &node;
  youngest_ = &node;
}

void AttemptLimiter::Table::grow() {
  constexpr std::size_t fewest = 16;
  slots_ = std::vector<Node*>(std::max(fewest, slots_.size() * 2));
  for (Node* node = oldest_; node != nullptr; node = node->newer) {
    Node*& slot = slot_of(node->hash);
    node->next = std::exchange(slot, node);
  }
}

void AttemptLimiter::Table::touch(Entry& entry, Monotonic now) {
  Node& node = static_cast<Node&>(entry);
  if (&node != youngest_) {
    leave(node);
    enter(node);
  }
  entry.touched = now;
}

AttemptLimiter::Entry& AttemptLimiter::Table::touch(const Name& long_name, Monotonic now, std::size_t limit) {
  const Name name = shortened(long_name);
  Entry* entry = find(name);
  if (entry == nullptr) {
    make_room(now, limit);
    if (size_ >= slots_.size()) grow();
    Node* const node = make(name);
    Node*& slot = slot_of(node->hash);
    node->next = std::exchange(slot, node);
    enter(*node);
    ++size_;
    entry = node;
  }
  touch(*entry, now);
  return *entry;
}

void AttemptLimiter::Table::make_room(Monotonic now, std::size_t limit) {
  if (size_ < std::max<std::size_t>(limit, 1)) return;
  // A crowd of new names must not wash out those that are locked out; look at a few, so that a flood stays cheap.
  constexpr int looked_at = 32;
  Node* victim = oldest_;
  int looked = 0;
  for (Node* each = oldest_; each != nullptr && looked < looked_at; each = each->newer, ++looked) {
    if (each->locked_until <= now) {
      victim = each;
      break;
    }
  }
  Node** link = &slot_of(victim->hash);
  while (*link != victim) link = &(*link)->next;
  *link = victim->next;
  leave(*victim);
  free(victim);
  --size_;
}

double AttemptLimiter::tokens_now(const Entry& entry) const {
  const auto since = std::chrono::duration<double>(clock_.monotonic() - entry.touched).count();
  const auto interval = std::chrono::duration<double>(options_.subject_interval).count();
  return std::min<double>(options_.subject_burst, entry.tokens + since / std::max(interval, 1e-9));
}

SourceRule AttemptLimiter::rule_of(std::string_view source) const {
  const auto own = rules_.find(source);
  if (own != rules_.end()) return own->second;
  return {options_.free_failures, options_.lock_out, options_.longest_lock_out, options_.forget_after};
}

std::size_t AttemptLimiter::entries() const {
  std::size_t all = sources_.size() + subjects_.size() + known_.size();
  for (const Table& pairs : pairs_) all += pairs.size();
  return all;
}

Duration AttemptLimiter::locked_for(std::string_view subject, const Source& source) const {
  if (source.whole.empty()) return {};
  const Table& pairs = pairs_of(source);
  if (sources_.size() == 0 && pairs.size() == 0) return {};  // nearly always: nobody was wrong for long
  const bool known = !subject.empty() && known_.contains(subject, source.place);
  const Entry* const entry = known ? pairs.find({subject, source.place}) : sources_.find({source.whole});
  return entry == nullptr ? Duration::zero() : std::max<Duration>(Duration::zero(), entry->locked_until - clock_.monotonic());
}

Duration AttemptLimiter::wait(std::string_view subject, const Source& source) const {
  const Duration locked = locked_for(subject, source);
  if (subject.empty()) return locked;
  const Entry* const entry = subjects_.find({subject});
  if (entry == nullptr || known_.contains(subject, source.place)) return locked;
  const double missing = 1.0 - tokens_now(*entry);
  if (missing <= 0) return locked;
  const auto interval = std::chrono::duration<double>(options_.subject_interval);
  return std::max(locked, std::chrono::ceil<Duration>(interval * missing));
}

Duration AttemptLimiter::failed(std::string_view subject, const Source& source) {
  const auto now = clock_.monotonic();
  if (!subject.empty()) {
    const Entry* const known = subjects_.find({subject});
    const double tokens = known != nullptr ? tokens_now(*known) : options_.subject_burst;
    subjects_.touch({subject}, now, options_.table_limit).tokens = std::max(0.0, tokens - 1.0);
  }
  if (source.whole.empty()) return {};
  const bool was_right = !subject.empty() && known_.contains(subject, source.place);
  Table& table = was_right ? pairs_of(source) : sources_;
  const Name name = was_right ? Name{subject, source.place} : Name{source.whole};
  const SourceRule rule = rule_of(source.whole);
  const Entry* const known = table.find(name);
  const bool forgotten =
      known != nullptr && now - std::max(known->touched, known->locked_until) >= rule.forget_after;
  Entry& entry = table.touch(name, now, options_.table_limit);
  if (forgotten) entry.failures = entry.lock_outs = 0;
  if (++entry.failures < rule.free_failures) return {};
  entry.failures = 0;
  Duration time = rule.lock_out;
  for (int i = 0; i < entry.lock_outs && time < rule.longest_lock_out; ++i) time *= 2;
  time = std::min(time, std::max(rule.lock_out, rule.longest_lock_out));
  ++entry.lock_outs;
  entry.locked_until = now + time;
  return time;
}

void AttemptLimiter::succeeded(std::string_view subject, const Source& source) {
  const auto now = clock_.monotonic();
  if (source.whole.empty()) return;
  if (!subject.empty()) {
    const std::optional<Monotonic> last = known_.touch(subject, source.whole, now, options_.known_limit);
    if (source.place != source.whole) known_.touch(subject, source.place, now, options_.known_limit);
    if (last.has_value()) {
      if (Entry* const entry = pairs_of(source).find({subject, source.place}); entry != nullptr) entry->failures = 0;
      if (now - *last < rule_of(source.whole).forget_after) return;
    }
  }
  // Its lock-outs stay: being right now and then must not buy a guesser short ones.
  if (Entry* const entry = sources_.find({source.whole}); entry != nullptr && entry->failures > 0) {
    entry->failures = 0;
    sources_.touch(*entry, now);
  }
}

}  // namespace lintel::access
