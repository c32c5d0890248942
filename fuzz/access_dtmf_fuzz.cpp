// Keys that callers press in calls. However they are mixed with pauses and ends, a stranger opens only by an entry that
// is the code and nothing else.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "access/dtmf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lintel;
  using namespace std::chrono_literals;
  constexpr std::size_t longest = 4096;
  SimulatedClock clock;
  access::AttemptLimiter limiter(clock);
  access::DtmfOptions options;
  options.commands = {"#", "0#"};
  options.codes = {"4711", "081500"};
  std::string entry;  // what the stranger pressed since the last end of an entry
  access::DtmfCommands commands(
      clock, limiter,
      [&](const access::DtmfCaller& caller, access::LockNumber lock, bool by_code) {
        if (caller.monitor_of_called_room) return;
        if (!by_code || entry != options.codes.at(static_cast<std::size_t>(lock - 1))) __builtin_trap();
        entry.clear();
      },
      [](const access::DtmfCaller&, Duration) {}, options);
  const access::DtmfCaller stranger{"1", "stranger", "101", false};
  const access::DtmfCaller monitor{"2", "101#1", "101", true};

  for (std::size_t i = 0; i < std::min(size, longest); ++i) {
    const char what = static_cast<char>(data[i]);
    switch (what) {
      case 'p':
        clock.advance(options.pause);
        entry.clear();
        break;
      case 's':
        clock.advance(20min);
        entry.clear();
        break;
      case 'o':
        commands.call_over(stranger.call);
        entry.clear();
        break;
      case 'm':
        commands.digit(monitor, '#');
        break;
      case 'n':
        commands.digit(monitor, '4');
        break;
      default:
        if (std::string_view("0123456789*#ABCD").find(what) != std::string_view::npos) entry += what;
        commands.digit(stranger, what);
        if (what == '#') entry.clear();
    }
    if (commands.collecting() > 2) __builtin_trap();
  }
  return 0;
}
