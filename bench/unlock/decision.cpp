// How long it takes to decide about a typed code when the household has 100,000 of them: from the code to the relay's order and its answer.
// Each code is typed once, in random order; the lock is locked again before each. `unlock_decision [CODES]` prints microseconds.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <random>
#include <vector>

#include "access/access.hpp"
#include "access/relay_driver.hpp"
#include "hardware/twins.hpp"
#include "hardware/twin_devices.hpp"
#include "household/household.hpp"

namespace lintel::bench {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

// As app/doors has it.
class Codes final : public access::Codes {
 public:
  explicit Codes(const household::Household& household) : household_(household) {}
  [[nodiscard]] std::optional<access::Code> find(std::string_view digits) const override {
    const household::Code* code = household_.find_code(digits);
    if (code == nullptr || !code->active) return std::nullopt;
    return access::Code{code->name, code->room, 1};
  }

 private:
  const household::Household& household_;
};
struct NoRights final : access::Rights {
  [[nodiscard]] access::LockSet locks_of(std::string_view, access::Method) const override { return 0; }
};
struct Deaf final : access::AccessListener {
  void access_happened(const access::AccessEvent&) override {}
  void lock_changed(const access::LockView&) override {}
};

constexpr std::size_t in_flight = 200;  // the household takes no more writes at once than 256

std::string code_of(std::size_t number) { return fmt::format("{:08}", 10'000'019 + number * 811); }

int run(const std::string& folder, std::size_t count) {
  Loop loop;
  SimulatedClock clock;
  const storage::Vault vault = storage::Vault::ephemeral();
  storage::Options options;
  options.folder = folder + "/data";
  options.schemas = {household::Household::schema()};
  auto database = storage::Database::open(loop, std::move(options));
  if (!database.ok()) return fmt::print(stderr, "{}\n", database.error().message), 1;
  auto household = household::Household::load(**database, vault, clock, {});
  if (!household.ok()) return fmt::print(stderr, "{}\n", household.error().message), 1;
  std::size_t asked = 0, made = 0, refused = 0;
  while (made + refused < count) {
    for (; asked < count && asked - made - refused < in_flight; ++asked)
      (*household)->add_code({.name = fmt::format("Person {}", asked), .code = code_of(asked)},
                             [&](const Result<household::Code>& done) { ++(done.ok() ? made : refused); });
    loop.turn(true);
  }
  if (refused > 0) return fmt::print(stderr, "{} codes were refused\n", refused), 1;

  const Codes codes(**household);
  const NoRights rights;
  access::AttemptLimiter limiter(clock);
  Deaf listener;
  hardware::TwinRelay relay(clock, "lock-1");
  access::RelayDriver driver(relay);
  access::Access access(clock, rights, codes, limiter, listener);
  if (!access.add_lock({.number = 1, .name = "Front door", .period = 1s, .responding_interval = 0s}, driver).ok()) return 1;
  driver.connect(access, 1);
  access.start();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(1));  // the same order each time
  std::vector<double> times;
  times.reserve(count);
  for (const std::size_t number : order) {
    const std::string code = code_of(number);
    const auto began = Steady::now();
    const auto decision = access.try_code(code);
    times.push_back(std::chrono::duration<double, std::micro>(Steady::now() - began).count());
    if (decision.outcome != access::Outcome::opened) return fmt::print(stderr, "a right code did not open\n"), 1;
    clock.advance(2s);
  }
  std::sort(times.begin(), times.end());
  fmt::print("{:.2f} {:.2f} {:.2f}\n", times[count / 2], times[count * 99 / 100], times.back());
  return 0;
}

}  // namespace
}  // namespace lintel::bench

int main(int count, char** arguments) {
  // Filling the household is 100,000 commits: in memory where the system has room for files there.
  const char* place = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
  std::string folder = fmt::format("{}/lintel-bench-XXXXXX", place);
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const int code = lintel::bench::run(folder, count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 100'000);
  std::filesystem::remove_all(folder);
  return code;
}
