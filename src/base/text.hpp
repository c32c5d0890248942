// Small work on text. ASCII rules unless a name says otherwise; nothing here depends on the locale. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lintel::text {

[[nodiscard]] std::string_view trim(std::string_view text);  // spaces, tabs, CR, LF at both ends
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] bool equals_ignoring_case(std::string_view left, std::string_view right);
[[nodiscard]] bool contains_ignoring_case(std::string_view text, std::string_view part);
[[nodiscard]] std::string lower(std::string_view text);
[[nodiscard]] std::string upper(std::string_view text);
// The whole of `text` as a number; nothing for signs, spaces, overflow or leftovers.
[[nodiscard]] std::optional<std::uint64_t> to_unsigned(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> to_signed(std::string_view text);
// %41 becomes A, once; nothing when an escape is cut short or not hexadecimal. NUL is kept: the caller decides.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
// Everything but unreserved characters of RFC 3986 §2.3 and those of `keep` is escaped.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view keep = {});
[[nodiscard]] bool valid_utf8(std::string_view text);
// No control characters, no NUL, well-formed UTF-8: what a name typed by a person must be.
[[nodiscard]] bool printable(std::string_view text);
[[nodiscard]] std::size_t utf8_length(std::string_view text);  // in code points

}  // namespace lintel::text
