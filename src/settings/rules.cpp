#include "settings/rules.hpp"

#include <fmt/format.h>

#include <array>

namespace lintel::settings {
namespace {

using Errors = std::vector<Error>;

// Each server has a TCP port of its own.
void ports(const Candidate& candidate, Errors& errors) {
  struct Port {
    const Setting<std::int64_t>& setting;
    bool used;
  };
  const std::array all = {Port{web::http_port, true},
                          Port{web::https_port, true},
                          Port{rtsp::port, candidate.get(rtsp::on)},
                          Port{rtsp::tls_port, candidate.get(rtsp::tls)},
                          Port{sip_server::port, candidate.get(sip_server::on) && candidate.get(sip_server::tcp)},
                          Port{sip_server::tls_port, candidate.get(sip_server::on) && candidate.get(sip_server::tls)}};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const auto& [left, left_used] = all[i];
      const auto& [right, right_used] = all[j];
      if (!left_used || !right_used || candidate.get(left) != candidate.get(right)) continue;
      if (!candidate.changes(left) && !candidate.changes(right)) continue;
      const bool left_changed = candidate.changes(left);
      errors.push_back({ErrorCode::conflict,
                        fmt::format("Port {} is the port of {} already; choose another.", candidate.get(left),
                                    find(left_changed ? right.key : left.key)->title),
                        std::string(left_changed ? left.key : right.key), std::to_string(candidate.get(left)),
                        "a port of its own"});
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

}  // namespace

std::vector<Error> broken_rules(const Candidate& candidate, bool number_was_set) {
  Errors errors;
  numbers(candidate, number_was_set, errors);
  ports(candidate, errors);
  media_ports(candidate, errors);
  registration(candidate, errors);
  unlock_commands(candidate, errors);
  return errors;
}

}  // namespace lintel::settings
