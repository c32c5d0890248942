// Writes down what happened to people and doors: turns the events of calls and access into entries of the journal. Loop only.
#pragma once

#include "access/access.hpp"
#include "calls/calls.hpp"
#include "journal/journal.hpp"

namespace lintel::app {

class Chronicle {
 public:
  explicit Chronicle(journal::Journal& journal) : journal_(journal) {}

  void call(const calls::CallEvent& event, std::size_t legs);
  void access(const access::AccessEvent& event, int tries);
  [[nodiscard]] journal::Journal& journal() { return journal_; }

 private:
  journal::Journal& journal_;
};

}  // namespace lintel::app
