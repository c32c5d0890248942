#include "sip/framing.hpp"

#include "sip/grammar.hpp"

namespace lintel::sip {
namespace {

enum class Length { absent, good, bad };

// The first Content-Length among the header lines of `headers` (which end in CRLF).
Length find_content_length(std::string_view headers, std::uint64_t& length) {
  for (std::size_t at = headers.find('\n'); at != std::string_view::npos; at = headers.find('\n', at)) {
    ++at;
    if (at >= headers.size()) break;
    const char c = grammar::lower(headers[at]);
    if (c != 'c' && c != 'l') continue;
    const auto colon = headers.find_first_of(":\n", at);
    if (colon == std::string_view::npos || headers[colon] != ':') continue;
    if (field_of(grammar::trim(headers.substr(at, colon - at))) != Field::content_length) continue;
    std::size_t end = headers.find('\n', colon);
    while (end != std::string_view::npos && end + 1 < headers.size() &&
           (headers[end + 1] == ' ' || headers[end + 1] == '\t'))
      end = headers.find('\n', end + 1);
    const auto value = grammar::trim(headers.substr(colon + 1, end == std::string_view::npos ? end : end - colon));
    return grammar::to_number(value, length) ? Length::good : Length::bad;
  }
  return Length::absent;
}

}  // namespace

Frame next_frame(std::string_view buffer, const Limits& limits, std::size_t& scanned) {
  if (buffer.empty()) return {};
  if (buffer.front() == '\r' || buffer.front() == '\n') {
    if (buffer.starts_with("\r\n\r\n")) return {Frame::Kind::ping, 4};
    if (buffer.front() == '\r' &&
        (buffer.size() == 1 || (buffer.size() < 4 && std::string_view("\r\n\r\n").starts_with(buffer)))) {
      // "\r\n" alone is a whole pong, unless the rest of a ping follows at once; a message start settles it.
      return buffer.size() == 2 ? Frame{Frame::Kind::pong, 2} : Frame{};
    }
    if (buffer.starts_with("\r\n")) return {Frame::Kind::pong, 2};
    return {Frame::Kind::broken, 0};
  }
  const std::size_t from = scanned > 3 ? scanned - 3 : 0;
  const auto end = buffer.find("\r\n\r\n", from);
  if (end == std::string_view::npos) {
    scanned = buffer.size();
    if (buffer.size() > limits.header_bytes) return {Frame::Kind::broken, 0};
    return {};
  }
  if (end > limits.header_bytes) return {Frame::Kind::broken, 0};
  std::uint64_t length = 0;
  const std::size_t headers = end + 4;
  const Length found = find_content_length(buffer.substr(0, end + 2), length);
  if (found == Length::bad) {
    scanned = 0;
    return {Frame::Kind::last_message, headers};
  }
  if (headers + length > limits.bytes) return {Frame::Kind::broken, 0};
  if (buffer.size() < headers + length) {
    scanned = end;  // found again at once when the body has come
    return {Frame::Kind::incomplete, headers + static_cast<std::size_t>(length)};
  }
  scanned = 0;
  return {Frame::Kind::message, headers + static_cast<std::size_t>(length)};
}

}  // namespace lintel::sip
