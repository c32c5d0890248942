#include "app/listening_ports.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace lintel::app {
namespace {

namespace events = lintel::journal::events;

struct Tried {
  std::uint16_t port;
  Result<std::uint16_t> got;
};

Tried try_it(const ListeningPorts::Wish& wish, const ListeningPorts::Listen& listen) {
  const std::uint16_t first = wish.chosen.value_or(wish.set);
  auto got = listen(first);
  if (got.ok() || wish.chosen || wish.second == 0 || first != wish.usual) return {first, std::move(got)};
  return {wish.second, listen(wish.second)};
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

}  // namespace

void ListeningPorts::open(const std::string& id, Wish wish, Listen listen) {
  close(id);
  const auto [port, got] = try_it(wish, listen);
  if (got.ok()) return;
  std::string problem = sentence(got.error(), wish, port);
  log::error("network", "{}", problem);
  journal_.record(events::system_port_in_use, {.fields = {{"service", wish.service},
                                                          {"reason", problem},
                                                          {"port", fmt::format("{}", port)},
                                                          {"option", wish.option}}});
  missing_[id] = {std::move(wish), std::move(listen), std::move(problem)};
  if (!again_.armed()) again_ = clock_.every(retry_period, [this] { try_again(); });
}

void ListeningPorts::try_again() {
  for (auto at = missing_.begin(); at != missing_.end();) {
    auto& [wish, listen, problem] = at->second;
    const auto [port, got] = try_it(wish, listen);
    if (!got.ok()) {
      problem = sentence(got.error(), wish, port);
      ++at;
      continue;
    }
    log::info("network", "Port {} for {} could be had now", *got, wish.service);
    journal_.record(events::system_port_back,
                    {.fields = {{"service", wish.service}, {"port", fmt::format("{}", *got)}}});
    at = missing_.erase(at);
  }
  if (missing_.empty()) again_.cancel();
}

std::vector<web::Attention> ListeningPorts::attention() const {
  std::vector<web::Attention> out;
  for (const auto& [id, missing] : missing_)
    out.push_back(
        {id, "warning", fmt::format("{} The station tries again by itself.", missing.problem), missing.wish.page});
  return out;
}

}  // namespace lintel::app
