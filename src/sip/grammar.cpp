#include "sip/grammar.hpp"

namespace lintel::sip::grammar {

namespace {
constexpr CharacterSet loose("-.!%*_+`'~[]:/@&?$=<>#|{}^");
}  // namespace

bool valid_parameters(std::string_view rest) {
  const auto skip_space = [&rest] {
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  };
  const auto skip_while = [&rest](auto&& predicate) {
    std::size_t count = 0;
    while (count < rest.size() && predicate(rest[count])) ++count;
    rest.remove_prefix(count);
    return count;
  };
  for (skip_space(); !rest.empty(); skip_space()) {
    if (rest.front() != ';') return false;
    rest.remove_prefix(1);
    skip_space();
    if (rest.empty() || rest.front() == ';') continue;  // an empty parameter: common and harmless
    if (skip_while(token) == 0) return false;
    skip_space();
    if (rest.empty() || rest.front() != '=') continue;
    rest.remove_prefix(1);
    skip_space();
    if (!rest.empty() && rest.front() == '"') {
      std::size_t end = 1;
      while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
      if (end >= rest.size()) return false;
      rest.remove_prefix(end + 1);
    } else {
      // Token or host; peers also write colons, slashes and escapes here (received=[::1], +sip.instance unquoted).
      skip_while(loose);
    }
  }
  return true;
}

}  // namespace lintel::sip::grammar
