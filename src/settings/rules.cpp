#include "settings/rules.hpp"

#include <fmt/format.h>

#include <array>

namespace lintel::settings {
namespace {

using Errors = std::vector<Error>;

// Each server has a TCP port of its own; SIP listens at its own without the SIP server too.
void ports(const Candidate& candidate, Errors& errors) {
  struct Port {
    const Setting<std::int64_t>& setting;
    bool used;
    bool taken;  // by this change: set to that number, or its service switched on
  };
  const auto port = [&](const Setting<std::int64_t>& setting, bool used_before, bool used) {
    return Port{setting, used, used && (candidate.changes(setting) || !used_before)};
  };
  const auto by_switch = [&](const Setting<std::int64_t>& setting, const Setting<bool>& on) {
    return port(setting, candidate.before(on), candidate.get(on));
  };
  const std::array all = {port(web::http_port, true, true),
                          port(web::https_port, true, true),
                          by_switch(rtsp::port, rtsp::on),
                          by_switch(rtsp::tls_port, rtsp::tls),
                          by_switch(sip_server::port, sip_server::tcp),
                          by_switch(sip_server::tls_port, sip_server::tls)};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const Port& left = all[i];
      const Port& right = all[j];
      if (!left.used || !right.used || candidate.get(left.setting) != candidate.get(right.setting)) continue;
      if (!left.taken && !right.taken) continue;
      const auto& named = left.taken ? left.setting : right.setting;
      errors.push_back({ErrorCode::conflict,
                        fmt::format("Port {} is the port of {} already; choose another.", candidate.get(named),
                                    find(left.taken ? right.setting.key : left.setting.key)->title),
                        std::string(named.key), std::to_string(candidate.get(named)), "a port of its own"});
    }
}

void media_ports(const Candidate& candidate, Errors& errors) {
  if (!candidate.changes(media::first_port) && !candidate.changes(media::last_port)) return;
  const auto first = candidate.get(media::first_port);
  const auto last = candidate.get(media::last_port);
  if (first % 2 != 0)
    errors.push_back({ErrorCode::invalid, "The first media port must be even.", std::string(media::first_port.key),
                      std::to_string(first), "an even number"});
  if (last < first + 31)
    errors.push_back({ErrorCode::invalid, "The media ports must be at least 32, or calls would find none.",
                      std::string(media::last_port.key), std::to_string(last), fmt::format("at least {}", first + 31)});
}

void registration(const Candidate& candidate, Errors& errors) {
  const std::array order = {&sip_server::shortest_registration, &sip_server::registration,
                            &sip_server::longest_registration};
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& shorter = *order[i - 1];
    const auto& longer = *order[i];
    if (!candidate.changes(shorter) && !candidate.changes(longer)) continue;
    if (candidate.get(shorter) <= candidate.get(longer)) continue;
    const bool longer_changed = candidate.changes(longer);
    const auto& named = longer_changed ? longer : shorter;
    errors.push_back({ErrorCode::invalid, "The periods of registration must grow: shortest, usual, longest.",
                      std::string(named.key), std::to_string(candidate.get(named).count()),
                      longer_changed ? fmt::format("at least {}", candidate.get(shorter).count())
                                     : fmt::format("at most {}", candidate.get(longer).count())});
  }
}

void unlock_commands(const Candidate& candidate, Errors& errors) {
  if (!candidate.changes(call::unlock_command_1) && !candidate.changes(call::unlock_command_2)) return;
  const std::string first = candidate.get(call::unlock_command_1);
  const std::string second = candidate.get(call::unlock_command_2);
  // One that begins the other would open before the other is complete.
  if (first.empty() || second.empty() || (!first.starts_with(second) && !second.starts_with(first))) return;
  const auto& named = candidate.changes(call::unlock_command_2) ? call::unlock_command_2 : call::unlock_command_1;
  errors.push_back({ErrorCode::conflict, "Neither unlock command may begin with the other.", std::string(named.key),
                    candidate.get(named), "a command that begins otherwise"});
}

void numbers(const Candidate& candidate, bool number_was_set, Errors& errors) {
  const std::string number = candidate.get(station::number);
  if (candidate.changes(station::number) && number_was_set && candidate.before(sip_server::on) &&
      candidate.get(sip_server::on))
    errors.push_back({ErrorCode::conflict,
                      "The station's number can be changed only while it is not the SIP server: its devices know it by "
                      "this number. Switch the "
                      "SIP server off first.",
                      std::string(station::number.key), number, "unchanged while the SIP server is on"});
  if (number == candidate.get(call::centre_number) &&
      (candidate.changes(station::number) || candidate.changes(call::centre_number))) {
    const auto& named = candidate.changes(call::centre_number) ? call::centre_number : station::number;
    errors.push_back({ErrorCode::conflict, "The station and the centre cannot have the same number.",
                      std::string(named.key), number, "a number of its own"});
  }
}

// A19: whoever is at a GPIO line has one, and has it alone.
void gpio_lines(const Candidate& candidate, Errors& errors) {
  struct Point {
    const Setting<std::string>& device;
    const Setting<std::string>& line;
  };
  const std::array all = {
      Point{lock1::relay, lock1::relay_line},         Point{lock2::relay, lock2::relay_line},
      Point{lock1::sensor_input, lock1::sensor_line}, Point{lock2::sensor_input, lock2::sensor_line},
      Point{exit_button::input, exit_button::line},   Point{emergency_key::input, emergency_key::line}};
  const auto changes = [&](const Point& one) { return candidate.changes(one.device) || candidate.changes(one.line); };
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Point& one = all[i];
    if (candidate.get(one.device) != "gpio") continue;
    const std::string line = candidate.get(one.line);
    if (line.empty() && changes(one)) {
      errors.push_back({ErrorCode::invalid, fmt::format("{} is needed.", find(one.line.key)->title),
                        std::string(one.line.key), line, std::string(hardware::gpio_name_form)});
    }
    for (std::size_t j = 0; j < i && !line.empty(); ++j) {
      const Point& other = all[j];
      if (candidate.get(other.device) != "gpio" || candidate.get(other.line) != line) continue;
      if (!changes(one) && !changes(other)) continue;
      const Point& named = changes(one) ? one : other;
      errors.push_back(
          {ErrorCode::conflict,
           fmt::format("{} is in use already: {}.", line, find((changes(one) ? other : one).line.key)->title),
           std::string(named.line.key), line, "a line of its own"});
    }
  }
}

// A04: a door that is checked has a contact.
void door_contacts(const Candidate& candidate, Errors& errors) {
  const auto check = [&](const Setting<bool>& sensor, const Setting<std::string>& input) {
    if (!candidate.changes(sensor) && !candidate.changes(input)) return;
    if (!candidate.get(sensor) || candidate.get(input) != "none") return;
    const bool by_input = candidate.changes(input);
    errors.push_back({ErrorCode::conflict,
                      by_input ? "The door sensor is checked: switch the check off first."
                               : "There is no door contact to check: choose one under Relays and inputs first.",
                      std::string(by_input ? input.key : sensor.key), by_input ? "none" : "true",
                      by_input ? "twin or gpio while the door sensor is checked" : "false without a door contact"});
  };
  check(lock1::sensor, lock1::sensor_input);
  check(lock2::sensor, lock2::sensor_input);
}

}  // namespace

std::vector<Error> broken_rules(const Candidate& candidate, bool number_was_set) {
  Errors errors;
  numbers(candidate, number_was_set, errors);
  ports(candidate, errors);
  media_ports(candidate, errors);
  registration(candidate, errors);
  unlock_commands(candidate, errors);
  gpio_lines(candidate, errors);
  door_contacts(candidate, errors);
  return errors;
}

}  // namespace lintel::settings
