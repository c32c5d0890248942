// The ports that the station listens at. One that cannot be had (another program holds it, the address is not there
// yet) costs its own service alone: it is said once in log and journal, stands in the overview, and is tried again
// until it is had. Where another program has the usual one and a second is taken, that is said too: what was paired at
// the usual one looks there. Loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "journal/journal.hpp"
#include "web/ports.hpp"

namespace lintel::app {

class ListeningPorts {
 public:
  static constexpr Duration retry_period = std::chrono::seconds(5);

  struct Wish {
    std::string service;                  // as people call it
    std::string option;                   // of the command line, that chooses the port
    std::string page;                     // of the console, where it is set
    std::optional<std::uint16_t> chosen;  // by the option: no other will do
    std::uint16_t set = 0;                // by the setting
    // An account may be forbidden the usual port, or another program may have it: where it is not chosen, the second is
    // as good. 0: there is none.
    std::uint16_t usual = 0, second = 0;
  };
  // Answers the port that it got.
  using Listen = std::function<Result<std::uint16_t>(std::uint16_t port)>;

  ListeningPorts(Clock& clock, journal::Journal& journal) : clock_(clock), journal_(journal) {}

  // Calls `listen` now, and while it fails each `retry_period`. `id` is that of its attention; the wish before ends.
  void open(const std::string& id, Wish wish, Listen listen);
  void close(const std::string& id);  // it is not wished any more
  [[nodiscard]] std::vector<web::Attention> attention() const;

 private:
  struct Missing {
    Wish wish;
    Listen listen;
    std::string problem;
  };
  void try_again();
  void tell_second(const std::string& id, const Wish& wish, std::uint16_t port);

  Clock& clock_;
  journal::Journal& journal_;
  std::map<std::string, Missing> missing_;                                // by id
  std::map<std::string, std::pair<std::string, std::string>> at_second_;  // by id: the sentence and its page
  Timer again_;
};

}  // namespace lintel::app
