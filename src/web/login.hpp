// Passwords tried from the web (S02): locked by (account, source), slowed for an account as a whole, so that an
// attacker cannot lock the owner out. Hashes run on workers. Loop only.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "access/limiter.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/workers.hpp"
#include "http/rate_limit.hpp"

namespace lintel::web {

class Login {
 public:
  struct Policy {
    std::int64_t tries = 5;  // wrong passwords of an (account, source) before it is locked
    std::chrono::minutes lock{5};
  };
  static constexpr std::size_t table_limit = 4'096;  // (account, source) pairs remembered
  static constexpr std::size_t waiting_limit = 64;   // attempts being slowed or hashed, all together
  static constexpr std::size_t waiting_of_a_source = 4;
  static constexpr std::int64_t free_failures = 10;  // of an account within the hour before it is slowed
  static constexpr std::chrono::milliseconds slowest{4'000};

  // What came of an attempt. `locked_now`: this wrong one was the one too many.
  struct Outcome {
    bool right = false;
    bool locked_now = false;
  };
  using Check = std::function<bool()>;  // on a worker, unless `quick`
  using Then = std::function<void(Result<Outcome>)>;

  // `guesses`: the limit shared with everything else that can be guessed; it counts by source over all accounts.
  Login(Clock& clock, Workers& workers, access::AttemptLimiter& guesses, std::function<Policy()> policy);
  ~Login();

  // Runs `check` when the account may be tried from this source now. Error `limited` (nothing ran): locked, or too many
  // at once. `quick`: a constant-time compare that needs no worker.
  void attempt(std::string account, std::string_view address, bool quick, Check check, Then then);
  // How long (account, source) stays locked; zero: it is not.
  [[nodiscard]] Duration locked_for(std::string_view account, std::string_view address) const;

 private:
  struct Tries {
    std::int64_t wrong = 0;
    Monotonic last{};
    Monotonic locked_until{};
    bool known = false;  // the right password came from here: not slowed
  };
  struct Account {
    double wrong = 0;  // decays by one each six minutes
    Monotonic at{};
  };
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::web
