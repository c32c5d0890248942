// Passwords tried from the web (S02), under the limit on guessing that everything shares: a source is locked out, an
// account as a whole is slowed, and the owner gets in from where he was right before. Hashes run on workers. Loop only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "access/limiter.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/workers.hpp"
#include "http/rate_limit.hpp"

namespace lintel::web {

class Login {
 public:
  static constexpr std::size_t waiting_limit = 64;  // attempts being slowed or hashed, all together
  static constexpr std::size_t waiting_of_a_source = 4;
  // An account under attack is slowed to this, not refused: its owner must get in from a new place too.
  static constexpr std::chrono::milliseconds slowest{4'000};

  // What came of an attempt. `locked_now`: this wrong one was the one too many.
  struct Outcome {
    bool right = false;
    bool locked_now = false;
  };
  using Check = std::function<bool()>;  // on a worker, unless `quick`
  using Then = std::function<void(Result<Outcome>)>;

  Login(Clock& clock, Workers& workers, access::AttemptLimiter& guesses);
  ~Login();

  // Runs `check` when the account may be tried from this source now. Error `limited` (nothing ran): locked, or too many
  // at once. `quick`: a constant-time compare that needs no worker.
  void attempt(std::string account, std::string_view address, bool quick, Check check, Then then);
  // How long (account, source) stays locked; zero: it is not.
  [[nodiscard]] Duration locked_for(std::string_view account, std::string_view address) const;

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace lintel::web
