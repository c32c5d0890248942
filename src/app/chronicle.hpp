// Writes down what happened to people and doors: turns the events of calls and access into entries of the journal. Loop only.
#pragma once

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
  // Both must outlive it.
  Chronicle(journal::Journal& journal, Clock& clock) : journal_(journal), repeats_(clock) {}

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
  access::Repeats repeats_;
  calls::CallId untold_call_ = 0;
};

}  // namespace lintel::app
