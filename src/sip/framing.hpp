// Cutting messages out of a stream by Content-Length (RFC 3261 §18.3) and the keep-alives between them (RFC 5626
// §3.5.1). Any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "sip/message.hpp"

namespace lintel::sip {

struct Frame {
  enum class Kind {
    incomplete,  // wait for more bytes
    ping,        // CRLF CRLF: answer CRLF
    pong,        // a single CRLF: ignore
    message,
    last_message,  // the message is cut as well as can be, but nothing after it can be found: close after it
    broken,        // not SIP or above the limits: close
  };
  Kind kind = Kind::incomplete;
  std::size_t length = 0;  // bytes to take from the front; of an incomplete one: to have before looking again, if known
};

// Looks at the front of `buffer`. `scanned` remembers between calls how far the end of the headers was looked for, so
// that bytes that drip in cost no more than a gush; it is set to 0 when a frame is answered.
[[nodiscard]] Frame next_frame(std::string_view buffer, const Limits& limits, std::size_t& scanned);

}  // namespace lintel::sip
