#include "web/login.hpp"

#include <algorithm>
#include <cmath>

#include "base/bytes.hpp"

namespace lintel::web {
namespace {

constexpr std::chrono::minutes decay{6};       // an account forgets one wrong password in this time
constexpr std::chrono::hours forget_after{1};  // wrong passwords of a source, when no more follow
constexpr std::chrono::milliseconds first_delay{250};

Error too_many(Duration wait) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
  return {.code = ErrorCode::limited,
          .message = minutes <= 1 ? "Too many attempts from your address. Try again in a minute."
                                  : "Too many wrong passwords from your address. Try again in " +
                                        std::to_string(minutes) + " minutes."};
}

}  // namespace

struct Login::Inner : std::enable_shared_from_this<Login::Inner> {
  using Key = std::pair<std::string, std::string>;  // account, source

  Inner(Clock& used_clock, Workers& used_workers, access::AttemptLimiter& used_guesses,
        std::function<Policy()> used_policy)
      : clock(used_clock), workers(used_workers), guesses(used_guesses), policy(std::move(used_policy)) {}

  // The oldest quiet entry makes room; those that are locked or known go last.
  void bound() {
    if (tries.size() < table_limit) return;
    const auto worth = [](const Tries& entry) {
      return std::pair(entry.known, std::max(entry.last, entry.locked_until));
    };
    tries.erase(std::min_element(tries.begin(), tries.end(), [&worth](const auto& left, const auto& right) {
      return worth(left.second) < worth(right.second);
    }));
  }
  [[nodiscard]] double failures(const std::string& account) const {
    const auto found = accounts.find(account);
    if (found == accounts.end()) return 0;
    const std::chrono::duration<double> passed = clock.monotonic() - found->second.at;
    return std::max(0.0, found->second.wrong - passed / std::chrono::duration<double>(decay));
  }
  [[nodiscard]] Duration delay_of(const Key& key) const {
    const auto found = tries.find(key);
    if (found != tries.end() && found->second.known) return Duration::zero();
    const double beyond = failures(key.first) - static_cast<double>(free_failures);
    if (beyond < 0) return Duration::zero();
    const auto delay = std::chrono::duration<double>(first_delay) * std::exp2(std::min(beyond, 8.0));
    return std::min<Duration>(std::chrono::duration_cast<Duration>(delay), slowest);
  }
  void run(Key key, bool quick, const Check& check, Then then);
  void judged(const Key& key, bool right, const Then& then);
  void leave(const std::string& source) {
    --waiting;
    const auto found = waiting_by_source.find(source);
    if (found != waiting_by_source.end() && --found->second == 0) waiting_by_source.erase(found);
  }

  Clock& clock;
  Workers& workers;
  access::AttemptLimiter& guesses;
  std::function<Policy()> policy;
  std::map<Key, Tries> tries;
  std::map<std::string, Account> accounts;
  std::map<std::string, std::size_t> waiting_by_source;
  std::size_t waiting = 0;
  std::map<std::uint64_t, Timer> delays;
  std::uint64_t next_delay = 0;
};

void Login::Inner::run(Key key, bool quick, const Check& check, Then then) {
  if (quick) {
    judged(key, check(), then);
    return;
  }
  auto right = std::make_shared<bool>(false);
  auto answer = std::make_shared<Then>(std::move(then));
  const bool queued = workers.run([right, check] { *right = check(); },
                                  [weak = weak_from_this(), key, right, answer] {
                                    if (const auto self = weak.lock()) self->judged(key, *right, *answer);
                                  });
  if (queued) return;
  leave(key.second);
  (*answer)(Error{.code = ErrorCode::limited, .message = "The station is busy. Try again in a moment."});
}

void Login::Inner::judged(const Key& key, bool right, const Then& then) {
  leave(key.second);
  const Policy rules = policy();
  const Monotonic now = clock.monotonic();
  if (!tries.contains(key)) bound();
  Tries& entry = tries[key];
  Outcome outcome{.right = right};
  // Attempts that ran side by side with the one that locked do not get through either.
  if (entry.locked_until > now) return then(too_many(entry.locked_until - now));
  if (now - entry.last > forget_after) entry.wrong = 0;
  entry.last = now;
  if (right) {
    guesses.succeeded(key.first, key.second);
    entry.wrong = 0;
    entry.known = true;
    return then(outcome);
  }
  if (accounts.size() >= table_limit && !accounts.contains(key.first))
    accounts.erase(std::min_element(accounts.begin(), accounts.end(), [](const auto& left, const auto& other) {
      return left.second.at < other.second.at;
    }));
  (void)guesses.failed(key.first, key.second);
  Account& account = accounts[key.first];
  account.wrong = std::min(failures(key.first) + 1, 100.0);
  account.at = now;
  if (++entry.wrong >= rules.tries) {
    entry.wrong = 0;
    entry.locked_until = now + rules.lock;
    outcome.locked_now = true;
  }
  then(outcome);
}

Login::Login(Clock& clock, Workers& workers, access::AttemptLimiter& guesses, std::function<Policy()> policy)
    : inner_(std::make_shared<Inner>(clock, workers, guesses, std::move(policy))) {}
Login::~Login() {
  inner_->delays.clear();
}

Duration Login::locked_for(std::string_view account, std::string_view address) const {
  const std::string source = http::source_of(address);
  // Not the slowing of the account: that is done here, by delays, so that the owner gets in from a new place too.
  const Duration shared = inner_->guesses.locked_for(account, source);
  const auto found = inner_->tries.find({std::string(account), source});
  if (found == inner_->tries.end()) return shared;
  return std::max(shared, found->second.locked_until - inner_->clock.monotonic());
}

void Login::attempt(std::string account, std::string_view address, bool quick, Check check, Then then) {
  Inner& inner = *inner_;
  if (const Duration locked = locked_for(account, address); locked > Duration::zero()) return then(too_many(locked));
  Inner::Key key{std::move(account), http::source_of(address)};
  const auto busy = inner.waiting_by_source.find(key.second);
  if (inner.waiting >= waiting_limit || (busy != inner.waiting_by_source.end() && busy->second >= waiting_of_a_source))
    return then(too_many(Duration::zero()));
  ++inner.waiting;
  ++inner.waiting_by_source[key.second];
  const Duration delay = inner.delay_of(key);
  if (delay <= Duration::zero()) return inner.run(std::move(key), quick, check, std::move(then));
  const std::uint64_t id = ++inner.next_delay;
  inner.delays[id] = inner.clock.after(
      delay, [weak = std::weak_ptr<Inner>(inner_), id, key, quick, check = std::move(check), then = std::move(then)] {
        const auto self = weak.lock();
        if (self == nullptr) return;
        auto node = self->delays.extract(id);  // keeps the timer until its own callback is over
        self->run(key, quick, check, then);
      });
}

}  // namespace lintel::web
