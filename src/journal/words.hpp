// The texts of an entry: bounded, well-formed, and as they are stored. Inner header of this room. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journal/entry.hpp"

namespace lintel::journal {

// Well-formed UTF-8 of at most `limit` bytes; what was not becomes U+FFFD.
[[nodiscard]] std::string bounded(std::string_view words, std::size_t limit);
// For comparing without regard to case, in any script.
[[nodiscard]] std::string folded(std::string_view words);
// One line a field, so that the column stays readable: name, tab, value, with \\, \t and \n escaped.
[[nodiscard]] std::string packed(const std::vector<Field>& fields);
[[nodiscard]] std::vector<Field> unpacked(std::string_view packed);

}  // namespace lintel::journal
