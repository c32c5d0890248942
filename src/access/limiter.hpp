// The one limit on guessing, whatever is guessed and wherever: keypad, DTMF, web, API, SIP. Loop only.
//
// A *source* (an address, "keypad", a caller) has a few wrong attempts, then is locked out, each time for longer.
// A *subject* (an account, "door-code") is slowed as a whole, so that many sources together get no further; a source
// that was right for this subject before is not slowed, so that an attacker cannot lock the owner out. Such a pair has a
// count and a lock-out of its own: behind one router, a stranger's guesses do not lock out the neighbours who live there.
// Both tables are bounded; the entry unused for longest goes first, those locked out last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/string_hash.hpp"

namespace lintel::access {

struct LimiterOptions {
  int free_failures = 5;                         // wrong attempts of a source before it is locked out
  Duration lock_out = std::chrono::seconds(60);  // the first time; doubled each time
  Duration longest_lock_out = std::chrono::minutes(15);
  Duration forget_after = std::chrono::hours(1);         // quiet for this long: all is forgotten
  int subject_burst = 10;                                // wrong attempts on a subject at full speed
  Duration subject_interval = std::chrono::seconds(10);  // then one in this time
  std::size_t table_limit = 4096;                        // entries of each table
};

// When one named source is to have other bounds than the rest ("keypad").
struct SourceRule {
  int free_failures = 5;
  Duration lock_out = std::chrono::seconds(60);
  Duration longest_lock_out = std::chrono::minutes(15);
  Duration forget_after = std::chrono::hours(1);
};

class AttemptLimiter {
 public:
  explicit AttemptLimiter(Clock& clock, LimiterOptions options = {});

  // How long this attempt has to wait; zero: it may be made. Empty names are not limited.
  [[nodiscard]] Duration wait(std::string_view subject, std::string_view source) const;
  // The part of it that is a lock-out: without the slowing of the subject.
  [[nodiscard]] Duration locked_for(std::string_view subject, std::string_view source) const;
  // A wrong attempt. Answers how long the source is locked out now, zero if it is not.
  Duration failed(std::string_view subject, std::string_view source);
  // A right one: the count starts again (longer lock-outs are forgotten only by time); that of the source only the first
  // time, so that an account of one's own is no way to try others without end.
  void succeeded(std::string_view subject, std::string_view source);
  void set_options(LimiterOptions options) { options_ = options; }
  void set_rule(std::string_view source, SourceRule rule) { rules_[std::string(source)] = rule; }  // a few of them
  [[nodiscard]] std::size_t entries() const { return sources_.size() + subjects_.size() + known_.size(); }

 private:
  struct Entry {
    int failures = 0;
    int lock_outs = 0;
    double tokens = 0;
    Monotonic touched{};
    Monotonic locked_until{};
    std::list<std::string>::iterator age;
  };
  // A map that forgets its oldest.
  class Table {
   public:
    [[nodiscard]] const Entry* find(std::string_view name) const;
    Entry& touch(std::string_view name, Monotonic now, std::size_t limit);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

   private:
    void make_room(Monotonic now, std::size_t limit);
    std::unordered_map<std::string, Entry, StringHash, std::equal_to<>> entries_;
    std::list<std::string> by_age_;  // oldest first
  };

  [[nodiscard]] double tokens_now(const Entry& entry) const;
  [[nodiscard]] SourceRule rule_of(std::string_view source) const;
  [[nodiscard]] static std::string pair_of(std::string_view subject, std::string_view source);

  Clock& clock_;
  LimiterOptions options_;
  std::unordered_map<std::string, SourceRule, StringHash, std::equal_to<>> rules_;
  Table sources_;
  Table subjects_;
  Table known_;  // (subject, source) that was right
};

}  // namespace lintel::access
