#include "app/wiring.hpp"

#include <fmt/format.h>

#include "access/outage.hpp"
#include "hardware/gpio_name.hpp"
#include "journal/events.hpp"

namespace lintel::app {
namespace {

namespace events = journal::events;
namespace lock1 = settings::lock1;
namespace lock2 = settings::lock2;

constexpr std::size_t button = Wiring::locks;  // behind the doors' contacts; the emergency key is the next

hardware::GpioLine line_of(const std::string& text, bool active_low) {
  const auto name = hardware::parse_gpio_name(text);  // the settings let nothing else through
  return name ? hardware::GpioLine{std::string(name->chip), name->offset, active_low} : hardware::GpioLine{};
}

std::string words_of(const hardware::GpioLine& line) {
  return fmt::format("{}:{}", line.chip, line.offset);
}

template <typename Base, typename Derived>
Result<std::unique_ptr<Base>> as(Result<std::unique_ptr<Derived>> opened) {
  if (!opened.ok()) return opened.error();
  return std::unique_ptr<Base>(std::move(*opened));
}

}  // namespace

struct Wiring::RelayPlace {
  RelayPlace(Clock& clock, hardware::TwinRelay& own_twin, std::function<void()> replaced)
      : twin(own_twin), point(clock, std::move(replaced)) {}
  hardware::TwinRelay& twin;
  hardware::RelayPoint point;
  std::optional<Plan> plan;
};

struct Wiring::ContactPlace {
  ContactPlace(Clock& clock, journal::Journal& journal, hardware::TwinInput& own_twin, std::string spoken,
               hardware::InputPoint::Listener listener)
      : twin(own_twin),
        words(std::move(spoken)),
        loss(clock, telling(journal)),
        told_stuck(clock),
        point(clock, std::move(listener)) {}
  [[nodiscard]] access::Outage::Tell telling(journal::Journal& journal) {
    const auto record = [this, &journal](const journal::Event& event, journal::Field more = {}) {
      journal::Details details{.fields = {{"input", words}}};
      if (!more.name.empty()) details.fields.push_back(std::move(more));
      journal.record(event, std::move(details));
    };
    return {.failed =
                [this, record] {
                  record(events::input_lost, {"reason", point.problem()});
                },
            .repeated = [record](Duration untold) { record(events::input_repeated, journal::minutes(untold)); },
            .works = [record] { record(events::input_back); }};
  }
  hardware::TwinInput& twin;
  std::string words;  // "exit button": for the journal
  access::Outage loss;
  access::Repeats told_stuck;
  bool stuck = false;
  Timer held;
  hardware::InputPoint point;
  std::optional<Plan> plan;
};

Wiring::Wiring(Loop& loop, settings::Settings& settings, journal::Journal& journal, hardware::Twins& twins,
               const std::string& data_folder, Told told, Duration stuck_after)
    : loop_(loop),
      settings_(settings),
      journal_(journal),
      twins_(twins),
      told_(std::move(told)),
      stuck_after_(stuck_after) {
  for (int lock = 1; lock <= locks; ++lock) {
    const std::string name = fmt::format("lock-{}", lock);
    auto& twin = twins_.add<hardware::TwinRelay>(
        loop_.clock(), name,
        hardware::TwinRelayOptions{.position_file = fmt::format("{}/{}.position", data_folder, name)});
    relays_.push_back(std::make_unique<RelayPlace>(loop_.clock(), twin, [this, lock] { told_.relay_replaced(lock); }));
  }
  for (int lock = 1; lock <= locks; ++lock)
    add_contact(fmt::format("door-contact-{}", lock), fmt::format("door contact of lock {}", lock),
                [this, lock](std::optional<bool>, bool) { told_.door(lock); });
  const auto pressed = [](const std::function<void()>& tell) {
    return [&tell](std::optional<bool> level, bool found) {
      if (level == true && !found) tell();  // one that was found pressed is stuck, or wired the other way round
    };
  };
  add_contact("exit-button", "exit button", pressed(told_.exit_button));
  add_contact("emergency-key", "emergency key", pressed(told_.emergency_key));
}

Wiring::~Wiring() = default;

Wiring::ContactPlace& Wiring::add_contact(std::string name, std::string words,
                                          std::function<void(std::optional<bool>, bool)> heard) {
  auto& twin = twins_.add<hardware::TwinInput>(loop_.clock(), std::move(name));
  const std::size_t index = contacts_.size();
  contacts_.push_back(
      std::make_unique<ContactPlace>(loop_.clock(), journal_, twin, std::move(words),
                                     [this, index, heard = std::move(heard)](std::optional<bool> level, bool found) {
                                       contact_told(*contacts_[index], level);
                                       if (index >= button) watch_key(*contacts_[index], level);
                                       heard(level, found);
                                     }));
  return *contacts_.back();
}

void Wiring::watch_key(ContactPlace& key, std::optional<bool> level) {
  if (level != true) {
    key.stuck = false;
    return key.held.cancel();
  }
  if (key.stuck || key.held.armed()) return;
  key.held = loop_.clock().after(stuck_after_, [this, &key] {
    key.stuck = true;
    key.told_stuck.tell(
        key.words,
        [&] {
          journal_.record(events::input_stuck, {.fields = {{"input", key.words}}});
        },
        [](Duration) {});
  });
}

void Wiring::contact_told(ContactPlace& contact, std::optional<bool> level) {
  if (level)
    contact.loss.works();
  else if (!contact.point.problem().empty())
    contact.loss.failed();
}

Wiring::Plan Wiring::relay_plan(int lock) const {
  const bool first = lock == 1;
  if (settings_.get(first ? lock1::relay : lock2::relay) != "gpio") return {.device = Device::twin};
  const bool low = settings_.get(first ? lock1::relay_level : lock2::relay_level) == "low";
  return {.device = Device::gpio, .line = line_of(settings_.get(first ? lock1::relay_line : lock2::relay_line), low)};
}

Wiring::Plan Wiring::contact_plan(const std::string& device, const std::string& line, bool normally_closed) const {
  if (device == "none") return {};
  if (device == "twin") return {.device = Device::twin};
  // Closed, the contact connects its line with ground or supply; open, the chip's resistor pulls it the other way.
  const bool to_ground = settings_.get(settings::inputs::wiring) == "ground";
  return {.device = Device::gpio,
          .line = line_of(line, to_ground != normally_closed),
          .pull = to_ground ? hardware::GpioInput::Pull::up : hardware::GpioInput::Pull::down};
}

Wiring::Plan Wiring::plan_of(const ContactPlace& contact) const {
  const auto get = [this](const auto& setting) { return settings_.get(setting); };
  const auto closed = [&](const auto& setting) { return get(setting) == "normally_closed"; };
  if (&contact == contacts_[0].get())
    return contact_plan(get(lock1::sensor_input), get(lock1::sensor_line), closed(lock1::sensor_contact));
  if (&contact == contacts_[1].get())
    return contact_plan(get(lock2::sensor_input), get(lock2::sensor_line), closed(lock2::sensor_contact));
  if (&contact == contacts_[button].get())
    return contact_plan(get(settings::exit_button::input), get(settings::exit_button::line),
                        closed(settings::exit_button::contact));
  return contact_plan(get(settings::emergency_key::input), get(settings::emergency_key::line),
                      closed(settings::emergency_key::contact));
}

void Wiring::apply() {
  std::vector<RelayPlace*> relays;
  std::vector<ContactPlace*> contacts;
  // All are let go before any is taken: two may change places.
  for (int lock = 1; lock <= locks; ++lock) {
    RelayPlace& relay = place(lock);
    const Plan plan = relay_plan(lock);
    if (relay.plan == plan) continue;
    relay.plan = plan;
    relay.point.clear();
    relays.push_back(&relay);
  }
  for (const auto& contact : contacts_) {
    const Plan plan = plan_of(*contact);
    if (contact->plan == plan) continue;
    contact->plan = plan;
    contact->point.clear();
    contact->loss.forget();
    contacts.push_back(contact.get());
  }
  for (RelayPlace* relay : relays) {
    if (relay->plan->device == Device::twin) {
      relay->point.use(relay->twin);
    } else {
      relay->point.open([line = relay->plan->line] { return as<hardware::Relay>(hardware::GpioRelay::open(line)); });
    }
  }
  for (ContactPlace* contact : contacts) {
    const Plan& plan = *contact->plan;
    if (plan.device == Device::twin) contact->point.use(contact->twin);
    if (plan.device == Device::gpio)
      contact->point.open(
          [this, plan] { return as<hardware::Input>(hardware::GpioInput::open(loop_, plan.line, plan.pull)); });
  }
}

Wiring::RelayPlace& Wiring::place(int lock) const {
  return *relays_[static_cast<std::size_t>(lock - 1)];
}

hardware::Relay& Wiring::relay(int lock) {
  return place(lock).point;
}

std::optional<bool> Wiring::door_open(int lock) const {
  return contacts_[static_cast<std::size_t>(lock - 1)]->point.level();
}

const std::string& Wiring::relay_problem(int lock) const {
  return place(lock).point.problem();
}

std::vector<web::Attention> Wiring::attention() const {
  constexpr std::string_view advice =
      "Plug the device in, or choose another one under Relays and inputs; the station tries again by itself.";
  std::vector<web::Attention> out;
  for (int lock = 1; lock <= locks; ++lock)
    if (const std::string& problem = relay_problem(lock); !problem.empty())
      out.push_back({place(lock).twin.name(), "alarm",
                     fmt::format("{} cannot be opened: its relay is not there. {} {}",
                                 settings_.get(lock == 1 ? lock1::name : lock2::name), problem, advice),
                     "/settings/hardware"});
  for (const auto& contact : contacts_)
    if (const std::string& problem = contact->point.problem(); !problem.empty())
      out.push_back({contact->twin.name(), "warning",
                     fmt::format("The {} gives no signal. {} {}", contact->words, problem, advice),
                     "/settings/hardware"});
    else if (contact->stuck)
      out.push_back({contact->twin.name(), "warning",
                     fmt::format("The {} is pressed all the time: it is stuck, its wire is cut, or the contact is "
                                 "wired the other way round. Until "
                                 "it lets go, pressing it does nothing.",
                                 contact->words),
                     "/settings/hardware"});
  return out;
}

std::optional<std::string> Wiring::instead_of_twin(std::string_view name) const {
  const auto standing = [](const std::optional<Plan>& plan, bool known,
                           std::string_view state) -> std::optional<std::string> {
    if (!plan || plan->device == Device::twin) return std::nullopt;
    if (plan->device == Device::none) return std::string();
    return fmt::format("{}, {}", known ? state : "not there", words_of(plan->line));
  };
  for (const auto& relay : relays_)
    if (relay->twin.name() == name) {
      const auto energised = relay->point.energised();
      return standing(relay->plan, energised.has_value(), energised == true ? "energised" : "released");
    }
  for (const auto& contact : contacts_)
    if (contact->twin.name() == name) {
      const auto level = contact->point.level();
      return standing(contact->plan, level.has_value(), level == true ? "active" : "idle");
    }
  return std::nullopt;
}

}  // namespace lintel::app
