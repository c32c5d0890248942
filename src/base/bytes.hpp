// Bytes, their spellings, and randomness. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lintel::bytes {

[[nodiscard]] std::string to_hex(std::string_view data);  // lower case
void to_hex(std::string_view data, char* out);            // the same into twice as many characters
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);
[[nodiscard]] std::string to_base64(std::string_view data);      // RFC 4648 §4, padded
[[nodiscard]] std::string to_base64url(std::string_view data);   // RFC 4648 §5, no padding
void to_base64url(std::string_view data, char* out);             // into base64url_size(data.size()) characters
[[nodiscard]] constexpr std::size_t base64url_size(std::size_t bytes) { return (bytes * 4 + 2) / 3; }
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);  // either alphabet, padding optional
// The same into `out`, which has room for `size` bytes; false unless it is exactly so many.
[[nodiscard]] bool from_base64(std::string_view text, char* out, std::size_t size);
// Takes as long whatever the difference; lengths are not secret.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);

[[nodiscard]] std::string random(std::size_t count);  // from the system's generator; never fails, or the process ends
[[nodiscard]] std::uint64_t random_number();
[[nodiscard]] std::uint32_t random_below(std::uint32_t bound);  // unbiased
// `length` letters and digits that people do not mix up (no 0/O, 1/l/I); about 5.7 bits each.
[[nodiscard]] std::string random_password(std::size_t length);
[[nodiscard]] std::string random_digits(std::size_t length);

[[nodiscard]] std::string sha256(std::string_view data);                         // 32 bytes
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view data);  // 32 bytes
[[nodiscard]] std::string md5(std::string_view data);                            // 16 bytes; for digest authentication only
// The same without a string made for it; the answer lies in `out`.
using Hash = std::array<char, 32>;
std::string_view sha256(std::string_view data, Hash& out);
std::string_view md5(std::string_view data, Hash& out);

}  // namespace lintel::bytes
