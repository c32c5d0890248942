#include "web/login.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace lintel::web {
namespace {

Error too_many(Duration wait) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
  return {.code = ErrorCode::limited,
          .message = minutes <= 1 ? "Too many attempts from your address. Try again in a minute."
                                  : "Too many wrong passwords from your address. Try again in " +
                                        std::to_string(minutes) + " minutes."};
}

}  // namespace

struct Login::Inner : std::enable_shared_from_this<Login::Inner> {
  struct Key {
    std::string account, source, address;
    [[nodiscard]] access::Source from() const { return {source, address}; }
  };

  Inner(Clock& used_clock, Workers& used_workers, access::AttemptLimiter& used_guesses)
      : clock(used_clock), workers(used_workers), guesses(used_guesses) {}

  // What the limit would have this attempt wait for the account's sake.
  [[nodiscard]] Duration delay_of(const Key& key) const {
    return std::min<Duration>(guesses.wait(key.account, key.from()), slowest);
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
  leave(key.source);
  (*answer)(Error{.code = ErrorCode::limited, .message = "The station is busy. Try again in a moment."});
}

void Login::Inner::judged(const Key& key, bool right, const Then& then) {
  leave(key.source);
  // Attempts that ran side by side with the one that locked do not get through either.
  if (const Duration locked = guesses.locked_for(key.account, key.from()); locked > Duration::zero())
    return then(too_many(locked));
  Outcome outcome{.right = right};
  if (right) {
    guesses.succeeded(key.account, key.from());
  } else {
    outcome.locked_now = guesses.failed(key.account, key.from()) > Duration::zero();
  }
  then(outcome);
}

Login::Login(Clock& clock, Workers& workers, access::AttemptLimiter& guesses)
    : inner_(std::make_shared<Inner>(clock, workers, guesses)) {}
Login::~Login() {
  inner_->delays.clear();
}

Duration Login::locked_for(std::string_view account, std::string_view address) const {
  return inner_->guesses.locked_for(account, {http::source_of(address), address});
}

void Login::attempt(std::string account, std::string_view address, bool quick, Check check, Then then) {
  Inner& inner = *inner_;
  if (const Duration locked = locked_for(account, address); locked > Duration::zero()) return then(too_many(locked));
  Inner::Key key{std::move(account), http::source_of(address), std::string(address)};
  const auto busy = inner.waiting_by_source.find(key.source);
  if (inner.waiting >= waiting_limit || (busy != inner.waiting_by_source.end() && busy->second >= waiting_of_a_source))
    return then(too_many(Duration::zero()));
  ++inner.waiting;
  ++inner.waiting_by_source[key.source];
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
