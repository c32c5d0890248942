// The network addresses of this machine, as peers know it. They come and go: with the cable, with DHCP, with a VPN.
#pragma once

#include <functional>
#include <string>
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

// Tells when own() or own_main() give something else than before, `settle` after the first word of it (rtnetlink(7)), also
// of what changed between its making and the loop's first turn.
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
