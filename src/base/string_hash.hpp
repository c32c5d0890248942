// Lets a std::unordered_map of strings be asked with a view, without a string made for it: give it std::equal_to<> too.
#pragma once

#include <functional>
#include <string_view>

namespace lintel {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace lintel
