// Token buckets in a bounded table: guessing and floods, by source, by subject, or by both. Loop only.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace lintel::http {

class RateLimit {
 public:
  struct Options {
    double burst = 5;                            // tokens of a full bucket
    Duration refill = std::chrono::seconds(60);  // time for one token
    std::size_t entries = 4096;                  // beyond, the one untouched for longest is forgotten
  };

  RateLimit(const Clock& clock, Options options) : clock_(clock), options_(options) {}

  [[nodiscard]] bool allowed(std::string_view key) const;   // a token is there; takes none
  bool take(std::string_view key);                          // takes one; false (and nothing taken) when there is none
  [[nodiscard]] Duration wait(std::string_view key) const;  // until a token is there; zero: now
  void forgive(std::string_view key);                       // a success: full again
  void set_options(Options options) { options_ = options; }
  [[nodiscard]] std::size_t size() const { return table_.size(); }

 private:
  struct Bucket {
    std::string key;
    double tokens;
    Monotonic at;
  };
  [[nodiscard]] double tokens_now(const Bucket& bucket) const;

  const Clock& clock_;
  Options options_;
  std::list<Bucket> order_;                                                  // most recently touched first
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> table_;  // keys view into the list
};

// What one attacker can hold: the IPv4 address, or the /64 of an IPv6 address. Textual in, textual out.
[[nodiscard]] std::string source_of(std::string_view address);

}  // namespace lintel::http
