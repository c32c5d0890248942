// The name service by c-ares, driven by the loop's watches and timers. Loop only; never blocks on the network.
// /etc/hosts and /etc/resolv.conf are obeyed, as they are at the moment: a station starts before its network is there,
// and takes no old name service from one network into the next.
#pragma once

#include <memory>

#include "base/loop.hpp"
#include "sip/dns.hpp"

namespace lintel::sip::dns {

struct CaresSettings {
  std::chrono::milliseconds try_timeout{1500};  // doubled at each try
  int tries = 2;
  std::string servers;  // "127.0.0.1:5353,…" for tests; empty: the system's
  std::string servers_file = "/etc/resolv.conf";
};
inline constexpr std::size_t max_queries_under_way = 128;

class CaresSource final : public DnsSource {
 public:
  // Errors: `unavailable` when c-ares does not start.
  static Result<std::unique_ptr<CaresSource>> create(Loop& loop, const CaresSettings& settings = {});
  ~CaresSource() override;
  void query(const std::string& name, Kind kind, Callback callback) override;

 private:
  struct Inner;
  explicit CaresSource(std::unique_ptr<Inner> inner);
  std::unique_ptr<Inner> inner_;
};

}  // namespace lintel::sip::dns
