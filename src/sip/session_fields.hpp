// Small fields of a session's messages: keys pressed (INFO), the Reason header (RFC 3326). Pure; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "sip/endpoint_call.hpp"
#include "sip/message.hpp"

namespace lintel::sip {

struct Dtmf {
  char digit = 0;  // 0-9 * # A-D
  std::chrono::milliseconds duration{250};
};
inline constexpr std::size_t max_dtmf_body = 256;
inline constexpr std::chrono::milliseconds longest_dtmf{10'000};

// `application/dtmf-relay` ("Signal=5\r\nDuration=250\r\n": any order, case and spacing, the last line end may be
// missing, 10 and 11 mean * and #) or `application/dtmf` ("5"). Nothing when of another type or malformed.
[[nodiscard]] std::optional<Dtmf> parse_dtmf(std::string_view content_type, std::string_view body);
[[nodiscard]] Content write_dtmf(const Dtmf& key);  // application/dtmf-relay
[[nodiscard]] bool is_dtmf_type(std::string_view content_type);
[[nodiscard]] bool is_dtmf_digit(char digit);

// From the Reason header lines; that of protocol SIP counts, else the text of the first.
[[nodiscard]] Ending read_reason(const Message& message, EndCause cause);
// "Reason: SIP;cause=200;text=\"…\"", empty without a code.
[[nodiscard]] std::string reason_line(const HangUp& why);

}  // namespace lintel::sip
