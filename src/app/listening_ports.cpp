#include "app/listening_ports.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace lintel::app {
namespace {

namespace events = lintel::journal::events;

struct Tried {
  std::uint16_t port;
  Result<std::uint16_t> got;
  bool usual_is_taken = false;  // by another program
};

Tried try_it(const ListeningPorts::Wish& wish, const ListeningPorts::Listen& listen) {
  const std::uint16_t first = wish.chosen.value_or(wish.set);
  auto got = listen(first);
  if (got.ok() || wish.chosen || wish.second == 0 || first != wish.usual) return {first, std::move(got)};
  const bool taken = got.error().code == ErrorCode::conflict;
  return {wish.second, listen(wish.second), taken};
}

std::string sentence(const Error& error, const ListeningPorts::Wish& wish, std::uint16_t port) {
  switch (error.code) {
    case ErrorCode::conflict:
      return fmt::format("Port {} for {} is in use by another program: stop it, or choose another port with {}.", port,
                         wish.service, wish.option);
    case ErrorCode::denied:
      return fmt::format("Port {} for {} needs a right this program does not have: choose one above 1023 with {}.",
                         port, wish.service, wish.option);
    default:
      return fmt::format("Port {} for {} cannot be used: {}", port, wish.service, error.message);
  }
}

std::string sentence_of_second(const ListeningPorts::Wish& wish, std::uint16_t port) {
  return fmt::format(
      "Port {} for {} is in use by another program, so {} is taken: what was paired or set up at {} does not find it "
      "there. Stop the other program and restart the station, or choose a port with {}.",
      wish.usual, wish.service, port, wish.usual, wish.option);
}

}  // namespace

void ListeningPorts::open(const std::string& id, Wish wish, Listen listen) {
  close(id);
  const auto [port, got, usual_is_taken] = try_it(wish, listen);
  if (got.ok()) {
    if (usual_is_taken) tell_second(id, wish, *got);
    return;
  }
  std::string problem = sentence(got.error(), wish, port);
  log::error("network", "{}", problem);
  journal_.record(events::system_port_in_use, {.fields = {{"service", wish.service},
                                                          {"reason", problem},
                                                          {"port", fmt::format("{}", port)},
                                                          {"option", wish.option}}});
  missing_[id] = {std::move(wish), std::move(listen), std::move(problem)};
  if (!again_.armed()) again_ = clock_.every(retry_period, [this] { try_again(); });
}

void ListeningPorts::close(const std::string& id) {
  missing_.erase(id);
  at_second_.erase(id);
}

void ListeningPorts::tell_second(const std::string& id, const Wish& wish, std::uint16_t port) {
  std::string problem = sentence_of_second(wish, port);
  log::warning("network", "{}", problem);
  journal_.record(events::system_port_second, {.fields = {{"service", wish.service},
                                                          {"port", fmt::format("{}", port)},
                                                          {"usual", fmt::format("{}", wish.usual)}}});
  at_second_[id] = {std::move(problem), wish.page};
}

void ListeningPorts::try_again() {
  for (auto at = missing_.begin(); at != missing_.end();) {
    auto& [wish, listen, problem] = at->second;
    const auto [port, got, usual_is_taken] = try_it(wish, listen);
    if (!got.ok()) {
      problem = sentence(got.error(), wish, port);
      ++at;
      continue;
    }
    log::info("network", "Port {} for {} could be had now", *got, wish.service);
    journal_.record(events::system_port_back,
                    {.fields = {{"service", wish.service}, {"port", fmt::format("{}", *got)}}});
    if (usual_is_taken) tell_second(at->first, wish, *got);
    at = missing_.erase(at);
  }
  if (missing_.empty()) again_.cancel();
}

std::vector<web::Attention> ListeningPorts::attention() const {
  std::vector<web::Attention> out;
  for (const auto& [id, missing] : missing_)
    out.push_back(
        {id, "warning", fmt::format("{} The station tries again by itself.", missing.problem), missing.wish.page});
  for (const auto& [id, second] : at_second_) out.push_back({id, "warning", second.first, second.second});
  return out;
}

}  // namespace lintel::app
