// Bodies of INFO as any peer of a call may send them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sip/session_fields.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lintel::sip;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* type : {"application/dtmf-relay", "application/dtmf"}) {
    if (const auto key = parse_dtmf(type, text)) {
      const auto written = write_dtmf(*key);
      const auto again = parse_dtmf(written.type, written.bytes);
      if (!again || again->digit != key->digit) __builtin_trap();
    }
  }
  return 0;
}
