// The network addresses of this machine, as peers know it. They come and go: with the cable, with DHCP, with a VPN.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/loop.hpp"

namespace lintel::addresses {

// Those of interfaces that are up and have a carrier, without loopback and IPv6 link-local; sorted. Any thread.
[[nodiscard]] std::vector<std::string> own();
// The one that packets to `peer` (numeric) leave from, by the routing table; empty when no way leads there, or `peer` is
// none. Any thread; four system calls, none of which waits.
[[nodiscard]] std::string own_towards(const std::string& peer);
// The one to tell somebody of whom nothing is known: where the default route leaves, else the first of own(), else
// "127.0.0.1". Any thread.
[[nodiscard]] std::string own_main();

// own_towards() for peers that are asked for again and again: remembers at most `most` of them. Loop only.
class Towards {
 public:
  static constexpr std::size_t most = 4'096;
  [[nodiscard]] const std::string& operator()(const std::string& peer);
  void forget() { known_.clear(); }  // the addresses changed

 private:
  std::unordered_map<std::string, std::string> known_;
};

// Tells when own() or own_main() give something else than before, once things have been quiet for `settle` (rtnetlink(7)).
// Where the kernel's word cannot be had, it looks itself, each `look`. Loop only.
class Changes {
 public:
  static constexpr Duration settle = std::chrono::milliseconds(250);
  static constexpr Duration look = std::chrono::seconds(10);

  Changes(Loop& loop, std::function<void()> changed);
  ~Changes();
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;

 private:
  void heard();
  void compare();

  Loop& loop_;
  std::function<void()> changed_;
  int descriptor_ = -1;
  Watch watch_;
  Timer settling_, looking_;
  std::vector<std::string> own_;
  std::string main_;
};

}  // namespace lintel::addresses
