#include "sip/session_fields.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace lintel::sip {
namespace {

constexpr std::size_t longest_reason_text = 128;

std::string_view without_type_parameters(std::string_view content_type) {
  return text::trim(content_type.substr(0, content_type.find(';')));
}

std::optional<char> digit_of(std::string_view signal) {
  if (signal == "10") return '*';
  if (signal == "11") return '#';
  if (signal.size() != 1) return std::nullopt;
  const char c = signal[0] >= 'a' && signal[0] <= 'd' ? static_cast<char>(signal[0] - 'a' + 'A') : signal[0];
  if (!is_dtmf_digit(c)) return std::nullopt;
  return c;
}

// Printable, bounded, escapes of the quoted string resolved.
std::string plain(std::string_view quoted) {
  std::string out;
  for (std::size_t at = 0; at < quoted.size() && out.size() < longest_reason_text; ++at) {
    if (quoted[at] == '\\' && at + 1 < quoted.size()) ++at;
    if (static_cast<unsigned char>(quoted[at]) >= 0x20 && quoted[at] != 0x7F) out.push_back(quoted[at]);
  }
  return text::valid_utf8(out) ? out : std::string();
}

}  // namespace

bool is_dtmf_digit(char digit) {
  return digit != '\0' && std::string_view("0123456789*#ABCD").find(digit) != std::string_view::npos;
}

bool is_dtmf_type(std::string_view content_type) {
  const auto type = without_type_parameters(content_type);
  return text::equals_ignoring_case(type, "application/dtmf-relay") ||
         text::equals_ignoring_case(type, "application/dtmf");
}

std::optional<Dtmf> parse_dtmf(std::string_view content_type, std::string_view body) {
  if (body.size() > max_dtmf_body || !is_dtmf_type(content_type)) return std::nullopt;
  Dtmf key;
  if (text::equals_ignoring_case(without_type_parameters(content_type), "application/dtmf")) {
    const auto digit = digit_of(text::trim(body));
    if (!digit) return std::nullopt;
    key.digit = *digit;
    return key;
  }
  for (const auto line : text::split(body, '\n')) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = text::trim(line.substr(0, equals));
    const auto value = text::trim(line.substr(equals + 1));
    if (text::equals_ignoring_case(name, "Signal")) {
      const auto digit = digit_of(value);
      if (!digit || key.digit != 0) return std::nullopt;  // two signals in one message: not to be guessed at
      key.digit = *digit;
    } else if (text::equals_ignoring_case(name, "Duration")) {
      if (const auto milliseconds = text::to_unsigned(value)) {
        key.duration = std::min(
            longest_dtmf,
            std::chrono::milliseconds(static_cast<std::int64_t>(std::min<std::uint64_t>(*milliseconds, 10'000))));
      }
    }
  }
  if (key.digit == 0) return std::nullopt;
  return key;
}

Content write_dtmf(const Dtmf& key) {
  return {"application/dtmf-relay", fmt::format("Signal={}\r\nDuration={}\r\n", key.digit, key.duration.count())};
}

Ending read_reason(const Message& message, EndCause cause) {
  Ending ending;
  ending.cause = cause;
  bool taken = false;
  for (std::size_t nth = 0; nth < 4; ++nth) {
    const auto* line = message.find(Field::reason, nth);
    if (line == nullptr) break;
    std::string_view rest = message.value(*line);
    std::string_view value;
    while (next_value(rest, value)) {
      const auto semicolon = value.find(';');
      if (semicolon == std::string_view::npos) continue;
      const auto parameters = value.substr(semicolon);
      const auto code = text::to_unsigned(parameter(parameters, "cause").value_or(std::string_view{}));
      const bool of_sip = text::equals_ignoring_case(text::trim(value.substr(0, semicolon)), "SIP");
      if (!of_sip && taken) continue;
      ending.reason_text = plain(parameter(parameters, "text").value_or(std::string_view{}));
      taken = true;
      if (of_sip) {
        ending.reason_code = code && *code >= 100 && *code <= 699 ? static_cast<int>(*code) : 0;
        return ending;
      }
    }
  }
  return ending;
}

std::string reason_line(const HangUp& why) {
  if (why.code == 0) return {};
  std::string line = fmt::format("Reason: SIP;cause={}", why.code);
  const std::string safe = plain(why.text);
  if (safe.empty()) return line;
  line += ";text=\"";
  for (const char c : safe) {
    if (c == '"' || c == '\\') line += '\\';
    line += c;
  }
  return line + "\"";
}

}  // namespace lintel::sip
