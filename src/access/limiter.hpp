// The one limit on guessing, whatever is guessed and wherever: keypad, DTMF, web, API, SIP. Loop only.
//
// A *source* (an address, "keypad", a caller) has a few wrong attempts, then is locked out, each time for longer.
// A *subject* (an account, "door-code") is slowed as a whole, so that many sources together get no further; a source
// that was right for this subject before is not slowed, so that an attacker cannot lock the owner out. Such a pair has
// a count and a lock-out of its own: behind one router, a stranger's guesses do not lock out the neighbours who live
// there. Where a source is many addresses (an IPv6 network), such a pair is of the one address, and it has a count for
// each way in: see Way. All tables are bounded; the entry unused for longest goes first, those locked out last.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/known_pairs.hpp"
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
  std::size_t table_limit = 4096;   // entries of each table
  std::size_t known_limit = 20'000;  // pairs that were right: no stranger gets in there, and large houses have so many
};

// When one named source is to have other bounds than the rest ("keypad").
struct SourceRule {
  int free_failures = 5;
  Duration lock_out = std::chrono::seconds(60);
  Duration longest_lock_out = std::chrono::minutes(15);
  Duration forget_after = std::chrono::hours(1);
};

// The ways in that do not lock each other for whoever was right before. Another site's page, led to the station by its
// own name in the DNS, has a browser log in wrongly from where its owner was right: the telephone in the same browser
// stays registered, and the recorder on the same machine keeps its picture.
enum class Way : std::uint8_t { common, sip, rtsp };

// Where an attempt comes from. `whole` is counted as one: what one stranger can have, for addresses their network.
// `place` is where in it, and who was right is known by it: the same, but for an address of a network.
struct Source {
  Source(std::string_view name) : whole(name), place(name) {}
  Source(const std::string& name) : Source(std::string_view(name)) {}
  Source(const char* name) : Source(std::string_view(name)) {}
  Source(std::string_view whole_one, std::string_view place_in_it, Way by = Way::common)
      : whole(whole_one), place(place_in_it), way(by) {}
  std::string_view whole, place;
  Way way = Way::common;
};

class AttemptLimiter {
 public:
  explicit AttemptLimiter(Clock& clock, LimiterOptions options = {});

  // How long this attempt has to wait; zero: it may be made. Empty names are not limited.
  [[nodiscard]] Duration wait(std::string_view subject, const Source& source) const;
  // The part of it that is a lock-out: without the slowing of the subject.
  [[nodiscard]] Duration locked_for(std::string_view subject, const Source& source) const;
  // A wrong attempt. Answers how long the source is locked out now, zero if it is not.
  Duration failed(std::string_view subject, const Source& source);
  // A right one: the count starts again (longer lock-outs are forgotten only by time); that of the source only if this
  // subject has not been right there for as long as counts are kept, so that an account or a code of one's own is no way
  // to try others without end.
  void succeeded(std::string_view subject, const Source& source);
  void set_options(LimiterOptions options) { options_ = options; }
  void set_rule(std::string_view source, SourceRule rule) { rules_[std::string(source)] = rule; }  // a few of them
  [[nodiscard]] std::size_t entries() const;

 private:
  // A name, or a pair of names.
  struct Name {
    std::string_view first;
    std::string_view second = {};
    bool operator==(const Name&) const = default;
    [[nodiscard]] std::size_t hash() const {
      return std::hash<std::string_view>{}(first) * 31 + std::hash<std::string_view>{}(second);
    }
  };
  struct Entry {
    double tokens = 0;
    Monotonic touched{};
    Monotonic locked_until{};
    int failures = 0;
    int lock_outs = 0;
  };
  // A map that forgets its oldest; an entry is one piece of memory with its name behind it.
  class Table {
   public:
    Table() = default;
    ~Table();
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    [[nodiscard]] Entry* find(const Name& name) const;
    Entry& touch(const Name& name, Monotonic now, std::size_t limit);
    void touch(Entry& entry, Monotonic now);  // one that find() answered
    [[nodiscard]] std::size_t size() const { return size_; }

   private:
    struct Node : Entry {
      std::uint32_t hash = 0;  // a part of it, so that few others are looked at
      std::uint16_t first_size = 0, second_size = 0;
      Node* next = nullptr;  // in the slot
      Node* older = nullptr;
      Node* newer = nullptr;
      [[nodiscard]] Name name() const;
    };
    static Name shortened(const Name& name);
    static Node* make(const Name& name);
    static void free(Node* node);
    [[nodiscard]] Node*& slot_of(std::size_t hash) { return slots_[hash & (slots_.size() - 1)]; }
    void grow();
    void make_room(Monotonic now, std::size_t limit);
    void leave(Node& node);  // the order of age
    void enter(Node& node);  // as the youngest

    std::vector<Node*> slots_;  // a power of two, or empty
    std::size_t size_ = 0;
    Node* oldest_ = nullptr;
    Node* youngest_ = nullptr;
  };

  [[nodiscard]] double tokens_now(const Entry& entry) const;
  [[nodiscard]] SourceRule rule_of(std::string_view source) const;
  [[nodiscard]] Table& pairs_of(const Source& source) { return pairs_[static_cast<std::size_t>(source.way)]; }
  [[nodiscard]] const Table& pairs_of(const Source& source) const {
    return pairs_[static_cast<std::size_t>(source.way)];
  }

  Clock& clock_;
  LimiterOptions options_;
  std::unordered_map<std::string, SourceRule, StringHash, std::equal_to<>> rules_;
  Table sources_;
  Table subjects_;
  KnownPairs known_;
  std::array<Table, 3> pairs_;  // by way: known ones that were wrong since
};

}  // namespace lintel::access
