#include "app/doors.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/lock_sets.hpp"
#include "base/log.hpp"

namespace lintel::app {
namespace {

constexpr int door_count = Wiring::locks;

Error error_of(const access::Decision& decision) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(decision.wait).count() + 1;
  switch (decision.outcome) {
    case access::Outcome::no_such_lock: return {ErrorCode::not_found, "There is no such lock.", "number"};
    case access::Outcome::no_right: return {ErrorCode::denied, "This account has no right to open that lock."};
    case access::Outcome::too_soon:
      return {ErrorCode::limited, fmt::format("The lock was opened a moment ago; try again in {} s.", seconds)};
    case access::Outcome::limited:
      return {ErrorCode::limited, fmt::format("Too many wrong attempts; try again in {} s.", seconds)};
    case access::Outcome::jammed:
      return {ErrorCode::unavailable, "The lock does not move. Look at the door: its relay or its wiring has failed."};
    default: return {ErrorCode::internal, "The lock could not be opened."};
  }
}

}  // namespace

class Doors::Rights final : public access::Rights {
 public:
  explicit Rights(household::Household& household) : household_(household) {}
  [[nodiscard]] access::LockSet locks_of(std::string_view subject, access::Method method) const override {
    if (household_.person(subject) != nullptr) return access::all_locks;
    // Machines come by the API alone, and may have a name that a monitor has too.
    const auto* machine = method == access::Method::api ? household_.machine(subject) : nullptr;
    if (machine != nullptr) return machine->may(household::Right::unlock) ? access::all_locks : access::LockSet{0};
    if (const auto* monitor = household_.monitor(subject))
      return monitor->kind == household::MonitorKind::panel ? access::LockSet{0} : lock_set(monitor->locks);
    return subject == household_.identity().centre_number ? access::all_locks : access::LockSet{0};
  }

 private:
  household::Household& household_;
};

// The household keeps the codes; access asks for one at a time.
class Doors::Codes final : public access::Codes {
 public:
  explicit Codes(household::Household& household) : household_(household) {}
  [[nodiscard]] std::optional<access::Code> find(std::string_view digits) const override {
    const household::Code* code = household_.find_code(digits);
    if (code == nullptr || !code->active) return std::nullopt;
    return access::Code{code->name, code->room, lock_set(code->locks)};
  }

 private:
  household::Household& household_;
};

Doors::Doors(Loop& loop, household::Household& household, settings::Settings& settings, Chronicle& chronicle,
             access::AttemptLimiter& guesses, const std::string& data_folder)
    : clock_(loop.clock()),
      settings_(settings),
      chronicle_(chronicle),
      wiring_(loop, settings, chronicle.journal(), twins_, data_folder,
              {.relay_replaced = [this](int number) { access_.relay_replaced(number); },
               .door = [this](int number) { door_told(number); },
               .exit_button = [this] { exit_pressed(); },
               .emergency_key =
                   [this] {
                     if (on_emergency) on_emergency();
                   }}),
      rights_(std::make_unique<Rights>(household)),
      codes_(std::make_unique<Codes>(household)),
      limiter_(guesses),
      access_(clock_, *rights_, *codes_, limiter_, *this),
      dtmf_(clock_, limiter_,
            [this](const access::DtmfCaller& caller, access::LockNumber lock, bool by_code) {
              access_.unlock(access::request_of(caller, lock, by_code));
            },
            [this](const access::DtmfCaller& caller, Duration wait) {
              access_.refused(access::request_of(caller, 0, true), access::Outcome::wrong_code, wait);
            }) {
  keypad_ = &twins_.add<hardware::TwinKeypad>(clock_, "keypad");
  reader_ = &twins_.add<hardware::TwinCardReader>(clock_, "reader");
  display_ = &twins_.add<hardware::TwinDisplay>(clock_, "display");
  lights_ = &twins_.add<hardware::TwinLights>(clock_, "lights");
  for (int number = 1; number <= door_count; ++number)
    drivers_.push_back(std::make_unique<access::RelayDriver>(wiring_.relay(number)));
  settings_changes_ = settings_.on_change([this](const settings::Change&) { apply_settings(); });
}

Doors::~Doors() = default;

access::LockOptions Doors::options_of(int number) const {
  namespace lock1 = settings::lock1;
  namespace lock2 = settings::lock2;
  const bool first = number == 1;
  access::LockOptions options;
  options.number = number;
  options.name = settings_.get(first ? lock1::name : lock2::name);
  options.period = settings_.get(first ? lock1::period : lock2::period);
  options.responding_interval = settings_.get(first ? lock1::interval : lock2::interval);
  options.wiring = settings_.get(first ? lock1::safe_state : lock2::safe_state) == "fail_safe" ? access::Wiring::fail_safe
                                                                                              : access::Wiring::fail_secure;
  const std::string local = settings_.get(settings::access::local_lock);
  options.local_methods = local == "both" || local == fmt::format("{}", number);
  // A contact that is away must not keep a door free for good: until it is back, the period alone counts.
  options.watches_door = settings_.get(first ? lock1::sensor : lock2::sensor) && wiring_.door_open(number).has_value();
  options.hold_limit = settings_.get(first ? lock1::held_limit : lock2::held_limit);
  return options;
}

void Doors::door_told(int number) {
  // The level before the options: what a contact that has just come is found at was seen by nobody.
  if (const auto open = wiring_.door_open(number)) access_.door_is_open(number, *open);
  if (const auto done = access_.set_lock_options(options_of(number)); !done.ok())
    log::warning("access", "{}", done.error().message);
}

void Doors::exit_pressed() {
  const std::string which = settings_.get(settings::access::exit_button_lock);
  for (int number = 1; number <= door_count; ++number)
    if (which == "both" || which == fmt::format("{}", number))
      access_.unlock({.subject = "exit button", .method = access::Method::exit_button, .lock = number, .source = "exit-button"});
}

void Doors::apply_settings() {
  wiring_.apply();
  for (int number = 1; number <= door_count; ++number)
    if (const auto done = access_.set_lock_options(options_of(number)); !done.ok())
      log::warning("access", "{}", done.error().message);
  access::SourceRule keypad;
  keypad.free_failures = static_cast<int>(settings_.get(settings::keypad::tries));
  keypad.lock_out = settings_.get(settings::keypad::lock_time);
  keypad.longest_lock_out = std::max<Duration>(keypad.longest_lock_out, keypad.lock_out);
  keypad.forget_after = std::max<Duration>(settings_.get(settings::keypad::window), keypad.lock_out);
  limiter_.set_rule("keypad", keypad);
  access::DtmfOptions commands;
  commands.commands = {settings_.get(settings::call::unlock_command_1), settings_.get(settings::call::unlock_command_2)};
  if (const auto fit = access::check(commands); !fit.ok()) {
    // None, rather than those before: somebody set others in their place.
    log::warning("access", "No key opens in a call: {}", fit.error().message);
    commands.commands = {};
  }
  dtmf_.set_options(std::move(commands));
}

void Doors::start() {
  for (int number = 1; number <= door_count; ++number) {
    access::RelayDriver& driver = *drivers_[static_cast<std::size_t>(number - 1)];
    const auto added = access_.add_lock(options_of(number), driver);
    if (!added.ok()) log::error("access", "{}", added.error().message);
    driver.connect(access_, number);
  }
  apply_settings();
  access_.start();
}

void Doors::stop() { access_.stop(); }

std::vector<calls::OpenLock> Doors::open_locks() const {
  std::vector<calls::OpenLock> open;
  for (const auto& lock : access_.locks())
    if (lock.state == access::LockState::unlocked || lock.state == access::LockState::held_open)
      open.push_back({lock.number, lock.name});
  return open;
}

void Doors::show(const calls::PanelState& state) {
  std::vector<std::string> lines;
  for (const auto& message : state.lines) lines.push_back(calls::in_english(message));
  if (!state.input.empty()) lines.push_back(state.input);
  display_->show(lines);
  lights_->set(state.lights);
  if (state.reader) reader_->show(state.reader->light);
}

void Doors::access_happened(const access::AccessEvent& event) {
  access::AccessEvent told = event;
  if (told.event == "access.lock_jammed" && told.lock <= door_count) told.reason = wiring_.relay_problem(told.lock);
  chronicle_.access(told, static_cast<int>(settings_.get(settings::keypad::tries)));
  if (event.event == "access.unlocked" && on_opened) on_opened(event.method);
  if (event.event == "access.lock_jammed" && on_jammed) on_jammed();
}

void Doors::lock_changed(const access::LockView& lock) {
  if (on_lock) on_lock(state_of(lock));
}

std::vector<web::Attention> Doors::attention() const {
  std::vector<web::Attention> out = wiring_.attention();
  for (const auto& lock : access_.locks()) {
    const std::string id = fmt::format("door-{}", lock.number);
    if (lock.state == access::LockState::jammed && wiring_.relay_problem(lock.number).empty())
      out.push_back({id, "alarm",
                     fmt::format("{} does not do what it is told. Look at its relay and its wiring; the station tries again by itself.", lock.name),
                     "/access/doors"});
    if (lock.held_open)
      out.push_back({id, "alarm", fmt::format("{} is held open. Close the door, or look why it does not close.", lock.name), "/access/doors"});
  }
  return out;
}

web::LockState Doors::state_of(const access::LockView& lock) const {
  web::LockState state;
  state.number = static_cast<std::uint32_t>(lock.number);
  state.name = lock.name;
  state.state = lock.state == access::LockState::held_open ? "unlocked" : std::string(access::name_of(lock.state));
  state.held_open = lock.held_open;
  state.door_open = lock.door_open;
  state.door_for_monitors = settings_.get(settings::access::publish_sensor);
  return state;
}

calls::CodeAnswer Doors::try_code(std::string_view code) {
  using Kind = calls::CodeAnswer::Kind;
  const access::Decision decision = access_.try_code(code);
  if (access::granted(decision.outcome)) return {Kind::opened};
  switch (decision.outcome) {
    case access::Outcome::limited: return {Kind::locked, decision.wait};
    case access::Outcome::too_soon: return {Kind::too_soon, decision.wait};
    case access::Outcome::no_right: case access::Outcome::no_such_lock: return {Kind::not_allowed};
    case access::Outcome::jammed: return {Kind::jammed};
    default: return {Kind::wrong, decision.wait};
  }
}

Duration Doors::locked_for() const { return access_.keypad_wait(); }

void Doors::wish_digit(const calls::WishFrom& from, char digit) {
  dtmf_.digit({from.call_name, from.account, from.room, from.monitor_of_called_room}, digit);
}

void Doors::wishes_over(const calls::WishFrom& from) { dtmf_.call_over(from.call_name); }

std::vector<web::LockState> Doors::locks() const {
  std::vector<web::LockState> out;
  for (const auto& lock : access_.locks()) out.push_back(state_of(lock));
  return out;
}

Result<web::LockState> Doors::unlock(const web::Subject& who, std::uint32_t number) {
  const bool person_at_monitor = who.role == web::Role::monitor;
  const access::Decision decision =
      access_.unlock({.subject = who.account,
                      .method = person_at_monitor ? access::Method::monitor : access::Method::api,
                      .lock = static_cast<access::LockNumber>(std::min<std::uint32_t>(number, access::max_locks + 1)),
                      .room = who.room,
                      .source = who.address});
  if (decision.outcome == access::Outcome::jammed)
    if (const std::string& problem = wiring_.relay_problem(decision.lock); !problem.empty())
      return Error{ErrorCode::unavailable, "The lock cannot be opened: its relay is not there. " + problem};
  if (!access::granted(decision.outcome)) return error_of(decision);
  for (const auto& lock : access_.locks())
    if (lock.number == static_cast<int>(number)) return state_of(lock);
  return error_of({.outcome = access::Outcome::no_such_lock});
}

bool Doors::has_reader() const { return settings_.get(settings::reader::device) != "none"; }

std::optional<std::string> Doors::instead_of_twin(std::string_view name) const {
  if (name == reader_->name() && !has_reader()) return std::string();
  return wiring_.instead_of_twin(name);
}

std::vector<web::Twin> Doors::twins() const {
  std::vector<web::Twin> out;
  for (const auto& twin : twins_.list()) {
    const auto real = instead_of_twin(twin->name());
    if (!real) out.push_back({twin->name(), twin->kind(), twin->state(), twin->actions()});
    if (real && !real->empty()) out.push_back({twin->name(), twin->kind(), *real, {}});
  }
  return out;
}

Result<web::Twin> Doors::act(const web::Subject& /*who*/, std::string_view name, std::string_view action) {
  if (instead_of_twin(name))
    return Error{ErrorCode::conflict, "The twin is not in use: another device was chosen in the settings.", "name",
                 std::string(name.substr(0, 64)), "a twin that is in use"};
  LINTEL_CHECK(twins_.act(name, action));
  const hardware::Twin& twin = *twins_.find(name);
  return web::Twin{twin.name(), twin.kind(), twin.state(), twin.actions()};
}

}  // namespace lintel::app
