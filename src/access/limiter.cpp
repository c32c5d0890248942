#include "access/limiter.hpp"

#include <algorithm>
#include <utility>

namespace lintel::access {

AttemptLimiter::AttemptLimiter(Clock& clock, LimiterOptions options) : clock_(clock), options_(options) {}

const AttemptLimiter::Entry* AttemptLimiter::Table::find(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second;
}

AttemptLimiter::Entry& AttemptLimiter::Table::touch(std::string_view name, Monotonic now, std::size_t limit) {
  auto found = entries_.find(name);
  if (found == entries_.end()) {
    make_room(now, limit);
    found = entries_.emplace(name, Entry{}).first;
    found->second.age = by_age_.emplace(by_age_.end(), name);
  } else {
    by_age_.splice(by_age_.end(), by_age_, found->second.age);
  }
  found->second.touched = now;
  return found->second;
}

void AttemptLimiter::Table::make_room(Monotonic now, std::size_t limit) {
  if (entries_.size() < std::max<std::size_t>(limit, 1)) return;
  // A crowd of new names must not wash out those that are locked out; look at a few, so that a flood stays cheap.
  constexpr int looked_at = 32;
  auto victim = by_age_.begin();
  int looked = 0;
  for (auto each = by_age_.begin(); each != by_age_.end() && looked < looked_at; ++each, ++looked) {
    if (entries_.find(*each)->second.locked_until <= now) {
      victim = each;
      break;
    }
  }
  entries_.erase(*victim);
  by_age_.erase(victim);
}

double AttemptLimiter::tokens_now(const Entry& entry) const {
  const auto since = std::chrono::duration<double>(clock_.monotonic() - entry.touched).count();
  const auto interval = std::chrono::duration<double>(options_.subject_interval).count();
  return std::min<double>(options_.subject_burst, entry.tokens + since / std::max(interval, 1e-9));
}

std::string AttemptLimiter::pair_of(std::string_view subject, std::string_view source) {
  std::string pair;
  pair.reserve(subject.size() + source.size() + 1);
  pair.append(subject).append(1, '\0').append(source);
  return pair;
}

SourceRule AttemptLimiter::rule_of(std::string_view source) const {
  const auto own = rules_.find(source);
  if (own != rules_.end()) return own->second;
  return {options_.free_failures, options_.lock_out, options_.longest_lock_out, options_.forget_after};
}

Duration AttemptLimiter::locked_for(std::string_view subject, std::string_view source) const {
  if (source.empty()) return {};
  const Entry* entry = subject.empty() ? nullptr : known_.find(pair_of(subject, source));
  if (entry == nullptr) entry = sources_.find(source);
  return entry == nullptr ? Duration::zero() : std::max<Duration>(Duration::zero(), entry->locked_until - clock_.monotonic());
}

Duration AttemptLimiter::wait(std::string_view subject, std::string_view source) const {
  const Duration locked = locked_for(subject, source);
  if (subject.empty()) return locked;
  const Entry* const entry = subjects_.find(subject);
  if (entry == nullptr || known_.find(pair_of(subject, source)) != nullptr) return locked;
  const double missing = 1.0 - tokens_now(*entry);
  if (missing <= 0) return locked;
  const auto interval = std::chrono::duration<double>(options_.subject_interval);
  return std::max(locked, std::chrono::ceil<Duration>(interval * missing));
}

Duration AttemptLimiter::failed(std::string_view subject, std::string_view source) {
  const auto now = clock_.monotonic();
  if (!subject.empty()) {
    const Entry* const known = subjects_.find(subject);
    const double tokens = known != nullptr ? tokens_now(*known) : options_.subject_burst;
    subjects_.touch(subject, now, options_.table_limit).tokens = std::max(0.0, tokens - 1.0);
  }
  if (source.empty()) return {};
  const std::string pair = subject.empty() ? std::string() : pair_of(subject, source);
  const bool was_right = !pair.empty() && known_.find(pair) != nullptr;
  Table& table = was_right ? known_ : sources_;
  const std::string_view name = was_right ? std::string_view(pair) : source;
  const SourceRule rule = rule_of(source);
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

void AttemptLimiter::succeeded(std::string_view subject, std::string_view source) {
  const auto now = clock_.monotonic();
  if (source.empty()) return;
  if (!subject.empty()) {
    const std::string pair = pair_of(subject, source);
    const bool was_right = known_.find(pair) != nullptr;
    known_.touch(pair, now, options_.table_limit).failures = 0;
    if (was_right) return;
  }
  // Its lock-outs stay: being right now and then must not buy a guesser short ones.
  if (const Entry* const entry = sources_.find(source); entry != nullptr && entry->failures > 0) {
    sources_.touch(source, now, options_.table_limit).failures = 0;
  }
}

}  // namespace lintel::access
