// How long it takes to decide about a typed code, and about a card that is held to the reader, when the household has 100,000 of each: from the code or
// card to the relay's order and its answer. Each comes once, in random order; the lock is locked again before each. `unlock_decision [COUNT]` prints
// microseconds (p50, p99, worst), codes first, then cards.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <random>
#include <vector>

#include "access/access.hpp"
#include "access/reader_control.hpp"
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
class Cards final : public access::Cards {
 public:
  explicit Cards(const household::Household& household) : household_(household) {}
  [[nodiscard]] std::optional<access::Card> find(std::string_view number) const override {
    const household::Card* card = household_.find_card(number);
    if (card == nullptr) return std::nullopt;
    return access::Card{card->id, card->label(), card->room, 1, card->main, card->lost};
  }
  [[nodiscard]] std::string ending(std::string_view number) const override { return std::string(number); }
  [[nodiscard]] bool has_place(std::string_view) const override { return true; }
  void keep(const std::string& /*number*/, const access::CardOrder& /*order*/, std::function<void(Result<access::Card>)> /*then*/) override {}

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
std::string card_of(std::size_t number) { return fmt::format("{:08X}", 0x04A1'0000 + number * 811); }
std::string room_of(std::size_t number) { return fmt::format("{}", 1001 + number / household::max_cards_of_room); }

// Asks for `count` writes, as many at once as the household takes; false: some were refused.
bool fill(Loop& loop, std::size_t count, const std::function<void(std::size_t, std::function<void(bool)>)>& ask) {
  std::size_t asked = 0, made = 0, refused = 0;
  while (made + refused < count) {
    for (; asked < count && asked - made - refused < in_flight; ++asked) ask(asked, [&](bool done) { ++(done ? made : refused); });
    loop.turn(true);
  }
  return refused == 0;
}

// False: one did not open.
bool measure(SimulatedClock& clock, const std::vector<std::size_t>& order, const std::function<std::string(std::size_t)>& credential,
             const std::function<bool(const std::string&)>& opens) {
  std::vector<double> times;
  times.reserve(order.size());
  for (const std::size_t number : order) {
    const std::string one = credential(number);
    const auto began = Steady::now();
    const bool opened = opens(one);
    times.push_back(std::chrono::duration<double, std::micro>(Steady::now() - began).count());
    if (!opened) return false;
    clock.advance(2s);
  }
  std::sort(times.begin(), times.end());
  fmt::print("{:.2f} {:.2f} {:.2f}\n", times[times.size() / 2], times[times.size() * 99 / 100], times.back());
  return true;
}

int run(const std::string& folder, std::size_t count) {
  Loop loop;
  SimulatedClock clock;
  const storage::Vault vault = storage::Vault::ephemeral();
  storage::Options options;
  options.folder = folder + "/data";
  options.schemas = {household::Household::schema()};
  auto database = storage::Database::open(loop, std::move(options));
  if (!database.ok()) return fmt::print(stderr, "{}\n", database.error().message), 1;
  auto loaded = household::Household::load(**database, vault, clock, {});
  if (!loaded.ok()) return fmt::print(stderr, "{}\n", loaded.error().message), 1;
  household::Household& household = **loaded;
  const bool filled =
      fill(loop, count, [&](std::size_t number, auto then) {
        household.add_code({.name = fmt::format("Person {}", number), .code = code_of(number)}, [then](const auto& done) { then(done.ok()); });
      }) &&
      fill(loop, (count - 1) / household::max_cards_of_room + 1, [&](std::size_t number, auto then) {
        household.add_room({.number = room_of(number * household::max_cards_of_room)}, [then](const auto& done) { then(done.ok()); });
      }) &&
      fill(loop, count, [&](std::size_t number, auto then) {
        household.add_card({.number = card_of(number), .room = room_of(number), .name = fmt::format("Person {}", number)},
                           [then](const auto& done) { then(done.ok()); });
      });
  if (!filled) return fmt::print(stderr, "Some codes, rooms or cards were refused.\n"), 1;

  const Codes codes(household);
  Cards cards(household);
  const NoRights rights;
  access::AttemptLimiter limiter(clock);
  Deaf listener;
  hardware::TwinRelay relay(clock, "lock-1");
  access::RelayDriver driver(relay);
  access::Access access(clock, rights, codes, limiter, listener);
  access::ReaderControl reader(clock, access, cards, limiter, listener);
  if (!access.add_lock({.number = 1, .name = "Front door", .period = 1s, .responding_interval = 0s}, driver).ok()) return 1;
  driver.connect(access, 1);
  access.start();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(1));  // the same order each time
  if (!measure(clock, order, code_of, [&](const std::string& code) { return access.try_code(code).outcome == access::Outcome::opened; }))
    return fmt::print(stderr, "a right code did not open\n"), 1;
  if (!measure(clock, order, card_of, [&](const std::string& card) { return reader.held(card).kind == access::CardAnswer::Kind::opened; }))
    return fmt::print(stderr, "a right card did not open\n"), 1;
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
