// Writes down what happened to people and doors: turns the events of calls and access into entries of the journal. Loop only.
#pragma once

#include <string>
#include <unordered_map>

#include "access/access.hpp"
#include "access/repeats.hpp"
#include "calls/calls.hpp"
#include "journal/journal.hpp"

namespace lintel::app {

class Chronicle {
 public:
  // What an account does again and again is not written down each time. Of calls to the station that are not, the end
  // is of those that talked for so long.
  static constexpr Duration a_talk = std::chrono::minutes(1);
  // And whether it is there, once that has stayed so for this time: the last word must be true.
  static constexpr Duration settled = std::chrono::minutes(5);
  // Both must outlive it.
  Chronicle(journal::Journal& journal, Clock& clock) : journal_(journal), clock_(clock), repeats_(clock) {}

  void call(const calls::CallEvent& event, std::size_t legs);
  void access(const access::AccessEvent& event, int tries);
  // A monitor or phone has registered, or is not registered any more.
  void presence(const std::string& account, const std::string& room, const std::string& address, bool online);
  void view_refused(const std::string& account, const std::string& room, const std::string& reason);
  [[nodiscard]] journal::Journal& journal() { return journal_; }

 private:
  // What counts as the same is of one `repeated` and one subject. False: it is not written down.
  bool record_bounded(const journal::Event& event, const journal::Details& details, const journal::Event& repeated);

  journal::Journal& journal_;
  Clock& clock_;
  access::Repeats repeats_;
  std::unordered_map<std::string, Timer> unsettled_;  // accounts whose last coming or going is not written down
  calls::CallId untold_call_ = 0;
};

}  // namespace lintel::app
