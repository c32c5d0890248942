// A token bucket for each source, in a table of fixed size: a flood is dropped before it is parsed, and costs no
// memory. Loop only.
#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include "base/clock.hpp"
#include "sip/address.hpp"

namespace lintel::sip {

class Shedder {
 public:
  struct Rates {
    unsigned per_second = 100;
    unsigned burst = 400;
    unsigned trusted_factor = 20;
  };
  explicit Shedder(Rates rates) : rates_(rates), table_(std::make_unique<std::array<Bucket, buckets>>()) {}

  // Whether the source may have one more message looked at.
  [[nodiscard]] bool admit(const SocketAddress& source, Monotonic now) {
    Bucket& bucket = of(source, now);
    const double factor = now < bucket.trusted_until ? rates_.trusted_factor : 1;
    const double passed = std::chrono::duration<double>(now - bucket.last).count();
    bucket.tokens = std::min(rates_.burst * factor, bucket.tokens + passed * rates_.per_second * factor);
    bucket.last = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
  void trust(const SocketAddress& source, Monotonic now) {
    Bucket& bucket = of(source, now);
    if (now >= bucket.trusted_until) bucket.tokens += double{1} * rates_.burst;
    bucket.trusted_until = now + std::chrono::hours(1);
  }
  [[nodiscard]] bool trusted(const SocketAddress& source, Monotonic now) { return now < of(source, now).trusted_until; }

 private:
  static constexpr std::size_t buckets = 4096;
  static constexpr std::size_t probes = 4;
  struct Bucket {
    SocketAddress host;
    double tokens = 0;
    Monotonic last{};
    Monotonic trusted_until{};
  };

  // The source's own bucket, else a free or long quiet one, else (table crowded) the stalest of the probed, shared.
  Bucket& of(const SocketAddress& source, Monotonic now) {
    const std::size_t hash = source.host_hash();
    Bucket* stalest = nullptr;
    for (std::size_t i = 0; i < probes; ++i) {
      Bucket& bucket = (*table_)[(hash + i) % buckets];
      if (bucket.host.same_host(source)) return bucket;
      if (now >= bucket.trusted_until && (stalest == nullptr || bucket.last < stalest->last)) stalest = &bucket;
    }
    if (stalest == nullptr) return (*table_)[hash % buckets];
    // A bucket still in use changes owner with its tokens as they are: many spoofed sources share what there is.
    const bool quiet = stalest->host.empty() || now - stalest->last > std::chrono::seconds(10);
    const double tokens = quiet ? rates_.burst : stalest->tokens;
    *stalest = {source, tokens, now, {}};
    return *stalest;
  }

  Rates rates_;
  std::unique_ptr<std::array<Bucket, buckets>> table_;
};

}  // namespace lintel::sip
